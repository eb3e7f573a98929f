"""What a baseline hears."""

import numpy as np
import pytest
from numpy.typing import NDArray

from baselines.features.audio import describe_audio
from baselines.features.families import FAMILIES


def chirp(rate: int = 16000, duration_s: float = 0.6) -> NDArray[np.float32]:
    time_s = np.arange(int(rate * duration_s)) / rate
    return (0.5 * np.sin(2 * np.pi * (300 + 1500 * time_s) * time_s)).astype(np.float32)[:, None]


def vector(samples: NDArray[np.float32], rate: int = 16000) -> NDArray[np.float32]:
    found = describe_audio(samples, rate)
    return np.concatenate([found[name] for name in FAMILIES["audio"]])


def distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(a - b))


def test_families_have_the_lengths_that_are_announced() -> None:
    found = describe_audio(chirp(), 16000)
    assert {name: values.shape for name, values in found.items()} == {n: (k,) for n, k in FAMILIES["audio"].items()}
    assert {values.dtype for values in found.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 16000, 44100, 192000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_any_number_of_channels(rate: int, channels: int) -> None:
    assert np.isfinite(vector(np.repeat(chirp(rate), channels, axis=1), rate)).all()


@pytest.mark.parametrize("frames", [1, 2, 100, 399, 401, 16000 * 61])
def test_any_length_also_of_silence(frames: int) -> None:
    assert np.isfinite(vector(np.zeros((frames, 1), np.float32))).all()
    assert np.isfinite(vector(np.ones((frames, 1), np.float32))).all()


def test_a_sound_differs_from_its_reversal() -> None:
    forwards, backwards = chirp(), np.ascontiguousarray(chirp()[::-1])
    found, reversed_ = describe_audio(forwards, 16000), describe_audio(backwards, 16000)
    assert distance(found["mel"], reversed_["mel"]) > 0.5
    np.testing.assert_allclose(found["mel"][:80], reversed_["mel"][:80], atol=0.01), "mean and spread know no order"


def test_volume_changes_only_the_energy() -> None:
    loud, quiet = describe_audio(chirp(), 16000), describe_audio(chirp() * np.float32(0.1), 16000)
    np.testing.assert_allclose(quiet["mel"], loud["mel"], atol=2e-3)
    energies = [0, 11]
    np.testing.assert_allclose(np.delete(quiet["level"], energies), np.delete(loud["level"], energies), atol=2e-3)
    assert (quiet["level"][energies] < loud["level"][energies]).all()


def test_silence_around_a_word_hardly_matters() -> None:
    early, late = np.zeros((2, 32000, 1), np.float32)
    early[1600 : 1600 + 9600], late[20000 : 20000 + 9600] = chirp(), chirp()
    assert distance(vector(early), vector(late)) < 0.05
    assert distance(vector(early), vector(early[::-1].copy())) > 0.5


def test_noise_before_and_after_a_word_moves_the_second_view_less() -> None:
    clean = np.zeros((32000, 1), np.float32)
    clean[12000 : 12000 + 9600] = chirp()
    noise = np.random.default_rng(3).normal(0, 0.03, clean.shape).astype(np.float32)
    deep, above = (describe_audio(clean + noise, 16000)["mel"] - describe_audio(clean, 16000)["mel"]).reshape(2, 800)
    # 0.057 of it where nothing is taken off, 0.028 without the noise.
    assert np.linalg.norm(above) < 0.04 * np.linalg.norm(deep)


@pytest.mark.parametrize(
    ("softer_db", "changed"),
    [(-12, (True, True)), (-20, (True, False)), (-30, (False, False))],
    ids=["above both ends", "above the end of the first", "below both ends"],
)
def test_what_is_soft_at_the_end_is_left_out(softer_db: float, changed: tuple[bool, bool]) -> None:
    # A tone that follows after half a second of silence; the duration is the fifth number of each view's level.
    time_s = np.arange(9600) / 16000
    tone = np.sin(2 * np.pi * 700 * time_s)
    alone = np.concatenate([np.zeros(8000), tone, np.zeros(16000)]).astype(np.float32)[:, None]
    both = alone.copy()
    both[25600 : 25600 + 4800, 0] += (10 ** (softer_db / 20) * tone[:4800]).astype(np.float32)
    duration = describe_audio(alone, 16000)["level"][[4, 15]]
    assert tuple(describe_audio(both, 16000)["level"][[4, 15]] > duration + 0.01) == changed


def test_the_rate_of_the_file_hardly_matters() -> None:
    import soxr

    narrow = soxr.resample(chirp(44100), 44100, 8000)
    again = soxr.resample(narrow, 8000, 44100)
    assert distance(vector(narrow, 8000), vector(again, 44100)) < 0.1


def test_only_the_first_minute_is_heard() -> None:
    noise = np.random.default_rng(0).standard_normal((16000 * 62, 1)).astype(np.float32)
    np.testing.assert_array_equal(vector(noise), vector(noise[: 16000 * 60]))
