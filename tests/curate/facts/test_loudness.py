"""EBU Tech 3341, cases 1 to 6, at three rates; and what the standard leaves open."""

import numpy as np
import pytest
from loudness import integrated_loudness

from curate.facts.loudness import loudness_lufs, loudnesses_lufs

RATES = (48000, 44100, 16000)


def tone(level_dbfs: float, seconds: float, rate: int, hz: float = 1000) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return (10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def stereo(rate: int, *parts: tuple[float, float]) -> np.ndarray:
    one = np.concatenate([tone(level, seconds, rate) for level, seconds in parts])
    return np.stack([one, one], axis=1)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(-23, 20)], -23, id="case-1"),
        pytest.param([(-33, 20)], -33, id="case-2"),
        pytest.param([(-36, 10), (-23, 60), (-36, 10)], -23, id="case-3"),
        pytest.param([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23, id="case-4"),
        pytest.param([(-26, 20), (-20, 20.1), (-26, 20)], -23, id="case-5"),
    ],
)
def test_ebu_3341(parts: list[tuple[float, float]], expected: float, rate: int) -> None:
    assert loudness_lufs(stereo(rate, *parts), rate) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_ebu_3341_case_6(rate: int) -> None:
    channels = [tone(level, 20, rate) for level in (-28, -28, -24, -30, -30)]
    assert loudness_lufs(np.stack(channels, axis=1), rate) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.4, 5])
def test_mono_tone_at_full_scale(seconds: float, rate: int) -> None:
    assert loudness_lufs(tone(0, seconds, rate, 997)[:, None], rate) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        pytest.param(np.zeros((16000, 1), np.float32), 16000, id="silence"),
        pytest.param(np.full((16000, 1), 1e-5, np.float32), 16000, id="under-the-gate"),
        pytest.param(np.zeros((1, 1), np.float32), 48000, id="one-sample"),
    ],
)
def test_nothing_to_measure(samples: np.ndarray, rate: int) -> None:
    assert loudness_lufs(samples, rate) == -70


@pytest.mark.parametrize("rate", [1, 16, 17, 3999, 768001, 4_000_000_000])
def test_rates_without_filters(rate: int) -> None:
    assert loudness_lufs(np.ones((50, 1), np.float32), rate) == pytest.approx(-0.691)
    assert loudness_lufs(np.zeros((50, 1), np.float32), rate) == -70


def test_channels_beyond_the_standard_do_not_count() -> None:
    samples = np.zeros((16000, 100), np.float32)
    samples[:, 0] = tone(0, 1, 16000, 997)
    samples[:, 90] = 1
    assert loudness_lufs(samples, 16000) == pytest.approx(-3.01, abs=0.1)


def test_many_channels_are_measured_as_few() -> None:
    """Seven channels that count, through filters of our own, against the library on the same power."""
    noise = np.random.default_rng(0).normal(scale=0.05, size=(5 * 48000, 1)).astype(np.float32)
    seven = np.repeat(noise, 7, axis=1)
    found = loudness_lufs(seven, 48000, np.ones(7))
    assert found == pytest.approx(loudness_lufs((noise * 7**0.5).astype(np.float32), 48000), abs=0.05)
    assert loudness_lufs(np.zeros_like(seven), 48000, np.ones(7)) == -70


@pytest.mark.parametrize(("weights", "power"), [([1, 1, 0], 2), ([1, 1, 1, 1], 4), ([1.41, 1, 0], 2.41), ([0], 0)])
def test_weights(weights: list[float], power: float) -> None:
    noise = np.random.default_rng(0).normal(scale=0.05, size=(48000, 1)).astype(np.float32)
    found = loudness_lufs(np.repeat(noise, len(weights), axis=1), 48000, np.array(weights))
    expected = loudness_lufs((noise * power**0.5).astype(np.float32), 48000) if power else -70
    assert found == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("kind", ["noise", "offset", "swell", "click", "quiet"])
def test_the_result_is_the_librarys(kind: str, channels: int, rate: int) -> None:
    """Blocks of samples take the place of libloudness's loop, and the same steps of 0.1 LU come out."""
    generator = np.random.default_rng(channels)
    frames = round(generator.uniform(0.4, 1.5) * rate) + 1
    samples = generator.normal(scale=0.1, size=(frames, channels))
    if kind == "offset":
        samples = samples / 100 + 0.7
    elif kind == "swell":
        samples *= np.linspace(0, 1, frames)[:, None] ** 8
    elif kind == "click":
        samples[frames // 2] = 3e4
    elif kind == "quiet":
        samples /= 200
    given = samples.astype(np.float32)
    expected = integrated_loudness(given[:, 0].copy() if channels == 1 else given, rate)
    assert loudness_lufs(given, rate) == pytest.approx(max(-70, expected), abs=1e-9)


@pytest.mark.parametrize("rate", [11025, 16000])
@pytest.mark.parametrize("frames", [800, 9000])
def test_clips_together_are_what_each_is_alone(frames: int, rate: int) -> None:
    clips = np.random.default_rng(0).normal(size=(5, frames, 2)) * np.array([1e-9, 1e-4, 1e-2, 0.1, 1])[:, None, None]
    samples = clips.astype(np.float32)
    alone = [loudness_lufs(clip, rate) for clip in samples]
    assert loudnesses_lufs(samples, rate) == pytest.approx(alone, abs=1e-9)
