"""Which pictures may be cut out of which: told from their brightness on a coarse grid, of which any window can be made.

A hash of the whole picture is another one as soon as a tenth of a side is gone. So the coarse waves of some windows of
each picture, which together are near any crop, are looked up among those of all whole pictures. What is near by its
waves is looked up by signs of random projections of them, of which the least sure are tried both ways (locality
sensitive hashing with several probes), so that the work grows with the number of pictures and not with its square.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.box_waves import WHOLE, Boxes, refined, waves
from curate.duplicates.image.feature_candidates import Guess
from curate.facts.luma_grid import BITS, SIDE

Grids = NDArray[np.uint8]
Levels = NDArray[np.float32]
Waves = NDArray[np.float32]
_Places = NDArray[np.int64]

_WINDOWS = ((0.95, 1), (0.9, 3))
"""Shares of the sides, and at how many places along each: near any crop to .85 of the sides."""

_ORDERS, _POWER = 8, 0.5
_LEAST_ALIKE = 0.88
_LEAST_REFINED = 0.945
_TABLES, _MOST_BITS, _PROBED = 4, 20, 4
_AT_ONCE = 1024
_MOST_IN_BUCKET = 128
_STEPS = (0.02, 0.0), (0.01, 0.92)
_LEAST_CUT = 0.02
_PER_STEP = np.float32(1 / 127)

_MIRROR = np.tile(np.float32(-1) ** np.arange(_ORDERS, dtype=np.float32), _ORDERS)
"""What becomes of the waves of a mirror image."""


class Window(NamedTuple):
    """Where in one picture another may lie.

    Attributes:
        outer: Place of the picture that shows more.
        inner: Place of the one that was cut out of it.
        box: Left, right, top and bottom, in shares of the sides of the outer.
        mirrored: Whether the inner is a mirror image.
    """

    outer: int
    inner: int
    box: tuple[float, float, float, float]
    mirrored: bool

    def guess(self, outer: tuple[int, int], inner: tuple[int, int]) -> Guess:
        """Return how the inner picture lies on the outer.

        Args:
            outer: Width and height.
            inner: Likewise.
        """
        left, right, top, bottom = self.box
        x, y = (size / max(outer) for size in outer)
        across, down = (right - left) * x * max(inner) / inner[0], (bottom - top) * y * max(inner) / inner[1]
        matrix = np.array([(across, 0, left * x), (0, down, top * y)], np.float32)
        if self.mirrored:
            matrix[0] = -across, 0, right * x
        return Guess(self.outer, self.inner, matrix, self.mirrored, 0)


def crops(grids: Grids, *, flips: bool = True) -> Iterator[Window]:
    """Yield which pictures may be cut out of which, in order; of each two and each way at most one.

    Args:
        grids: `luma_grid` of each picture, shape (n, bytes).
        flips: Whether to look for mirror images too.
    """
    # Of one brightness all over, each would be near each.
    there = np.flatnonzero(grids.any(axis=1))
    grids, count = grids[there], len(there)
    if count < 2:
        return
    wholes = _Wholes(grids, flips=flips)
    boxes = _boxes()
    for begin in range(0, count, _AT_ONCE):
        levels = unpacked(grids[begin : begin + _AT_ONCE])
        found = [wholes.near(waves(levels, box[None], _ORDERS, _POWER)) for box in boxes]
        asking = np.concatenate([one[0] for one in found]) + begin
        entry = np.concatenate([one[1] for one in found])
        box = np.repeat(np.arange(len(boxes)), [len(one[0]) for one in found])
        alike = np.concatenate([one[2] for one in found])
        # Of several windows of one picture the one that is most alike.
        order = np.lexsort((-alike, entry, asking))
        asking, entry, box = asking[order], entry[order], box[order]
        first = np.ones(len(order), bool)
        first[1:] = (asking[1:] != asking[:-1]) | (entry[1:] != entry[:-1])
        first &= asking != entry % count
        asking, entry, box = asking[first], entry[first], box[first]
        inner, mirrored = entry % count, entry >= count
        alike, places = refined(unpacked(grids[asking]), wholes.of(entry), boxes[box], _STEPS, _POWER)
        # What is the whole of another, their hashes bring together.
        cut = np.abs(places - WHOLE).max(axis=1) >= _LEAST_CUT
        for place in np.flatnonzero((alike >= _LEAST_REFINED) & cut).tolist():
            left, right, top, bottom = places[place].tolist()
            yield Window(
                int(there[asking[place]]), int(there[inner[place]]), (left, right, top, bottom), bool(mirrored[place])
            )


class _Wholes:
    """All whole pictures, and behind them their mirror images, by the signs of their waves."""

    def __init__(self, grids: Grids, *, flips: bool) -> None:
        self._count = len(grids)
        self.ways = 2 if flips else 1
        self._waves = np.empty((len(grids), _ORDERS**2), np.int8)
        bits = min(_MOST_BITS, int(np.log2(len(grids))) + 8)
        draw = np.random.default_rng(0)
        self._planes = [draw.standard_normal((_ORDERS**2, bits)).astype(np.float32) for _ in range(_TABLES)]
        keys = np.empty((_TABLES, self.ways, len(grids)), np.int32)
        for begin in range(0, len(grids), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            found = waves(unpacked(grids[some]), WHOLE, _ORDERS, _POWER)
            self._waves[some] = np.round(found / _PER_STEP)
            for table, plane in enumerate(self._planes):
                for way in range(self.ways):
                    keys[table, way, some] = _keys((found * _MIRROR if way else found) @ plane)
        flat = keys.reshape(_TABLES, -1)
        self._orders = [np.argsort(some, kind="stable").astype(np.int32) for some in flat]
        self._begins = [
            np.concatenate([[0], np.cumsum(np.bincount(some, minlength=1 << bits))]).astype(np.int32) for some in flat
        ]

    def of(self, entries: _Places) -> Waves:
        """Return the waves of whole pictures, shape (n, waves)."""
        found = self._waves[entries % self._count].astype(np.float32) * _PER_STEP
        found[entries >= self._count] *= _MIRROR
        return found

    def near(self, asking: Waves) -> tuple[_Places, _Places, Levels]:
        """Return pairs of one of these and a whole picture that are alike, and how much."""
        codes = np.concatenate([self._looked_up(table, asking) for table in range(_TABLES)])
        codes.sort()
        codes = codes[np.diff(codes, prepend=-1) != 0]
        one, entry = np.divmod(codes, self._count * self.ways)
        alike = np.empty(len(codes), np.float32)
        for begin in range(0, len(codes), 1 << 14):
            some = slice(begin, begin + (1 << 14))
            alike[some] = np.einsum("ij,ij->i", asking[one[some]], self.of(entry[some]))
        enough = alike >= _LEAST_ALIKE
        return one[enough], entry[enough], alike[enough]

    def _looked_up(self, table: int, asking: Waves) -> _Places:
        plane, order, begins = self._planes[table], self._orders[table], self._begins[table]
        projected = asking @ plane
        keys = _keys(projected).astype(np.int64)
        unsure = np.argsort(np.abs(projected), axis=1)[:, :_PROBED]
        flips = np.int64(1) << (plane.shape[1] - 1 - unsure)
        found = []
        for number in range(_PROBED + 1):
            for places in combinations(range(_PROBED), number):
                probed = keys ^ flips[:, list(places)].sum(axis=1)
                sizes = begins[probed + 1] - begins[probed]
                # Signs that very many have tell nothing, and would cost the square of their number.
                sizes[sizes > _MOST_IN_BUCKET] = 0
                total = int(sizes.sum())
                if not total:
                    continue
                one = np.repeat(np.arange(len(keys)), sizes)
                within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
                found.append(one * (self._count * self.ways) + order[np.repeat(begins[probed], sizes) + within])
        return np.concatenate(found) if found else np.zeros(0, np.int64)


def unpacked(grids: Grids) -> Levels:
    """Return brightness, shape (n, SIDE, SIDE), of packed grids, shape (n, bytes)."""
    high, low = grids >> BITS, grids & (1 << BITS) - 1
    return np.stack([high, low], axis=2).reshape(len(grids), SIDE, SIDE).astype(np.float32)


def _boxes() -> Boxes:
    boxes = []
    for share, places in _WINDOWS:
        begins = (np.arange(places) + 0.5) / places * (1 - share)
        boxes += [(left, left + share, top, top + share) for top in begins for left in begins]
    return np.array(boxes, np.float32)


def _keys(projected: Waves) -> NDArray[np.int32]:
    """Return a number of the signs of n projections, the first the highest bit."""
    bits = projected.shape[1]
    return ((projected > 0) @ (1 << np.arange(bits - 1, -1, -1))).astype(np.int32)
