"""Conditions that recordings and photos are met under, made by numpy, scipy, Pillow and ffmpeg: never by burnish.

Nothing here shares code, parameters or recordings with the operations that are to be judged. Severity differs from
sample to sample, as it does in the world.
"""

import io
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, signal

Samples = NDArray[np.float64]
Pixels = NDArray[np.float64]
Chance = np.random.Generator


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)) + 1e-12)


def _read(path: Path, rate: int) -> Samples:
    samples, had = soundfile.read(path, always_2d=True)
    mono = samples.mean(axis=1)
    common = np.gcd(rate, had)
    return np.asarray(signal.resample_poly(mono, rate // common, had // common), float)


def _excerpt(recordings: Sequence[Path], rate: int, frames: int, chance: Chance) -> Samples:
    """Return a part of a background in which something is heard."""
    whole = _read(recordings[int(chance.integers(len(recordings)))], rate)
    whole = np.tile(whole, -(-2 * frames // len(whole)))
    level = _rms(whole)
    for _ in range(20):
        start = int(chance.integers(len(whole) - frames))
        part = whole[start : start + frames]
        if _rms(part) > level / 3:
            return part
    return whole[:frames]


def street(samples: Samples, rate: int, chance: Chance, noises: Sequence[Path]) -> Samples:
    """Put a background recording behind speech: SNR of the whole clip normal around 0 dB, from -8 to 9 dB."""
    noise = _excerpt(noises, rate, len(samples), chance)
    snr_db = float(np.clip(chance.normal(0, 4), -8, 9))
    mixed = samples + noise * _rms(samples) / _rms(noise) * 10 ** (-snr_db / 20)
    return np.asarray(mixed / max(1.0, float(np.abs(mixed).max()) / 0.98))


def far(samples: Samples, rate: int, chance: Chance, responses: Sequence[Path]) -> Samples:
    """Play speech into a measured room, and hear it softer over the room's own hiss and hum."""
    impulse = _read(responses[int(chance.integers(len(responses)))], rate)
    impulse = impulse[int(np.argmax(np.abs(impulse))) :][: 2 * rate]
    wet = signal.fftconvolve(samples, impulse)[: len(samples)]
    wet *= _rms(samples) / _rms(wet) * 10 ** (-chance.uniform(6, 14) / 20)
    # A room's floor falls with frequency, about 4 dB an octave.
    white = np.fft.rfft(chance.standard_normal(len(samples)))
    frequency = np.maximum(np.fft.rfftfreq(len(samples), 1 / rate), 30)
    floor = np.fft.irfft(white * frequency**-0.65, len(samples))
    hum = 0.5 * np.sin(2 * np.pi * 100 * np.arange(len(samples)) / rate)
    floor = floor / _rms(floor) + hum
    return np.asarray(wet + floor * _rms(wet) / _rms(floor) * 10 ** (-chance.uniform(8, 20) / 20))


def phone(samples: Samples, rate: int, chance: Chance) -> Samples:
    """Send speech over a telephone: 8 kHz, the band of a handset, u-law or ADPCM (IMA, G.726), and its level."""
    codec = ("pcm_mulaw", "adpcm_ima_wav", "g726")[int(chance.integers(3))]
    low, high = int(chance.integers(250, 400)), int(chance.integers(2800, 3500))
    data = io.BytesIO()
    soundfile.write(data, samples, rate, format="WAV", subtype="PCM_16")
    chain = f"highpass=f={low}:p=2,lowpass=f={high}:p=2,lowpass=f={high}:p=2,aresample=8000"
    coded = _ffmpeg(data.getvalue(), "-af", chain, "-ac", "1", "-c:a", codec, "-f", "wav")
    back = _ffmpeg(coded, "-ar", str(rate), "-c:a", "pcm_s16le", "-f", "wav")
    found, _ = soundfile.read(io.BytesIO(back))
    found = np.pad(found, (0, max(0, len(samples) - len(found))))[: len(samples)]
    return np.asarray(found * 10 ** (chance.uniform(-6, 0) / 20), float)


def _ffmpeg(data: bytes, *arguments: str) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", "pipe:0", *arguments, "pipe:1"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def _linear(pixels: Pixels) -> Pixels:
    return np.asarray(np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4))


def _encoded(light: Pixels) -> Pixels:
    light = np.clip(light, 0, 1)
    return np.asarray(np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055))


def _compressed(pixels: Pixels, quality: int) -> Pixels:
    data = io.BytesIO()
    Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)).save(data, "JPEG", quality=quality)
    return np.asarray(Image.open(data).convert("RGB"), float) / 255


