"""Copies have nearly the fingerprint of their original, other recordings have not."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curate.facts.fingerprint import RADIUS_BITS, fingerprint
from curate.facts.spectrum import spectrum
from curate.media.audio import load_audio

soxr = pytest.importorskip("soxr", reason="resampling needs soxr")
DATA = os.environ.get("BURNISH_DATA", "")
needs_data = pytest.mark.skipif(not DATA, reason="BURNISH_DATA does not name the folder with real data")


def bits(samples: np.ndarray, rate: int = 16000) -> np.ndarray:
    digits = fingerprint(spectrum(samples.astype(np.float32), rate).bands)
    assert digits is not None
    assert len(digits) == 32
    return np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8))


def stored(samples: np.ndarray) -> np.ndarray:
    return np.round(samples * 32768).clip(-32768, 32767) / 32768


def coded(samples: np.ndarray, form: str, subtype: str, **options: object) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, samples, 16000, format=form, subtype=subtype, **options)
    file.seek(0)
    return soundfile.read(file)[0]  # type: ignore[no-any-return]


def mp3(samples: np.ndarray) -> np.ndarray:
    return coded(samples, "MP3", "MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.65)


def later(samples: np.ndarray, frames: int) -> np.ndarray:
    return np.concatenate([np.zeros(frames), samples])[: len(samples)]


COPIES: dict[str, Callable[[np.ndarray], tuple[np.ndarray, int]]] = {
    "gain -6 dB": lambda x: (stored(x / 2), 16000),
    "gain -20 dB": lambda x: (stored(x / 10), 16000),
    "8 kHz": lambda x: (stored(soxr.resample(x, 16000, 8000)), 8000),
    "44.1 kHz": lambda x: (stored(soxr.resample(x, 16000, 44100)), 44100),
    "Vorbis": lambda x: (coded(x, "OGG", "VORBIS"), 16000),
    "Opus": lambda x: (coded(x, "OGG", "OPUS"), 16000),
    "MP3 64 kbit/s": lambda x: (mp3(x), 16000),
    "MP3 with its delay": lambda x: (np.concatenate([np.zeros(1105), mp3(x), np.zeros(500)]), 16000),
    "13 ms later": lambda x: (later(x, 208), 16000),
    "50 ms later": lambda x: (later(x, 800), 16000),
    "100 ms later": lambda x: (later(x, 1600), 16000),
    "100 ms earlier": lambda x: (np.concatenate([x[1600:], np.zeros(1600)]), 16000),
}


@pytest.fixture(scope="module")
def words() -> list[np.ndarray]:
    files = sorted((Path(DATA) / "speech_commands").glob("*/*.wav"))
    return [load_audio(path.read_bytes())[0][:, 0] for path in files]


@needs_data
@pytest.mark.parametrize("copy", COPIES)
def test_copies_are_candidates(words: list[np.ndarray], copy: str) -> None:
    chosen = words[::3]
    distances = [np.count_nonzero(bits(word) != bits(*COPIES[copy](word))) for word in chosen]
    assert np.mean(np.array(distances) <= RADIUS_BITS) >= 0.96


@needs_data
def test_other_recordings_are_none(words: list[np.ndarray]) -> None:
    signs = np.array([bits(word) for word in words]).astype(np.float32) * 2 - 1
    distances = np.asarray((128 - signs @ signs.T) / 2)[np.triu_indices(len(words), 1)]
    assert len(distances) == 44850
    assert np.mean(distances <= RADIUS_BITS) <= 1e-4
    assert distances.mean() == pytest.approx(61, abs=2)


def chirps(seed: int = 0) -> np.ndarray:
    time = np.arange(16000) / 16000
    hz = np.random.default_rng(seed).uniform(300, 3000, 12)
    tones = [np.sin(2 * np.pi * f * time) * np.exp(-(((time - 0.2 - i / 20) * 25) ** 2)) for i, f in enumerate(hz)]
    return np.asarray(np.sum(tones, axis=0) / 4)


def test_gain_leaves_every_sign() -> None:
    assert np.array_equal(bits(chirps()), bits(chirps() / 8))


def test_other_sounds_differ() -> None:
    assert np.count_nonzero(bits(chirps(0)) != bits(chirps(1))) > 2 * RADIUS_BITS


def test_the_digits_are_version_1() -> None:
    time = np.arange(4800) / 16000
    clip = (np.sin(2 * np.pi * 700 * time) * np.sin(2 * np.pi * 5 * time) * time).astype(np.float32)
    found = bits(clip)
    version_1 = np.unpackbits(np.frombuffer(bytes.fromhex("99ccce598ccc699ccc6598d33999cb31"), np.uint8))
    assert np.count_nonzero(found != version_1) <= 2


@pytest.mark.parametrize("level", [0, 1e-4])
def test_silence_has_none(level: float) -> None:
    noise = level * np.random.default_rng(0).normal(size=16000)
    assert fingerprint(spectrum(noise.astype(np.float32), 16000).bands) is None
