"""What the recall of `burnish dedup` is measured on: twenty changes of a photo, and twenty of a recording."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

if TYPE_CHECKING:
    from pathlib import Path

Sound = NDArray[np.float32]


class ImageChange(NamedTuple):
    """A change of a photo.

    Attributes:
        change: Of an RGB picture.
        relation: `near` where a whole or most of the photo is there and nothing else, `part` where something else is,
            or less than half of the photo.
        ending: Of the file.
        quality: Of the JPEG.
    """

    change: Callable[[Image.Image], Image.Image]
    relation: str = "near"
    ending: str = "jpg"
    quality: int = 90


class AudioChange(NamedTuple):
    """A change of a recording: of samples, shape (frames,), and rate in Hz; see `ImageChange`."""

    change: Callable[[Sound, int], tuple[Sound, int]]
    relation: str = "near"
    container: str = "WAV"


def _crop(image: Image.Image, share: float, x: float = 0.5, y: float = 0.5) -> Image.Image:
    """Return the part of the picture with a share of its sides, at a place from 0 to 1 on each axis."""
    width, height = round(image.width * share), round(image.height * share)
    left, top = round((image.width - width) * x), round((image.height - height) * y)
    return image.crop((left, top, left + width, top + height))


def _rotate_and_cut(image: Image.Image) -> Image.Image:
    return _crop(image.rotate(7, Image.Resampling.BICUBIC), 0.78)


def _warm(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image, np.float32) * (1.12, 1.0, 0.75)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(image.size) / 250))


def _framed(image: Image.Image) -> Image.Image:
    side = max(image.size)
    return ImageOps.expand(ImageOps.expand(image, side // 20, (245, 240, 230)), side // 40, (60, 35, 20))


def _written(image: Image.Image, box: tuple[int, int], text: str, height: int, fill: tuple[int, ...]) -> None:
    from PIL import ImageFont

    ImageDraw.Draw(image, "RGBA").text(box, text, fill, ImageFont.load_default(height))


def _watermarked(image: Image.Image) -> Image.Image:
    marked = image.copy()
    height = max(12, image.height // 9)
    _written(marked, (image.width // 8, image.height * 2 // 5), "© studio 27", height, (255, 255, 255, 130))
    return marked


def _captioned(image: Image.Image) -> Image.Image:
    strip = max(16, image.height // 8)
    marked = image.copy()
    marked.paste((0, 0, 0), (0, image.height - strip, image.width, image.height))
    _written(marked, (strip // 4, image.height - strip + strip // 6), "Summer sale 2026", strip // 2, (255, 255, 255))
    return marked


def _screenshot(image: Image.Image) -> Image.Image:
    width = image.width
    screen = Image.new("RGB", (width, round(image.height * 1.35)), (18, 18, 20))
    top = round(image.height * 0.12)
    _written(screen, (width // 20, top // 4), "09:41   photos", max(12, top // 3), (235, 235, 235))
    screen.paste(image, (0, top))
    _written(
        screen, (width // 20, top + image.height + top // 3), "Like   Share   Save", max(12, top // 3), (90, 160, 255)
    )
    return screen


IMAGES = {
    "quality-60": ImageChange(lambda image: image, quality=60),
    "quality-20": ImageChange(lambda image: image, quality=20),
    "png": ImageChange(lambda image: image, ending="png"),
    "half-size": ImageChange(lambda image: image.resize((image.width // 2, image.height // 2))),
    "grey": ImageChange(lambda image: image.convert("L")),
    "brighter-15": ImageChange(lambda image: ImageEnhance.Brightness(image).enhance(1.15)),
    "darker-50": ImageChange(lambda image: ImageEnhance.Brightness(image).enhance(0.5)),
    "warm": ImageChange(_warm),
    "blurred": ImageChange(_blurred),
    "crop-5": ImageChange(lambda image: _crop(image, 0.95)),
    "crop-10": ImageChange(lambda image: _crop(image, 0.9, 0.2, 0.9)),
    "crop-25": ImageChange(lambda image: _crop(image, 0.75, 0.3, 0.8)),
    "crop-to-quarter": ImageChange(lambda image: _crop(image, 0.5, 0.4, 0.6), "part"),
    "flip": ImageChange(ImageOps.mirror),
    "flip-crop-10": ImageChange(lambda image: ImageOps.mirror(_crop(image, 0.9, 0.7, 0.3))),
    "rotate-cut": ImageChange(_rotate_and_cut),
    "border": ImageChange(lambda image: ImageOps.expand(image, max(image.size) // 10, (255, 255, 255))),
    "framed": ImageChange(_framed),
    "watermark": ImageChange(_watermarked, "part"),
    "caption": ImageChange(_captioned, "part"),
    "screenshot": ImageChange(_screenshot, "part"),
}


def _shifted(seconds: float) -> Callable[[Sound, int], tuple[Sound, int]]:
    """Return a change that lets a recording begin later, in silence that is as quiet as a recorder is."""

    def change(sound: Sound, rate: int) -> tuple[Sound, int]:
        lead = np.random.default_rng(len(sound)).normal(0, 2e-5, round(seconds * rate)).astype(np.float32)
        return np.concatenate([lead, sound]), rate

    return change


def _faster(percent: float) -> Callable[[Sound, int], tuple[Sound, int]]:
    def change(sound: Sound, rate: int) -> tuple[Sound, int]:
        return np.asarray(soxr.resample(sound, rate * (1 + percent / 100), rate), np.float32), rate

    return change


def _telephone(sound: Sound, rate: int) -> tuple[Sound, int]:
    from scipy import signal

    band = signal.butter(6, (300, 3400), "bandpass", fs=8000, output="sos")
    narrow = signal.sosfilt(band, soxr.resample(sound, rate, 8000))
    # Mu-law of 8 bits, as a digital exchange codes it.
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.minimum(1, np.abs(narrow))) / np.log(256) * 127) / 127
    return np.asarray(np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255, np.float32), 8000


def _noisy(snr_db: float) -> Callable[[Sound, int], tuple[Sound, int]]:
    def change(sound: Sound, rate: int) -> tuple[Sound, int]:
        noise = np.random.default_rng(len(sound)).standard_normal(len(sound))
        level = np.sqrt(np.mean(np.square(sound))) * 10 ** (-snr_db / 20)
        return np.asarray(sound + level * noise, np.float32), rate

    return change


def _excerpt(begin: float, end: float) -> Callable[[Sound, int], tuple[Sound, int]]:
    """Return a change that leaves a share of what can be heard: words stand in a second of silence, mostly."""

    def change(sound: Sound, rate: int) -> tuple[Sound, int]:
        loud = np.flatnonzero(np.convolve(np.abs(sound), np.ones(400) / 400, "same") > 0.1 * np.abs(sound).max())
        first, last = (loud[0], loud[-1]) if len(loud) else (0, len(sound))
        return sound[round(first + begin * (last - first)) : round(first + end * (last - first))], rate

    return change


def _hum(sound: Sound, rate: int) -> tuple[Sound, int]:
    level = np.sqrt(np.mean(np.square(sound))) * 0.5
    return np.asarray(sound + level * np.sin(2 * np.pi * 50 * np.arange(len(sound)) / rate), np.float32), rate


def _followed(sound: Sound, rate: int) -> tuple[Sound, int]:
    """Return the recording with a tune behind it that is as loud and half as long."""
    at = np.arange(len(sound) // 2) / rate
    notes = np.random.default_rng(int(1e6 * np.abs(sound).max())).integers(0, 12, 1 + len(at) * 8 // rate)
    pitch = 220 * 2 ** (notes / 12)
    tune = np.sin(2 * np.pi * np.cumsum(pitch[(at * 8).astype(int)]) / rate) * np.abs(sound).max() / 2
    return np.concatenate([sound, tune.astype(np.float32)]), rate


AUDIO = {
    "gain-6dB": AudioChange(lambda sound, rate: (sound / 2, rate)),
    "upside-down": AudioChange(lambda sound, rate: (-sound, rate)),
    "8kHz": AudioChange(lambda sound, rate: (soxr.resample(sound, rate, 8000), 8000)),
    "44.1kHz": AudioChange(lambda sound, rate: (soxr.resample(sound, rate, 44100), 44100)),
    "ogg": AudioChange(lambda sound, rate: (sound, rate), container="OGG"),
    "mp3": AudioChange(lambda sound, rate: (sound, rate), container="MP3"),
    "flac": AudioChange(lambda sound, rate: (sound, rate), container="FLAC"),
    "stereo": AudioChange(lambda sound, rate: (np.stack([sound, sound], axis=1), rate)),
    "shift-50ms": AudioChange(lambda sound, rate: (_shifted(0.05)(sound, rate)[0][: len(sound)], rate)),
    "shift-300ms": AudioChange(_shifted(0.3)),
    "shift-1s": AudioChange(_shifted(1.0)),
    "shift-2s": AudioChange(_shifted(2.0)),
    "speed+1": AudioChange(_faster(1)),
    "speed-1": AudioChange(_faster(-1)),
    "speed+3": AudioChange(_faster(3)),
    "speed-3": AudioChange(_faster(-3)),
    "telephone": AudioChange(_telephone),
    "noise-20dB": AudioChange(_noisy(20)),
    "hum": AudioChange(_hum),
    "excerpt-third": AudioChange(_excerpt(0.33, 0.67), "part"),
    "followed": AudioChange(_followed, "part"),
}


def write_image(path: "Path", image: Image.Image, name: str) -> None:
    """Write a changed photo; `path` without its ending."""
    change = IMAGES[name]
    options = {"quality": change.quality} if change.ending == "jpg" else {}
    change.change(image).save(f"{path}.{change.ending}", **options)


def write_audio(path: "Path", sound: Sound, rate: int, name: str) -> None:
    """Write a changed recording; `path` without its ending."""
    change = AUDIO[name]
    changed, changed_rate = change.change(sound, rate)
    target = f"{path}.{change.container.lower()}"
    if change.container != "MP3":
        soundfile.write(target, changed, changed_rate, format=change.container)
        return
    mp3 = io.BytesIO()
    # libsndfile has no bit rate in kbit/s: this level is the one nearest to 64.
    with soundfile.SoundFile(mp3, "w", rate, 1, format="MP3", compression_level=0.5, bitrate_mode="CONSTANT") as file:
        file.write(changed)
    with open(target, "wb") as out:
        out.write(mp3.getvalue())
