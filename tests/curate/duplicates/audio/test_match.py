"""Copies of a recording are confirmed, other recordings are not."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.duplicates.audio.match import AudioMatch, Sound, compare, confirm, listen
from curate.media.audio_formats.decoded import Samples

RATE = 16000


def burst(seed: int, seconds: float = 0.5, rate: int = RATE) -> Samples:
    """Return noise that swells and fades, with silence around it."""
    frames = round(seconds * rate)
    swell = np.sin(np.linspace(0, np.pi, frames)) ** 2
    noise = 0.1 * np.random.default_rng(seed).normal(size=frames) * swell
    return np.pad(noise, round(0.15 * rate)).astype(np.float32)[:, None]


def later(samples: Samples, frames: int) -> Samples:
    moved = np.zeros_like(samples)
    moved[max(0, frames) : len(samples) + min(0, frames)] = samples[max(0, -frames) : len(samples) - max(0, frames)]
    return moved


def rounded(samples: Samples, steps: int) -> Samples:
    return (np.round(samples * steps) / steps).astype(np.float32)


def test_the_same_samples_are_exact() -> None:
    negative_zero = burst(1)
    negative_zero[negative_zero == 0] = -0.0
    assert confirm((burst(1), RATE), (negative_zero, RATE)) == AudioMatch("exact", 0.0)


def test_silence_is_exact_or_nothing() -> None:
    silence = np.zeros((8000, 1), np.float32)
    dither = [(np.random.default_rng(i).integers(-2, 3, (8000, 1)) / 32768).astype(np.float32) for i in range(2)]
    assert confirm((silence, 8000), (silence, 8000)).relation == "exact"
    assert confirm((dither[0], 8000), (dither[0], 8000)).relation == "exact"
    for other in (silence[:-1], dither[0], dither[0][1:], dither[1]):
        assert confirm((dither[0][:-2], 8000), (other, 8000)).reason == "too quiet to be compared"


COPIES: dict[str, tuple[Callable[[Samples], tuple[Samples, int]], float, float]] = {
    "gain": (lambda x: (x * np.float32(0.25), RATE), -12.04, 0),
    "upside down": (lambda x: (-x, RATE), 0, 0),
    "50 ms later": (lambda x: (later(x, 800), RATE), 0, 0.05),
    "100 ms earlier, louder": (lambda x: (2 * later(x, -1600), RATE), 6.02, -0.1),
    "one frame": (lambda x: (later(x, 1), RATE), 0, 1 / 16000),
    "longer": (lambda x: (np.pad(x, ((0, 9000), (0, 0))), RATE), 0, 0),
    "two channels": (lambda x: (np.repeat(x, 2, axis=1), RATE), 0, 0),
    "two channels that cancel": (lambda x: (np.concatenate((x, -x), axis=1), RATE), 0, 0),
    "offset": (lambda x: (x + np.float32(0.2), RATE), 0, 0),
    "8 bits": (lambda x: (rounded(x, 128), RATE), 0, 0),
    "huge": (lambda x: (x * np.float32(1e4), RATE), 80, 0),
}


@pytest.mark.parametrize("copy", COPIES)
def test_copies_are_near(copy: str) -> None:
    change, gain_db, shift_s = COPIES[copy]
    match = confirm((burst(1), RATE), change(burst(1)))
    assert match.relation == "near"
    assert match.gain_db == pytest.approx(gain_db, abs=0.15)
    assert match.shift_s == pytest.approx(shift_s, abs=5e-5)
    assert match.reason == ""


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 44100, 96000])
def test_another_rate_is_near(rate: int) -> None:
    soxr = pytest.importorskip("soxr", reason="resampling needs soxr")
    match = confirm((burst(1), RATE), (soxr.resample(burst(1), RATE, rate), rate))
    assert (match.relation, match.distance < 0.01, abs(match.shift_s) < 1e-4) == ("near", True, True)


def test_a_part_replaced_is_none() -> None:
    replaced = burst(1, 3)
    replaced[RATE : RATE + 4000] = burst(2, 3)[RATE : RATE + 4000]
    match = confirm((burst(1, 3), RATE), (replaced, RATE))
    assert (match.relation, match.reason) == ("none", "the same sound in part")
    assert match.distance < 0.2


def test_with_more_behind_it_is_a_part() -> None:
    match = confirm((burst(1), RATE), (np.concatenate((burst(1), burst(2))), RATE))
    assert (match.relation, match.reason) == ("part", "one holds more than the other")


def test_over_a_telephone_is_near() -> None:
    from scipy import signal

    band = signal.butter(6, (300, 3400), "bandpass", fs=8000, output="sos")
    sound = burst(1, rate=8000)
    # Nothing but the phase keeps the two apart: as they are they correlate to less than .8.
    filtered = signal.sosfilt(band, sound[:, 0]).astype(np.float32)[:, None]
    assert confirm((sound, 8000), (filtered, 8000)).relation == "near"
    assert confirm((filtered, 8000), (sound, 8000)).relation == "near"
    other = signal.sosfilt(band, burst(2, rate=8000)[:, 0]).astype(np.float32)[:, None]
    assert confirm((sound, 8000), (other, 8000)).relation == "none"


def test_a_third_is_a_part() -> None:
    sound = burst(1, seconds=0.6)
    excerpt = sound[len(sound) * 2 // 5 : len(sound) * 3 // 5]
    # A burst has most of its energy in its middle.
    energy = float(np.square(excerpt).sum() / np.square(sound).sum())
    for pair in ((sound, excerpt), (excerpt, sound)):
        found = confirm((pair[0], RATE), (pair[1], RATE))
        assert found.relation == "part"
        assert found.share == pytest.approx(energy, abs=0.02)


def test_with_half_as_much_behind_it_is_a_part() -> None:
    sound = burst(1)
    at = np.arange(4000) / RATE
    tune = (0.1 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)[:, None]
    assert confirm((sound, RATE), (np.concatenate([sound, tune]), RATE)).relation == "part"


@pytest.mark.parametrize("seconds", [0.11, 0.15, 0.3])
@pytest.mark.parametrize("softer_db", [0, 20, 34])
def test_an_excerpt_of_what_is_soft_is_found_where_it_is(seconds: float, softer_db: float) -> None:
    # Whatever is loud correlates with the excerpt more than its own place does, by chance.
    soft = burst(2, 0.5) * np.float32(10 ** (-softer_db / 20))
    whole = np.concatenate([burst(1, 0.8), soft, burst(3, 0.8)])
    begin = len(burst(1, 0.8)) + round(0.25 * RATE)
    found = confirm((whole, RATE), (whole[begin : begin + round(seconds * RATE)], RATE))
    assert found.relation == "part"
    assert found.distance < 0.05


def vowel(pitch_hz: float, seconds: float, seed: int) -> Samples:
    """Return harmonics in phase under formants, and breath 14 dB below: a voice holds a vowel like that for long."""
    at = np.arange(round(seconds * RATE)) / RATE
    harmonics = np.arange(1, int(3400 / pitch_hz))
    loud = sum(np.exp(-np.square((harmonics * pitch_hz - place) / 250)) for place in (500, 1500, 2500))
    voiced = (loud + 0.05) @ np.sin(2 * np.pi * np.outer(harmonics * pitch_hz, at))
    breath = np.random.default_rng(seed).normal(size=len(at)) * voiced.std() * 0.2
    return np.asarray(0.02 * (voiced + breath), np.float32)[:, None]


@pytest.mark.parametrize("seconds", [0.08, 0.11])
def test_two_takes_of_one_vowel_are_no_parts_of_each_other(seconds: float) -> None:
    take, other = vowel(120, 0.5, 1), vowel(120, 0.5, 2)
    begin = round(0.2 * RATE)
    found = confirm((take, RATE), (other[begin : begin + round(seconds * RATE)], RATE))
    # They do correlate: .8 would do for a recording of a second.
    assert found.distance < 0.2
    assert found.relation == "none"


def test_a_voice_that_is_mostly_below_the_band_of_a_telephone() -> None:
    from scipy import signal

    low = signal.sosfilt(signal.butter(4, (110, 290), "bandpass", fs=8000, output="sos"), burst(4, rate=8000)[:, 0])
    sound = (burst(1, rate=8000)[:, 0] + 4 * low).astype(np.float32)[:, None]
    band = signal.butter(6, (300, 3400), "bandpass", fs=8000, output="sos")
    filtered = signal.sosfilt(band, sound[:, 0]).astype(np.float32)[:, None]
    for padded in (0, 700):
        later = np.pad(filtered, ((padded, 0), (0, 0)))
        assert confirm((sound, 8000), (later, 8000)).relation == "near"
        assert confirm((later, 8000), (sound, 8000)).relation == "near"


def test_two_sounds_over_one_hum_are_none() -> None:
    time = np.arange(len(burst(1)), dtype=np.float32)[:, None] / RATE
    hum = sum(np.sin(2 * np.pi * hz * time + hz) / hz for hz in (100, 150, 250)) * 30
    one, other = burst(1) + hum, burst(2) + hum
    assert np.corrcoef(one[:, 0], other[:, 0])[0, 1] > 0.95
    assert confirm((one, RATE), (other, RATE)).reason == "different sounds"


@pytest.mark.parametrize(
    ("samples", "rate", "reason"),
    [
        (burst(1), 1000, "a sample rate of 1000 Hz is not compared"),
        (burst(1), 4_000_000_000, "a sample rate of 4000000000 Hz is not compared"),
        (burst(1)[3000:3100], RATE, "too short to be compared"),
    ],
)
def test_what_cannot_be_compared(samples: Samples, rate: int, reason: str) -> None:
    assert confirm((samples, rate), (burst(1), RATE)).reason == reason
    assert confirm((samples, rate), (samples.copy(), rate)).relation == "exact"


@pytest.mark.parametrize("duration_s", [90, pytest.param(600, marks=pytest.mark.soak)])
def test_a_second_that_differs_in_minutes(duration_s: int) -> None:
    whole = np.random.default_rng(0).normal(scale=0.1, size=duration_s * 8000).astype(np.float32)
    moved = np.pad(whole * np.float32(0.5), (800, 0))
    match = compare(Sound(b"a", 8000, whole), Sound(b"b", 8000, moved))
    assert match == AudioMatch("near", 0.0, -6.02, 0.1)
    moved[duration_s * 5000 : duration_s * 5000 + 8000] *= -1
    assert compare(Sound(b"a", 8000, whole), Sound(b"b", 8000, moved)).relation == "none"
    assert compare(Sound(b"a", 8000, whole), Sound(b"b", 8000, whole[: len(whole) // 3])).relation == "part"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(-1600, 1600), st.floats(0.01, 5))
def test_only_the_same_burst_is_near_in_both_directions(seed: int, other: int, frames: int, gain: float) -> None:
    one, two = listen(burst(seed), RATE), listen(later(burst(other), frames) * np.float32(gain), RATE)
    there, back = compare(one, two), compare(two, one)
    if seed == other:
        assert there.relation in {"near", "exact"}
        assert there.shift_s == pytest.approx(frames / RATE, abs=5e-5)
    else:
        assert there.relation == "none"
        assert there.distance > 0.5
    assert back == AudioMatch(there.relation, there.distance, -there.gain_db, -there.shift_s, there.reason)
