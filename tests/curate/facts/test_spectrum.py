"""The spectrum that spectral facts share, and the facts that are read off it directly."""

import numpy as np
import pytest
from numpy.typing import NDArray

from curate.facts.powers import bandwidth_hz, silence_ratio, snr_db, snrs_db
from curate.facts.spectrum import Spectrum, spectra, spectrum

NOISE = (np.random.default_rng(0).normal(size=64000) / 10).astype(np.float32)


def tone(hz: float, rate: int, seconds: float = 1) -> NDArray[np.float32]:
    time = np.arange(int(seconds * rate), dtype=np.float64) / rate
    found: NDArray[np.float32] = np.sin(2 * np.pi * hz * time).astype(np.float32)
    return found


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_powers_add_up_to_the_mean_square(rate: int) -> None:
    found = spectrum(tone(1000, rate), rate)
    assert found.bands.dtype == np.float32
    assert found.bands.sum(axis=1) == pytest.approx(np.full(len(found.bands), 0.5), rel=1e-3)
    assert found.average.sum() == pytest.approx(0.5, rel=1e-3)
    assert found.bin_hz == pytest.approx(25, rel=0.01)
    assert np.argmax(found.average) * found.bin_hz == pytest.approx(1000, abs=25)


def test_blocks_leave_no_trace() -> None:
    whole = spectrum(NOISE, 16000)
    assert whole.bands.shape == (199, 22)
    parts = [spectrum(NOISE[at * 320 : at * 320 + 640], 16000).bands[0] for at in range(0, 199, 11)]
    assert whole.bands[::11] == pytest.approx(np.array(parts), rel=1e-4)


def test_an_offset_is_no_sound() -> None:
    assert spectrum(np.ones(16000, np.float32), 16000).bands.max() < 1e-9


@pytest.mark.parametrize("rate", [1, 100, 8000, 4_000_000_000])
@pytest.mark.parametrize("length", [1, 7, 5000])
def test_any_length_at_any_rate(length: int, rate: int) -> None:
    found = spectrum(NOISE[:length], rate)
    powers = found.bands.sum(axis=1)
    assert np.isfinite(found.bands).all()
    assert 0 <= silence_ratio(powers) <= 1
    assert np.isfinite(found.low).all()
    assert -20 <= snr_db(found) <= 100
    assert 0 <= bandwidth_hz(found) <= rate / 2


@pytest.mark.parametrize(
    ("powers", "expected"),
    [
        pytest.param([0, 0, 0], 1, id="digital-silence"),
        pytest.param([1, 1e-5, 0.9e-6, 0], 0.5, id="60-dB-under-the-loudest"),
        pytest.param([1e-3, 1e-5, 0.9e-7, 0], 0.5, id="absolute-gate"),
        pytest.param([0.9e-7, 0.5e-7], 1, id="under-the-gate"),
        pytest.param([1, 1], 0, id="sound"),
    ],
)
def test_silence_ratio(powers: list[float], expected: float) -> None:
    assert silence_ratio(np.array(powers, np.float32)) == expected


@pytest.mark.parametrize(
    ("powers", "expected"),
    [
        pytest.param([0] * 20, -20, id="digital-silence"),
        pytest.param([1] * 20, -20, id="steady"),
        pytest.param([1] * 10 + [0.01] * 10, 17, id="half-of-the-time"),
        pytest.param([1] * 10 + [0.01] * 12 + [0] * 50, 17, id="padded-with-zeros"),  # two beside them are not counted
        pytest.param([1] * 10 + [0.01] * 5 + [0] * 50 + [0.01] * 5, 17, id="pause-of-zeros"),
        pytest.param([1] * 10 + [2e-10] * 10, 94, id="hardly-any"),
    ],
)
def test_snr(powers: list[float], expected: float) -> None:
    bands = np.zeros((len(powers), 22), np.float32)
    bands[:, 5] = powers
    sound = Spectrum(bands, bands.sum(axis=1), np.zeros(len(powers), np.float32), np.zeros(9), 25)
    assert snr_db(sound) == pytest.approx(expected, abs=0.1)


