"""What folders, file names and metadata files say about a sample: its label, tags and split."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

from curate.ground.errors import UsageError, did_you_mean
from curate.scan.folders import SPLIT_NAMES, FolderLevels, find_levels, folders_below

if TYPE_CHECKING:
    from curate.scan.entry import Row
    from curate.scan.metadata import Metadata

LABEL_SOURCES = ("folder", "none")
LabelSource = Literal["folder", "none"]


class Description(NamedTuple):
    """What is known of a sample before its file is opened."""

    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    unmatched: bool = False
    """Whether there is a pattern and it did not match."""
    text: str | None = None
    source: str = ""
    """What gave the label: `metadata`, `pattern` or `folder`; empty where there is none."""


@dataclass(slots=True)
class Labeller:
    """Decides label, tags and split: from the metadata, else the pattern, else the folders.

    A row of metadata overrides for its file; what it does not cover keeps what the other sources say.

    Attributes:
        source: `folder`: the folders give the label; `none`: there are no labels.
        pattern: Compiled by `compile_pattern`, or None.
        metadata: What metadata files say, or None.
        levels: Which folder is the label; of all files, once `prepare` has seen them.
    """

    source: LabelSource = "folder"
    pattern: "Pattern | None" = None
    metadata: "Metadata | None" = None
    levels: FolderLevels = field(default_factory=FolderLevels)
    _last: tuple[tuple[str, str, bool], str | None, str | None] | None = None

    def prepare(self, files: Iterable[tuple[str, str]]) -> None:
        """Look at the names of all media files (path and root), before the first is described."""
        # Whose end a name is takes all names; otherwise the folders do, of which there are few.
        files = list(files) if self.metadata and self.metadata.named else files
        self.levels, self._last = find_levels(files), None
        if self.metadata:
            self.metadata.prepare(files)

    def describe(self, path: str, root: str, row: "Row | None" = None) -> Description:
        """Return what is known of the file at `path`, found under the argument `root`.

        Args:
            path: Of the file; in a shard its name there.
            root: The argument; empty for a member of a shard, beside which there are no metadata files.
            row: What a shard says of it, which goes before what names say.
        """
        folder, in_shard = path.rpartition("/")[0], root == ""
        root = root.rstrip("/")
        label, split = self._of_folder(folder, root, in_shard=in_shard)
        source = "folder"
        tags: tuple[str, ...] = ()
        unmatched = False
        if self.pattern:
            fields = self.pattern.fields(path)
            unmatched = fields is None
            # Where names give the labels, a folder gives none to a file that does not match: the two would be mixed.
            if fields is not None:
                label, source = fields.get("label", label), "pattern" if "label" in fields else source
                tags = tuple(f"{key}={value}" for key, value in fields.items() if key != "label")
            elif self.pattern.names_label:
                label = None
        looks = self.metadata is not None and (not in_shard or self.metadata.named is not None)
        table, named = self.metadata.lookup(path, root) if self.metadata and looks else (None, None)
        # The table that a program wrote beside its files says of an empty label that there is none.
        if table and named and table.has_labels and not table.named:
            label = None
        for said in filter(None, (row, named)):
            label, source = (said.label, "metadata") if said.label else (label, source)
            tags = (*tags, *said.tags)
            split = SPLIT_NAMES.get(said.split.lower(), said.split) if said.split else split
        text = next((said.text for said in (named, row) if said and said.text), None)
        # macOS decomposes umlauts in names: one class must not become two that look the same.
        label, tags = (normalize("NFC", label) if label else None), tuple([normalize("NFC", tag) for tag in tags])
        return Description(label, tags, split, unmatched, text, source if label else "")

    def _of_folder(self, folder: str, root: str, *, in_shard: bool) -> tuple[str | None, str | None]:
        """Return the label and the split that a folder gives."""
        # Files come folder by folder: the last answer is nearly always that for the next file too.
        key = folder, root, in_shard
        if self._last is None or self._last[0] != key:
            levels = FolderLevels() if in_shard else self.levels
            parts = map(str.lower, folders_below(folder, root))
            split = next((SPLIT_NAMES[part] for part in parts if part in SPLIT_NAMES), None)
            label = None if self.source == "none" else levels.label(folder, root)
            self._last = key, label, split
        return self._last[1:]


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
