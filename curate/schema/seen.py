"""What is known of a set while it is read, by place: sketches of numbers, counts of names, in bounded memory."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.describe.column_blocks import as_floats
from curate.describe.sketch import Sketch
from curate.schema.records import type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from curate.schema.columns import Columns
    from curate.schema.records import FieldType

_CAPACITY = 4096
_MOST_NAMES = 1000
"""Different values that are counted; a set that is closed has 200 at most."""


class SeenNames:
    """How often each value of a place occurs.

    Attributes:
        counts: By value, of the first that came.
        others: Of the values that were too many.
        present: How many samples have one.
        possible: How many samples could have one.
    """

    def __init__(self) -> None:
        self.counts: Counter[Any] = Counter()
        self.others = self.present = self.possible = 0

    def add(self, values: "Mapping[Any, int]", present: int, possible: int) -> None:
        """Count values.

        Args:
            values: How many samples have each; None is no value.
            present: How many samples have one.
            possible: How many samples could have one.
        """
        self.present += present
        self.possible += possible
        for value, count in values.items():
            if value is None:
                continue
            # A column of free text must not fill the memory.
            if value in self.counts or len(self.counts) < _MOST_NAMES:
                self.counts[value] += count
            else:
                self.others += count


class SeenNumbers:
    """How a number is distributed.

    Attributes:
        sketch: Of the values that are finite.
        present: How many samples have one.
        possible: How many samples could have one.
    """

    def __init__(self) -> None:
        self.sketch = Sketch(_CAPACITY)
        self.present = self.possible = 0

    def add(self, values: "NDArray[np.float64]") -> None:
        """Take in the values of samples, of shape (any,); not-a-number is none."""
        self.possible += len(values)
        self.present += int(np.count_nonzero(~np.isnan(values)))
        self.sketch.add(values)


class SeenField:
    """A field that burnish does not know.

    Attributes:
        types: How many values of each type.
        numbers: Its numbers.
        names: Its texts and truth values.
    """

    def __init__(self) -> None:
        self.types: Counter[FieldType] = Counter()
        self.numbers = SeenNumbers()
        self.names = SeenNames()

    def add(self, values: list[Any]) -> None:
        """Take in values as JSON has them."""
        of_type: dict[FieldType, list[Any]] = {}
        for value in values:
            of_type.setdefault(type_of(value), []).append(value)
        self.types.update({name: len(found) for name, found in of_type.items()})
        self.numbers.add(as_floats(of_type.get("number", [])))
        for name in ("text", "truth"):
            found = of_type.get(name, [])
            self.names.add(Counter(found), len(found), len(found))


class Paths:
    """The paths of a set, 8 bytes each: enough to know whether any stands there twice."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.int64]] = []

    def add(self, samples: "Iterable[str]") -> None:
        """Take in paths."""
        # Python's own hash has 64 bits: of a million different paths two are alike with a chance of 3 in 10^8, and
        # whoever names a path that was there twice looks at the paths themselves.
        self._hashes.append(np.fromiter(map(hash, samples), np.int64))

    def repeated(self) -> list[int]:
        """Return the hash of each path that stood there before, as often as it came again."""
        together = np.sort(np.concatenate(self._hashes)) if self._hashes else np.empty(0, np.int64)
        found: list[int] = together[1:][together[1:] == together[:-1]].tolist()
        return found


class Seen:
    """A set.

    Attributes:
        samples: How many there are, generated ones left out.
        generated: How many of those there are.
        facts_version: Of the facts.
        numbers: By place.
        names: By place.
        tags: By key, the values of `key=value` tags.
        flags: Bare tags.
        fields: By name.
        paths: Of all.
    """

    def __init__(self) -> None:
        self.samples = self.generated = 0
        self.facts_version: int | None = None
        self.numbers: dict[str, SeenNumbers] = {}
        self.names: dict[str, SeenNames] = {}
        self.tags: dict[str, SeenNames] = {}
        self.flags = SeenNames()
        self.fields: dict[str, SeenField] = {}
        self.paths = Paths()

    def add(self, block: "Columns") -> None:
        """Take in a block of samples."""
        self.samples += len(block.samples)
        self.generated += len(block.lines) - len(block.samples)
        self.facts_version = block.facts_version
        self.paths.add(sample.path for sample in block.samples)
        for place, (_, values) in block.numbers.items():
            self.numbers.setdefault(place, SeenNumbers()).add(values)
        for place, (_, names) in block.names.items():
            counts = Counter(names.tolist())
            self.names.setdefault(place, SeenNames()).add(counts, len(names) - counts[None], len(names))
        # Few samples have tags that no other has, so each combination is taken apart once.
        for tags, count in Counter(sample.tags for sample in block.samples).items():
            keys, flags = parted(tags)
            self.flags.add(dict.fromkeys(flags, count), count * bool(flags), 0)
            for key, of_key in keys.items():
                if key in self.tags or len(self.tags) < _MOST_NAMES:
                    self.tags.setdefault(key, SeenNames()).add(dict.fromkeys(of_key, count), count, 0)
        for name, (_, found) in block.fields.items():
            if name in self.fields or len(self.fields) < _MOST_NAMES:
                self.fields.setdefault(name, SeenField()).add(found)

    def close(self) -> "Seen":
        """Return the same, with the number of samples where all could have a value."""
        for seen in (*self.tags.values(), self.flags):
            seen.possible = self.samples
        for field in self.fields.values():
            field.numbers.possible = field.names.possible = self.samples
        return self


def parted(tags: "Iterable[str]") -> tuple[dict[str, set[str]], set[str]]:
    """Return the values of `key=value` tags by key, and the bare tags; one that begins with `=` has no key."""
    keys: dict[str, set[str]] = {}
    flags: set[str] = set()
    for tag in tags:
        key, equals, value = tag.partition("=")
        if equals and key:
            keys.setdefault(key, set()).add(value)
        else:
            flags.add(tag)
    return keys, flags
