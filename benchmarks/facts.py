"""What the facts behind `blurry`, `noisy` and `clipped` say of damage that other programs did.

`python -m benchmarks.facts blur|drawn|snr|clipping [--count N] [--sets NAME ...]` prints the tables of
docs/benchmarks.md. Blur is made by scipy (Gaussian) and OpenCV (defocus, movement), clipping is followed by
libsndfile's codecs or soxr, noise is made by numpy or recorded. Sizes of blur are in pixels of a longer side of 533, of
`drawn` in those of 1,000.
"""

import argparse
import io
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps
from scipy.ndimage import gaussian_filter

from benchmarks.inputs import real_data
from curate.check.checks import CHECKS
from curate.facts.clipping import clipping_ratio
from curate.facts.powers import snr_db
from curate.facts.records import ImageFacts
from curate.facts.spectrum import spectrum
from curate.scan.measure import facts_of

Pixels = NDArray[np.uint8]
Sound = NDArray[np.floating]
RATE = 8000
SNRS_DB = (0, 10, 20, 30)
SHARES = (0.01, 0.03, 0.1)


def gaussian(pixels: Pixels, size: float, _: float) -> Pixels:
    blurred: Pixels = gaussian_filter(pixels, (size, size, 0)[: pixels.ndim], mode="reflect")
    return blurred


def defocus(pixels: Pixels, size: float, _: float) -> Pixels:
    side = int(size) + 2
    rows, columns = np.mgrid[-side : side + 1, -side : side + 1]
    disc = np.clip(size + 0.5 - np.hypot(rows, columns), 0, 1)
    return cv2.filter2D(pixels, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT).astype(np.uint8)


