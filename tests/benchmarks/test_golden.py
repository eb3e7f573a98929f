"""What the commands give on a small generated set, against values kept here: with tolerances, so on every machine.

The values are written again by `BURNISH_GOLDEN=write pytest tests/benchmarks/test_golden.py`; the difference is for the
commit message. `make golden BASE=REV` is the larger one: real data, byte for byte, on one machine.
"""

import base64
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageFilter

from tests.conftest import Burnish

KEPT = Path(__file__).with_name("golden.json")
RELATIVE, ABSOLUTE = 2e-3, 1e-4
ONE_SAMPLE = 1 / 17
"""A sample of the test split more or less: where features differ in their last digits, one near the border may flip."""
BITS = 4
"""By which a perceptual hash may differ, of 64 or more: a median decides each bit."""
HASHES = {"phash", "phash_disc", "phash_inner", "phash_trimmed", "fingerprint"}
UNSTABLE = {"digest", "source_digest", "recipe_digest", "mtime_ns", "bytes"}
"""What depends on the clock and on the version of an encoder."""
RECIPE = """\
kind: augment
image: [{low_light: {}}, {resize: {longest_side: 96}}]
audio: [{gain: {gain_db: [-12, -3]}}, {mix_noise: {folder: noise, snr_db: [0, 15]}}]
"""
RATE = 16_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures with copies and faults, tones of two classes by four speakers, and a recording of noise."""
    for number in range(6):
        picture = scene(number)
        save(picture, tmp_path / "pictures" / ("cat" if number % 2 else "dog") / f"{number}.png")
    save(scene(0).resize((160, 120)), tmp_path / "pictures" / "dog" / "small.png")
    save(scene(1), tmp_path / "pictures" / "dog" / "another-label.png")
    save(scene(2).filter(ImageFilter.GaussianBlur(4)), tmp_path / "pictures" / "dog" / "blurred.png")
    save(Image.new("RGB", (200, 200), (8, 8, 8)), tmp_path / "pictures" / "cat" / "dark.png")
    (tmp_path / "pictures" / "cat" / "empty.png").touch()
    whole = (tmp_path / "pictures" / "dog" / "0.png").read_bytes()
    (tmp_path / "pictures" / "cat" / "cut.png").write_bytes(whole[: len(whole) // 2])
    for number in range(32):
        label, speaker = ("low", "high")[number % 2], "abcd"[number // 2 % 4]
        chance = np.random.default_rng(number)
        tone = 0.3 * np.sin(2 * np.pi * (300 + 500 * (number % 2) + 10 * number) * np.arange(RATE) / RATE)
        write(tmp_path / "tones" / f"{label}_{speaker}_{number}.wav", tone + 0.01 * hiss(chance, RATE))
    silence = np.zeros(RATE)
    write(tmp_path / "tones" / "low_a_97.wav", silence)
    write(tmp_path / "tones" / "high_b_98.wav", np.clip(8 * np.sin(np.arange(RATE) / 6), -1, 1))
    write(tmp_path / "noise" / "hiss.wav", 0.1 * hiss(np.random.default_rng(99), 2 * RATE))
    (tmp_path / "mine.yaml").write_text(RECIPE)
    return tmp_path


def scene(seed: int) -> Image.Image:
    """Return a picture with shapes in it, unlike those of other seeds; integers only, so alike on every machine."""
    chance = np.random.default_rng(seed)
    pixels = np.full((240, 320, 3), chance.integers(60, 200, 3), np.int16)
    for x, y, width, height, *colour in chance.integers(0, (280, 200, 120, 100, 120, 120, 120), (25, 7)):
        pixels[y : y + height + 10, x : x + width + 10] += np.asarray(colour, np.int16) - 60
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def save(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def hiss(chance: np.random.Generator, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return chance.integers(-1000, 1000, count) / 1000


def write(path: Path, samples: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE, subtype="PCM_16")


def stable(value: Any) -> Any:
    """Return a record without what is not the same on every machine."""
    if isinstance(value, dict):
        return {key: stable(inner) for key, inner in value.items() if key not in UNSTABLE}
    return [stable(inner) for inner in value] if isinstance(value, list) else value


def lines(text: str) -> dict[str, Any]:
    """Return the samples of a manifest by path."""
    return {sample["path"]: stable(sample) for sample in map(json.loads, text.splitlines())}


def measured(burnish: Burnish, folder: Path) -> dict[str, Any]:
    """Return what each step gives."""
    pictures = burnish("scan", "pictures").stdout
    tones = burnish("scan", "tones", "--pattern", "{label}_{speaker}_{take}").stdout
    both = pictures + tones
    found: dict[str, Any] = {"scan": lines(both)}
    burnish("clean", "--drop", "warning", "--rejects", "bad.jsonl", stdin=both)
    rejects = lines((folder / "bad.jsonl").read_text())
    found["clean"] = {path: sample.get("findings") for path, sample in rejects.items()}
    found["dedup"] = stable(json.loads(burnish("dedup", "--json", stdin=both).stdout))
    split = burnish("split", "--ratio", "train=0.5,test=0.5", "--group", "speaker", stdin=tones).stdout
    found["split"] = {path: sample["split"] for path, sample in lines(split).items()}
    made = burnish("augment", "mine.yaml", "--into", "new", "--split", "all", "--copies", "1", stdin=both).stdout
    # The name of a generated file is a digest over all that it came from, the versions of libraries among it.
    found["augment"] = {
        sample["origin"]["source"]: sample | {"path": ""} for sample in lines(made).values() if "origin" in sample
    }
    trained = burnish("train", "--run", "run", "--no-cache", "--model", "knn", "--json", stdin=split).stdout
    metrics = json.loads(trained)["metrics"]
    found["train"] = {name: metrics[name] for name in ("accuracy", "majority_accuracy")}
    return found


def differences(kept: Any, now: Any, place: str = "") -> list[str]:
    """Return where two trees of values are further apart than the tolerance."""
    if isinstance(kept, dict) and isinstance(now, dict):
        return [
            line
            for key in sorted(kept.keys() | now.keys())
            for line in differences(kept.get(key), now.get(key), f"{place}/{key}")
        ]
    if isinstance(kept, list) and isinstance(now, list) and len(kept) == len(now):
        return [
            line for i, pair in enumerate(zip(kept, now, strict=True)) for line in differences(*pair, f"{place}/{i}")
        ]
    return [] if _alike(kept, now, place.rpartition("/")[2]) else [f"{place}: {kept!r} -> {now!r}"]


def _alike(kept: Any, now: Any, name: str) -> bool:
    if name in HASHES and kept and now:
        return (int(kept, 16) ^ int(now, 16)).bit_count() <= BITS
    if name == "luma_grid" and kept and now:
        steps = [[half for byte in base64.b64decode(grid) for half in (byte >> 4, byte & 15)] for grid in (kept, now)]
        return all(abs(one - other) <= 1 for one, other in zip(*steps, strict=True))
    if isinstance(kept, float) and isinstance(now, float):
        return math.isclose(kept, now, rel_tol=RELATIVE, abs_tol=ONE_SAMPLE if name == "accuracy" else ABSOLUTE)
    return bool(kept == now)


def written(found: dict[str, Any]) -> str:
    """Return the values as JSON, one sample a line, so that a difference can be read."""
    parts = []
    for step, values in found.items():
        rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in sorted(values.items()))
        parts.append(f"{json.dumps(step)}: {{\n{rows}\n}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def test_the_commands_give_what_they_gave(burnish: Burnish, folder: Path) -> None:
    now = measured(burnish, folder)
    if os.environ.get("BURNISH_GOLDEN") == "write":
        KEPT.write_text(written(now), encoding="utf-8")
    changed = differences(json.loads(KEPT.read_bytes()), now)
    assert not changed, "\n".join(changed)
