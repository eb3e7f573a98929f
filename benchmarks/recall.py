"""Recall and precision of `burnish dedup` on known copies: 200 photos and 300 words, changed in known ways.

    python benchmarks/recall.py images|audio

Needs BURNISH_DATA. For each change it prints the share of copies that `dedup` puts into one group with their original,
and over all, the share of grouped pairs that are of one original.
"""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import soundfile
import soxr
from PIL import Image, ImageEnhance, ImageOps

from benchmarks.inputs import HERE, real_data

BURNISH = str(Path(sys.executable).parent / "burnish")


def cropped(image: Image.Image) -> Image.Image:
    """Take away 5 % of width and height."""
    dx, dy = round(0.025 * image.width), round(0.025 * image.height)
    return image.crop((dx, dy, image.width - dx, image.height - dy))


IMAGES: dict[str, tuple[str, Callable[[Image.Image], Image.Image], dict[str, Any]]] = {
    "quality-60": ("jpg", lambda image: image, {"quality": 60}),
    "half-size": ("jpg", lambda image: image.resize((image.width // 2, image.height // 2)), {"quality": 90}),
    "crop-5": ("jpg", cropped, {"quality": 90}),
    "flip": ("jpg", ImageOps.mirror, {"quality": 90}),
    "brighter-15": ("jpg", lambda image: ImageEnhance.Brightness(image).enhance(1.15), {"quality": 90}),
    "grey": ("jpg", lambda image: image.convert("L"), {"quality": 90}),
    "png": ("png", lambda image: image, {}),
}


def make_images(folder: Path) -> None:
    """Write 200 photos, evenly over all of them, and their copies."""
    paths = sorted(real_data().glob("clothing/*/*/*.jpg"))
    for path in paths[:: len(paths) // 200][:200]:
        shutil.copyfile(path, folder / f"{path.stem}~original.jpg")
        with Image.open(path) as image:
            for name, (ending, change, options) in IMAGES.items():
                change(image.convert("RGB")).save(folder / f"{path.stem}~{name}.{ending}", **options)


def make_audio(folder: Path) -> None:
    """Write the 300 words and their copies."""
    for path in sorted(real_data().glob("speech_commands/*/*.wav")):
        stem = f"{path.parent.name}-{path.stem}"
        shutil.copyfile(path, folder / f"{stem}~original.wav")
        sound, rate = soundfile.read(path, dtype="float32")
        shift = np.zeros(rate // 20, np.float32)
        soundfile.write(folder / f"{stem}~gain-6dB.wav", sound * 10 ** (-6 / 20), rate)
        soundfile.write(folder / f"{stem}~8kHz.wav", soxr.resample(sound, rate, 8000), 8000)
        soundfile.write(folder / f"{stem}~ogg.ogg", sound, rate)
        mp3 = io.BytesIO()
        # libsndfile has no bit rate in kbit/s: this level is the one nearest to 64.
        with soundfile.SoundFile(
            mp3, "w", rate, 1, format="MP3", compression_level=0.5, bitrate_mode="CONSTANT"
        ) as file:
            file.write(sound)
        (folder / f"{stem}~mp3.mp3").write_bytes(mp3.getvalue())
        soundfile.write(folder / f"{stem}~shift-50ms.wav", np.concatenate([shift, sound])[: len(sound)], rate)


def groups_of(folder: Path) -> list[list[str]]:
    """Return the groups that scan and dedup find, as file names."""
    scan = subprocess.run([BURNISH, "scan", str(folder), "-q"], check=True, capture_output=True)
    found = subprocess.run([BURNISH, "dedup", "--json", "-q"], input=scan.stdout, check=True, capture_output=True)
    return [
        [Path(path).name for path in (*group["kept"], *group["dropped"])]
        for group in json.loads(found.stdout)["groups"]
    ]


def main() -> None:
    """Make the copies, find the groups, print the table."""
    kind = sys.argv[1]
    folder = HERE / f"recall-{kind}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (make_images if kind == "images" else make_audio)(folder)
    names = [path.name for path in folder.iterdir()]
    group_of = {name: number for number, group in enumerate(groups_of(folder)) for name in group}
    originals = {name.split("~")[0]: name for name in names if "~original" in name}
    by_change: dict[str, list[bool]] = {}
    for name in names:
        stem, change = name.rsplit(".", 1)[0].split("~")
        if change != "original":
            found = name in group_of and group_of[name] == group_of.get(originals[stem])
            by_change.setdefault(change, []).append(found)
    pairs = right = 0
    for number in set(group_of.values()):
        for one, other in combinations([name for name, group in group_of.items() if group == number], 2):
            pairs += 1
            right += one.split("~")[0] == other.split("~")[0]
    sys.stdout.write(f"{len(names)} files\n")
    for change, hits in sorted(by_change.items()):
        sys.stdout.write(f"{change:12} recall {sum(hits) / len(hits):.4f} of {len(hits)}\n")
    sys.stdout.write(f"precision {right / pairs:.5f} of {pairs} pairs\n")


if __name__ == "__main__":
    main()
