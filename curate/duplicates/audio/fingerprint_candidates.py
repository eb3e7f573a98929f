"""Candidates for near-duplicate recordings: all pairs of 128-bit fingerprints that differ in a few bits."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from curate.facts.fingerprint import RADIUS_BITS
from curate.ground.errors import InputError

_Bits = NDArray[np.uint8]
_Indexes = NDArray[np.int64]
_Words = NDArray[np.uint64]

_BITS = 128
_PARTS = 6
_ALL_OF = 24
_AT_ONCE = 1 << 20


def near_fingerprints(fingerprints: Sequence[str | None], distance: int = RADIUS_BITS) -> _Indexes:
    """Return all pairs of fingerprints that differ in at most `distance` bits.

    Recordings of one and the same fingerprint are compared each with each up to 24 of them; one more is compared
    with the first of them and no other, so that 100,000 recordings of one click give 100,000 pairs.

    Among 1,000,000 random ones, 10,000 planted pairs are found in 88 s and 0.5 GB; among 20,000, in 0.6 s.

    Args:
        fingerprints: 32 hexadecimal digits each; None where there is none: never in a pair.
        distance: 0 to 17.

    Returns:
        int64, shape (pairs, 2), the smaller index first, sorted.

    Raises:
        InputError: A fingerprint is not 32 hexadecimal digits.
    """
    where = np.array([i for i, digits in enumerate(fingerprints) if digits is not None], np.int64)
    if not len(where):
        return np.empty((0, 2), np.int64)
    words = _words([digits for digits in fingerprints if digits is not None])
    # Equal fingerprints side by side, within them in the order of the manifest: all that follows works on distinct
    # values, of which a set of clicks has one.
    order = np.lexsort((where, words[:, 1], words[:, 0]))
    words, where = words[order], where[order]
    starts = np.flatnonzero(np.concatenate(([True], (words[1:] != words[:-1]).any(axis=1))))
    ends = np.append(starts[1:], len(words))
    found = [_near_values(words[starts], distance, starts, ends), _of_one_value(starts, ends)]
    pairs = np.sort(where[np.concatenate(found)], axis=1)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def _words(digits: list[str]) -> _Words:
    # fromhex skips spaces, so that only both together say that each is what it should be.
    right = all(len(one) == _BITS // 4 for one in digits)
    try:
        raw = bytes.fromhex("".join(digits))
    except ValueError:
        raw = b""
    if not right or len(raw) != len(digits) * _BITS // 8:
        raise InputError("a fingerprint is not 32 hexadecimal digits; scan the folder again")
    return np.frombuffer(raw, np.uint64).reshape(-1, 2)


def _of_one_value(starts: _Indexes, ends: _Indexes) -> _Indexes:
    pairs = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start > 1:
            pairs.append(np.array(list(combinations(range(start, min(end, start + _ALL_OF)), 2))))
            # What is the same as the first goes with it; what is not is left to stand.
            rest = np.arange(start + _ALL_OF, end)
            pairs.append(np.stack((np.full_like(rest, start), rest), axis=1))
    return np.concatenate(pairs) if pairs else np.empty((0, 2), np.int64)


def _near_values(values: _Words, distance: int, starts: _Indexes, ends: _Indexes) -> _Indexes:
    """Return the pairs among the first members of values that are near each other."""
    found = [np.empty((0, 2), np.int64)]
    for some in _candidates(values, distance):
        differ = np.bitwise_count(values[some[:, 0]] ^ values[some[:, 1]]).sum(axis=1, dtype=np.int64)
        found.append(some[differ <= distance])
    # One number for a pair sorts many times faster than two.
    pairs = np.stack(np.divmod(np.unique(np.concatenate(found) @ [len(values), 1]), len(values)), axis=1)
    # Two near values stand for a whole block of pairs: each of the first 24 of one with each of the first 24 of
    # the other.
    members = np.minimum(ends - starts, _ALL_OF)
    counts = members[pairs[:, 0]] * members[pairs[:, 1]]
    row, offset = _spread(counts)
    second = members[pairs[row, 1]]
    return np.stack((starts[pairs[row, 0]] + offset // second, starts[pairs[row, 1]] + offset % second), axis=1)


def _candidates(values: _Words, distance: int) -> Iterator[_Indexes]:
    """Yield blocks of pairs (i < j), among them, once or more, all pairs within the distance.

    Pigeonhole: of six parts of 21 or 22 bits, at least one differs in no more than a sixth of the distance, here
    2 bits. So for each part each of its 254 patterns of at most 2 wrong bits is looked up in a table of all values.
    (The search for 64-bit hashes will not do for the halves: it chains equal ones, whose other halves may differ.)
    A part takes every sixth bit: neighbours among the bits follow each other, and would fill few buckets.
    """
    bits = np.unpackbits(values.view(np.uint8), axis=1)
    for part in range(_PARTS):
        keys = _keys(bits[:, part::_PARTS])
        width = len(range(part, _BITS, _PARTS))
        order = np.argsort(keys, kind="stable")
        first = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=1 << width))))
        # The bits to look up are turned over in the keys that ask, so that the table is sorted once for all patterns.
        for wrong in range(distance // _PARTS + 1):
            for places in combinations(range(width), wrong):
                yield from _lookup(keys ^ sum(1 << place for place in places), order, first)


def _keys(bits: _Bits) -> _Indexes:
    keys = np.zeros(len(bits), np.int64)
    for column in bits.T:
        keys = keys << 1 | column
    return keys


def _lookup(wanted: _Indexes, order: _Indexes, first: _Indexes) -> Iterator[_Indexes]:
    # `first` is the table of a counting sort: the bucket k is order[first[k]:first[k + 1]].
    counts = first[wanted + 1] - first[wanted]
    rows = np.flatnonzero(counts)
    total = np.cumsum(counts[rows])
    # A bucket may hold anything up to all recordings: blocks are cut by the pairs that they give, not by their rows.
    cuts = np.searchsorted(total, np.arange(_AT_ONCE, total[-1] if len(total) else 0, _AT_ONCE))
    for some in np.split(rows, cuts):
        row, offset = _spread(counts[some])
        left, right = some[row], order[first[wanted[some[row]]] + offset]
        upward = left < right
        yield np.stack((left[upward], right[upward]), axis=1)


def _spread(counts: NDArray[np.int64]) -> tuple[_Indexes, _Indexes]:
    """Return for `counts` of [2, 1] the rows [0, 0, 1] and the offsets in them [0, 1, 0]."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
