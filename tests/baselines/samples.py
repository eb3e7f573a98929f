"""Small datasets of real files, for the tests of baselines."""

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from baselines.data.labelled_samples import LabelledSample
from curate.records.origin import Origin

RATE = 8000
_TONES_HZ = {"low": 300.0, "mid": 800.0, "high": 2000.0}


def example(path: Path | str, label: str | None, **fields: Any) -> LabelledSample:
    """Return the sample of a file as a scan would."""
    data = Path(path).read_bytes()
    status = os.stat(path)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    known = {"kind": "audio", "digest": digest, "bytes": status.st_size, "mtime_ns": status.st_mtime_ns}
    return LabelledSample(str(path), label, **{**known, **fields})


def generated(source: LabelledSample, path: Path, **fields: Any) -> LabelledSample:
    """Return a sample that a recipe made from another: the same at half the volume."""
    samples, rate = soundfile.read(source.path)
    soundfile.write(path, samples / 2, rate)
    origin = Origin(source.path, source.digest, recipe="quiet", recipe_digest="sha256:r")
    return example(path, source.label, tags=source.tags, origin=origin, **{"split": source.split, **fields})


def tone(path: Path, label: str, seed: int, **fields: Any) -> LabelledSample:
    """Write a short tone in noise; its pitch is its class."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    time_s = np.arange(RATE // 5) / RATE
    hz = _TONES_HZ[label] * draw.uniform(0.9, 1.1)
    samples = 0.3 * np.sin(2 * np.pi * hz * time_s) + 0.01 * draw.standard_normal(len(time_s))
    soundfile.write(path, samples, RATE)
    return example(path, label, **fields)


def tones(folder: Path, count: int, labels: tuple[str, ...] = ("low", "high"), **fields: Any) -> list[LabelledSample]:
    """Write `count` tones of each class."""
    return [
        tone(folder / f"{label}_{i}.wav", label, seed=100 * place + i, **fields)
        for place, label in enumerate(labels)
        for i in range(count)
    ]


def stripes(path: Path, label: str, seed: int, **fields: Any) -> LabelledSample:
    """Write a picture of stripes; their direction (`across`, `down`) is its class."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    wave = 127 + 100 * np.sin(np.arange(48) * draw.uniform(0.6, 0.9) + draw.uniform(0, 6))
    grey = np.tile(wave, (40, 1)) if label == "across" else np.tile(wave[:40, None], (1, 48))
    pixels = np.clip(grey[..., None] + draw.normal(0, 5, (40, 48, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return example(path, label, **{"kind": "image", **fields})
