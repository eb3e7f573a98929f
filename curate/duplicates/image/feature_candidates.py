"""Which pictures to compare: those that have several local features in common, in one place relative to each other.

An inverted index: a few of the bits of a feature, drawn once, are its word, three words to a feature; two pictures that
share words often enough are matched feature by feature. Words that too many features have tell nothing, and are left
out, so that the work grows with the number of pictures and not with its square.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.features import SCALE as _SCALE
from curate.duplicates.image.features import SIDE, Feature, Features, positions
from curate.media.opencv import opencv

Matrix = NDArray[np.float32]
_Places = NDArray[np.int64]

MOST_BITS = 26
"""Of 128: nine of ten features of a copy differ in 14 and less from those of its original."""

LEAST_MATCHES, LEAST_OF_MATCHES, SURE_MATCHES = 5, 0.3, 8
"""Features that agree: so many, and so large a share of those that are nearest to each other; or the third. Of quarters
cut out of 50 photos .84 pass, of 1,500 pairs of different photos 3; without the share .86 and 71."""

_TABLES = 6
_TURN_CELL, _PLACE_CELL = np.pi / 8, 0.2
_LEAST_WIDTH, _MOST_WIDTH = 21, 23
_MOST_IN_BUCKET = 16
_LEAST_SHARED = 3
_PICTURES_AT_ONCE = 2048
_REACH = 3.0
"""Pixels of `SIDE`, by which a feature may be beside where the others of its picture say it is."""


class Guess(NamedTuple):
    """How one picture may lie on another.

    Attributes:
        first: Place of one picture.
        second: Place of the other, larger.
        matrix: From the second to the first, both in shares of their longer sides, float32, shape (2, 3).
        mirrored: Whether it has a mirror in it.
        matches: Features that agree on it; 0 where grids say so, as of a crop.
    """

    first: int
    second: int
    matrix: Matrix
    mirrored: bool
    matches: int

    @property
    def cropped(self) -> bool:
        """Whether it says no more than that one may have been cut out of the other."""
        return not self.matches

    def overlaps(self, first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
        """Return the share of each picture that the other shows too.

        Args:
            first: Width and height of one, at any scale.
            second: Of the other.
        """
        (width, height), (other_width, other_height) = first, second
        a = _corners(width / max(first), height / max(first))
        b = _corners(other_width / max(second), other_height / max(second)) @ self.matrix[:, :2].T + self.matrix[:, 2]
        return shares(a, np.asarray(b, np.float32))

    def between(self, side_a: int, side_b: int) -> Matrix:
        """Return the matrix between copies of these longer sides, in pixels."""
        matrix = self.matrix.copy()
        matrix[:, :2] *= side_a / side_b
        matrix[:, 2] *= side_a
        return matrix

    def reversed(self) -> "Guess":
        """Return how the first lies on the second."""
        back = np.linalg.inv(np.vstack([self.matrix, (0, 0, 1)]))[:2]
        return self._replace(first=self.second, second=self.first, matrix=np.asarray(back, np.float32))


def candidates(features: Sequence[Features], *, flips: bool = True) -> Iterator[tuple[int, int, bool]]:
    """Yield the pairs (i, j), i < j, of pictures that share features, and whether in a mirror; each once, in order.

    Args:
        features: Of each picture.
        flips: Whether to look for mirror images too.
    """
    counts = np.array([len(one) for one in features], np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)])
    if not starts[-1]:
        return
    signs = np.concatenate([one["signs"] for one in features])
    picture = np.repeat(np.arange(len(features)), counts)
    width = min(_MOST_WIDTH, max(_LEAST_WIDTH, int(np.log2(starts[-1])) + 3))
    tables = [_Table(signs, table, width) for table in range(_TABLES)]
    place = positions_and_sizes(features)
    for mirrored in (False, True) if flips else (False,):
        asking = signs[:, ::-1] if mirrored else signs
        for begin in range(0, len(features), _PICTURES_AT_ONCE):
            some = slice(int(starts[begin]), int(starts[min(len(features), begin + _PICTURES_AT_ONCE)]))
            shared = [table.shared(asking[some], picture, some.start) for table in tables]
            # One feature that shares several words with another is one.
            feature, other = np.divmod(_distinct(np.concatenate(shared)), len(signs))
            # What shares a word, but is not alike in the rest, proposes a quarter of the pairs of different pictures.
            alike = np.bitwise_count(asking[feature] ^ signs[other]).sum(axis=1) <= MOST_BITS
            feature, other = feature[alike], other[alike]
            codes = picture[feature] * len(features) + picture[other]
            found = [_agreeing(codes, place, feature, other, half, mirrored=mirrored) for half in (0.0, 0.5)]
            for pair in _distinct(np.concatenate(found)).tolist():
                yield (*divmod(pair, len(features)), mirrored)


def positions_and_sizes(features: Sequence[Features]) -> NDArray[np.float32]:
    """Return x, y in shares of the longer side, angle in radians and level of all features, shape (n, 4)."""
    joined = np.concatenate([one[["x", "y", "angle", "level"]] for one in features])
    columns = (joined["x"] / 65536, joined["y"] / 65536, joined["angle"] * (np.pi / 128), joined["level"])
    return np.stack(columns, axis=1).astype(np.float32)


def _agreeing(
    codes: _Places, place: NDArray[np.float32], feature: _Places, other: _Places, half: float, *, mirrored: bool
) -> _Places:
    """Return the codes of pairs that enough features say the same of: how large, how turned and where the second lies.

    A vote of each two features for one cell of these four (Hough), in a grid that may be shifted by half a cell, for
    what lies at the edge of a cell in one grid does not in the other.
    """
    one, two = place[feature], place[other]
    turn = one[:, 2] + two[:, 2] if mirrored else one[:, 2] - two[:, 2]
    times = _SCALE ** (one[:, 3] - two[:, 3])
    x, y = -two[:, 0] if mirrored else two[:, 0], two[:, 1]
    if mirrored:
        turn = turn - np.pi
    cosine, sine = times * np.cos(turn), times * np.sin(turn)
    # Where the middle of the second picture would lie: near its features, so that an error of the angle moves it least.
    middle_x, middle_y = (-0.5 if mirrored else 0.5), 0.4
    at_x = one[:, 0] + cosine * (middle_x - x) - sine * (middle_y - y)
    at_y = one[:, 1] + sine * (middle_x - x) + cosine * (middle_y - y)
    cells = (
        (np.floor(turn / _TURN_CELL + half) % round(2 * np.pi / _TURN_CELL), 32),
        (np.floor((one[:, 3] - two[:, 3]) / 2 + half) + 8, 16),
        (np.clip(np.floor(at_x / _PLACE_CELL + half) + 32, 0, 63), 64),
        (np.clip(np.floor(at_y / _PLACE_CELL + half) + 32, 0, 63), 64),
    )
    votes = codes
    size = 1
    for cell, count in cells:
        votes, size = votes * count + cell.astype(np.int64), size * count
    votes.sort()
    first = np.flatnonzero(np.diff(votes, prepend=-1))
    enough = np.diff(first, append=len(votes)) >= _LEAST_SHARED
    return np.asarray(votes[first[enough]] // size)


def _distinct(values: _Places) -> _Places:
    # `np.unique` takes five times as long: of integers it makes a hash table.
    values.sort()
    return np.asarray(values[np.diff(values, prepend=-1) != 0])


class _Table:
    """The features of all pictures by one of their words."""

    def __init__(self, signs: NDArray[np.uint64], number: int, width: int) -> None:
        self.bits = np.random.default_rng(number).choice(128, width, replace=False)
        keys = self._keys(signs)
        self.order = np.argsort(keys, kind="stable")
        self.begins = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=1 << width))]).astype(np.int32)

    def shared(self, signs: NDArray[np.uint64], picture: _Places, start: int) -> _Places:
        """Return feature * count + other for each feature of a later picture that has a word of one of these."""
        keys = self._keys(signs)
        sizes = self.begins[keys + 1] - self.begins[keys]
        asking = np.flatnonzero((sizes > 0) & (sizes <= _MOST_IN_BUCKET))
        sizes = sizes[asking]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        feature = np.repeat(asking, sizes) + start
        other = self.order[np.repeat(self.begins[keys[asking]], sizes) + within]
        later = picture[other] > picture[feature]
        return np.asarray(feature[later] * len(picture) + other[later])

    def _keys(self, signs: NDArray[np.uint64]) -> _Places:
        keys = np.zeros(len(signs), np.int64)
        for bit in self.bits.tolist():
            keys = keys << 1 | (signs[:, bit // 64] >> np.uint64(bit % 64) & np.uint64(1)).astype(np.int64)
        return keys


def lay(first: int, second: int, features: tuple[Features, Features], *, mirrored: bool) -> Guess | None:
    """Return how the second picture lies on the first, by the features that both have; None where they do not agree.

    Args:
        first: Place of one picture.
        second: Place of the other.
        features: Of both.
        mirrored: Whether to look at the second in a mirror.
    """
    a, b = features
    if min(len(a), len(b)) < LEAST_MATCHES:
        return None
    words = b["signs"][:, ::-1] if mirrored else b["signs"]
    apart = np.bitwise_count(a["signs"][:, :1] ^ words[:, 0]) + np.bitwise_count(a["signs"][:, 1:] ^ words[:, 1])
    nearest, back = apart.argmin(axis=1), apart.argmin(axis=0)
    place = np.arange(len(a))
    # Each the nearest of the other: what looks like many things is matched with none.
    close = np.flatnonzero((back[nearest] == place) & (apart[place, nearest] <= MOST_BITS))
    if len(close) < LEAST_MATCHES:
        return None
    there, here = positions(a[close]) * SIDE, positions(b[nearest[close]]) * SIDE
    sign = np.float32(-1 if mirrored else 1)
    here = here * (sign, np.float32(1))
    # The draws of OpenCV's RANSAC come from a seed of its own, the same in every call.
    found, agree = opencv().estimateAffinePartial2D(here, there, ransacReprojThreshold=_REACH, maxIters=400)
    enough = min(SURE_MATCHES, max(LEAST_MATCHES, LEAST_OF_MATCHES * len(close)))
    if found is None or int(agree.sum()) < enough:
        return None
    matrix = np.asarray(found * (sign, 1, 1 / SIDE), np.float32)
    return Guess(first, second, matrix, mirrored, int(agree.sum()))


def shares(first: Matrix, second: Matrix) -> tuple[float, float]:
    """Return the share of each of two outlines, corners of shape (4, 2), that lies in the other."""
    cv2 = opencv()
    area = float(cv2.intersectConvexConvex(first, second)[0])
    return area / max(cv2.contourArea(first), 1e-9), area / max(cv2.contourArea(second), 1e-9)


def _corners(width: float, height: float) -> Matrix:
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)


__all__ = ["Feature", "Guess", "candidates", "lay"]
