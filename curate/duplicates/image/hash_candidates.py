"""Which pictures to compare: those that any of their hashes brings together.

All pairs of 64-bit hashes within a Hamming distance are found without comparing every hash with every other one: the
bits are cut into bands; two hashes within the distance are, in at least one band, within a share of it (the pigeonhole
principle), so that for each band the buckets near a bucket are all there is to look at.

Measured on a million random hashes, distance 10, one core: 35 s and 235 MB, where the multi-index hash of faiss
would take 2,000 s (it follows pointers, these bands are arrays in order) and its brute force 650 s.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]
_Keys = NDArray[np.int32]
_Places = NDArray[np.intp]

DISTANCE = 10
"""Bits. Of 200 photos, re-encoded, scaled, brighter, grey: 100 %; 5 % cropped: 94 %. Of pairs of others 0.04 %."""

EXACT_DISTANCE = 4
"""Bits. A JPEG is reduced while it is decoded, another file with the same pixels afterwards: 0 or 2 in 300 photos."""

_DISC_LESS = 2
"""Turned pictures are nearer by the disc's hash (93 % within 8 bits), and others too, since it has fewer bits."""

MOST_COPIES = 16
"""Of samples with one and the same hash, so many are compared each with each; the others are chained to them."""

_BLOCK = 1 << 20
_BRUTE = 2.5e-9
"""Seconds to compare two hashes where all are compared with all."""

_BITS = 64
_MOST_WIDTH = 26
"""Bits of a band: its table of buckets has 2 to that power entries of 4 bytes."""

_PROBE_S, _COMPARE_S, _SETUP_S = 6e-9, 16e-9, 1e-4
"""Measured, roughly: to ask for a bucket, to compare a hash in it, to begin with a mask."""


class _Band(NamedTuple):
    """A range of bits of the hash, and in how many of them two hashes may differ to be compared."""

    shift: int
    width: int
    radius: int


def hashes(digits: Iterable[str]) -> Hashes:
    """Return hashes, from up to 16 hexadecimal digits each."""
    padded = [one.zfill(16) for one in digits]
    return np.frombuffer(bytes.fromhex("".join(padded)), ">u8").astype(np.uint64)


def candidates(
    whole: Hashes, inner: Hashes, disc: Hashes, distance: int = DISTANCE, trimmed: Sequence[str | None] = ()
) -> Pairs:
    """Return the pairs (i, j), i < j, of pictures that may be copies, in order, without repetition.

    Args:
        whole: `phash` of each picture: finds what was re-encoded, scaled, stretched or made brighter or grey.
        inner: `phash_inner`, against `whole`: finds what was cropped a little.
        disc: `phash_disc`: finds what was flipped, turned or rotated.
        distance: Bits in which two hashes may differ.
        trimmed: `phash_trimmed` of each picture, against `whole` and each other: finds what was put into a frame.
    """
    found = [*near_pairs(whole, distance), *near_pairs_between(inner, whole, distance)]
    framed = np.flatnonzero([one is not None for one in trimmed])
    if len(framed):
        insides = hashes(one for one in trimmed if one is not None)
        found += [framed[pairs] for pairs in near_pairs(insides, distance)]
        for pairs in near_pairs_between(insides, whole, distance):
            found.append(np.column_stack([framed[pairs[:, 0]], pairs[:, 1]]))
    return _ordered([*found, *near_pairs(disc, max(0, distance - _DISC_LESS))], len(whole))


def exact_candidates(whole: Hashes, distance: int = EXACT_DISTANCE) -> NDArray[np.intp]:
    """Return the places of the pictures of which another may have the same content, in order.

    Args:
        whole: `phash` of each picture.
        distance: Bits in which two hashes may differ.
    """
    alike = np.zeros(len(whole), bool)
    for pairs in near_pairs(whole, distance):
        alike[pairs] = True
    return np.flatnonzero(alike)


def _ordered(found: list[Pairs], count: int) -> Pairs:
    found = [pairs for pairs in found if len(pairs)]
    if not found:
        return np.zeros((0, 2), np.int64)
    pairs = np.sort(np.concatenate(found), axis=1)
    # One number for a pair sorts many times faster than two.
    codes = np.unique(pairs[:, 0] * count + pairs[:, 1])
    pairs = np.column_stack(np.divmod(codes, max(1, count)))
    return pairs[pairs[:, 0] < pairs[:, 1]]


