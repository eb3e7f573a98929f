"""How 64 bits are cut into bands so that near hashes meet in one of them, and which buckets of a band to look at."""

from collections.abc import Iterator
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_BITS = 64
_MOST_WIDTH = 26
"""Bits of a band: its table of buckets has 2 to that power entries of 4 bytes."""

_PROBE_S, _COMPARE_S, _SETUP_S = 6e-9, 16e-9, 1e-4
"""Measured, roughly: to ask for a bucket, to compare a hash in it, to begin with a mask."""


class Band(NamedTuple):
    """A range of bits of the hash, and in how many of them two hashes may differ to be compared."""

    shift: int
    width: int
    radius: int


def plan(count: int, others: int, distance: int) -> tuple[list[Band], float]:
    """Return the bands that are expected to take least time, and the seconds they are expected to take."""
    plans = []
    for number in range(1, 9):
        # Radii that sum up to distance - number + 1 leave no pair without a band: the pigeonhole principle.
        radii = [(distance - number + 1 + place) // number for place in range(number)]
        widths = [(_BITS + place) // number for place in range(number)]
        if max(widths) > _MOST_WIDTH:
            continue
        used = [(width, radius) for width, radius in zip(widths, radii, strict=True) if radius >= 0]
        seconds = sum(
            sum(comb(width, bits) for bits in range(radius + 1))
            * (count * (_PROBE_S + _COMPARE_S * others / 2**width) + _SETUP_S)
            for width, radius in used
        )
        shifts = np.cumsum([0, *widths])
        bands = [Band(int(shifts[i]), widths[i], radii[i]) for i in range(number) if radii[i] >= 0]
        plans.append((seconds, bands))
    seconds, bands = min(plans)
    return bands, seconds


def key(hashes: Hashes, band: Band) -> Hashes:
    """Return the bits of a band."""
    return (hashes >> np.uint64(band.shift)) & np.uint64((1 << band.width) - 1)


def askers(
    keys: NDArray[np.int32], band: Band, *, both_ways: bool
) -> Iterator[tuple[NDArray[np.intp], list[np.int32]]]:
    """Yield masks, by their highest bit, with the places of the keys whose neighbours under them are to be looked at.

    Within one set, one of two keys asks for the other: the one that lacks the highest bit in which they differ.
    """
    everyone = np.arange(len(keys))
    yield everyone, [np.int32(0)]
    for highest in range(band.width if band.radius else 0):
        items = everyone if both_ways else np.flatnonzero(keys >> highest & 1 == 0)
        lower = (bits for more in range(band.radius) for bits in combinations(range(highest), more))
        yield items, [np.int32(1 << highest | sum(1 << bit for bit in bits)) for bits in lower]
