"""How often a schema alarms without cause, and what it catches: `python benchmarks/schema.py NAME MANIFEST FOLDER`.

A schema is learnt from a random part of a set, and batches of 100 of the rest are validated by it; then some of a
batch are replaced by what a real fault makes of files of the set, measured anew by `burnish scan`.
"""

import io
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from curate.ground.yaml import load_yaml
from curate.schema.columns import columns
from curate.schema.infer import infer
from curate.schema.read import schema_of
from curate.schema.records import Schema
from curate.schema.seen import Seen
from curate.schema.validate import validate
from curate.schema.write import text_of

TRIALS, BATCH, MOST = 200, 100, 1000
CATCHES, COUNTS = 50, (1, 5, 10, 33)
SOUNDS: dict[str, Callable[[np.ndarray, int], tuple[np.ndarray, int, str]]] = {
    "dead microphone": lambda sound, rate: (np.zeros_like(sound), rate, "WAV"),
    "noise of 1 LSB": lambda sound, rate: (np.random.default_rng(0).integers(-1, 2, sound.shape) / 32768, rate, "WAV"),
    "twice the sample rate": lambda sound, rate: (soxr.resample(sound, rate, 2 * rate), 2 * rate, "WAV"),
    "FLAC": lambda sound, rate: (sound, rate, "FLAC"),
}
PICTURES: dict[str, Callable[[Image.Image], tuple[Image.Image, str]]] = {
    "half as bright": lambda picture: (picture.point(lambda value: value * 0.5), "JPEG"),
    "a quarter as bright": lambda picture: (picture.point(lambda value: value * 0.25), "JPEG"),
    "PNG": lambda picture: (picture, "PNG"),
}


def learn(lines: list[bytes]) -> Schema:
    """Return the schema of some lines, by way of its file."""
    seen = Seen()
    for block in columns(lines):
        seen.add(block)
    draft = infer(seen.close(), "part")
    return schema_of(load_yaml(text_of(draft.content, draft).encode(), "schema.yaml"))


def alarms(lines: list[bytes], schema: Schema) -> list[str]:
    """Return the errors that a batch has, warnings too."""
    found, _ = validate(lambda: iter(lines), schema)
    return [f"{one.name} of {one.of}" for one in found.anomalies if one.severity != "note"]


def broken_files(samples: list[dict[str, Any]], folder: Path) -> dict[str, list[bytes]]:
    """Return the lines that scan writes of some files after each fault, with the labels and tags that they had."""
    made: dict[str, list[bytes]] = {}
    for fault in SOUNDS if samples[0]["kind"] == "audio" else PICTURES:
        place = folder / fault.replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        for number, sample in enumerate(samples):
            if fault in SOUNDS:
                sound, rate, form = SOUNDS[fault](*soundfile.read(sample["path"]))
                soundfile.write(place / f"{number}.{form.lower()}", sound, rate, subtype="PCM_16")
            else:
                picture, form = PICTURES[fault](Image.open(sample["path"]).convert("RGB"))
                buffer = io.BytesIO()
                picture.save(buffer, form)
                (place / f"{number}.{form.lower()}").write_bytes(buffer.getvalue())
        scan = [sys.executable, str(ROOT / "burnish.py"), "scan", str(place), "-q"]
        out = subprocess.run(scan, capture_output=True, check=True).stdout
        scanned = {int(Path(one["path"]).stem): one for one in map(json.loads, out.splitlines())}
        for number, one in scanned.items():
            one.pop("label", None)
            kept = {name: samples[number][name] for name in ("label", "tags", "split") if name in samples[number]}
            made.setdefault(fault, []).append(json.dumps(one | kept).encode())
    return made


def main(name: str, manifest: str, folder: str) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    lines = [line for line in Path(manifest).read_bytes().splitlines() if json.loads(line).get("kind")]
    draw = random.Random(0)
    draw.shuffle(lines)
    used = [json.loads(line) for line in lines[:60]]
    faults = broken_files(used, Path(folder))
    # A path of their own: one that is in the batch already would be found as a duplicate.
    used = [one | {"path": f"replaced/{one['path']}"} for one in used]
    faults["new label"] = [json.dumps(one | {"label": "a new one"}).encode() for one in used]
    faults["no label"] = [
        json.dumps({key: value for key, value in one.items() if key != "label"}).encode() for one in used
    ]
    if any("tags" in one for one in used):
        faults["no tags"] = [
            json.dumps({key: value for key, value in one.items() if key != "tags"}).encode() for one in used
        ]
    size = min(MOST, len(lines) - BATCH)
    false: Counter[str] = Counter()
    failed = 0
    caught: Counter[tuple[str, int]] = Counter()
    for trial in range(TRIALS):
        draw.shuffle(lines)
        schema = learn(lines[:size])
        batch = lines[size : size + BATCH]
        found = alarms(batch, schema)
        failed += bool(found)
        false.update(found)
        for fault, replaced in faults.items() if trial < CATCHES else ():
            for count in COUNTS:
                caught[fault, count] += bool(alarms(batch[count:] + draw.sample(replaced, count), schema))
    print(
        f"{name}: schema of {size}, batches of {BATCH}: {TRIALS - failed} of {TRIALS} pass; {dict(false)}", flush=True
    )
    for fault in faults:
        shares = (f"{caught[fault, count] / CATCHES:.0%} with {count}" for count in COUNTS)
        print(f"  {fault}: {', '.join(shares)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