def near_pairs(hashes: Hashes, distance: int) -> Iterator[Pairs]:
    """Yield all pairs (i, j), i < j, of hashes that differ in at most `distance` bits, in blocks of shape (n, 2).

    Each pair comes once. Complete, but for more than `MOST_COPIES` equal hashes: of those, each is paired with the
    next few of its own, and only the first few with others, so that 100,000 flat pictures are not five billion pairs.
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
    # True where a run of equal hashes begins; the first one always does.
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    return ordered[starts], members, np.append(starts, len(hashes))


def _within(members: Pairs, starts: Pairs) -> Iterator[Pairs]:
    """Yield the pairs of equal hashes, each with those that follow it, up to `MOST_COPIES`."""
    ends = np.repeat(starts[1:], np.diff(starts))
    for step in range(1, MOST_COPIES):
        at = np.arange(len(members) - step) if step < len(members) else np.zeros(0, np.int64)
        # Those whose neighbour at this step still has the same hash; when there are none, longer steps find none
        # either.
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
    # At most 16 x 16 rounds, each over all pairs at once: nearly always both hashes have one sample, and one round
    # does.
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
    bands, seconds = _plan(len(left), len(others), distance)
    if len(left) * len(others) * _BRUTE <= seconds:
        yield from _all_compared(left, right, distance)
        return
    # Two hashes may be near in several bands. To remember which pairs were met would take memory for each of them; to
    # ask whether an earlier band met this one takes a few operations on its bits.
    for number, band in enumerate(bands):
        for pairs in _in_band(left, right, distance, band):
            apart = left[pairs[:, 0]] ^ others[pairs[:, 1]]
            new = np.ones(len(pairs), bool)
            for earlier in bands[:number]:
                new &= np.bitwise_count(_key(apart, earlier)) > earlier.radius
            yield pairs[new]


def _all_compared(left: Hashes, right: Hashes | None, distance: int) -> Iterator[Pairs]:
    others = left if right is None else right
    # Blocks of rows, because all with all at once would be a table of the square of their number.
    rows = max(1, _BLOCK // len(others))
    for start in range(0, len(left), rows):
        near = np.bitwise_count(left[start : start + rows, None] ^ others[None, :]) <= distance
        i, j = np.nonzero(near)
        pairs = np.column_stack([i + start, j])
        yield pairs[pairs[:, 0] < pairs[:, 1]] if right is None else pairs


def _in_band(left: Hashes, right: Hashes | None, distance: int, band: _Band) -> Iterator[Pairs]:
    """Yield the pairs within the distance whose bits in this band differ in no more than its radius."""
    keys, hashes, places = _sorted_by(left, band)
    other_keys, other_hashes, other_places = (keys, hashes, places) if right is None else _sorted_by(right, band)
    begins = _beginnings(other_keys, band.width)
    # Most buckets are empty, and a table of one byte a bucket tells so faster than the one of four.
    filled = begins[1:] > begins[:-1]
    for items, masks in _askers(keys, band, both_ways=right is not None):
        asking = keys[items]
        for mask in masks:
            beside = asking ^ mask
            hit = np.flatnonzero(filled[beside])
            asked, asker = beside[hit], items[hit]
            # Within one set each pair would be met from both of its ends: by the mask 0, where each hash looks only at
            # those that follow in its own bucket, and by the others, where only one of two buckets asks (`_askers`).
            first = begins[asked] if right is not None or mask else asker + 1
            for i, j in _expanded(asker, first, begins[1:][asked]):
                close = np.flatnonzero(np.bitwise_count(hashes[i] ^ other_hashes[j]) <= distance)
                if len(close):
                    yield np.column_stack([places[i[close]], other_places[j[close]]])


def _sorted_by(hashes: Hashes, band: _Band) -> tuple[_Keys, Hashes, Pairs]:
    keys = _key(hashes, band).astype(np.int32)
    places = np.argsort(keys, kind="stable")
    return keys[places], hashes[places], places


def _beginnings(keys: _Keys, width: int) -> _Keys:
    """Return where each of the 2 to the width buckets begins among sorted keys, and where the last one ends."""
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    begins = np.zeros((1 << width) + 1, np.int32)
    begins[keys[first] + 1] = np.diff(first, append=len(keys))
    return np.cumsum(begins, out=begins)


def _expanded(
    items: _Places, first: NDArray[np.signedinteger], last: NDArray[np.signedinteger]
) -> Iterator[tuple[_Places, _Places]]:
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


def _plan(count: int, others: int, distance: int) -> tuple[list[_Band], float]:
    """Return the bands that are expected to take least time, and the seconds they are expected to take."""
    plans = []
    for number in range(1, 9):
        # Radii that sum up to distance - number + 1 leave no pair without a band: the pigeonhole principle.
        radii = [(distance - number + 1 + place) // number for place in range(number)]
        widths = [(_BITS + place) // number for place in range(number)]
        if max(widths) > _MOST_WIDTH:
            continue
        used = [(width, radius) for width, radius in zip(widths, radii, strict=True) if radius >= 0]
        # What each key asks: itself and every pattern of up to `radius` wrong bits, and then a comparison with what
        # lies in the bucket, on average count / 2^width.
        seconds = sum(
            sum(comb(width, bits) for bits in range(radius + 1))
            * (count * (_PROBE_S + _COMPARE_S * others / 2**width) + _SETUP_S)
            for width, radius in used
        )
        shifts = np.cumsum([0, *widths])
        bands = [_Band(int(shifts[i]), widths[i], radii[i]) for i in range(number) if radii[i] >= 0]
        plans.append((seconds, bands))
    seconds, bands = min(plans)
    return bands, seconds


def _key(hashes: Hashes, band: _Band) -> Hashes:
    """Return the bits of a band."""
    return (hashes >> np.uint64(band.shift)) & np.uint64((1 << band.width) - 1)


def _askers(keys: _Keys, band: _Band, *, both_ways: bool) -> Iterator[tuple[_Places, list[np.int32]]]:
    """Yield masks, by their highest bit, with the places of the keys whose neighbours under them are to be looked at.

    Within one set, one of two keys asks for the other: the one that lacks the highest bit in which they differ.
    """
    everyone = np.arange(len(keys))
    yield everyone, [np.int32(0)]
    for highest in range(band.width if band.radius else 0):
        items = everyone if both_ways else np.flatnonzero(keys >> highest & 1 == 0)
        lower = (bits for more in range(band.radius) for bits in combinations(range(highest), more))
        yield items, [np.int32(1 << highest | sum(1 << bit for bit in bits)) for bits in lower]
