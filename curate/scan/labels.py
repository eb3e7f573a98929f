"""What folders, file names and metadata files say about a sample: its label, tags and split."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from curate.scan.entry import Row
    from curate.scan.metadata import Metadata

LABEL_SOURCES = ("folder", "none")
LabelSource = Literal["folder", "none"]

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}

NOT_A_CLASS = {*SPLIT_NAMES, "_background_noise_"}
"""Folders that never give a label: splits, and the noise that comes with Speech Commands."""


class Description(NamedTuple):
    """What is known of a sample before its file is opened."""

    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    unmatched: bool = False
    """Whether there is a pattern and it did not match."""


@dataclass(frozen=True, slots=True)
class Labeller:
    """Decides label, tags and split: from the metadata, else the pattern, else the folders.

    Attributes:
        source: `folder`: the last folder is the label; `none`: there are no labels.
        pattern: Compiled by `compile_pattern`, or None.
        metadata: What metadata files say, or None.
    """

    source: LabelSource = "folder"
    pattern: "Pattern | None" = None
    metadata: "Metadata | None" = None

    def describe(self, path: str, root: str, row: "Row | None" = None) -> Description:
        """Return what is known of the file at `path`, found under the argument `root`.

        Args:
            path: Of the file; in a shard its name there.
            root: The argument; empty for a member of a shard, beside which there are no metadata files.
            row: What a shard says of it, which goes before what names say.
        """
        label, split = _from_folders(path.rpartition("/")[0], root.rstrip("/"))
        if self.source == "none":
            label = None
        tags: tuple[str, ...] = ()
        unmatched = False
        if self.pattern:
            fields = self.pattern.fields(path)
            unmatched = fields is None
            # Where names give the labels, a folder gives none to a file that does not match: the two would be mixed.
            if fields is not None:
                label = fields.get("label", label)
                tags = tuple(f"{key}={value}" for key, value in fields.items() if key != "label")
            elif self.pattern.names_label:
                label = None
        looks = self.metadata is not None and (root != "" or self.metadata.named is not None)
        table, named = self.metadata.lookup(path, root) if self.metadata and looks else (None, None)
        if table and table.has_labels:
            label = None
        for said in filter(None, (row, named)):
            label, tags = said.label or label, (*tags, *said.tags)
            split = SPLIT_NAMES.get(said.split.lower(), said.split) if said.split else split
        return Description(label, tags, split, unmatched)


@lru_cache(maxsize=4096)
def _from_folders(folder: str, root: str) -> tuple[str | None, str | None]:
    """Return the label and split that a folder gives.

    Only the folders from the named one downwards count: what lies above it is the user's own order, in which a
    folder `test` may mean anything.
    """
    # Of `data/train/cat` under the root `data`: data, train, cat. The root itself counts, so that `scan cats dogs`
    # labels.
    below = folder[len(root) :].strip("/") if folder.startswith(root) else ""
    parts = [part for part in (os.path.basename(root), *below.split("/")) if part not in {"", ".", ".."}]
    if not folder.startswith(root):  # the argument was the file itself
        parts = [os.path.basename(folder)] if folder not in {"", "."} else []
    split = next((SPLIT_NAMES[part.lower()] for part in parts if part.lower() in SPLIT_NAMES), None)
    label = parts[-1] if parts and parts[-1].lower() not in NOT_A_CLASS else None
    return label, split


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled `--pattern`.

    Attributes:
        expression: Matches the last `depth` parts of a path, the last one without its ending.
        depth: Number of path parts.
        names_label: Whether one of the fields is the label.
    """

    expression: re.Pattern[str]
    depth: int
    names_label: bool

    def fields(self, path: str) -> dict[str, str] | None:
        """Return the value of each field, or None where the path does not match."""
        *folders, name = path.split("/")[-self.depth :]
        stem = os.path.splitext(name)[0]
        match = self.expression.fullmatch("/".join((*folders, stem)))
        return match.groupdict() if match else None


def compile_pattern(text: str) -> Pattern:
    """Compile a pattern such as `{label}_{speaker}_{take}`.

    Each field takes as little as it can; `{}` is a field that is not kept. The pattern matches the whole stem of the
    file's name; with `/` in it, the folders above as well (`{language}/{}/{label}`).

    Raises:
        UsageError: The pattern has no field, a field twice, or a name that is no name.
    """
    # Odd parts are what stood between braces; a brace that is left in an even one has no partner.
    parts = re.split(r"\{([^{}]*)\}", text)
    names = parts[1::2]
    if not names or any(brace in literal for literal in parts[::2] for brace in "{}"):
        raise UsageError(f"--pattern {text!r} has no fields or unpaired braces; an example: '{{label}}_{{speaker}}'")
    named = [name for name in names if name]
    for name in named:
        if not name.isidentifier():
            raise UsageError(f"--pattern {text!r}: {name!r} is no name for a field; use letters, digits and _")
    if repeated := {name for name in named if named.count(name) > 1}:
        raise UsageError(f"--pattern {text!r} names a field twice: {', '.join(sorted(repeated))}")
    # Of the parts every second one is a field's name.
    parts[::2] = map(re.escape, parts[::2])
    # As little as it can and at least one character: `a__b` has no empty field in the middle, it does not match.
    parts[1::2] = (f"(?P<{name}>[^/]+?)" if name else "[^/]+?" for name in names)
    expression = "".join(parts)
    return Pattern(re.compile(expression, re.DOTALL), text.count("/") + 1, "label" in named)


def check_label_source(name: str) -> LabelSource:
    """Return the name if it is one of `LABEL_SOURCES`.

    Raises:
        UsageError: It is not; names the nearest.
    """
    for source in LABEL_SOURCES:
        if name == source:
            return "folder" if source == "folder" else "none"
    raise UsageError(f"--label {name!r} is unknown{did_you_mean(name, LABEL_SOURCES)}")