def movement(pixels: Pixels, size: float, angle: float) -> Pixels:
    """Return the picture smeared along a line, drawn eight times as fine and averaged."""
    side = 8 * (2 * int(size / 2 + 2) + 1)
    line = np.zeros((side, side), np.float32)
    reach = 4 * size * np.array([np.cos(angle), np.sin(angle)])
    first, last = (tuple(int(value) for value in np.round(side / 2 + way * reach)) for way in (-1, 1))
    cv2.line(line, first, last, 1.0, thickness=8)
    kernel = cv2.resize(line, (side // 8, side // 8), interpolation=cv2.INTER_AREA)
    return cv2.filter2D(pixels, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT).astype(np.uint8)


def noisy(pixels: Pixels, levels: float) -> Pixels:
    noise = np.random.default_rng(0).normal(0, levels, pixels.shape)
    return np.clip(pixels + noise + 0.5, 0, 255).astype(np.uint8)


def coded(pixels: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


BLURS: dict[str, tuple[Callable[[Pixels, float, float], Pixels], float, Callable[[Pixels], Pixels] | None]] = {
    **{f"Gaussian, sd {size:g}": (gaussian, size, None) for size in (1.5, 2, 3, 5)},
    **{f"defocus, radius {size:g}": (defocus, size, None) for size in (3, 4, 6, 10)},
    **{f"movement of {size:g}, any direction": (movement, size, None) for size in (7, 10, 15, 25)},
    **{
        f"{name}, then noise of {levels} levels": (blur, size, partial(noisy, levels=levels))
        for name, blur, size in (("Gaussian, sd 4", gaussian, 4), ("defocus, radius 6", defocus, 6))
        for levels in (3, 6, 12)
    },
    **{
        f"Gaussian, sd 4, then JPEG at quality {quality}": (
            gaussian, 4, partial(coded, quality=quality)
        )
        for quality in (60, 30, 15)
    },
}  # fmt: skip


def some(pattern: str, count: int) -> list[Path]:
    found = sorted(path for path in real_data().glob(pattern) if "silence" not in path.parts)
    return random.Random(17).sample(found, min(count, len(found)))


def photos(folder: str, count: int) -> Iterator[Pixels]:
    for path in some(f"{folder}/**/*.jpg", count):
        with Image.open(path) as image:
            yield np.ascontiguousarray(np.asarray(ImageOps.exif_transpose(image).convert("RGB")))


def steepness(data: bytes) -> float:
    """Return the acutance that a scan of a file finds."""
    facts = facts_of(data)
    assert isinstance(facts, ImageFacts)
    return facts.acutance or 0.0


def as_jpeg(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92)
    return file.getvalue()


def blur_table(count: int, sets: list[str]) -> None:
    """Print, for each blur, the area under the curve, and what is found at 1 % false flags and at the threshold."""
    threshold = CHECKS["blurry"].threshold
    assert threshold is not None
    for name in sets or ["clothing", "circuit_boards"]:
        # The threshold of 1 % false flags is from all photos of the set, of which `count` are blurred.
        sharp = np.array([steepness(path.read_bytes()) for path in some(f"{name}/**/*.jpg", 10**6)])
        at_one = float(np.quantile(sharp, 0.01))
        after: dict[str, list[float]] = {blur: [] for blur in BLURS}
        for seed, pixels in enumerate(photos(name, count)):
            scale, angle = max(pixels.shape) / 533, random.Random(seed).uniform(0, np.pi)
            for blur, (make, size, then) in BLURS.items():
                made = make(pixels, size * scale, angle)
                after[blur].append(steepness(as_jpeg(then(made) if then else made)))
        false = 100 * (sharp < threshold).mean()
        print(f"{name}: {len(sharp)} photos; {threshold:g} flags {false:.2f} % of them, {at_one:.3f} flags 1 %")
        print(f"| blur | area | found at 1 % | found at {threshold:g} |\n|---|---|---|---|")
        for blur, values in after.items():
            blurred = np.array(values)
            area = f"{(sharp[:, None] > blurred).mean():.3f}".removeprefix("0")
            found = " | ".join(f"{100 * (blurred < limit).mean():.0f} %" for limit in (at_one, threshold))
            print(f"| {blur} | {area} | {found} |", flush=True)


def page(chance: random.Random) -> Image.Image:
    """Return a page of words in lines of 9 to 60 pixels, on paper that is a little darker to one side."""
    words = ("the", "amount", "of", "invoice", "for", "customer", "in", "city", "and", "date", "delivery", "tax")
    size, paper = chance.choice((9, 12, 16, 24, 40, 60)), chance.randint(225, 255)
    image = Image.new("L", (710, 1000), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for top in range(60, 930, int(1.5 * size)):
        text = " ".join(chance.choice(words) for _ in range(1100 // size // 5 + 1))
        draw.text((60, top), text, chance.randint(5, 60), font)
    shade = np.linspace(1, chance.uniform(0.85, 1), image.width)
    return Image.fromarray((np.asarray(image) * shade).astype(np.uint8))


def line_drawing(chance: random.Random) -> Image.Image:
    image = Image.new("L", (2000, 1600), chance.randint(235, 255))
    draw, width = ImageDraw.Draw(image), chance.randint(2, 10)
    for _ in range(chance.randint(8, 25)):
        left, top, ink = chance.randint(0, 1900), chance.randint(0, 1500), chance.randint(0, 80)
        box = left, top, left + chance.randint(40, 600), top + chance.randint(40, 600)
        draw.line(box, ink, width)
        chance.choice((draw.ellipse, draw.rectangle))(box, outline=ink, width=width)
    return image.reduce(2)


def lamps(chance: random.Random) -> Image.Image:
    """Return a street at night: a dark ground that grows lighter below, houses hardly to be seen, and lamps."""
    image = Image.fromarray(np.repeat(np.linspace(4, 18, 750, dtype=np.uint8)[:, None], 1000, axis=1))
    draw = ImageDraw.Draw(image)
    for _ in range(chance.randint(2, 8)):
        left, top = chance.randint(0, 950), chance.randint(150, 350)
        draw.rectangle((left, top, left + 80, 450), 12, outline=25)
    for _ in range(chance.randint(10, 50)):
        left, top, size = chance.randint(0, 990), chance.randint(250, 740), chance.uniform(1, 8)
        draw.ellipse((left, top, left + size, top + size), chance.randint(130, 255))
    return image


def horizon(chance: random.Random) -> Image.Image:
    """Return a sky with soft clouds over a rolling and even ground."""
    rows, columns = np.mgrid[:750, :1000]
    clouds = np.random.default_rng(chance.randint(0, 999)).uniform(-1, 1, (5, 6)).astype(np.float32)
    sky = 120 + rows / 8 + chance.uniform(0, 25) * cv2.resize(clouds, (1000, 750), interpolation=cv2.INTER_CUBIC)
    waves = sum(np.sin(columns / chance.uniform(8, 200) + chance.uniform(0, 6)) for _ in range(5))
    ground = np.clip(rows - chance.uniform(400, 650) - chance.uniform(0, 12) * waves, 0, 1)
    return Image.fromarray((sky * (1 - ground) + ground * (50 + rows / 15)).clip(0, 255).astype(np.uint8))


DRAWN = {
    "page of text": page, "line drawing": line_drawing, "lamps at night": lamps, "sky over a plain": horizon
}  # fmt: skip


def drawn_table(count: int, sets: list[str]) -> None:
    """Print what `blurry` flags of drawn pictures: sharp, and after each blur; of photos with a sharp subject alone."""
    threshold = CHECKS["blurry"].threshold
    assert threshold is not None
    blurs = [
        *((gaussian, size) for size in (2, 3, 4, 6)),
        *((defocus, size) for size in (5, 8)),
        *((movement, size) for size in (15, 25)),
    ]
    heads = " | ".join(f"{make.__name__} {size}" for make, size in blurs)
    print(f"| of {count} | sharp | {heads} |\n|---|{'---|' * (1 + len(blurs))}")
    for name, draw in DRAWN.items():
        flagged = np.zeros(1 + len(blurs), int)
        for seed in range(count):
            chance = random.Random(seed)
            sharp = np.asarray(draw(chance))
            made = [sharp, *(make(sharp, size, chance.uniform(0, np.pi)) for make, size in blurs)]
            read = [steepness(as_jpeg(noisy(pixels, 1.5))) for pixels in made]
            flagged += [0 < value < threshold for value in read]
        print(f"| {name} | {' | '.join(str(number) for number in flagged)} |", flush=True)
    subjects = [steepness(as_jpeg(before_blur(pixels))) for pixels in photos((sets or ["clothing"])[0], count)]
    print(f"subjects before a blurred background: {sum(value < threshold for value in subjects)}")


def before_blur(pixels: Pixels) -> Pixels:
    """Return a photo of which only a disc stays sharp, of a third of its sides, where most is to be seen."""
    height, width = pixels.shape[:2]
    steps = np.abs(np.diff(pixels.mean(axis=2), axis=1, append=0)).astype(np.float32)
    inner = cv2.blur(steps, (width // 3, height // 3))[height // 6 : -height // 6, width // 6 : -width // 6]
    top, left = np.unravel_index(inner.argmax(), inner.shape)
    rows, columns = np.ogrid[:height, :width]
    away = np.hypot((rows - top - height // 6) / height, (columns - left - width // 6) / width)
    blurred = gaussian(pixels, max(pixels.shape) / 70, 0)
    share = np.clip((away - 1 / 6) * 50, 0, 1)[..., None]
    return (pixels * (1 - share) + blurred * share).astype(np.uint8)


def clips(folder: str, count: int) -> list[tuple[Sound, int]]:
    loaded = [soundfile.read(path) for path in some(f"{folder}/**/*.wav", count)]
    return [(samples, rate) for samples, rate in loaded if np.abs(samples).max() > 0.01]


def pink(chance: np.random.Generator, count: int) -> Sound:
    bins = np.fft.rfft(chance.normal(size=count))
    bins[1:] /= np.sqrt(np.arange(1, len(bins)))
    bins[0] = 0
    return np.fft.irfft(bins, count)


def babble(chance: np.random.Generator, prompts: list[Sound], voices: int, count: int) -> Sound:
    """Return so many voices, each of prompts one after the other."""
    mixed = np.zeros(count)
    for _ in range(voices):
        voice = np.concatenate([prompts[at] for at in chance.permutation(len(prompts))])
        mixed += np.roll(np.resize(voice / np.sqrt(np.mean(voice**2)), count), int(chance.integers(count)))
    return mixed


def snr_table(count: int, sets: list[str]) -> None:
    """Print estimated less mixed SNR: median, and the middle 80 %; speech of four prompts with pauses between."""
    prompts = [samples for samples, _ in clips((sets or ["voice_prompts"])[0], 4 * count)]
    recorded, _ = soundfile.read(real_data() / "noise/background/pink_noise.wav")
    kinds = ("white", "pink", "pink, recorded", "babble of 5", "babble of 20")
    apart: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
    chance = np.random.default_rng(0)
    for at in range(0, len(prompts) - 3, 4):
        speech = np.concatenate([np.append(prompt, np.zeros(3000)) for prompt in prompts[at : at + 4]])
        start = int(chance.integers(len(recorded) - len(speech)))
        noises = {
            "white": chance.normal(size=len(speech)),
            "pink": pink(chance, len(speech)),
            "pink, recorded": recorded[start : start + len(speech)],
            "babble of 5": babble(chance, prompts[:40], 5, len(speech)),
            "babble of 20": babble(chance, prompts[:40], 20, len(speech)),
        }
        for kind, noise in noises.items():
            level = noise * np.sqrt(np.mean(speech**2) / np.mean(noise**2))
            mixed = [speech + level * 10 ** (-snr / 20) for snr in SNRS_DB]
            apart[kind].append([snr_db(spectrum(one.astype(np.float32), RATE)) for one in mixed])
    print(f"| noise | {' | '.join(f'{snr} dB' for snr in SNRS_DB)} |\n|---|{'---|' * len(SNRS_DB)}")
    for kind, errors in apart.items():
        low, middle, high = np.quantile(np.array(errors) - SNRS_DB, (0.1, 0.5, 0.9), axis=0)
        cells = [f"{m:.1f} ({a:.1f} to {b:.1f})" for a, m, b in zip(low, middle, high, strict=True)]
        print(f"| {kind} | {' | '.join(cells)} |")


def through(samples: Sound, rate: int, container: str, subtype: str | None = None) -> Sound:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    file.seek(0)
    return np.asarray(soundfile.read(file)[0])


def _at(samples: Sound, rate: int, other: int) -> Sound:
    return np.asarray(soxr.resample(samples, rate, other))


AFTER: dict[str, Callable[[Sound, int], Sound]] = {
    "nothing": lambda samples, _: samples,
    "turned down to -26 dBFS": lambda samples, _: 0.05 * samples,
    "MP3": lambda samples, rate: through(0.9 * samples, rate, "MP3"),
    "Vorbis": lambda samples, rate: through(0.9 * samples, rate, "OGG", "VORBIS"),
    "Opus": lambda samples, rate: through(0.9 * _at(samples, rate, 16000), 16000, "OGG", "OPUS"),
    "11,025 Hz, and turned down": lambda samples, rate: 0.3 * _at(samples, rate, 11025),
    "16 kHz, MP3, turned down": lambda samples, rate: 0.3 * through(0.9 * _at(samples, rate, 16000), 16000, "MP3"),
}


def clipping_table(count: int, sets: list[str]) -> None:
    """Print the share found of recordings of which 1, 3 or 10 % of the samples are at the rail, after what follows."""
    sets = sets or ["voice_prompts", "fsdd", "speech_commands"]
    shares = " / ".join(f"{100 * share:g}" for share in (0, *SHARES))
    print(f"| after it | {' | '.join(f'{name}: {shares} %' for name in sets)} |\n|---|{'---|' * len(sets)}")
    for name, then in AFTER.items():
        cells = []
        for folder in sets:
            found = [
                [_is_clipped(then(_clipped(samples, share), rate)) for share in (0, *SHARES)]
                for samples, rate in clips(folder, count)
            ]
            cells.append(" / ".join(f"{100 * share:.0f}" for share in np.mean(found, axis=0)))
        print(f"| {name} | {' | '.join(cells)} |")


def _clipped(samples: Sound, share: float) -> Sound:
    if not share:
        return np.asarray(samples / np.abs(samples).max())
    rail = np.quantile(np.abs(samples), 1 - share)
    return np.asarray(np.clip(samples / rail, -1, 1))


def _is_clipped(samples: Sound) -> bool:
    stored = np.round(np.clip(samples, -1, 1) * 32767) / 32768
    return clipping_ratio(stored.astype(np.float32)[:, None], "PCM_16") > (CHECKS["clipped"].threshold or 0)


def main() -> None:
    tables = {"blur": blur_table, "drawn": drawn_table, "snr": snr_table, "clipping": clipping_table}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("table", choices=tables)
    parser.add_argument("--count", type=int, default=60, help="photos, sounds or recordings of each set")
    parser.add_argument("--sets", nargs="*", default=[], help="folders of the real data")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    tables[asked.table](asked.count, asked.sets)


if __name__ == "__main__":
    main()
