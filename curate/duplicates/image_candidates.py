"""Which pictures to compare: those that any of their three hashes brings together."""

from collections.abc import Iterable

import numpy as np

from curate.duplicates.candidates import Pairs, near_pairs, near_pairs_between
from curate.duplicates.lsh_bands import Hashes

DISTANCE = 10
"""Bits. Of 200 photos, re-encoded, scaled, brighter, grey: 100 %; 5 % cropped: 94 %. Of pairs of others 0.04 %."""

EXACT_DISTANCE = 4
"""Bits. A JPEG is reduced while it is decoded, another file with the same pixels afterwards: 0 or 2 in 300 photos."""

_DISC_LESS = 2
"""Turned pictures are nearer by the disc's hash (93 % within 8 bits), and others too, since it has fewer bits."""


def hashes(digits: Iterable[str]) -> Hashes:
    """Return hashes, from up to 16 hexadecimal digits each."""
    padded = [one.zfill(16) for one in digits]
    return np.frombuffer(bytes.fromhex("".join(padded)), ">u8").astype(np.uint64)


def candidates(whole: Hashes, inner: Hashes, disc: Hashes, distance: int = DISTANCE) -> Pairs:
    """Return the pairs (i, j), i < j, of pictures that may be copies, in order, without repetition.

    Args:
        whole: `phash` of each picture: finds what was re-encoded, scaled, stretched or made brighter or grey.
        inner: `phash_inner`, against `whole`: finds what was cropped a little.
        disc: `phash_disc`: finds what was flipped, turned or rotated.
        distance: Bits in which two hashes may differ.
    """
    found = [*near_pairs(whole, distance), *near_pairs_between(inner, whole, distance)]
    return _ordered([*found, *near_pairs(disc, max(0, distance - _DISC_LESS))], len(whole))


def exact_candidates(whole: Hashes) -> Pairs:
    """Return the pairs (i, j), i < j, of pictures that may have the same content, in order, without repetition.

    Args:
        whole: `phash` of each picture.
    """
    return _ordered([*near_pairs(whole, EXACT_DISTANCE)], len(whole))


def _ordered(found: list[Pairs], count: int) -> Pairs:
    found = [np.zeros((0, 2), np.int64), *found]
    pairs = np.sort(np.concatenate(found), axis=1)
    codes = np.unique(pairs[:, 0] * count + pairs[:, 1])
    pairs = np.column_stack(np.divmod(codes, max(1, count)))
    return pairs[pairs[:, 0] < pairs[:, 1]]
