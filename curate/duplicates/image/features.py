"""Local features of a picture: places that are found again in a copy that was cropped, framed or written over.

The places are those of ORB (Rublee et al., 2011: FAST corners over scales, turned by their centroid), spread over the
picture. What is around each is told by 128 signs of differences, of which the second half is what the first would be in
a mirror: so that a mirror image is looked for by an exchange of two words, and not by another look at the picture.
"""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.thumbnail import Pixels
from curate.media.opencv import opencv

if TYPE_CHECKING:
    import cv2

SIDE = 320
"""Pixels of the longer side at which features are looked for; a picture is decoded to at least `DECODED`. Of quarters
that were cut out of 50 photos, at 240 pixels with 96 features 60 % came up, at 320 with 200 it was 84 %."""

DECODED = 266
MOST = 200
"""Features of a picture: 22 bytes each, 4.4 KB in all."""

SCALE = 1.25
"""From one level of features to the next coarser one."""

_FOUND, _CELLS = 500, 6
_PATCH, _EDGE, _LEVELS, _CONTRAST = 24, 13, 6, 14
_GRID, _REACH = 8, 10.0
_FINE, _COARSE = 5, 11
_ANGLE_STEPS, _POSITION_STEPS = 256, 1 << 16

Feature = np.dtype([("signs", "<u8", 2), ("x", "<u2"), ("y", "<u2"), ("angle", "u1"), ("level", "u1")])
Features = NDArray[np.void]
NONE: Features = np.zeros(0, Feature)


class _Comparisons(NamedTuple):
    """Where around a feature brightness is read, in units of its reach, and which two places are compared."""

    along: NDArray[np.float32]
    aside: NDArray[np.float32]
    first: NDArray[np.intp]
    second: NDArray[np.intp]


def _comparisons() -> _Comparisons:
    steps = ((np.arange(_GRID) + 0.5) / _GRID * 2 - 1).astype(np.float32)
    along, aside = (np.asarray(plane.ravel(), np.float32) for plane in np.meshgrid(steps, steps))
    draw = np.random.default_rng(0)
    # Fixed for ever by the seed. Each pair of places, and its mirror image about the axis of the feature.
    pairs = np.array([draw.choice(_GRID * _GRID, 2, replace=False) for _ in range(64)])
    mirror = (_GRID - 1 - np.arange(_GRID * _GRID) // _GRID) * _GRID + np.arange(_GRID * _GRID) % _GRID
    both = np.concatenate([pairs, mirror[pairs]])
    return _Comparisons(along, aside, both[:, 0], both[:, 1])


_COMPARED = _comparisons()


@cache
def _detector() -> "cv2.ORB":
    found: cv2.ORB = opencv().ORB_create(
        nfeatures=_FOUND,
        scaleFactor=SCALE,
        nlevels=_LEVELS,
        edgeThreshold=_EDGE,
        patchSize=_PATCH,
        fastThreshold=_CONTRAST,
    )
    return found


def find_features(pixels: Pixels) -> Features:
    """Return up to `MOST` features of a picture, the strongest of each place first.

    Positions are shares of the longer side, from the upper left corner.

    Args:
        pixels: RGB of shape (height, width, 3), perhaps reduced, but not under `DECODED` where it has so many.
    """
    cv2 = opencv()
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    # Small pictures are enlarged: around a feature there must be room for what is compared.
    share = SIDE / max(grey.shape)
    size = max(1, round(grey.shape[1] * share)), max(1, round(grey.shape[0] * share))
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)
    # On a thin strip nothing is as far from the edge as a feature reaches.
    found = _detector().detect(grey, None) if min(size) > 4 * _EDGE else ()
    if not found:
        return NONE
    values = np.array([(*one.pt, one.angle, one.octave, one.response) for one in found], np.float32)
    values = values[_spread(values, grey.shape)]
    features = np.zeros(len(values), Feature)
    features["signs"] = _signs(grey, values)
    for name, column in (("x", 0), ("y", 1)):
        features[name] = np.clip(values[:, column] / SIDE * _POSITION_STEPS, 0, _POSITION_STEPS - 1)
    features["angle"] = (np.round(values[:, 2] / 360 * _ANGLE_STEPS) % _ANGLE_STEPS).astype(np.uint8)
    features["level"] = values[:, 3]
    return features


def positions(features: Features) -> NDArray[np.float32]:
    """Return where features are, shape (n, 2), as shares of the longer side."""
    return np.asarray(np.stack([features["x"], features["y"]], axis=1).astype(np.float32) / _POSITION_STEPS, np.float32)


def _spread(values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return which to take: the strongest of each of some cells, then the second of each, and so on.

    Without this, a line of text draws all of them onto itself: of 60 watermarked photos 93 % were found.
    """
    cells = (values[:, 1] * _CELLS / shape[0]).astype(int) * _CELLS + (values[:, 0] * _CELLS / shape[1]).astype(int)
    # Coarse ones are a class of their own: of a quarter of a picture that was cut out, they are the fine ones of the
    # whole; of which, therefore, two are taken for each coarse one.
    coarse = values[:, 3] >= _LEVELS // 2
    cells += coarse * _CELLS**2
    order = np.lexsort((-values[:, 4], cells))
    ordered = cells[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    turn = (place + 1) / np.where(coarse[order], 1, 2)
    return order[np.argsort(turn, kind="stable")[:MOST]]


def _signs(grey: Pixels, values: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return which of two places is brighter, for 64 pairs of places and their mirror images, shape (n, 2)."""
    cv2 = opencv()
    x, y, angle, level = (values[:, column, None] for column in range(4))
    angle, reach = np.deg2rad(angle), _REACH * SCALE**level
    along, aside = reach * _COMPARED.along, reach * _COMPARED.aside
    cosine, sine = np.cos(angle), np.sin(angle)
    at = (x + cosine * along - sine * aside).astype(np.float32), (y + sine * along + cosine * aside).astype(np.float32)
    # Places are read through a blur as wide as they are apart, or noise would decide.
    fine, coarse = (
        cv2.remap(cv2.blur(grey, (width, width)), *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for width in (_FINE, _COARSE)
    )
    read = np.where(level < _LEVELS // 2, fine, coarse)
    # Features are turned by where they are brighter, so that the slope of one is the slope of all: it is taken away.
    slopes = np.stack([_COMPARED.along, _COMPARED.aside], axis=1)
    read = read - np.einsum("ij,kj->ik", np.einsum("ij,jk->ik", read, slopes), slopes / np.square(slopes).sum(axis=0))
    bits = np.packbits(read[:, _COMPARED.first] > read[:, _COMPARED.second], axis=1)
    return np.ascontiguousarray(bits).view("<u8")
