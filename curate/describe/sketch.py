"""A quantile sketch: any number of values in bounded memory, the same answer whatever order they come in.

Values fall into buckets as wide as 2^shift steps between neighbouring floating-point numbers, so a bucket's width is
2^(shift - 52) of its values. The shift is the smallest that needs no more than `capacity` buckets. Hence
it is exact while there are no more different values than that, and then halves its resolution as often as needed:
the uniform collapse of UDDSketch (Epicoco et al. 2020, https://doi.org/10.1109/ACCESS.2020.3015599) on the
log-linear buckets of HdrHistogram. The smallest such shift depends on the set of values alone, so order and the way
of merging change nothing.
"""

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MANTISSA_BITS = 52
_KEY_BITS = 64


class Sketch:
    """The distribution of some numbers.

    Args:
        capacity: Most buckets to hold, at least 2; each takes 16 bytes. Of values spread evenly over 0 to 1, 1024
            give quantiles to 1.6 %, 4096 to 0.4 %; what is rounded, like facts, does better.
    """

    __slots__ = ("_capacity", "_counts", "_low", "_shift", "_total", "_values", "_waiting", "_waiting_size")

    def __init__(self, capacity: int = 1024) -> None:
        self._capacity = capacity
        self._shift = 0
        # A bucket is known by its largest value: a value that occurs, and exact where the bucket holds one value.
        self._values: NDArray[np.float64] = np.empty(0)
        self._counts: NDArray[np.int64] = np.empty(0, np.int64)
        self._low = np.inf
        self._total = 0.0
        self._waiting: list[NDArray[np.float64]] = []
        self._waiting_size = 0

    def add(self, values: "NDArray[np.float64]") -> None:
        """Take in values, of shape (any,); those that are not finite are left out."""
        self._waiting.append(values)
        self._waiting_size += len(values)
        if self._waiting_size >= self._capacity:
            self._flush()

    def merge(self, other: "Sketch") -> None:
        """Take in what another sketch holds; it must have the same capacity for order not to matter."""
        # Both with the wider buckets of the two: a sum of two resolutions would depend on which was merged into which.
        other._flush()
        self._flush()
        self._total += other._total
        self._low = min(self._low, other._low)
        self._shift = max(self._shift, other._shift)
        self._join(other._values, other._counts)

    @property
    def number(self) -> int:
        """How many values were taken in."""
        self._flush()
        return int(self._counts.sum())

    @property
    def mean(self) -> float | None:
        """The mean; None without values."""
        number = self.number
        return self._total / number if number else None

    @property
    def error(self) -> float:
        """How far off a quantile may be at most, relative to its value; 0: it is exact."""
        self._flush()
        # Beyond the mantissa, buckets widen by powers: values from 1e-300 to 1e300 in one sketch, and no dataset's.
        doublings = self._shift - _MANTISSA_BITS
        if doublings > 0:
            return 2.0 ** (2**doublings) - 1 if doublings < 10 else math.inf
        return 2.0**doublings if self._shift else 0.0

    def quantiles(self, shares: "Sequence[float]") -> list[float]:
        """Return quantiles, interpolated like `numpy.quantile`; 0 and 1 give the exact extremes. Needs a value."""
        ranks = np.asarray(shares) * (self.number - 1)
        below = np.floor(ranks)
        ends = np.cumsum(self._counts)
        low, high = (self._values[np.searchsorted(ends, rank, side="right")] for rank in (below, np.ceil(ranks)))
        found = low + (high - low) * (ranks - below)
        return [self._low if share <= 0 else float(value) for share, value in zip(shares, found, strict=True)]

    def nearest_ranks(self, shares: "Sequence[float]") -> list[float]:
        """Return quantiles by nearest rank: of n values the ceil(share * n)-th, which occurs. Needs a value.

        Args:
            shares: Above 0, up to 1.
        """
        number = self.number
        # What is a whole rank may come out of the product a hair above it: 0.07 * 100 is 7.000000000000001.
        ranks = [max(1, math.ceil(share * number - 1e-9)) for share in shares]
        return [float(value) for value in self._values[np.searchsorted(np.cumsum(self._counts), ranks)]]

    def outside(self, low: float, high: float) -> int:
        """Return how many values are below `low` or above `high`; of a bucket that an end cuts, all or none."""
        self._flush()
        return int(self._counts[(self._values < low) | (self._values > high)].sum())

    def histogram(self, edges: "Sequence[float]") -> list[int]:
        """Return how many values are between neighbouring edges; what is beyond the ends is in the first or last bin.

        Args:
            edges: Ascending, at least two.
        """
        self._flush()
        bins = np.clip(np.searchsorted(edges, self._values, side="right") - 1, 0, len(edges) - 2)
        return [int(count) for count in np.bincount(bins, self._counts, len(edges) - 1)]

    def _flush(self) -> None:
        if not self._waiting:
            return
        new = np.concatenate(self._waiting)
        # Adding nothing turns -0.0, which has another bit pattern, into 0.0.
        new = np.sort(new[np.isfinite(new)]) + 0.0
        self._waiting, self._waiting_size = [], 0
        if len(new):
            self._low = min(self._low, float(new[0]))
            with np.errstate(over="ignore"):
                self._total += float(new.sum())
            self._join(*self._bucketed(new, np.ones(len(new), np.int64)))

    def _join(self, values: "NDArray[np.float64]", counts: "NDArray[np.int64]") -> None:
        both = np.concatenate((self._values, values))
        order = np.argsort(both, kind="stable")
        self._values, self._counts = self._bucketed(both[order], np.concatenate((self._counts, counts))[order])

    def _bucketed(
        self, values: "NDArray[np.float64]", counts: "NDArray[np.int64]"
    ) -> "tuple[NDArray[np.float64], NDArray[np.int64]]":
        """Return sorted values and their counts by bucket, after making the buckets as wide as they must be."""
        keys = _ordered(values)
        if _buckets(keys, self._shift) > self._capacity:
            # Wider buckets are never more buckets, so the least shift that fits is found by bisection: in six passes
            # over the keys, not in up to 63.
            shifts = range(self._shift + 1, _KEY_BITS)
            self._shift = shifts[bisect_left(shifts, -self._capacity, key=lambda shift: -_buckets(keys, shift))]
        bucket = keys >> self._shift
        # `[True] * bool(...)` because an empty sketch has no last bucket.
        last = np.flatnonzero(np.append(bucket[1:] != bucket[:-1], [True] * bool(len(keys))))
        return values[last], np.diff(np.cumsum(counts)[last], prepend=0)


def _ordered(values: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """Return integers in the order of the values, one apart where no other floating-point number is between two."""
    # IEEE 754 is sign and magnitude: as integers, negative numbers run backwards until their other bits are turned.
    bits = values.view(np.int64)
    return bits ^ ((bits >> 63) & np.iinfo(np.int64).max)


def _buckets(keys: "NDArray[np.int64]", shift: int) -> int:
    """Return how many buckets sorted keys would need."""
    bucket = keys >> shift
    return int(np.count_nonzero(bucket[1:] != bucket[:-1])) + bool(len(keys))
