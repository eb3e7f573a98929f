"""Leakage: a tag or a part of the file's name that looks like a group, was not used as one, and straddles the splits.

A speaker, a recording or a camera that is in training and in test makes the test easier than the world is.
"""

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from curate.labels import SPLIT_NAMES
from curate.sample import Sample

_MOST_VALUES = 100_000
_PRUNE_EVERY = 50_000
_FOLDERS = 3
_SHOWN = 3
_SEPARATORS = re.compile(r"([^0-9A-Za-z]+)")
_GROUPS = re.compile(
    r"speak|person|people|patient|subject|user|author|singer|actor|recording|session|scene|camera|device|source|site"
)


class Suspect(NamedTuple):
    """What looks like a group.

    Attributes:
        name: For people: `speaker=…`, or the part of a file's name with an example.
        values: How many there are.
        samples: Median number of samples of a value.
        straddling: How many values are in several splits.
        group: What to give to `--group`.
    """

    name: str
    values: int
    samples: float
    straddling: int
    group: str


@dataclass(slots=True)
class _Key:
    """One tag key, or one place in the file names.

    Attributes:
        counts: Samples of each value.
        splits: Splits of each value, a bit each.
        by_label: A value for each label.
        varies: Whether some label has several values; what a label decides is no group.
        example: Path of the first sample.
        closed: Whether it turned out to be no group; it then counts nothing any more.
    """

    example: str
    counts: Counter[str] = field(default_factory=Counter)
    splits: dict[str, int] = field(default_factory=dict)
    by_label: dict[str | None, str] = field(default_factory=dict)
    varies: bool = False
    closed: bool = False

    def add(self, value: str, label: str | None, split: int) -> None:
        self.counts[value] += 1
        self.splits[value] = self.splits.get(value, 0) | split
        if not self.varies:
            self.varies = self.by_label.setdefault(label, value) != value
        if len(self.counts) > _MOST_VALUES:
            self.close()

    def close(self) -> None:
        """Stop counting: this is no group."""
        self.counts.clear()
        self.splits.clear()
        self.closed = True


class Watch:
    """Looks at each sample once it has its split, and says in the end what looks like a group and straddles."""

    def __init__(self) -> None:
        self.samples = 0
        self.keys: dict[str | tuple[str, int, int], _Key] = {}
        self.bits: dict[str | None, int] = {}

    def add(self, sample: Sample) -> None:
        """Take in one sample."""
        self.samples += 1
        bit = self.bits.setdefault(sample.split, 1 << len(self.bits))
        for tag in sample.tags:
            key, equals, value = tag.partition("=")
            if equals:
                self._count(key, value, sample, bit)
        self._add_path(sample, bit)
        if self.samples % _PRUNE_EVERY == 0:
            self._prune()

    def suspects(self) -> list[Suspect]:
        """Return what looks like a group and straddles, the likeliest first; the same values twice are said once."""
        found: dict[frozenset[str], tuple[bool, Suspect]] = {}
        for name, key in self.keys.items():
            known = _is_known(name)
            if not key.closed and self._looks_like_a_group(key, known=known):
                described = _suspect(name, key)
                values = frozenset(key.counts)
                if values not in found or isinstance(name, str):
                    found[values] = (not known, described)
        return [suspect for _, suspect in sorted(found.values(), key=lambda pair: pair[0])][:_SHOWN]

    def _add_path(self, sample: Sample, bit: int) -> None:
        """Count the words of the file's name, and the folders next to it."""
        *folders, name = sample.path.split("/")
        words = _SEPARATORS.split(os.path.splitext(name)[0])[::2]
        if len(words) > 1:
            for place, word in enumerate(words):
                self._count(("name", len(words), place), word, sample, bit)
        for place, folder in enumerate(folders[: -_FOLDERS - 1 : -1], start=1):
            self._count(("folder", place, 0), folder, sample, bit)

    def _prune(self) -> None:
        """Stop counting what cannot be a group any more: a million samples would pay for it."""
        for name, key in self.keys.items():
            fixed = not key.varies and len(key.by_label) > 1 and len(key.counts) > 1
            if fixed or (len(key.counts) > 1 and not _is_known(name) and _is_counter(key.counts)):
                key.close()

    def _count(self, name: str | tuple[str, int, int], value: str, sample: Sample, bit: int) -> None:
        key = self.keys.get(name)
        if key is None:
            key = self.keys[name] = _Key(sample.path)
        if not key.closed:
            key.add(value, sample.label, bit)

    def _looks_like_a_group(self, key: _Key, *, known: bool) -> bool:
        """Return whether there are few values with several samples each, most samples have one, and some straddle."""
        return (
            key.varies
            and 2 <= len(key.counts) <= self.samples / 3
            and 2 * key.counts.total() >= self.samples
            and median(key.counts.values()) >= 3
            and any(splits & (splits - 1) for splits in key.splits.values())
            and not SPLIT_NAMES.keys() >= {value.lower() for value in key.counts}
            and (known or not _is_counter(key.counts))
        )


def _is_known(name: str | tuple[str, int, int]) -> bool:
    """Return whether the key of a tag is a usual name of a group."""
    return isinstance(name, str) and bool(_GROUPS.search(name.lower()))


def _is_counter(values: Counter[str]) -> bool:
    """Return whether the values are numbers without a gap from 0 or 1 on, such as takes and frames."""
    if not all(value.isdecimal() for value in values):
        return False
    numbers = sorted({int(value) for value in values})
    return numbers[0] <= 1 and numbers[-1] - numbers[0] + 1 == len(numbers)


def _suspect(name: str | tuple[str, int, int], key: _Key) -> Suspect:
    straddling = sum(bool(splits & (splits - 1)) for splits in key.splits.values())
    shown, group = (f"{name}=…", name) if isinstance(name, str) else _place_in_path(key.example, *name)
    return Suspect(shown, len(key.counts), median(key.counts.values()), straddling, group)


def _place_in_path(example: str, kind: str, number: int, place: int) -> tuple[str, str]:
    """Return how to name a place in the paths, and the pattern that makes it the group."""
    parts = example.split("/")
    if kind == "folder":
        return f"the folder {parts[-1 - number]!r} of {example}", f"'{'/'.join(('{group}', *['{}'] * number))}'"
    words = _SEPARATORS.split(os.path.splitext(parts[-1])[0])
    pattern = "".join(piece if i % 2 else ("{group}" if i == 2 * place else "{}") for i, piece in enumerate(words))
    return f"{words[2 * place]!r} in names like {parts[-1]}", f"'{pattern}'"
