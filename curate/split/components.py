"""What belongs together: the connected components of samples that share a group, a digest, a path or a source."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def connect(count: int, samples: "NDArray[np.uint32]", keys: "NDArray[np.uint64]") -> "NDArray[np.int64]":
    """Return for each sample the smallest index of a sample that it belongs together with.

    Args:
        count: Number of samples.
        samples: Index of a sample, for each link.
        keys: What it is linked to; samples with a key in common belong together.
    """
    order = np.argsort(keys, kind="stable").astype(np.uint32)
    sorted_keys, linked = keys[order], samples[order]
    same = np.flatnonzero(sorted_keys[1:] == sorted_keys[:-1]) + 1
    # All samples of a key are joined to its first one, which keeps the paths short.
    first = np.searchsorted(sorted_keys, sorted_keys[same])
    return _join(count, linked[first].astype(np.int64), linked[same].astype(np.int64))


def _join(count: int, a: "NDArray[np.int64]", b: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Return the smallest index in the component of each of `count` nodes, given the edges a-b.

    Each round hooks the root of every edge's larger end under its smaller one and then flattens the trees.
    """
    root = np.arange(count, dtype=np.int64)
    while True:
        ends = np.sort(np.stack((root[a], root[b])), axis=0)
        open_edges = ends[0] != ends[1]
        if not open_edges.any():
            return root
        a, b = ends[:, open_edges]
        np.minimum.at(root, b, a)
        while not np.array_equal(root, shorter := root[root]):
            root = shorter


def number(roots: "NDArray[np.int64]", order: "NDArray[np.uint64]") -> "NDArray[np.int64]":
    """Return the components as 0, 1, 2…, in the order of their smallest sample in `order`: not of the manifest."""
    first = np.full(len(roots), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(first, roots, order)
    heads = np.flatnonzero(roots == np.arange(len(roots)))
    names = np.empty(len(roots), np.int64)
    names[heads[np.argsort(first[heads], kind="stable")]] = np.arange(len(heads))
    return names[roots]


def shuffle_order(identity: "NDArray[np.uint64]", seed: int) -> "NDArray[np.uint64]":
    """Return a number for each sample that looks drawn, and depends on its identity and the seed only (splitmix64)."""
    state = identity + np.uint64((seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
