"""Which of two copies `burnish dedup` lets stay: photos, drawings and recordings beside copies of them that are worse.

    python -m benchmarks.stays [--seed N] [--count N]

Needs BURNISH_DATA. For each change it prints beside how many of the originals the original stays, by what `dedup`
measures of both and by its rule `best`; whether it would call them copies is not asked.
"""

import argparse
import io
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from benchmarks.facts import line_drawing, noisy, page
from benchmarks.inputs import real_data
from curate.duplicates.image.worth import picture_worth
from curate.duplicates.item import AudioKey, ImageKey, Item
from curate.duplicates.keep import rank
from curate.facts.records import AudioFacts
from curate.scan.measure import facts_of

Sound = NDArray[np.float64]
Kept = tuple[Image.Image, str, int]
"""A picture as it is read back, its format, and how many bytes it takes."""

PICTURES = ("clothing/**/*.jpg", "near_duplicates/**/*.jpg", "rated_photos/**/*.jpg", "circuit_boards/**/*.jpg")
RECORDINGS = ("speech_commands/**/*.wav", "voice_prompts/**/*.wav", "fsdd/**/*.wav")
LEAST_PEAK = 0.02


def kept(image: Image.Image, format_name: str = "PNG", **options: int) -> Kept:
    file = io.BytesIO()
    image.save(file, format_name, **options)
    return Image.open(file).convert("RGB"), format_name, file.tell()


def jpeg_as_png(image: Image.Image, quality: int) -> Kept:
    return kept(kept(image, "JPEG", quality=quality)[0])


def scaled(image: Image.Image, factor: float, way: Image.Resampling) -> Kept:
    return kept(image.resize((round(image.width * factor), round(image.height * factor)), way))


def with_grain(image: Image.Image, levels: float) -> Kept:
    return kept(Image.fromarray(noisy(np.asarray(image), levels)))


WAYS = Image.Resampling
OF_PICTURES: dict[str, Callable[[Image.Image], Kept]] = {
    "JPEG quality 75": lambda image: kept(image, "JPEG", quality=75),
    "JPEG quality 60": lambda image: kept(image, "JPEG", quality=60),
    "JPEG quality 30": lambda image: kept(image, "JPEG", quality=30),
    "JPEG quality 30, as PNG": lambda image: jpeg_as_png(image, 30),
    "JPEG quality 10, as PNG": lambda image: jpeg_as_png(image, 10),
    "WebP quality 50": lambda image: kept(image, "WEBP", quality=50),
    "WebP quality 10": lambda image: kept(image, "WEBP", quality=10),
    "GIF": lambda image: kept(image, "GIF"),
    "half as large": lambda image: scaled(image, 0.5, WAYS.LANCZOS),
    "blown up by 1.25": lambda image: scaled(image, 1.25, WAYS.BICUBIC),
    "blown up by 1.5": lambda image: scaled(image, 1.5, WAYS.LANCZOS),
    "blown up by 2": lambda image: scaled(image, 2, WAYS.BICUBIC),
    "blown up by 2, linear": lambda image: scaled(image, 2, WAYS.BILINEAR),
    "blown up by 2, repeated": lambda image: scaled(image, 2, WAYS.NEAREST),
    "blown up by 3": lambda image: scaled(image, 3, WAYS.BICUBIC),
    "blown up by 4": lambda image: scaled(image, 4, WAYS.BICUBIC),
    "blurred": lambda image: kept(image.filter(ImageFilter.GaussianBlur(1.5))),
    "sharpened": lambda image: kept(image.filter(ImageFilter.UnsharpMask(2, 150, 0))),
    "noise of 4 levels": lambda image: with_grain(image, 4),
    "noise of 10 levels": lambda image: with_grain(image, 10),
    "contrast x 1.5": lambda image: kept(ImageEnhance.Contrast(image).enhance(1.5)),
    "contrast x 1.25, quality 75": lambda image: kept(ImageEnhance.Contrast(image).enhance(1.25), "JPEG", quality=75),
    "contrast x 0.8, quality 75": lambda image: kept(ImageEnhance.Contrast(image).enhance(0.8), "JPEG", quality=75),
    "light x 0.7, quality 75": lambda image: kept(ImageEnhance.Brightness(image).enhance(0.7), "JPEG", quality=75),
    "autocontrast": lambda image: kept(ImageOps.autocontrast(image, 1)),
    "grey": lambda image: kept(image.convert("L").convert("RGB")),
    "white border": lambda image: kept(ImageOps.expand(image, 30, "white")),
}


def mp3(samples: Sound, rate: int) -> Sound:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="MP3")
    file.seek(0)
    decoded: Sound = soundfile.read(file)[0]
    return decoded


def with_noise(samples: Sound, snr_db: float) -> Sound:
    level = np.sqrt(np.mean(samples**2)) * 10 ** (-snr_db / 20)
    return (samples + np.random.default_rng(0).normal(0, level, len(samples))).clip(-1, 1)


