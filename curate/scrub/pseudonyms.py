"""Other values for tags that tell who somebody is: keyed pseudonyms, and groups of numbers."""

import hashlib
import hmac
import math
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.records.writer import foreign_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.records.sample import Sample

LEAST_KEY_BYTES = 32
_MOST_KEY_BYTES = 1 << 16
_DIGITS = 16
"""Of a pseudonym, hexadecimal: of a million values two share one with a probability of 3 in 100 million."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Shorter ones, and mere numbers, would be found in any text.
_LEAST_WORD = 3


def read_key(path: str) -> tuple[bytes, bool]:
    """Return the key in a file, without white space at its ends, and whether others than its owner can read it.

    Raises:
        InputError: It cannot be read, or holds fewer than 32 bytes, or too many to be a key.
    """
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(_MOST_KEY_BYTES + 1).strip()
    except OSError as error:
        raise InputError(f"cannot read the key {path}: {error.strerror}") from None
    if not LEAST_KEY_BYTES <= len(key) <= _MOST_KEY_BYTES:
        raise InputError(
            f"the key {path} has {len(key):,} bytes; take {LEAST_KEY_BYTES} random ones or more: "
            f"head -c 32 /dev/urandom | base64 > {path}"
        )
    if len(set(key)) < LEAST_KEY_BYTES // 4:
        raise InputError(f"the key {path} has only {len(set(key))} different bytes; it is not random")
    return key, bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def parse_groups(written: "Iterable[str]") -> dict[str, int]:
    """Return the width of the groups by key, of values like `age:10`.

    Raises:
        UsageError: One has another form.
    """
    groups = {}
    for one in written:
        key, colon, width = one.rpartition(":")
        if not colon or not key or not width.isascii() or not width.isdigit() or int(width) < 2:
            raise UsageError(f"--aggregate {one}: name a key and the width of a group, 2 or more, like age:10")
        groups[key] = int(width)
    return groups


@dataclass(slots=True)
class Replacement:
    """What becomes of the values of tags.

    Attributes:
        key: Of the pseudonyms.
        pseudonymized: Keys of tags, `label`, or other fields, whose values get a pseudonym.
        groups: Width of the groups, by key of tags.
        words: The pseudonym of each value that was met, to find it in other texts.
        counts: How many values were replaced, by key.
        no_numbers: How many values of a key that is to be grouped are none, and one of them.
    """

    key: bytes = b""
    pseudonymized: frozenset[str] = frozenset()
    groups: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    no_numbers: dict[str, tuple[int, str]] = field(default_factory=dict)

    def pseudonym(self, value: str) -> str:
        """Return the pseudonym of a value: HMAC-SHA-256 (RFC 2104), its first 64 bits in hexadecimal.

        The key of a tag is no part of it: the same person as `speaker` and as `annotator` keeps one pseudonym.
        """
        if value not in self.words:
            made = hmac.new(self.key, value.encode("utf-8", "surrogateescape"), hashlib.sha256)
            self.words[value] = made.hexdigest()[:_DIGITS]
        return self.words[value]

    def learn(self, samples: "Iterable[Sample]") -> None:
        """Meet all values that get a pseudonym, so that they are found wherever they stand.

        Raises:
            UsageError: No sample has a key that was named; names the nearest.
        """
        seen: set[str] = set()
        for sample in samples:
            for tag in sample.tags:
                key, equals, value = tag.partition("=")
                if equals:
                    seen.add(key)
                    if key in self.pseudonymized and value:
                        self.pseudonym(value)
            for key in self.pseudonymized:
                field = sample.label if key == "label" else foreign_field(sample, key)
                if isinstance(field, str):
                    seen.add(key)
                    self.pseudonym(field)
        for option, keys in (("--pseudonym", self.pseudonymized), ("--aggregate", self.groups.keys())):
            if unknown := sorted(keys - seen):
                raise UsageError(f"{option} {unknown[0]}: no sample has it{did_you_mean(unknown[0], seen)}")

    def tag(self, tag: str) -> str:
        """Return a tag with another value, or as it is."""
        key, equals, value = tag.partition("=")
        if not equals or not value:
            return tag
        if key in self.pseudonymized:
            new = self.pseudonym(value)
        elif key in self.groups:
            if not _NUMBER.fullmatch(value):
                count, example = self.no_numbers.get(key, (0, value))
                self.no_numbers[key] = count + 1, example
                return tag
            new = group_of(value, self.groups[key])
        else:
            return tag
        self.counts[key] = self.counts.get(key, 0) + 1
        return f"{key}={new}"

    def pattern(self) -> "re.Pattern[str] | None":
        """Return what finds the replaced values as words of other texts; None where there are none."""
        words = [value for value in self.words if len(value) >= _LEAST_WORD and not value.isdigit()]
        if not words:
            return None
        # The longest first: `anna-maria` is not `anna`. An underscore parts words here, as it does in names of files.
        listed = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
        return re.compile(rf"(?<![^\W_])(?:{listed})(?![^\W_])")


def group_of(value: str, width: int) -> str:
    """Return the group of a number, its whole-numbered ends included: 34 in tens is `30-39`."""
    start = math.floor(float(value) / width) * width
    return f"{start}-{start + width - 1}"
