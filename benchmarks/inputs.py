"""The inputs of the benchmarks, made once from real data and kept in a folder of the system's temporary files."""

import io
import itertools
import json
import os
import shutil
import struct
import sys
import tempfile
from pathlib import Path

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
    partial = _fresh(folder)
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
    partial = _fresh(folder)
    words = itertools.cycle(sorted(real_data().glob("speech_commands/*/*.wav")))
    for number, path in enumerate(itertools.islice(words, count)):
        shutil.copyfile(path, partial / f"{number:04}_{path.parent.name}.wav")
    return partial.rename(folder)


def many_files(count: int = 100_000) -> Path:
    """Return a tree of small WAVs of 50 ms, a thousand in a folder."""
    tree = HERE / f"many-{count}"
    if tree.exists():
        return tree
    partial = _fresh(tree)
    body = struct.pack("<800h", *((number * 7919) % 2000 - 1000 for number in range(800)))
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16,
                         b"data", len(body))  # fmt: skip
    for number in range(count):
        folder = partial / f"{number // 1000:04}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number % 1000:03}.wav").write_bytes(header + body)
    return partial.rename(tree)


def manifest(count: int) -> Path:
    """Return a manifest of image samples with all facts, in ten classes of uneven size."""
    path = HERE / f"manifest-{count}.jsonl"
    if path.exists():
        return path
    HERE.mkdir(parents=True, exist_ok=True)
    names = [label for number in range(10) for label in [f"class{number}"] * (number + 1)]
    facts = {"format": "JPEG", "mode": "RGB", "width": 400, "height": 679, "frames": 1, "orientation": 1, "bits": 8,
             "brightness": 0.5779, "brightness_p1": 0.3059, "brightness_p5": 0.4039, "brightness_p50": 0.5804,
             "brightness_p95": 0.7373, "brightness_p99": 0.7765, "contrast": 0.1031, "sharpness": 0.3982,
             "entropy": 8.2728, "chroma": 0.2006, "phash": "f8af0e3e8472f418"}  # fmt: skip
    with open(path.with_suffix(".part"), "w", encoding="utf-8") as file:
        for number in range(count):
            label = names[number % len(names)]
            sample = {"path": f"data/{label}/{number:08}.jpg", "label": label, "kind": "image", "bytes": 18871,
                      "mtime_ns": 1795233815773249533, "digest": f"sha256:{number:064x}", "facts_version": 1,
                      "image": facts}  # fmt: skip
            file.write(json.dumps(sample, separators=(",", ":")) + "\n")
    return path.with_suffix(".part").rename(path)


def _fresh(folder: Path) -> Path:
    partial = folder.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def _jpeg_of_size(image: Image.Image, size: int) -> bytes:
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
