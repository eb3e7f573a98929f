"""Whether two pictures are worth comparing: told from a few kilobytes of each, a thousand pairs at once.

The hashes bring together what is alike at its coarsest, such as two garments on one backdrop. Of 23,000 such pairs
among 10,000 photos a fifth is left here, at a hundredth of what a comparison costs; of 4,000 copies of 200 photos
(cropped by up to 5 % at each edge, flipped, turned, rotated, darker, grey) every one that `compare` knows.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.alignment import SYMMETRIES
from curate.duplicates.view import ANGLES, ON_RINGS, Pixels
from curate.media.opencv import opencv

Planes = NDArray[np.float32]
Verdicts = NDArray[np.bool_]

SIDE = 96
"""A JPEG is decoded at the fraction of its size that leaves its longer side this many pixels."""

SMALL = 48
"""Pixels of the longer side: a smaller picture is always compared, because its copies are too blurred to tell."""

_GRID, _DISC, _BLUR = 16, 48, 2.5
_RINGS = len(ON_RINGS)
_CELLS, _POINTS = _GRID * _GRID, _RINGS * ANGLES
_NO_CHROMA = 128.0
_FLAT, _LEAST_COLOUR, _CHROMA_NOISE = 4.0, 0.5, 4.0  # levels

_COARSEST_TURNS = 5
"""Waves of fewer periods around the centre are what lighting and backdrop make: alike in thousands of pictures."""


class _Limits(NamedTuple):
    """How alike two pictures must be, laid on each other in one way.

    Attributes:
        alike: Correlation of the brightness.
        detail: The same without its coarsest waves.
        unlike: Most that the chroma may differ, as a share of what there is of it.
    """

    alike: float
    detail: float
    unlike: float


# Of the copies: upright 0.50, 0.48, 0.52 (10 % cropped); flipped and turned 0.74, 0.80, 0.30; rotated 0.65, 0.50, 0.53.
_UPRIGHT, _TURNED, _ROTATED = _Limits(0.45, 0.42, 0.62), _Limits(0.6, 0.65, 0.42), _Limits(0.55, 0.44, 0.65)


class _Glimpses(NamedTuple):
    """What is known of n pictures, in levels: brightness and chroma on a grid, and on rings in their largest disc.

    Attributes:
        luma: Shape (n, 16, 16).
        chroma: Red and blue less brightness, shape (n, 16, 16, 2).
        ring_luma: Shape (n, rings, angles).
        ring_chroma: Shape (n, rings, angles, 2).
    """

    luma: Planes
    chroma: Planes
    ring_luma: Planes
    ring_chroma: Planes


def glimpse(pixels: Pixels) -> NDArray[np.uint8]:
    """Return what is kept of a picture, RGB of shape (height, width, 3): 4,368 bytes."""
    cv2 = opencv()
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    coded = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    grid = cv2.resize(coded, (_GRID, _GRID), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    square = np.ascontiguousarray(coded[top : top + side, left : left + side])
    disc = cv2.resize(square, (_DISC, _DISC), interpolation=cv2.INTER_AREA).reshape(-1, 3)[ON_RINGS].reshape(-1, 3)
    return np.concatenate([grid[:, 0], grid[:, 1:].ravel(), disc[:, 0], disc[:, 1:].ravel()])


def worth_comparing(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Verdicts:
    """Return which pairs may be copies, shape (n,).

    Args:
        first: One picture of each pair, as `glimpse` gives it, shape (n, 4368).
        second: The other.
    """
    a, b = _unpacked(first), _unpacked(second)
    flat = np.minimum(a.luma.std(axis=(1, 2)), b.luma.std(axis=(1, 2))) < _FLAT
    return np.asarray(flat | _worth_by_symmetry(a, b) | _worth_by_rotation(a, b), bool)


def _unpacked(packed: NDArray[np.uint8]) -> _Glimpses:
    levels = packed.astype(np.float32)
    count = len(levels)
    luma, chroma, ring_luma, ring_chroma = np.split(levels, np.cumsum([_CELLS, 2 * _CELLS, _POINTS]), axis=1)
    return _Glimpses(
        luma.reshape(count, _GRID, _GRID),
        chroma.reshape(count, _GRID, _GRID, 2) - np.float32(_NO_CHROMA),
        ring_luma.reshape(count, _RINGS, ANGLES),
        ring_chroma.reshape(count, _RINGS, ANGLES, 2) - np.float32(_NO_CHROMA),
    )


def _worth_by_symmetry(a: _Glimpses, b: _Glimpses) -> Verdicts:
    """Return which pairs are alike when the first is flipped or turned by quarters, or left as it is."""
    alike, detail = ((_unit(x), _unit(y)) for x, y in ((a.luma, b.luma), (_detail(a.luma), _detail(b.luma))))
    found = np.zeros(len(a.luma), bool)
    for change, ((xx, xy), (yx, yy)) in SYMMETRIES.items():
        limits = _TURNED if change else _UPRIGHT

        def turned(planes: Planes, steps: tuple[int, int, int, int] = (xx, xy, yx, yy)) -> Planes:
            along_x, across_x, across_y, along_y = steps
            return planes[:, ::along_y, ::along_x] if along_x else planes[:, ::across_y, ::across_x].swapaxes(1, 2)

        met = (_product(turned(alike[0]), alike[1]) >= limits.alike) & (
            _product(turned(detail[0]), detail[1]) >= limits.detail
        )
        some = np.flatnonzero(met & ~found)
        found[some] = _colours_unlike(turned(a.chroma[some]), b.chroma[some]) <= limits.unlike
    return found


def _worth_by_rotation(a: _Glimpses, b: _Glimpses) -> Verdicts:
    """Return which pairs are alike when the first, or its mirror image, is rotated; but for quarters, as above."""
    found = np.zeros(len(a.luma), bool)
    waves = [np.fft.rfft(_unit(one.ring_luma), axis=2).astype(np.complex64) for one in (a, b)]
    norms = [np.sqrt(np.maximum(_energy(one[:, :, _COARSEST_TURNS:]), 1e-9)) for one in waves]
    for mirrored in (False, True):
        shared = (_mirrored_waves(waves[0]) if mirrored else waves[0]).conj() * waves[1]
        spectrum = shared.sum(axis=1)
        by_angle = np.fft.irfft(spectrum, ANGLES)
        best = by_angle.argmax(axis=1)
        spectrum[:, :_COARSEST_TURNS] = 0
        fine = np.fft.irfft(spectrum, ANGLES) / (norms[0] * norms[1])[:, None]
        near = (best[:, None] + (-1, 0, 1)) % ANGLES
        met = (
            (best % (ANGLES // 4) != 0)
            & (by_angle.max(axis=1) >= _ROTATED.alike)
            & (np.take_along_axis(fine, near, axis=1).max(axis=1) >= _ROTATED.detail)
        )
        some = np.flatnonzero(met & ~found)
        back = (np.arange(ANGLES) - best[some, None]) % ANGLES
        if mirrored:
            back = (ANGLES // 2 - back) % ANGLES
        rotated = np.take_along_axis(a.ring_chroma[some], back[:, None, :, None], axis=2)
        found[some] |= _colours_unlike(rotated, b.ring_chroma[some]) <= _ROTATED.unlike
    return found


def _mirrored_waves(waves: NDArray[np.complex64]) -> NDArray[np.complex64]:
    return waves.conj() * np.float32(-1.0) ** np.arange(waves.shape[2], dtype=np.float32)


def _energy(waves: NDArray[np.complex64]) -> Planes:
    """Return the sum of squares over the rings and angles of what has these waves, none of them constant."""
    return np.asarray((2 / ANGLES) * np.square(np.abs(waves)).sum(axis=(1, 2)), np.float32)


def _blur_matrix() -> Planes:
    """Return the matrix that blurs a column of the grid, mirrored at its ends."""
    apart = np.arange(_GRID)[:, None] - np.arange(-2 * _GRID, 3 * _GRID)
    weights = np.exp(-np.square(apart / _BLUR) / 2)
    mirrored = np.abs((np.arange(-2 * _GRID, 3 * _GRID) + 0.5) % (2 * _GRID) - _GRID)
    blur = np.zeros((_GRID, _GRID))
    np.add.at(blur.T, (_GRID - mirrored - 0.5).round().astype(int), weights.T)
    return np.asarray(blur / blur.sum(axis=1, keepdims=True), np.float32)


_SMOOTH = _blur_matrix()


def _detail(luma: Planes) -> Planes:
    return np.asarray(luma - _SMOOTH @ luma @ _SMOOTH.T, np.float32)


def _unit(planes: Planes) -> Planes:
    """Return each picture with mean 0 and length 1; zeros where it is flat."""
    apart = planes - planes.mean(axis=(1, 2), keepdims=True)
    length = np.sqrt(np.square(apart).sum(axis=(1, 2), keepdims=True))
    return np.asarray(apart / np.maximum(length, 1e-3), np.float32)


def _product(x: Planes, y: Planes) -> Planes:
    return np.asarray(np.einsum("nij,nij->n", x, y), np.float32)


def _colours_unlike(x: Planes, y: Planes) -> Planes:
    """Return the share of the chroma's changes over the picture that the other does not have, 0 to about 1.

    A cast of colour and less saturation are left out, and where one picture has no colour, so are all of it.
    """
    axes = (1, 2, 3)
    coloured = np.minimum(np.abs(x).mean(axis=axes), np.abs(y).mean(axis=axes)) >= _LEAST_COLOUR
    x, y = (chroma - chroma.mean(axis=(1, 2), keepdims=True) for chroma in (x, y))
    gain = np.clip((x * y).sum(axis=axes) / np.maximum(np.square(x).sum(axis=axes), 1e-6), 0.5, 2.0)
    x = gain[:, None, None, None] * x
    apart, of_x, of_y = (np.sqrt(np.square(chroma).mean(axis=axes)) for chroma in (y - x, x, y))
    return np.asarray(coloured * apart / (_CHROMA_NOISE + np.maximum(of_x, of_y)), np.float32)
