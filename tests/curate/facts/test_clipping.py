"""Clipping: exact shares on tiny arrays, waves that are flat by themselves, and what codecs leave of flat tops."""

import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from curate.facts.clipping import clipping_ratio


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


SINE = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000).astype(np.float32)[:, None]


@pytest.mark.parametrize(
    ("samples", "subtype", "expected"),
    [
        pytest.param(column(0, 1, 1, 1, 0, 0, 0, 0), "PCM_16", 3 / 8, id="run-of-three"),
        pytest.param(column(0, 1, 1, 0, 1, 1, 0, 0), "PCM_16", 0, id="runs-of-two"),
        pytest.param(column(-1, -1, -1, -1, 1, 1, 1, 0), "PCM_16", 7 / 8, id="both-rails"),
        pytest.param(column(0, 0.5, 0.5, 0.5, 0.5, 0, 0, 0), "PCM_16", 4 / 8, id="turned-down-after-clipping"),
        pytest.param(column(0, 0.2, 0.2, 0.2, 0.2, 0, 0, 0), "PCM_16", 4 / 8, id="turned-down-by-14-dB"),
        pytest.param(column(0, *[60 / 32768] * 4, 0, 0, 0), "PCM_16", 0, id="coarse-steps"),
        pytest.param(column(0, 0.1, 0.4, 0.4999, 0.5, 0.4999, 0.4, 0.1), "PCM_16", 0, id="round-top"),
        pytest.param(column(0, 0.5, 0.5, 0.5, 0.5, 0, 0, 0), "PCM_U8", 0, id="8-bit-steps"),
        pytest.param(column(0, *[127 / 128] * 3, 0, 0, 0, 0), "PCM_U8", 3 / 8, id="8-bit-full-scale"),
        pytest.param(column(0, *[32124 / 32768] * 3, 0, 0, 0, 0), "ULAW", 3 / 8, id="ulaw-full-scale"),
        pytest.param(column(2, 3, 4, 0), "FLOAT", 3 / 4, id="beyond-full-scale"),
        pytest.param(np.zeros((8, 2), np.float32), "PCM_16", 0, id="silence"),
        pytest.param(np.array([[1, 0], [1, 0], [1, 0], [0, 0]], np.float32), None, 3 / 8, id="one-of-two-channels"),
        pytest.param(np.ones((8, 1), np.float32), "PCM_16", 0, id="stands-still-at-full-scale"),
        pytest.param(np.full((8, 1), 0.3, np.float32), "PCM_16", 0, id="stands-still"),
        pytest.param(column(*[1, 1, 1 - 2**-15, 1, 1, 1, 1] * 9), "PCM_16", 0, id="last-bit-at-full-scale"),
        pytest.param(np.full((8, 1), 127 / 128, np.float32), "PCM_U8", 0, id="8-bit-stands-still-at-full-scale"),
        pytest.param(SINE, "PCM_16", 0, id="full-scale-sine"),
    ],
)
def test_clipping(samples: np.ndarray, subtype: str | None, expected: float) -> None:
    assert clipping_ratio(samples, subtype) == pytest.approx(expected)


@pytest.mark.parametrize("gain", [1, 0.5, 0.3, 0.03])
def test_a_clipped_sine_is_found_at_any_gain(gain: float) -> None:
    clipped = np.clip(2 * SINE, -1, 1)
    stored = np.round(clipped * gain * 32767) / 32768
    assert clipping_ratio(stored.astype(np.float32), "PCM_16") == pytest.approx(2 / 3, abs=0.02)


def stored(wave: np.ndarray, peak_db: float) -> np.ndarray:
    return (np.round(wave * 10 ** (peak_db / 20) * 32767) / 32768).astype(np.float32)[:, None]


