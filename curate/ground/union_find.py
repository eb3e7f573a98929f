"""Union-find: the connected components of things that are joined in pairs, or that share a key."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def join_keys(count: int, members: "NDArray[np.integer]", keys: "NDArray[np.integer]") -> "NDArray[np.int64]":
    """Return for each of `count` members the smallest index of one that it belongs together with.

    Args:
        count: Number of members.
        members: Index of a member, for each link; shape (links,).
        keys: What it is linked to; members with a key in common belong together.
    """
    # Indices of 32 bits: half of the memory, and four billion links are beyond any manifest.
    order = np.argsort(keys, kind="stable").astype(np.uint32)
    sorted_keys, linked = keys[order], members[order]
    same = np.flatnonzero(sorted_keys[1:] == sorted_keys[:-1]) + 1
    # All members of a key are joined to its first one, which keeps the paths short.
    first = np.searchsorted(sorted_keys, sorted_keys[same])
    return join_pairs(count, linked[first].astype(np.int64), linked[same].astype(np.int64))


def join_pairs(count: int, a: "NDArray[np.int64]", b: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Return for each of `count` nodes the smallest index in its component, given the edges a-b.

    Each round hooks the root of every edge's larger end under its smaller one and then flattens the trees. That is
    union-find without a loop in Python: a chain of 2,000 nodes takes a few rounds, not 2,000.
    """
    root = np.arange(count, dtype=np.int64)
    while True:
        ends = np.sort(np.stack((root[a], root[b])), axis=0)
        open_edges = ends[0] != ends[1]
        if not open_edges.any():
            return root
        a, b = ends[:, open_edges]
        # minimum.at, not an assignment: of several edges into one root the smallest has to win, whatever their order.
        np.minimum.at(root, b, a)
        # Pointer jumping, for all nodes at once: each points to the root of its root, until none moves.
        while not np.array_equal(root, shorter := root[root]):
            root = shorter
