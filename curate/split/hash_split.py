"""`hash`: where a group goes is read from a hash of its name, so it never changes sides when data is added."""

from hashlib import sha1
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.split.columns import Columns
    from curate.split.wish import Ratio

SCALE = 2**27 - 1
"""Google's `which_set` of Speech Commands: int(sha1(name), 16) % 2^27 * (100 / (2^27 - 1)) is a percentage."""
_LOW_BITS = 27
_NOWHERE = 2**64 - 1


def place(name: str, seed: int) -> int:
    """Return where a name stands: in the low 27 bits its place on the scale, above them bits that rank names.

    The rank decides where several names were joined into one group. It is independent of the place: were the lowest
    place to decide, joined groups would crowd into the splits that are cut off first.

    Args:
        name: Of a group, or the digest of a sample.
        seed: 0 is the convention of Speech Commands; others draw anew.
    """
    text = name if seed == 0 else f"{seed}:{name}"
    number = int.from_bytes(sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest(), "big")
    return (number >> 123 << _LOW_BITS) | (number & SCALE)


def split_by_place(
    components: "NDArray[np.int64]", number: int, columns: "Columns", ratio: "Ratio"
) -> "NDArray[np.int64]":
    """Return the split of each component.

    A group's name decides; without one, the digest of a sample that is neither generated nor the copy of another, so
    that what is derived from a sample later on follows it and does not pull it along.

    Args:
        components: Of each sample.
        number: Of components.
        columns: Read with `place`.
        ratio: Cuts the scale into splits.
    """
    codes = np.frombuffer(columns.codes, np.uint64)
    derived = np.frombuffer(columns.derived, np.int8).astype(bool)
    samples, keys = (np.frombuffer(part, part.typecode) for part in columns.links)
    named = keys < len(columns.values)
    of_values = np.frombuffer(columns.code_of_value, np.uint64) if columns.values else codes[:0]
    chosen = np.full(number, _NOWHERE, np.uint64)
    # In this order of precedence; each fills only what those before it left open.
    for owners, places in (
        (components[samples[named]], of_values[keys[named].astype(np.int64)]),
        (components[~derived], codes[~derived]),
        (components[derived], codes[derived]),
    ):
        lowest = np.full(number, _NOWHERE, np.uint64)
        np.minimum.at(lowest, owners, places)
        chosen = np.where(chosen == _NOWHERE, lowest, chosen)
    cuts = ratio.cut_offs()
    percentages = (chosen & np.uint64(SCALE)).astype(np.float64) * (100.0 / SCALE)
    ends = np.array([100 * end for _, end in cuts[:-1]])
    return np.array([index for index, _ in cuts])[np.searchsorted(ends, percentages, side="right")]
