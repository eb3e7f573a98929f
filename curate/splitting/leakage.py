"""Leakage: a tag or a part of the file's name that looks like a group, was not used as one, and straddles the splits.

A speaker, a recording or a camera that is in training and in test makes the test easier than the world is.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from curate.labels import SPLIT_NAMES
from curate.sample import Sample
from curate.splitting.suspect import Place, Suspect, describe, is_counter, is_known, words_of

_MOST_VALUES = 100_000
_PRUNE_EVERY = 50_000
_FOLDERS = 3
_SHOWN = 3


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
        self.keys: dict[Place, _Key] = {}
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
            known = is_known(name)
            if not key.closed and self._looks_like_a_group(key, known=known):
                straddling = sum(bool(splits & (splits - 1)) for splits in key.splits.values())
                described = describe(name, key.counts, straddling, key.example)
                values = frozenset(key.counts)
                if values not in found or isinstance(name, str):
                    found[values] = (not known, described)
        return [suspect for _, suspect in sorted(found.values(), key=lambda pair: pair[0])][:_SHOWN]

    def _add_path(self, sample: Sample, bit: int) -> None:
        """Count the words of the file's name, and the folders next to it."""
        *folders, name = sample.path.split("/")
        words = words_of(name)[::2]
        if len(words) > 1:
            for place, word in enumerate(words):
                self._count(("name", len(words), place), word, sample, bit)
        for place, folder in enumerate(folders[: -_FOLDERS - 1 : -1], start=1):
            self._count(("folder", place, 0), folder, sample, bit)

    def _prune(self) -> None:
        """Stop counting what cannot be a group any more: a million samples would pay for it."""
        for name, key in self.keys.items():
            fixed = not key.varies and len(key.by_label) > 1 and len(key.counts) > 1
            if fixed or (len(key.counts) > 1 and not is_known(name) and is_counter(key.counts)):
                key.close()

    def _count(self, name: Place, value: str, sample: Sample, bit: int) -> None:
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
            and (known or not is_counter(key.counts))
        )