Written = tuple[Sound, int, str]
OF_SOUND: dict[str, Callable[[Sound, int], Written]] = {
    "a second of zeros at both ends": lambda x, rate: (np.pad(x, rate), rate, "PCM_16"),
    "clipped by 4 %": lambda x, rate: ((x / np.quantile(np.abs(x), 0.96)).clip(-0.99, 0.99), rate, "PCM_16"),
    "noise at 20 dB": lambda x, rate: (with_noise(x, 20), rate, "PCM_16"),
    "noise at 10 dB": lambda x, rate: (with_noise(x, 10), rate, "PCM_16"),
    "sampled up to 48 kHz": lambda x, rate: (soxr.resample(x, rate, 48_000), 48_000, "PCM_16"),
    "u-law": lambda x, rate: (x, rate, "ULAW"),
    "8 bit": lambda x, rate: (x, rate, "PCM_U8"),
    "MP3, as WAV": lambda x, rate: (mp3(x, rate), rate, "PCM_16"),
    "twice the same channel": lambda x, rate: (np.stack([x, x], 1), rate, "PCM_16"),
    "a dead channel": lambda x, rate: (np.stack([x, 0 * x], 1), rate, "PCM_16"),
    "a channel turned round": lambda x, rate: (np.stack([x, -x], 1), rate, "PCM_16"),
}


def some(chance: random.Random, pattern: str, count: int) -> list[Path]:
    return chance.sample(sorted(real_data().glob(pattern)), count)


def pictures(seed: int, count: int) -> Iterator[tuple[str, Kept]]:
    """Yield the name of a set and an original of it."""
    chance = random.Random(seed)
    for pattern in PICTURES:
        for path in some(chance, pattern, count):
            yield pattern.partition("/")[0], (Image.open(path).convert("RGB"), "JPEG", path.stat().st_size)
    for draw in (page, line_drawing):
        for _ in range(count):
            yield "drawings", kept(draw(chance).convert("RGB"))


def rank_of_picture(picture: Kept) -> tuple[object, ...]:
    image, format_name, size = picture
    key = ImageKey(format=format_name, width=image.width, height=image.height)
    worth = picture_worth(np.ascontiguousarray(np.asarray(image)))
    return rank(0, Item(path="a", bytes=size, image=key), ("best",), worth, there=True)


def rank_of_sound(path: Path) -> tuple[object, ...]:
    facts = facts_of(path.read_bytes())
    assert isinstance(facts, AudioFacts)
    key = AudioKey(**{name: getattr(facts, name) for name in AudioKey.__struct_fields__ if hasattr(facts, name)})
    return rank(0, Item(path="a", bytes=path.stat().st_size, audio=key), ("best",), None, there=True)


def table_of_pictures(seed: int, count: int) -> None:
    originals = list(pictures(seed, count))
    sets = list(dict.fromkeys(name for name, _ in originals))
    print(f"| picture | {' | '.join(sets)} |\n|---|{'---|' * len(sets)}")
    ranks = [rank_of_picture(original) for _, original in originals]
    for change, make in OF_PICTURES.items():
        stays = [ranks[at] > rank_of_picture(make(original[0])) for at, (_, original) in enumerate(originals)]
        cells = []
        for name in sets:
            of_set = [stay for stay, (other, _) in zip(stays, originals, strict=True) if other == name]
            cells.append(f"{sum(of_set)} of {len(of_set)}")
        print(f"| {change} | {' | '.join(cells)} |", flush=True)


def table_of_sound(seed: int, count: int) -> None:
    chance = random.Random(seed)
    loaded = [soundfile.read(path) for pattern in RECORDINGS for path in some(chance, pattern, count)]
    originals = [(x if x.ndim == 1 else x.mean(axis=1), rate) for x, rate in loaded]
    originals = [(x, rate) for x, rate in originals if np.abs(x).max() > LEAST_PEAK]
    print("\n| recording | original stays |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:

        def ranked(samples: Sound, rate: int, subtype: str = "PCM_16") -> tuple[object, ...]:
            path = Path(folder) / "a.wav"
            soundfile.write(path, samples, rate, subtype=subtype)
            return rank_of_sound(path)

        ranks = [ranked(x, rate) for x, rate in originals]
        for change, make in OF_SOUND.items():
            stays = [ranks[at] > ranked(*make(x, rate)) for at, (x, rate) in enumerate(originals)]
            print(f"| {change} | {sum(stays)} of {len(stays)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=21, help="which files are drawn")
    parser.add_argument("--count", type=int, default=8, help="files of each set")
    given = parser.parse_args()
    table_of_pictures(given.seed, given.count)
    table_of_sound(given.seed, given.count)


if __name__ == "__main__":
    main()
