"""The front matter of a dataset card of Hugging Face: what its hub shows, and how `datasets` reads the folder."""

import csv
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from curate.ground import json
from curate.ground.errors import InputError
from curate.records.sample import Sample

METADATA = ("metadata.jsonl", "metadata.csv")
_SPLITS = {"val": "validation", "valid": "validation", "dev": "validation"}
_SPLIT = re.compile(r"\w+(?:\.\w+)*")
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
_MOST_CLASSES = 100_000
_LONGEST_LINE = 1 << 20


@dataclass(slots=True)
class Folder:
    """A folder of files as `datasets` would read it.

    Attributes:
        kind: `image` or `audio`: the column that holds the file.
        splits: Names of the splits of Hugging Face, with the patterns of their files.
        endings: Of the names of files, sorted, without the dot.
        columns: Of its metadata files, in their order, with whether each holds a list; empty where there are none.
        classes: Labels, sorted.
        notes: What the user should know.
    """

    kind: str
    splits: dict[str, list[str]] = field(default_factory=dict)
    endings: list[str] = field(default_factory=list)
    columns: dict[str, bool] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def look_at_folder(folder: str, samples: Iterable[Sample], base: str) -> Folder | None:
    """Return how `datasets` reads a folder; None where the files of the samples are not in it, or of several kinds.

    Args:
        folder: Where the card is written.
        samples: Of the manifest.
        base: What their paths are relative to; empty: the working directory.

    Raises:
        InputError: A metadata file cannot be read.
    """
    root = os.path.join(os.path.realpath(folder), "")
    kinds, tops, endings, labels = set[str | None](), dict[str, set[str | None]](), set[str](), set[str]()
    for sample in samples:
        place = os.path.realpath(os.path.join(base, sample.path))
        if not place.startswith(root):
            return None
        below = place[len(root) :].replace(os.sep, "/")
        kinds.add(sample.kind)
        tops.setdefault(below.split("/")[0] if "/" in below else "", set()).add(sample.split)
        endings.add(below.rpartition(".")[2])
        labels |= {sample.label} if sample.label is not None else set()
    if len(kinds) != 1 or not kinds <= {"image", "audio"}:
        return None
    found = Folder(kinds.pop() or "", endings=sorted(endings), classes=sorted(labels))
    # Each top folder has the files of one split and is named for it, as organize makes them.
    if "" not in tops and all(splits == {top} for top, splits in tops.items()):
        found.splits = {split_name(top): [f"{top}/**"] for top in sorted(tops, key=_order)}
        found.columns = _columns([os.path.join(root, top) for top in sorted(tops)])
    else:
        patterns = [f"**/*.{ending}" for ending in sorted(endings)]
        found.columns = _columns([root])
        found.splits = {"train": [*patterns, *(name for name in METADATA if os.path.exists(root + name))]}
        if any(split is not None for splits in tops.values() for split in splits):
            found.notes.append("splits are no folders here, so load_dataset reads all as train: burnish organize")
    return found


def _order(split: str) -> tuple[int, str]:
    return {"train": 0, "val": 1, "test": 2}.get(split, 3), split


def split_name(split: str) -> str:
    """Return the name of a split as `datasets` takes it: letters, digits, underscores and dots."""
    name = _SPLITS.get(split, split)
    return name if _SPLIT.fullmatch(name) else re.sub(r"\W", "_", name) or "_"


def _columns(folders: Sequence[str]) -> dict[str, bool]:
    """Return the columns of the first metadata file in these folders."""
    for folder in folders:
        for name in METADATA:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return _columns_of(path)
    return {}


def _columns_of(path: str) -> dict[str, bool]:
    try:
        with open(path, "rb") as file:
            line = file.readline(_LONGEST_LINE)
        if path.endswith(".csv"):
            row: object = dict.fromkeys(next(csv.reader([line.decode("utf-8-sig")]), []))
        else:
            row = json.loads(line)
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"cannot read {path}: {error}; write it again with burnish organize") from None
    if not isinstance(row, dict) or "file_name" not in row:
        raise InputError(f"{path}:1: has no file_name; write it again with burnish organize")
    return {name: isinstance(value, list) for name, value in row.items()}


def front_matter(name: str, samples: int, folder: Folder | None, kinds: Iterable[str]) -> dict[str, object]:
    """Return what a card says to Hugging Face.

    The license is `unknown`: nobody told. With the names of the classes, `load_dataset` gives labels as `ClassLabel`,
    which it does by itself only where there is no metadata file.

    Args:
        name: For people.
        samples: How many.
        folder: As `look_at_folder` found it.
        kinds: Of the samples.
    """
    tasks = [f"{kind}-classification" for kind in sorted(kinds) if kind in {"image", "audio"}]
    size = next((words for most, words in _SIZES if samples < most), "n>10M" if samples < 10**9 else "n>1B")
    matter: dict[str, object] = {"pretty_name": name, "license": "unknown"}
    if tasks and (folder is None or folder.classes):
        matter["task_categories"] = tasks
    matter |= {"size_categories": [size]}
    if folder is not None:
        config: dict[str, object] = {"config_name": "default"}
        config["data_files"] = [
            {"split": split, "path": paths[0] if len(paths) == 1 else paths} for split, paths in folder.splits.items()
        ]
        if features := _features(folder):
            config["features"] = features
        matter["configs"] = [config]
    return matter


def _features(folder: Folder) -> list[dict[str, object]]:
    if not folder.columns or len(folder.classes) > _MOST_CLASSES:
        return []
    features: list[dict[str, object]] = []
    for column, is_list in folder.columns.items():
        if column == "file_name":
            features.append({"name": folder.kind, "dtype": folder.kind})
        elif column == "label" and folder.classes:
            names = {str(number): label for number, label in enumerate(folder.classes)}
            features.append({"name": "label", "dtype": {"class_label": {"names": names}}})
        else:
            features.append({"name": column, **({"sequence": "string"} if is_list else {"dtype": "string"})})
    return features
