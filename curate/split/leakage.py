"""Leakage: a tag or a part of the file's name that looks like a group, was not used as one, and straddles the splits.

A speaker, a recording or a camera that is in training and in test makes the test easier than the world is.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol
from unicodedata import normalize

from curate.scan.folders import SPLIT_NAMES
from curate.split.group_guess import Place, Suspect, describe, is_counter, is_known, words_of

_MOST_VALUES = 100_000
_PRUNE_EVERY = 50_000
_FOLDERS, _REMEMBERED = 3, 10_000
_SHOWN = 3
_MOST_DECIDED = 0.8
_MOST_PAIRS = 20_000
_MOST_WAITING = 1000
_FEWEST_SAMPLES = 30
"""Of what has no usual name of a group: of fewer, anything looks like one."""


class _Placed(Protocol):
    """A sample, or a narrow view of one, that has its split."""

    @property
    def path(self) -> str: ...
    @property
    def label(self) -> str | None: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def split(self) -> str | None: ...


@dataclass(slots=True)
class _Key:
    """One tag key, or one place in the paths.

    Attributes:
        example: Path of the first sample.
        values: Samples of each value, and its splits, a bit each.
        by_label: A value for each label.
        pairs: Samples of each label and value.
        varies: Whether some label has several values; what a label decides is no group.
        closed: Whether it turned out to be no group; it then counts nothing any more.
    """

    example: str
    values: dict[str, list[int]] = field(default_factory=dict)
    by_label: dict[str | None, str] = field(default_factory=dict)
    pairs: dict[tuple[str | None, str], int] = field(default_factory=dict)
    varies: bool = False
    closed: bool = False

    def add(self, value: str, label: str | None, split: int, count: int = 1) -> None:
        if self.closed:
            return
        found, pairs = self.values.get(value), self.pairs
        if found is None:
            found = self.values[value] = [0, 0]
            if len(self.values) > _MOST_VALUES:
                self.close()
                return
        found[0] += count
        # A bit for each split: a value straddles where more than one is set.
        found[1] |= split
        if not self.varies:
            self.varies = self.by_label.setdefault(label, value) != value
        # Only while they are few: what a label decides has about as many pairs as there are labels.
        if len(pairs) < _MOST_PAIRS:
            pair = (label, value)
            pairs[pair] = pairs.get(pair, 0) + count

    def close(self) -> None:
        """Stop counting: this is no group."""
        self.values.clear()
        self.pairs.clear()
        self.closed = True

    def counts(self) -> Counter[str]:
        """Return the samples of each value."""
        return Counter({value: count for value, (count, _) in self.values.items()})

    def decided(self) -> int:
        """Return how many samples have the value that is the most frequent one of their label."""
        most: dict[str | None, int] = {}
        for (label, _), count in self.pairs.items():
            most[label] = max(most.get(label, 0), count)
        return sum(most.values())

    def straddling(self) -> int:
        """Return how many values are in several splits."""
        return sum(bool(splits & (splits - 1)) for _, splits in self.values.values())


class Watch:
    """Looks at each sample once it has its split, and says in the end what looks like a group and straddles."""

    def __init__(self) -> None:
        self.samples = 0
        self.keys: dict[Place, _Key] = {}
        self.bits: dict[str | None, int] = {}
        self._places: dict[str, list[tuple[_Key, str]]] = {}
        self._waiting: dict[tuple[str, str | None, int], int] = {}
        self._one_by_one = False
        self._reads_names = True

    def add(self, sample: _Placed) -> None:
        """Take in one sample."""
        self.samples += 1
        label, split = sample.label, self.bits.setdefault(sample.split, 1 << len(self.bits))
        folder, _, name = sample.path.rpartition("/")
        # This runs for every sample: those of one folder, label and split are counted together.
        alike = (folder, label, split)
        before = self._waiting.get(alike)
        if before is None:
            if len(self._waiting) >= _MOST_WAITING:
                self._count_waiting()
            self._places_of(folder, sample.path)
        self._waiting[alike] = (before or 0) + 1
        if self._one_by_one:
            self._count_waiting()
        for tag in sample.tags:
            text, equals, value = tag.partition("=")
            if equals and value:
                self._key(text, sample.path).add(value, label, split)
        # A name of one word has no part that could be a group. Names of different length are kept apart: the third word
        # of four is another field than the third of three.
        if self._reads_names and len(words := words_of(name)) > 1:
            for place, word in enumerate(words[::2]):
                # `-rf.jpg` and `_1.jpg` have a separator at their beginning, and nothing before it.
                if word:
                    self._key(("name", len(words), place), sample.path).add(word, label, split)
        if self.samples % _PRUNE_EVERY == 0:
            self._count_waiting()
            self._prune()

    def suspects(self, *, grouped: bool = False) -> list[Suspect]:
        """Return what looks like a group and straddles, the likeliest first; the same values twice are said once.

        Args:
            grouped: Whether groups were named: then only what has another usual name of one is worth a word.
        """
        self._count_waiting()
        found: dict[frozenset[str], tuple[bool, Suspect]] = {}
        for place, key in self.keys.items():
            values = frozenset(key.values)
            # Tag and file name often say the same: the tag is named, because it is the one to type.
            if grouped and not is_known(place):
                continue
            if self._looks_like_a_group(place, key) and (values not in found or isinstance(place, str)):
                described = describe(place, key.counts(), key.straddling(), key.example)
                found[values] = (not is_known(place), described)
        return [suspect for _, suspect in sorted(found.values(), key=lambda pair: pair[0])][:_SHOWN]

    def _count_waiting(self) -> None:
        """Count what was seen of folders."""
        for (folder, label, split), count in self._waiting.items():
            for key, value in self._places_of(folder, folder):
                key.add(value, label, split, count)
        self._waiting.clear()
        # Where there are so many pairs that not all are counted, it matters in which order they came.
        self._one_by_one = self._one_by_one or any(2 * len(key.pairs) > _MOST_PAIRS for key in self.keys.values())

    def _key(self, place: Place, path: str) -> _Key:
        key = self.keys.get(place)
        if key is None:
            key = self.keys[place] = _Key(path)
        return key

    def _places_of(self, folder: str, path: str) -> list[tuple[_Key, str]]:
        """Return the folders next to a file, each with its key."""
        if (known := self._places.get(folder)) is not None:
            return known
        as_written = folder
        # One folder that two systems wrote, with umlauts in two forms, is one value.
        folder = normalize("NFC", folder)
        nearest = folder.split("/")[: -_FOLDERS - 1 : -1] if folder else []
        # All at once: manifests come folder by folder, and one that comes back is looked up anew.
        if len(self._places) >= _REMEMBERED:
            self._places.clear()
        places = [(self._key(("folder", up, 0), path), name) for up, name in enumerate(nearest, start=1)]
        return self._places.setdefault(as_written, places)

    def _prune(self) -> None:
        """Stop counting what cannot be a group any more: a million samples would pay for it."""
        for place, key in self.keys.items():
            # What a label decides is a property of the class, such as the folder that it was read from.
            fixed = not key.varies and len(key.by_label) > 1 and len(key.values) > 1
            if fixed or (len(key.values) > 1 and not is_known(place) and is_counter(key.counts())):
                key.close()
        # To take names apart costs most; a word that was the same in so many names is no group's name.
        words = [key for place, key in self.keys.items() if not isinstance(place, str) and place[0] == "name"]
        self._reads_names = any(not key.closed and len(key.values) > 1 for key in words)

    def _looks_like_a_group(self, place: Place, key: _Key) -> bool:
        """Return whether there are few values with several samples each, most samples have one, and some straddle."""
        counts = key.counts()
        return (
            key.varies
            # `cat_1.jpg` beside a `copy_1.jpg` or two: the label decides, and what it decides is no group.
            and key.decided() <= _MOST_DECIDED * counts.total()
            and _fewest_values(place) <= len(counts) <= self.samples / 3
            and (is_known(place) or self.samples >= _FEWEST_SAMPLES)
            and 2 * counts.total() >= self.samples
            and median(counts.values()) >= 3
            # One folder in several splits beside another in one is a second source of data, not a group.
            and key.straddling() > (0 if is_known(place) else 1)
            and not SPLIT_NAMES.keys() >= {value.lower() for value in counts}
            and (is_known(place) or not is_counter(counts))
        )


def _fewest_values(place: Place) -> int:
    """Return how many values are evidence: two of a usual name; else two are a condition, such as day and night.

    In paths, where every set has two or three sources of data (IMG and DSC, one folder and another), it takes more.
    """
    if is_known(place):
        return 2
    return 3 if isinstance(place, str) else 5