def dim(pixels: Pixels, chance: Chance) -> Pixels:
    """Take light away as an evening does: photons are few, the gain lifts their noise, its colours blotch."""
    stops = chance.uniform(3.5, 5.5)
    lifted = chance.uniform(1.5, 2.5)
    # The more pixels on a sensor, the fewer photons for each.
    white = 10 ** chance.uniform(3.0, 3.6) * 64 / max(pixels.shape)
    light = _linear(pixels) * 2**-stops * np.array([1.0, 0.92, chance.uniform(0.6, 0.85)])
    electrons = chance.poisson(np.maximum(light, 0) * white) + chance.normal(0, 3, light.shape)
    blotches = ndimage.gaussian_filter(chance.normal(0, 4, light.shape), (1.5, 1.5, 0))
    seen = _encoded((electrons + blotches) / white * 2**lifted)
    return _compressed(seen, int(chance.integers(65, 90)))


def haze(pixels: Pixels, chance: Chance) -> Pixels:
    """Scatter light on the way: less of the far parts, and the colour of the air in its place."""
    height, width = pixels.shape[:2]
    rows = np.linspace(1, 0.3, height)[:, None] * np.ones((1, width))
    clouds = ndimage.zoom(chance.uniform(0.7, 1.3, (5, 5)), (height / 5, width / 5), order=1)[:height, :width]
    clouds = np.pad(clouds, ((0, height - clouds.shape[0]), (0, width - clouds.shape[1])), "edge")
    through = np.exp(-chance.uniform(1.2, 3.0) * rows * clouds)[..., None]
    air = chance.uniform(0.75, 0.92) * np.array([0.97, 0.99, 1.0])
    return _compressed(pixels * through + air * (1 - through), int(chance.integers(70, 92)))


def shake(pixels: Pixels, chance: Chance) -> Pixels:
    """Move the camera while the shutter is open: a path with inertia, drawn at ten points to the pixel."""
    size = max(5, int(chance.uniform(0.06, 0.14) * max(pixels.shape[:2]))) | 1
    steps = np.cumsum(ndimage.gaussian_filter1d(chance.standard_normal((400, 2)), 40, axis=0), axis=0)
    steps -= steps.mean(axis=0)
    steps *= (size / 2 - 1) / np.abs(steps).max()
    kernel = np.zeros((size, size))
    for y, x in np.rint(steps + size // 2).astype(int):
        kernel[y, x] += 1
    kernel /= kernel.sum()
    light = _linear(pixels)
    pad = size // 2
    padded = np.pad(light, ((pad, pad), (pad, pad), (0, 0)), "reflect")
    blurred = np.stack([signal.fftconvolve(padded[..., at], kernel, "valid") for at in range(3)], axis=-1)
    return _compressed(_encoded(blurred), int(chance.integers(75, 92)))


def covered(pixels: Pixels, chance: Chance) -> Pixels:
    """Let something woven lie over a quarter to a half of the picture: crossing threads, folds, a soft torn edge."""
    height, width = pixels.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    turned = chance.uniform(0, np.pi)
    along = columns * np.cos(turned) + rows * np.sin(turned)
    across = rows * np.cos(turned) - columns * np.sin(turned)
    period = max(2.5, chance.uniform(0.01, 0.03) * max(height, width))
    threads = 0.5 + 0.25 * np.sin(2 * np.pi * along / period) + 0.25 * np.sin(2 * np.pi * across / period)
    folds = ndimage.zoom(chance.uniform(0.6, 1.2, (4, 4)), (height / 4, width / 4), order=3)[:height, :width]
    colour = chance.uniform(0.1, 0.8) + chance.uniform(-0.15, 0.15, 3)
    cloth = (0.7 + 0.3 * threads)[..., None] * folds[..., None] * colour
    # From one side, with a border that wanders: that much of the picture is below it.
    depth = along if chance.random() < 0.5 else -across
    ragged = ndimage.gaussian_filter(chance.standard_normal((height, width)), max(height, width) / 12)
    depth = (depth - depth.min()) / np.ptp(depth) + 0.1 * ragged / (np.abs(ragged).max() + 1e-9)
    edge = np.quantile(depth, chance.uniform(0.25, 0.5))
    over = ndimage.gaussian_filter((depth < edge).astype(float), 1.0)[..., None]
    return _compressed(np.clip(pixels * (1 - over) + cloth * over, 0, 1), int(chance.integers(75, 92)))


PHOTOS: dict[str, Callable[[Pixels, Chance], Pixels]] = {"dim": dim, "haze": haze, "shake": shake, "covered": covered}
"""Conditions of photos: RGB, float64, shape (height, width, 3), 0 to 1."""
