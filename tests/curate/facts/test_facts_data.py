"""Sharpness, clipping and noise of real photos and recordings, with blur, rails and noise made by other programs."""

import io
import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageFilter, ImageOps

from curate.facts.acutance import acutance, reduced
from curate.facts.clipping import clipping_ratio
from curate.facts.powers import snr_db
from curate.facts.spectrum import spectrum

DATA = os.environ.get("BURNISH_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="BURNISH_DATA does not name the folder with real data")

THRESHOLD = 0.42
Blur = Callable[[np.ndarray, float], np.ndarray]


def some(pattern: str, count: int) -> list[Path]:
    found = sorted(path for path in Path(DATA).glob(pattern) if "silence" not in path.parts)
    return random.Random(5).sample(found, count)


@cache
def photos(folder: str) -> list[Image.Image]:
    return [ImageOps.exif_transpose(Image.open(path)).convert("RGB") for path in some(f"{folder}/**/*.jpg", 60)]


def sharp(image: Image.Image) -> float:
    return acutance(reduced(image.convert("L")))


def filtered(image: Image.Image, kernel: np.ndarray) -> Image.Image:
    from scipy.signal import fftconvolve

    wide = len(kernel) // 2
    padded = np.pad(np.asarray(image, float), ((wide, wide), (wide, wide), (0, 0)), mode="reflect")
    planes = [fftconvolve(padded[..., plane], kernel / kernel.sum(), mode="valid") for plane in range(3)]
    return Image.fromarray(np.clip(np.stack(planes, axis=-1) + 0.5, 0, 255).astype(np.uint8))


def defocused(image: Image.Image, seed: int) -> Image.Image:
    radius = 5 * max(image.size) / 533
    rows, columns = np.mgrid[-20:21, -20:21]
    return filtered(image, np.clip(radius + 0.5 - np.hypot(rows, columns), 0, 1))


def shaken(image: Image.Image, seed: int) -> Image.Image:
    length, angle = 20 * max(image.size) / 533, random.Random(seed).uniform(0, np.pi)
    kernel = np.zeros((41, 41))
    for at in np.linspace(-length / 2, length / 2, 400):
        kernel[round(20 + at * np.sin(angle)), round(20 + at * np.cos(angle))] += 1
    return filtered(image, kernel)


def softened(image: Image.Image, seed: int) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(3 * max(image.size) / 533))


@pytest.mark.parametrize("blur", [softened, shaken, defocused], ids=["gaussian", "motion", "defocus"])
@pytest.mark.parametrize("folder", ["clothing", "circuit_boards"])
def test_blurred_photos_are_told_from_sharp_ones(folder: str, blur: Callable[[Image.Image, int], Image.Image]) -> None:
    before = np.array([sharp(image) for image in photos(folder)])
    after = np.array([sharp(blur(image, seed)) for seed, image in enumerate(photos(folder))])
    area = (before[:, None] > after).mean()
    assert area >= 0.99
    assert (after < THRESHOLD).mean() >= 0.95
    assert (before < THRESHOLD).mean() <= 0.02


def clips(folder: str, count: int) -> list[tuple[np.ndarray, int]]:
    loaded = [soundfile.read(path) for path in some(f"{folder}/**/*.wav", count)]
    return [(samples, rate) for samples, rate in loaded if np.abs(samples).max() > 0.01]


def mp3(samples: np.ndarray, rate: int) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="MP3")
    file.seek(0)
    return np.asarray(soundfile.read(file)[0])


def resampled(samples: np.ndarray, rate: int) -> np.ndarray:
    import soxr

    return np.asarray(soxr.resample(samples, rate, 11025))


def ratio(samples: np.ndarray) -> float:
    stored = np.round(np.clip(samples, -1, 1) * 32767) / 32768
    return clipping_ratio(stored.astype(np.float32)[:, None], "PCM_16")


@pytest.mark.parametrize("folder", ["voice_prompts", "fsdd", "speech_commands"])
def test_clipping_is_found_after_what_comes_after_it(folder: str) -> None:
    found = []
    for samples, rate in clips(folder, 60):
        rail = np.quantile(np.abs(samples), 0.93)
        clipped = np.clip(samples / rail, -1, 1)
        made = [samples, clipped * 0.1, mp3(clipped * 0.9, rate), resampled(clipped, rate) * 0.3]
        found.append([ratio(one) > 0.001 for one in made])
    clean, quieter, coded, other_rate = np.mean(found, axis=0)
    # 9 of the 300 spoken commands are clipped as they are: three speakers, seen in the waveform.
    assert clean <= 0.05
    assert quieter >= 0.95
    assert min(coded, other_rate) >= 0.85


def pink(chance: np.random.Generator, count: int) -> np.ndarray:
    bins = np.fft.rfft(chance.normal(size=count))
    bins[1:] /= np.sqrt(np.arange(1, len(bins)))
    bins[0] = 0
    return np.asarray(np.fft.irfft(bins, count))


@pytest.mark.parametrize("colour", ["white", "pink", "recorded-pink"])
def test_snr_of_prompts_with_pauses_is_that_of_the_mix(colour: str) -> None:
    chance = np.random.default_rng(0)
    prompts = [samples for samples, _ in clips("voice_prompts", 60)]
    recorded, _ = soundfile.read(Path(DATA) / "noise/background/pink_noise.wav")
    errors = []
    for at in range(0, 56, 4):
        speech = np.concatenate([np.append(prompt, np.zeros(3000)) for prompt in prompts[at : at + 4]])
        start = chance.integers(len(recorded) - len(speech))
        noise = {
            "white": chance.normal(size=len(speech)),
            "pink": pink(chance, len(speech)),
            "recorded-pink": recorded[start : start + len(speech)],
        }[colour]
        noise = noise * np.sqrt(np.mean(speech**2) / np.mean(noise**2))
        mixed = [speech + noise * 10 ** (-snr / 20) for snr in (0, 10, 20, 30)]
        errors.append([snr_db(spectrum(one.astype(np.float32), 8000)) for one in mixed])
    apart = np.array(errors) - [0, 10, 20, 30]
    assert np.abs(np.median(apart, axis=0)).max() < 1
    assert np.quantile(np.abs(apart), 0.9) < 2