def pink(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    bins = np.fft.rfft(random.normal(size=count))
    bins[1:] /= np.sqrt(np.arange(1, len(bins)))
    bins[0] = 0
    return np.fft.irfft(bins, count)


@pytest.mark.parametrize("colour", ["white", "pink"])
@pytest.mark.parametrize("wanted", [0, 10, 20, 30])
def test_snr_of_words_with_pauses_is_that_of_the_mix(colour: str, wanted: float) -> None:
    errors = []
    for seed in range(6):
        random = np.random.default_rng(seed)
        words = tone(300 + 50 * seed, 16000, 3) * np.repeat([1, 0, 0.5, 0, 0.7, 0], 8000)
        noise = random.normal(size=len(words)) if colour == "white" else pink(random, len(words))
        noise *= np.sqrt(np.mean(words**2) / np.mean(noise**2)) * 10 ** (-wanted / 20)
        mixed = (words + noise + 0.02).astype(np.float32)
        errors.append(snr_db(spectrum(mixed, 16000)) - wanted)
    assert np.abs(errors).max() < 1.5


def test_what_is_under_50_hz_is_noise_and_an_offset_is_not() -> None:
    words = tone(500, 16000, 2) * np.repeat([1, 0, 1, 0], 8000)
    clean = snr_db(spectrum((words + NOISE[:32000] * 0.01).astype(np.float32), 16000))
    offset = snr_db(spectrum((words + NOISE[:32000] * 0.01 + 0.2).astype(np.float32), 16000))
    rumble = snr_db(spectrum((words + tone(20, 16000, 2)).astype(np.float32), 16000))
    assert offset == pytest.approx(clean, abs=0.2)
    assert rumble == pytest.approx(10 * np.log10(0.25 / 0.5), abs=0.7)


def test_zeros_around_a_recording_with_an_offset_are_no_noise() -> None:
    words = (tone(500, 16000, 2) * np.repeat([1, 0, 1, 0], 8000) + NOISE[:32000] * 0.01 + 0.2).astype(np.float32)
    padded = np.concatenate([np.zeros(32000, np.float32), words, np.zeros(32000, np.float32)])
    assert snr_db(spectrum(padded, 16000)) > 20


@pytest.mark.parametrize("dither", [2**-15, 2**-7], ids=["16-bit", "8-bit"])
def test_dither_around_a_recording_is_no_pause(dither: float) -> None:
    """Steps up and down of the last bit, as an editor puts them around a clip; noise in the clip is 10 dB under it."""
    padding = np.random.default_rng(0).integers(-1, 2, size=32000).astype(np.float32) * dither
    words = tone(500, 16000, 2) * np.repeat([0.9, 0, 0.9, 0], 8000) + NOISE[:32000] * 2
    sound = np.concatenate([padding, words.astype(np.float32), padding])
    assert snr_db(spectrum(sound, 16000), dither) == pytest.approx(
        snr_db(spectrum(words.astype(np.float32), 16000)), abs=0.5
    )


def test_speech_recorded_with_a_dither_keeps_its_pauses() -> None:
    dying = np.exp(-np.arange(16000) / 1500)
    dither = np.random.default_rng(0).integers(-1, 2, size=32000) * 2**-15
    words = (tone(500, 16000, 2) * np.tile(dying, 2) + dither).astype(np.float32)
    assert snr_db(spectrum(words, 16000)) > 50


@pytest.mark.parametrize(("hz", "rate"), [(1000, 8000), (3000, 16000), (7000, 16000), (12000, 44100)])
def test_bandwidth_of_a_tone(hz: float, rate: int) -> None:
    assert hz <= bandwidth_hz(spectrum(tone(hz, rate), rate)) <= hz + 200


def test_bandwidth_of_noise_is_all_there_is() -> None:
    assert bandwidth_hz(spectrum(NOISE, 16000)) == 8000
    assert bandwidth_hz(spectrum(np.zeros(16000, np.float32), 16000)) == 0


def test_steps_of_16_bit_are_no_bandwidth() -> None:
    quiet = (np.round(tone(440, 16000) * 30 + NOISE[:16000]) / 32768).astype(np.float32)
    assert bandwidth_hz(spectrum(quiet, 16000)) < 1000


def test_snr_of_clips_of_which_some_are_padded_or_silent() -> None:
    """Those that are heard from end to end are measured together, the others one by one, in their order."""
    swell = np.linspace(0.1, 1, 16000, dtype=np.float32)
    whole, padded = NOISE[:16000] * swell, NOISE[16000:32000] * swell
    padded[9000:] = 0
    clips = [padded, whole, np.zeros(16000, np.float32), whole[::-1], padded[::-1]]
    found = snrs_db(spectra(np.stack(clips), 16000))
    assert found == [snr_db(spectrum(clip.copy(), 16000)) for clip in clips]
    assert len(set(found)) == 5
