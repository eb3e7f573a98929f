"""Suspects: what looks like a group, in words, and what to give to `--group`."""

import os
import re
from collections import Counter
from statistics import median
from typing import NamedTuple

Place = str | tuple[str, int, int]
"""The key of a tag; ("name", pieces of the file's name, number of the word); or ("folder", folders up, 0)."""

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


def words_of(name: str) -> list[str]:
    """Return the words of a file's name without its ending, and between them what separates them."""
    return _SEPARATORS.split(os.path.splitext(name)[0])


def is_known(place: Place) -> bool:
    """Return whether the key of a tag is a usual name of a group."""
    return isinstance(place, str) and bool(_GROUPS.search(place.lower()))


def is_counter(values: Counter[str]) -> bool:
    """Return whether the values are numbers without a gap from 0 or 1 on, such as takes and frames."""
    if not all(value.isdecimal() for value in values):
        return False
    # Takes and frames count on without a gap; numbers that stand for people seldom do.
    numbers = sorted({int(value) for value in values})
    return numbers[0] <= 1 and numbers[-1] - numbers[0] + 1 == len(numbers)


def describe(place: Place, counts: Counter[str], straddling: int, example: str) -> Suspect:
    """Return what there is to say of a suspect.

    Args:
        place: Where its values come from.
        counts: Samples of each value.
        straddling: Number of values that are in several splits.
        example: Path of a sample.
    """
    shown, group = (f"{place}=…", place) if isinstance(place, str) else _in_path(example, *place)
    return Suspect(shown, len(counts), median(counts.values()), straddling, group)


def _in_path(example: str, kind: str, number: int, position: int) -> tuple[str, str]:
    """Return how to name a place in the paths, and the pattern that makes it the group."""
    parts = example.split("/")
    if kind == "folder":
        pattern = "/".join(("{group}", *["{}"] * number))
        return f"the folder {parts[-1 - number]!r} of {example}", f"'{pattern}'"
    words = words_of(parts[-1])
    # Odd pieces are separators, and stay as they are; of the words, one is the group and the others are anything.
    pattern = "".join(piece if i % 2 else ("{group}" if i == 2 * position else "{}") for i, piece in enumerate(words))
    return f"{words[2 * position]!r} in names like {parts[-1]}", f"'{pattern}'"
