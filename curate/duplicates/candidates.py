"""All pairs of 64-bit hashes within a Hamming distance, found without comparing every hash with every other one.

Measured on a million random hashes, distance 10, one core: 35 s and 235 MB, where the multi-index hash of faiss
would take 2,000 s (it follows pointers, these bands are arrays in order) and its brute force 650 s.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.lsh_bands import Band, Hashes, askers, key, plan

Pairs = NDArray[np.int64]

MOST_COPIES = 16
"""Of samples with one and the same hash, so many are compared each with each; the others are chained to them."""

_BLOCK = 1 << 20
_BRUTE = 2.5e-9


def near_pairs(hashes: Hashes, distance: int) -> Iterator[Pairs]:
    """Yield all pairs (i, j), i < j, of hashes that differ in at most `distance` bits, in blocks of shape (n, 2).

    Each pair comes once. Complete, but for more than `MOST_COPIES` equal hashes: of those, each is paired with the
    next few of its own, and only the first few with others, so that 100,000 flat pictures are not five billion pairs.

    The bits are cut into bands; two hashes within the distance are, in at least one band, within a share of it
    (the pigeonhole principle), so that for each band the buckets near a bucket are all there is to look at.
    """
    distinct, members, starts = _grouped(hashes)
    yield from _within(members, starts)
    for pairs in _joined(distinct, None, distance):
        for found in _spread(pairs, (members, starts), (members, starts)):
            yield np.sort(found, axis=1)


def near_pairs_between(left: Hashes, right: Hashes, distance: int) -> Iterator[Pairs]:
    """Yield all pairs (i, j) of a hash on the left and one on the right within `distance` bits, like `near_pairs`."""
    (distinct, *one), (others, *two) = _grouped(left), _grouped(right)
    for pairs in _joined(distinct, others, distance):
        yield from _spread(pairs, (one[0], one[1]), (two[0], two[1]))


def _grouped(hashes: Hashes) -> tuple[Hashes, Pairs, Pairs]:
    """Return the distinct hashes, the places of all hashes ordered by hash, and where in them each hash begins."""
    members = np.argsort(hashes, kind="stable")
    ordered = hashes[members]
    first = np.ones(len(hashes), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    return ordered[starts], members, np.append(starts, len(hashes))


def _within(members: Pairs, starts: Pairs) -> Iterator[Pairs]:
    """Yield the pairs of equal hashes, each with those that follow it, up to `MOST_COPIES`."""
    ends = np.repeat(starts[1:], np.diff(starts))
    for step in range(1, MOST_COPIES):
        at = np.arange(len(members) - step) if step < len(members) else np.zeros(0, np.int64)
        at = at[at + step < ends[at]]
        if not len(at):
            return
        yield np.sort(np.column_stack([members[at], members[at + step]]), axis=1)


def _spread(pairs: Pairs, left: tuple[Pairs, Pairs], right: tuple[Pairs, Pairs]) -> Iterator[Pairs]:
    """Yield the pairs of samples behind pairs of distinct hashes."""
    sizes = [
        np.minimum(starts[column + 1] - starts[column], MOST_COPIES)
        for (_, starts), column in zip((left, right), pairs.T, strict=True)
    ]
    for i in range(int(sizes[0].max(initial=0))):
        for j in range(int(sizes[1].max(initial=0))):
            some = pairs[(i < sizes[0]) & (j < sizes[1])]
            if len(some):
                yield np.column_stack([left[0][left[1][some[:, 0]] + i], right[0][right[1][some[:, 1]] + j]])


def _joined(left: Hashes, right: Hashes | None, distance: int) -> Iterator[Pairs]:
    """Yield the pairs of places in two arrays of distinct hashes; `right` None: within the left, each pair once."""
    others = left if right is None else right
    if not len(left) or not len(others):
        return
    bands, seconds = plan(len(left), len(others), distance)
    if len(left) * len(others) * _BRUTE <= seconds:
        yield from _all_compared(left, right, distance)
        return
    for number, band in enumerate(bands):
        for pairs in _in_band(left, right, distance, band):
            apart = left[pairs[:, 0]] ^ others[pairs[:, 1]]
            # What an earlier band found already is not reported again.
            new = np.ones(len(pairs), bool)
            for earlier in bands[:number]:
                new &= np.bitwise_count(key(apart, earlier)) > earlier.radius
            yield pairs[new]


def _all_compared(left: Hashes, right: Hashes | None, distance: int) -> Iterator[Pairs]:
    others = left if right is None else right
    rows = max(1, _BLOCK // len(others))
    for start in range(0, len(left), rows):
        near = np.bitwise_count(left[start : start + rows, None] ^ others[None, :]) <= distance
        i, j = np.nonzero(near)
        pairs = np.column_stack([i + start, j])
        yield pairs[pairs[:, 0] < pairs[:, 1]] if right is None else pairs


def _in_band(left: Hashes, right: Hashes | None, distance: int, band: Band) -> Iterator[Pairs]:
    """Yield the pairs within the distance whose bits in this band differ in no more than its radius."""
    keys, hashes, places = _sorted_by(left, band)
    other_keys, other_hashes, other_places = (keys, hashes, places) if right is None else _sorted_by(right, band)
    begins = _beginnings(other_keys, band.width)
    filled = begins[1:] > begins[:-1]
    for items, masks in askers(keys, band, both_ways=right is not None):
        asking = keys[items]
        for mask in masks:
            beside = asking ^ mask
            hit = np.flatnonzero(filled[beside])
            asked, asker = beside[hit], items[hit]
            # Within a bucket of its own, each hash looks only at those that follow.
            first = begins[asked] if right is not None or mask else asker + 1
            for i, j in _expanded(asker, first, begins[1:][asked]):
                close = np.flatnonzero(np.bitwise_count(hashes[i] ^ other_hashes[j]) <= distance)
                if len(close):
                    yield np.column_stack([places[i[close]], other_places[j[close]]])


def _sorted_by(hashes: Hashes, band: Band) -> tuple[NDArray[np.int32], Hashes, Pairs]:
    keys = key(hashes, band).astype(np.int32)
    places = np.argsort(keys, kind="stable")
    return keys[places], hashes[places], places


def _beginnings(keys: NDArray[np.int32], width: int) -> NDArray[np.int32]:
    """Return where each of the 2 to the width buckets begins among sorted keys, and where the last one ends."""
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    begins = np.zeros((1 << width) + 1, np.int32)
    begins[keys[first] + 1] = np.diff(first, append=len(keys))
    return np.cumsum(begins, out=begins)


def _expanded(
    items: NDArray[np.intp], first: NDArray[np.signedinteger], last: NDArray[np.signedinteger]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield each item with each place of its range, in blocks of bounded size."""
    sizes = (last - first).astype(np.int64)
    total = np.cumsum(sizes)
    start = 0
    while start < len(items):
        # At least one item; a range is never longer than the hashes are many.
        before = total[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + _BLOCK, side="right")))
        some = slice(start, stop)
        within = np.arange(total[stop - 1] - before) - np.repeat(total[some] - sizes[some] - before, sizes[some])
        yield np.repeat(items[some], sizes[some]), np.repeat(first[some], sizes[some]) + within
        start = stop
