"""The five sets of real files that verdicts and confidence are measured on, from the folder `BURNISH_DATA`.

Or sets of one's own: `NAME=MANIFEST`, and `NAME=MANIFEST@GROUP` where samples come in groups.
"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from baselines.data.labelled_samples import LabelledSample
from benchmarks.inputs import real_data
from curate.records.reader import read_as

ROOT = Path(__file__).resolve().parents[1]


class RealSet(NamedTuple):
    """A set with its name, its samples, and what `--group` would be."""

    name: str
    samples: list[LabelledSample]
    group: str | None = None


def real_sets(words: list[str]) -> list[RealSet]:
    """Return the sets that were named; none: digits by speaker, words, clothes, small photos, prompts by language."""
    if words:
        parts = (word.partition("=")[::2] for word in words)
        named = ((name, *rest.partition("@")[::2]) for name, rest in parts)
        return [RealSet(name, _read(path), group or None) for name, path, group in named]
    data = real_data()
    with tempfile.TemporaryDirectory() as folder:
        labels = _labels_of_photos(data, folder)
        photos = _scan(f"{data}/rated_photos/images", "--metadata", labels)
        prompts = _scan(f"{data}/voice_prompts", "--pattern", "{label}/{}/{}")
    return [
        RealSet("digits", _scan(f"{data}/fsdd", "--pattern", "{label}_{speaker}_{take}"), "speaker"),
        RealSet("words", _scan(f"{data}/speech_commands")),
        RealSet("clothes", _scan(f"{data}/clothing")),
        RealSet("photos", photos),
        # Tones of silence are the same in all languages.
        RealSet("prompts", [one for one in prompts if "/silence/" not in one.path]),
    ]


def _labels_of_photos(data: Path, folder: str) -> str:
    path = os.path.join(folder, "labels.csv")
    with open(f"{data}/rated_photos/truth.csv", newline="") as table, open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file_name", "label"])
        rows = csv.DictReader(table)
        # As seen from the scanned folder: absolute names are not looked up there.
        writer.writerows([os.path.basename(row["path"]), row["label"]] for row in rows)
    return path


def _scan(*arguments: str) -> list[LabelledSample]:
    command = [sys.executable, str(ROOT / "burnish.py"), "scan", *arguments, "--quiet"]
    found = subprocess.run(command, capture_output=True, check=True)
    return list(read_as(found.stdout.splitlines(keepends=True), LabelledSample))


def _read(path: str) -> list[LabelledSample]:
    with open(path, "rb") as file:
        return list(read_as(file, LabelledSample))
