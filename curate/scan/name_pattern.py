"""A guess at `--pattern` from the names of files in one folder: which word of a name may be the label."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_SEPARATOR = re.compile(r"([\W_]+)")
_LEAST_SHARE = 0.9
_MOST_CLASSES = 200
_LEAST_PER_CLASS = 2
_LEAST_PER_NUMBER = 5


class Guess(NamedTuple):
    """A pattern that would read labels from names.

    Attributes:
        pattern: As `--pattern` takes it.
        classes: Files by label.
    """

    pattern: str
    classes: Counter[str]


def guess_patterns(names: Sequence[str]) -> list[Guess]:
    """Return the patterns that may be meant, the likeliest first; empty where no word of the names repeats enough.

    Names that are built alike have the same separators (`ok_0.jpg`, `crack_3.jpg`); else the first word may be the
    label. A class is a word that several files share. Words with letters come before numbers, and earlier ones first.

    Args:
        names: With their endings, without folders.
    """
    pieces = [_SEPARATOR.split(os.path.splitext(name)[0]) for name in names]
    if len(pieces) < 2 * _LEAST_PER_CLASS:
        return []
    separators, count = Counter(tuple(one[1::2]) for one in pieces).most_common(1)[0]
    alike = [one for one in pieces if tuple(one[1::2]) == separators]
    if count < _LEAST_SHARE * len(pieces) or not separators:
        first = Counter(one[1] for one in pieces if len(one) > 1).most_common(1)
        if not first:
            return []
        # Of `cat_a_1` and `cat_2` only what comes before the first separator is in one place.
        alike = [[one[0], one[1], ""] for one in pieces if one[1:2] == [first[0][0]]]
    found = []
    for position in range(0, len(alike[0]), 2):
        words = Counter(one[position] for one in alike)
        if _may_be_classes(words, len(names)):
            pattern = "".join(
                piece if i % 2 else "{label}" if i == position else "{}" for i, piece in enumerate(alike[0])
            )
            found.append((all(word.isdecimal() for word in words), position, Guess(pattern, words)))
    lettered = any(not numbers for numbers, _, _ in found)
    return [
        guess
        for numbers, position, guess in sorted(found, key=lambda one: one[:2])
        # Numbers count takes and frames more often than they name classes, above all behind a word that may be one.
        if not numbers or (min(guess.classes.values()) >= _LEAST_PER_NUMBER and not (lettered and position))
    ]


def _may_be_classes(words: Counter[str], files: int) -> bool:
    """Return whether words repeat as classes do: several of them, few beside the files, and none that is alone."""
    return (
        2 <= len(words) <= min(_MOST_CLASSES, files // _LEAST_PER_CLASS)
        and "" not in words
        and min(words.values()) >= _LEAST_PER_CLASS
    )
