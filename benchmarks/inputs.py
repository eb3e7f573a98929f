"""The inputs of the benchmarks, made once from real data and kept in a folder of the system's temporary files."""

import io
import itertools
import os
import shutil
import struct
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

HERE = Path(tempfile.gettempdir()) / "burnish-bench"
PHOTO_BYTES = 112_000


def real_data() -> Path:
    """Return the folder of real data."""
    folder = Path(os.environ.get("BURNISH_DATA", "nowhere"))
    if not folder.is_dir():
        sys.exit("set BURNISH_DATA to the folder of real data")
    return folder


def photos(count: int = 1000) -> Path:
    """Return a folder of JPEGs of about 110 KB: photos of clothing, enlarged, at the quality that gives this size."""
    folder = HERE / f"photos-{count}"
    if folder.exists():
        return folder
    from PIL import Image

    partial = fresh(folder)
    for number, path in enumerate(itertools.islice(sorted(real_data().glob("clothing/*/*/*.jpg")), count)):
        with Image.open(path) as image:
            size = (int(image.width * 1.8), int(image.height * 1.8))
            large = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        (partial / f"{number:04}.jpg").write_bytes(_jpeg_of_size(large, PHOTO_BYTES))
    return partial.rename(folder)


def clips(count: int = 3000) -> Path:
    """Return a folder of one-second WAVs: the spoken words, copied until there are enough."""
    folder = HERE / f"clips-{count}"
    if folder.exists():
        return folder
    partial = fresh(folder)
    words = itertools.cycle(sorted(real_data().glob("speech_commands/*/*.wav")))
    for number, path in enumerate(itertools.islice(words, count)):
        shutil.copyfile(path, partial / f"{number:04}_{path.parent.name}.wav")
    return partial.rename(folder)


def many_files(count: int = 100_000) -> Path:
    """Return a tree of small WAVs of 50 ms, a thousand in a folder."""
    tree = HERE / f"many-{count}"
    if tree.exists():
        return tree
    partial = fresh(tree)
    body = struct.pack("<800h", *((number * 7919) % 2000 - 1000 for number in range(800)))
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16,
                         b"data", len(body))  # fmt: skip
    for number in range(count):
        folder = partial / f"{number // 1000:04}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number % 1000:03}.wav").write_bytes(header + body)
    return partial.rename(tree)


def linked_files(count: int = 1_000_000) -> Path:
    """Return a tree of small WAVs, a thousand in a folder: hard links of a thousand files, each of which is read."""
    tree = HERE / f"linked-{count}"
    if tree.exists():
        return tree
    partial = fresh(tree)
    files = sorted(many_files(1000).rglob("*.wav"))
    for number in range(count):
        folder = partial / f"{number // 1000:04}"
        folder.mkdir(exist_ok=True)
        os.link(files[number % 1000], folder / f"{number % 1000:03}.wav")
    return partial.rename(tree)


def garments(count: int = 1000) -> Path:
    """Return a folder of photos of clothing as they are, one folder for all; no two have the same bytes."""
    folder = HERE / f"garments-{count}"
    if folder.exists():
        return folder
    partial = fresh(folder)
    different = {path.read_bytes(): path for path in sorted(real_data().glob("clothing/*/*/*.jpg"), reverse=True)}
    for path in itertools.islice(sorted(different.values()), count):
        shutil.copyfile(path, partial / path.name)
    return partial.rename(folder)


def classes(count: int = 1000) -> Path:
    """Return the same photos in a folder for each class."""
    folder = HERE / f"classes-{count}"
    if folder.exists():
        return folder
    partial = fresh(folder)
    for path in itertools.islice(sorted(real_data().glob("clothing/*/*/*.jpg")), count):
        (partial / path.parent.name).mkdir(exist_ok=True)
        shutil.copyfile(path, partial / path.parent.name / path.name)
    return partial.rename(folder)


def sentences(count: int, words: int) -> Path:
    """Return a folder of different 16 kHz WAVs: spoken words of about one second, joined."""
    folder = HERE / f"sentences-{count}-{words}"
    if folder.exists():
        return folder
    import wave

    partial = fresh(folder)
    paths = sorted(real_data().glob("speech_commands/*/*.wav"))
    for number in range(count):
        step = 1 + number // len(paths)
        chosen = [paths[(number + place * step) % len(paths)] for place in range(words)]
        with wave.open(str(partial / f"{number:04}.wav"), "wb") as out:
            out.setparams((1, 2, 16000, 0, "NONE", ""))
            for path in chosen:
                with wave.open(str(path), "rb") as word:
                    out.writeframes(word.readframes(word.getnframes()))
    return partial.rename(folder)


def digits() -> Path:
    """Return the folder of spoken digits."""
    return real_data() / "fsdd"


def noises() -> Path:
    """Return the folder of background recordings."""
    return real_data() / "noise" / "background"


def fresh(folder: Path) -> Path:
    """Return an empty folder beside `folder`, to be renamed to it when it is full."""
    partial = folder.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def _jpeg_of_size(image: "Image.Image", size: int) -> bytes:
    """Return the JPEG of the highest quality that has at most `size` bytes."""
    low, high, best = 1, 97, b""
    while low <= high:
        quality = (low + high) // 2
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= size:
            low, best = quality + 1, buffer.getvalue()
        else:
            high = quality - 1
    return best
