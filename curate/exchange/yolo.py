"""Ultralytics' sets for classification, read: folders of classes in train/, val/ and test/, and `names` beside them.

Format: docs.ultralytics.com/datasets/classify. A folder is a class; where folders are called otherwise than classes, as
the synsets of ImageNet are, `map` names them, or the place among the sorted folders of train/.
"""

import os
from collections.abc import Iterator

from curate.exchange.annotated import Annotated, Left
from curate.exchange.named_files import NamedFiles
from curate.ground.errors import InputError
from curate.ground.files import read_file
from curate.ground.yaml import MAX_BYTES, Yaml, load_yaml
from curate.media.sniff import format_of_name
from curate.scan.folders import SPLIT_NAMES
from curate.scan.walk import walk

_FILES = ("data.yaml", "dataset.yaml")
_SPLITS = {"train": ("train",), "val": ("val", "validation", "valid"), "test": ("test",)}
"""The folders that Ultralytics looks for, the first that is there."""


def read_back(path: str, base: str, left: Left) -> tuple[NamedFiles, Iterator[Annotated]]:
    """Return the pictures of a set, and what their folders say.

    Args:
        path: The folder of the set, or its YAML file.
        base: What the paths of the manifest are to be relative to; empty: the working directory.
        left: Is told what was not read.

    Raises:
        InputError: There is no folder train/, or the YAML makes no sense.
    """
    source, said = path, dict[str, Yaml]()
    if os.path.isdir(path):
        source = next((file for name in _FILES if os.path.isfile(file := os.path.join(path, name))), "")
    if source:
        content = load_yaml(read_file(source, MAX_BYTES), source).content
        if not isinstance(content, dict):
            raise InputError(f"{source} is no file of Ultralytics: it has no names")
        said = content
    top = path if os.path.isdir(path) else os.path.dirname(path)
    folders = NamedFiles(top, "")
    if isinstance(inner := said.get("path"), str) and inner not in {".", ""}:
        top = folders.path(inner, source)
    found: dict[str, str] = {}
    for split, usual in _SPLITS.items():
        named = said.get(split)
        names = (named,) if isinstance(named, str) and named else usual
        inside = NamedFiles(top, "")
        places = [inside.path(name, source or path) for name in names]
        if there := next((place for place in places if os.path.isdir(place)), None):
            found[split] = there
    if "train" not in found:
        raise InputError(f"{top or '.'} has no folder train/; is it a set of Ultralytics for classification?")
    classes = sorted(one for one in os.listdir(found["train"]) if os.path.isdir(os.path.join(found["train"], one)))
    files = NamedFiles(top, base)
    return files, _read(found, _labels(source, said, classes), files, left)


def _read(found: dict[str, str], labels: dict[str, str], files: NamedFiles, left: Left) -> Iterator[Annotated]:
    for split, folder in found.items():
        for entry in walk([folder]):
            inside = os.path.relpath(entry.path, folder)
            parts = inside.split(os.sep)
            media = format_of_name(inside)
            if media is None or media.kind != "image" or entry.problem:
                left.counts["other files, left out"] += 1
                continue
            if len(parts) < 2:
                left.counts["pictures in no folder of a class"] += 1
            name = os.path.relpath(entry.path, files.folder or ".")
            label = labels.get(parts[0], parts[0]) if len(parts) > 1 else None
            yield Annotated(files.path(name, folder), label, split=SPLIT_NAMES[split])


def _labels(source: str, said: dict[str, Yaml], folders: list[str]) -> dict[str, str]:
    """Return the class of each folder of train/ that is called otherwise.

    Raises:
        InputError: `names` is no list of names, or there are not as many as folders.
    """
    mapped, listed = said.get("map"), said.get("names")
    if isinstance(mapped, dict):
        return {folder: str(name) for folder, name in mapped.items()}
    if listed is None:
        return {}
    names = list(listed.values()) if isinstance(listed, dict) else listed
    if isinstance(listed, dict):
        try:
            names = [name for _, name in sorted((int(key), name) for key, name in listed.items())]
        except (TypeError, ValueError):
            raise InputError(f"{source}: the keys of names are no numbers") from None
    if not isinstance(names, list) or not all(isinstance(name, str | int) for name in names):
        raise InputError(f"{source}: names is no list of names")
    texts = [str(name) for name in names]
    # The folders are the classes: what differs only in order would give each picture another one's name.
    if set(folders) <= set(texts):
        return {}
    if len(texts) != len(folders) or len(set(texts)) != len(texts):
        raise InputError(
            f"{source} has {len(texts):,} names and train/ {len(folders):,} folders, which are called otherwise; name "
            "each folder's class under map"
        )
    return dict(zip(folders, texts, strict=True))
