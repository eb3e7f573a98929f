"""Nearest neighbours by cosine similarity: exact, over all pairs, in blocks, so that memory does not grow with n²."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

BLOCK = 4096
"""Rows that are compared at a time: a block of similarities is 64 MiB, which one core multiplies in 0.2 s at 512."""
MOST = 200_000
"""More are refused: of twice as many vectors there are four times as many pairs."""
MOST_PAIRS = 1_000_000
"""Similar pairs that are listed; more are no list that anyone reads, and a threshold that tells nothing."""
_ROUNDING = 1e-6
_DENSE = 1 / 16
"""A block of which more than this share may be nearer than what is known is cut down row by row first."""


class Neighbours(NamedTuple):
    """The nearest others of each vector, the nearest first; of equally near ones the lower index.

    Attributes:
        row: int64, shape (vectors, k): rows of the vectors that were searched.
        similarity: float32, shape (vectors, k): cosine, -1 to 1.
    """

    row: "NDArray[np.int64]"
    similarity: "NDArray[np.float32]"


def unit(vectors: "Vectors", names: "list[str] | tuple[str, ...]" = ()) -> "Vectors":
    """Return the vectors at length 1, float32 of the same shape.

    Raises:
        InputError: Some are zero and have no direction; says how many, and names the first.
    """
    # In double: squares of large float32 values overflow.
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    zero = np.flatnonzero(length == 0)
    if len(zero):
        named = f", the first of them of {names[int(zero[0])]}" if names else f", the first of them in row {zero[0]}"
        raise InputError(
            f"{len(zero):,} of {len(vectors):,} vectors are zero{named}: they have no direction and no neighbours; "
            "leave these samples out, or embed them with another model"
        )
    return np.asarray(vectors / length[:, None], np.float32)


def nearest(vectors: "Vectors", k: int) -> Neighbours:
    """Return the k nearest others of each vector, itself not among them.

    Each pair is multiplied once and serves both of its rows. From the second block on nearly nothing is nearer than
    what is known already, so that a comparison with the k-th best of each row leaves little to sort.

    Args:
        vectors: float32, shape (samples, length), of length 1 (`unit`).
        k: At least 1; fewer are returned where there are fewer others.

    Raises:
        InputError: There are more than `MOST` vectors.
    """
    count = len(vectors)
    if count > MOST:
        raise InputError(
            f"{count:,} vectors: neighbours of all pairs are found for up to {MOST:,}; take a part of the samples "
            "(burnish select --sample), or an index library of your own"
        )
    best = _Best(count, max(0, min(k, count - 1)))
    if best.k == 0:
        return Neighbours(best.index, best.similarity)
    for low in range(0, count, BLOCK):
        rows = vectors[low : low + BLOCK]
        for start in range(low, count, BLOCK):
            block = rows @ vectors[start : start + BLOCK].T
            if start == low:
                np.fill_diagonal(block, -np.inf)
            best.take(block, low, start)
            if start != low:
                best.take_columns(block, low, start)
    return Neighbours(best.index, np.clip(best.similarity, -1, 1))


def nearest_of(vectors: "Vectors", others: "Vectors", k: int) -> Neighbours:
    """Return the k nearest of `others` for each vector; both float32 of length 1, shape (samples, length)."""
    best = _Best(len(vectors), max(0, min(k, len(others))))
    if best.k == 0:
        return Neighbours(best.index, best.similarity)
    for low in range(0, len(vectors), BLOCK):
        for start in range(0, len(others), BLOCK):
            best.take(vectors[low : low + BLOCK] @ others[start : start + BLOCK].T, low, start)
    return Neighbours(best.index, np.clip(best.similarity, -1, 1))


def pairs_above(
    vectors: "Vectors", cosine: float
) -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]":
    """Return the pairs of vectors whose cosine is so large or larger: both rows, the first smaller, and the cosine.

    Args:
        vectors: float32, shape (samples, length), of length 1 (`unit`).
        cosine: -1 to 1.

    Raises:
        InputError: There are more than `MOST` vectors, or more than `MOST_PAIRS` such pairs.
    """
    if not len(vectors):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    if len(vectors) > MOST:
        raise InputError(f"{len(vectors):,} vectors: pairs are found among up to {MOST:,}; take a part of the samples")
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
    count = 0
    for low in range(0, len(vectors), BLOCK):
        for start in range(low, len(vectors), BLOCK):
            block = vectors[low : low + BLOCK] @ vectors[start : start + BLOCK].T
            # Rounding leaves copies a little below 1.
            if start == low:
                block[np.tril_indices(len(block))] = -np.inf
            row, column = np.nonzero(block >= cosine - _ROUNDING)
            count += len(row)
            if count > MOST_PAIRS:
                raise InputError(
                    f"more than {MOST_PAIRS:,} pairs of {len(vectors):,} samples have a cosine of {cosine:.4f} or "
                    "more: it tells nothing in this embedding; take a larger one"
                )
            found.append((row + low, column + start, np.minimum(block[row, column], 1)))
    first, second, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((second, first))
    return first[order], second[order], values[order]


class Distances(NamedTuple):
    """The nearest others of each vector by Euclidean distance, the nearest first.

    Attributes:
        row: int64, shape (vectors, k): rows of the vectors that were searched.
        distance: float32, shape (vectors, k).
    """

    row: "NDArray[np.int64]"
    distance: "NDArray[np.float32]"


def nearest_by_distance(vectors: "Vectors", k: int, others: "Vectors | None" = None) -> Distances:
    """Return the k nearest by Euclidean distance, of any vectors, exactly, in blocks as `nearest`.

    Args:
        vectors: float32, shape (samples, length), finite.
        k: At least 1; fewer are returned where there are fewer.
        others: That are searched, float32 of the same length; None: the vectors themselves, each without itself.

    Raises:
        InputError: There are more than `MOST` vectors on a side.
    """
    searched = vectors if others is None else others
    count = max(len(vectors), len(searched))
    if count > MOST:
        raise InputError(f"{count:,} vectors: distances of all pairs are found for up to {MOST:,}; take a part of them")
    best = _Best(len(vectors), max(0, min(k, len(searched) - (others is None))))
    if best.k == 0:
        return Distances(best.index, np.zeros(best.index.shape, np.float32))
    # -|x - y|² = 2xy - |x|² - |y|². Centred first: products of points far from 0 lose the digits that distances need.
    middle = searched.mean(axis=0, dtype=np.float64).astype(np.float32)
    left, right = vectors - middle, searched - middle
    left_square, right_square = (np.einsum("ij,ij->i", one, one) for one in (left, right))
    for low in range(0, len(left), BLOCK):
        for start in range(low if others is None else 0, len(right), BLOCK):
            block = 2 * (left[low : low + BLOCK] @ right[start : start + BLOCK].T)
            block -= left_square[low : low + BLOCK, None]
            block -= right_square[start : start + BLOCK]
            if others is None and start == low:
                np.fill_diagonal(block, -np.inf)
            best.take(block, low, start)
            if others is None and start != low:
                best.take_columns(block, low, start)
    # Once more from the differences: of equal points rounding makes a distance of a thousandth and not 0.
    distance = np.empty(best.index.shape, np.float32)
    for row in range(best.k):
        for low in range(0, len(left), BLOCK):
            apart = left[low : low + BLOCK] - right[best.index[low : low + BLOCK, row]]
            distance[low : low + BLOCK, row] = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    order = np.argsort(distance, axis=1, kind="stable")
    return Distances(np.take_along_axis(best.index, order, axis=1), np.take_along_axis(distance, order, axis=1))


class _Best:
    """The k nearest of each row so far, sorted; -inf where there are not k yet."""

    def __init__(self, rows: int, k: int) -> None:
        self.k = k
        self.index = np.full((rows, k), -1, np.int64)
        self.similarity = np.full((rows, k), -np.inf, np.float32)

    def take(self, block: "NDArray[np.float32]", low: int, start: int) -> None:
        """Take in the similarities of rows `low`… to the vectors `start`…, shape (rows, vectors), C-contiguous."""
        here = slice(low, low + len(block))
        nearer = block > self.similarity[here, -1][:, None]
        if np.count_nonzero(nearer) > _DENSE * block.size and block.shape[1] > self.k:
            # At first everything is nearer than nothing: sorting it all would cost more than the multiplication.
            least = np.partition(block, -self.k, axis=1)[:, -self.k]
            nearer &= block >= least[:, None]
        # Of a block that lies in one piece, places in it are found fifteen times as fast as rows and columns.
        row, column = np.divmod(np.flatnonzero(nearer), block.shape[1])
        self._merge(row, low, column + start, block[row, column])

    def take_columns(self, block: "NDArray[np.float32]", low: int, start: int) -> None:
        """Take in the same similarities as those of the vectors `start`… to the rows `low`…: each pair serves both."""
        nearer = block > self.similarity[start : start + block.shape[1], -1]
        if np.count_nonzero(nearer) > _DENSE * block.size:
            self.take(np.ascontiguousarray(block.T), start, low)
            return
        row, column = np.divmod(np.flatnonzero(nearer), block.shape[1])
        order = np.argsort(column, kind="stable")
        row, column = row[order], column[order]
        self._merge(column, start, row + low, block[row, column])

    def _merge(
        self, row: "NDArray[np.int64]", low: int, index: "NDArray[np.int64]", value: "NDArray[np.float32]"
    ) -> None:
        """Keep the k best of what rows `low`… have and of what is new to them, sorted by row."""
        if not len(row):
            return
        touched = np.unique(row)
        rows = np.concatenate((np.repeat(touched, self.k), row))
        index = np.concatenate((self.index[low + touched].ravel(), index))
        value = np.concatenate((self.similarity[low + touched].ravel(), value))
        order = np.lexsort((index, -value, rows))
        first = np.searchsorted(rows[order], touched)
        chosen = order[first[:, None] + np.arange(self.k)]
        self.index[low + touched] = index[chosen]
        self.similarity[low + touched] = value[chosen]