TIME = np.arange(24000)
CYCLES = {f"{hz}-hz-at-{rate}": hz * TIME / rate + 0.05 for hz in (20, 50, 100, 440) for rate in (8000, 16000, 48000)}
SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sine": lambda cycles: np.sin(2 * np.pi * cycles),
    "square": lambda cycles: np.sign(np.sin(2 * np.pi * cycles)),
    "pulse": lambda cycles: np.where(cycles % 1 < 0.25, 1.0, -1.0),
    "triangle": lambda cycles: 2 / np.pi * np.arcsin(np.sin(2 * np.pi * cycles)),
    "sawtooth": lambda cycles: 2 * (cycles % 1) - 1,
    "fading-square": lambda cycles: np.sign(np.sin(2 * np.pi * cycles)) * np.repeat(np.geomspace(1, 0.1, 10), 2400),
    "swelling-sine": lambda cycles: np.sin(2 * np.pi * cycles) * np.linspace(0.1, 1, len(cycles)),
    "two-voices-of-a-chip": lambda cycles: (
        (np.sign(np.sin(2 * np.pi * cycles)) + 0.7 * np.sign(np.sin(3 * np.pi * cycles))) / 1.7
    ),
}


@pytest.mark.parametrize("peak_db", [0, -1, -12, -40])
@pytest.mark.parametrize("cycles", CYCLES.values(), ids=CYCLES)
@pytest.mark.parametrize("shape", SHAPES)
def test_waves_that_are_flat_by_themselves_are_not_clipped(shape: str, cycles: np.ndarray, peak_db: float) -> None:
    assert clipping_ratio(stored(SHAPES[shape](cycles), peak_db), "PCM_16") <= 0.001


def test_two_steady_tones_have_a_shoulder_by_nature() -> None:
    chance, time = np.random.default_rng(0), np.arange(32000) / 16000
    for _ in range(20):
        low, high = chance.uniform(80, 1500, 2)
        both = chance.uniform(0.4, 1) * np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)
        assert clipping_ratio(stored(both / np.abs(both).max(), -6), "PCM_16") <= 0.001


def voice(seed: int) -> np.ndarray:
    """Return two seconds at 16 kHz like vowels: pulses through resonances, of changing loudness and pitch."""
    random = np.random.default_rng(seed)
    out = np.zeros(32000)
    at = 0
    while at < 31000:
        loudness = 0.1 + abs(np.sin(at / 5000 + seed)) ** 2
        time = np.arange(1000)
        for hz, decay in ((500, 150), (1500, 80), (2500, 60)):
            out[at : at + 1000] += loudness * np.exp(-time / decay) * np.sin(2 * np.pi * hz * time / 16000)
        at += int(random.normal(140, 6))
    out += random.normal(size=len(out)) * 0.003
    return np.asarray(out / np.abs(out).max())


def as_mp3(samples: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, samples, 16000, format="MP3")
    file.seek(0)
    return np.asarray(soundfile.read(file, dtype="float32")[0])


def twice_the_rate(samples: np.ndarray) -> np.ndarray:
    bins = np.fft.rfft(samples)
    return np.asarray(2 * np.fft.irfft(np.concatenate([bins, np.zeros(len(bins) - 1)]), 2 * len(samples)))


@pytest.mark.parametrize("change", [as_mp3, twice_the_rate], ids=["mp3", "resampled"])
@pytest.mark.parametrize("level", [0.9, 0.1])
def test_clipped_voices_are_found_after_a_codec_and_at_another_level(
    change: Callable[[np.ndarray], np.ndarray], level: float
) -> None:
    found = []
    for seed in range(8):
        sound = voice(seed)
        rail = np.quantile(np.abs(sound), 0.9)
        pair = [stored(change(one * level), 0) for one in (sound, np.clip(sound / rail, -1, 1))]
        found.append([clipping_ratio(each, "PCM_16") > 0.001 for each in pair])
    clean, clipped = np.mean(found, axis=0)
    assert (clean, clipped >= 6 / 8) == (0, True)


def in_format(subtype: str, samples: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, samples, 16000, format="WAV", subtype=subtype)
    file.seek(0)
    return np.asarray(soundfile.read(file, dtype="float32")[0])[:, None]


@pytest.mark.parametrize("subtype", ["PCM_U8", "ULAW", "ALAW"])
@pytest.mark.parametrize("level", [0.4, 0.1])
def test_clipped_voices_are_found_in_few_bits_at_any_level(subtype: str, level: float) -> None:
    found = []
    for seed in range(8):
        sound = voice(seed)
        clipped = np.clip(sound / np.quantile(np.abs(sound), 0.93), -1, 1)
        found.append([clipping_ratio(in_format(subtype, one * level), subtype) > 0.001 for one in (sound, clipped)])
    clean, clipped_share = np.mean(found, axis=0)
    assert (clean, clipped_share >= 6 / 8) == (0, True)
