"""What a baseline sees: gradients, colours and a thumbnail."""

from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Number = TypeVar("Number", np.uint8, np.float32)

_SIDE = 64
_COARSE_SIDE = 32
_GRID = 4
_HUES, _GREYS = 12, 6
_THUMBNAIL = 8
# By these a family varies, over the clothing photos, by 0.6, 0.1 and 0.1 (sum of the variances of its numbers).
_WEIGHT = {"hog": 1.0, "colour": 0.115, "thumbnail": 0.14}
_ORIENTATIONS = 9
_HALF_TURN = np.float32(np.pi)
# Of the positions -1 to 8, and of the next ones: -1 is the last orientation, and 9 the first.
_LOWER_BINS = np.arange(-1, _ORIENTATIONS) % _ORIENTATIONS
_UPPER_BINS = np.arange(_ORIENTATIONS + 1) % _ORIENTATIONS
_CELL = 8
_CLIP = 0.2
_DARK_SHARE, _LIGHT_SHARE = 0.02, 0.98
_LEAST_LEVELS = 8
# Shares of a squared distance that colours as they are and stretched ones have: half and half gave dim pictures more,
# and clean ones of two sets lost .001 to .010.
_LOOKS = (0.7, 0.3)
# Of each value that a byte can have: what would be computed for each pixel is looked up.
_LEVELS = np.arange(256, dtype=np.float32)
_SHARES = _LEVELS / 255
_ROOTS = np.sqrt(_SHARES)
_HUE_BINS = np.minimum((_LEVELS * _HUES / 180).astype(np.int32), _HUES - 1)
_GREY_BINS = _HUES + np.minimum((_LEVELS * _GREYS / 256).astype(np.int32), _GREYS - 1)


def describe_image(pixels: NDArray[np.uint8]) -> dict[str, Vector]:
    """Return the features of a picture by family, scaled so that a distance between two pictures is about 1.

    Args:
        pixels: RGB, uint8, shape (height, width, 3), any size.

    Returns:
        `hog`: roots of the histograms of oriented gradients of the picture squeezed to 64 x 64 and to 32 x 32, and of
        the picture with its edges drawn out to a square; `colour`: roots of histograms of hue and of grey in 4 x 4
        cells; `thumbnail`: 8 x 8 in CIE Lab; both of the picture as it is and with its channels stretched.
    """
    import cv2

    # There is a worker for each processor, and OpenCV's own threads do not survive a fork.
    cv2.setNumThreads(0)
    squeezed, square = _resize(pixels, _SIDE), _resize(_square(pixels), _SIDE)
    # Haze and evening light move all colours of a picture, the stretched ones hardly; but that a thing is white, red or
    # dark all over shows only as it is.
    looks = list(zip((squeezed, stretch_channels(squeezed)), np.sqrt(_LOOKS), strict=True))
    found = {
        "hog": np.concatenate([_gradients(one) for one in (_resize(pixels, _COARSE_SIDE), squeezed, square)]),
        "colour": np.concatenate(
            [_colours(np.asarray(cv2.cvtColor(look, cv2.COLOR_RGB2HSV), np.uint8)) * share for look, share in looks]
        ),
        "thumbnail": np.concatenate([_thumbnail(look) * share for look, share in looks]),
    }
    return {name: (values * _WEIGHT[name]).astype(np.float32) for name, values in found.items()}


def _resize(pixels: NDArray[Number], side: int) -> NDArray[Number]:
    import cv2

    # The mean of the pixels under each new one: other kinds of interpolation skip pixels when they shrink so far.
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), pixels.dtype)


def stretch_channels(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with each channel stretched, so that its 2nd percentile is 0 and its 98th 255.

    Haze adds to the darkest pixels what it takes from the contrast, and coloured light scales the channels unlike:
    this takes both back, as far as they are the same all over the picture. Noise in a flat channel stays faint: fewer
    than 8 levels are stretched as 8 are.

    Args:
        pixels: RGB, uint8, shape (height, width, 3).

    Returns:
        uint8, same shape.
    """
    import cv2

    places = [int(share * (pixels.shape[0] * pixels.shape[1] - 1)) for share in (_DARK_SHARE, _LIGHT_SHARE)]
    # Counted, not sorted, and each of the 256 levels stretched once: all pixels as floats take four times as long.
    counts = [np.bincount(channel.ravel(), minlength=256) for channel in cv2.split(pixels)]
    ends = np.cumsum(counts, axis=1)
    dark, light = np.array([one.searchsorted(places, "right") for one in ends], np.float32).T
    stretched = (_LEVELS[:, None] - dark) * (np.float32(255) / np.maximum(light - dark, _LEAST_LEVELS))
    return np.asarray(cv2.LUT(pixels, np.rint(np.clip(stretched, 0, 255)).astype(np.uint8)[None]), np.uint8)


def _thumbnail(pixels: NDArray[np.uint8]) -> Vector:
    """Return 8 x 8 pixels in CIE Lab, of which 100 is 1."""
    import cv2

    lab = np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    return np.asarray(_resize(lab, _THUMBNAIL).ravel() / 100, np.float32)


def _square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture in the middle of a square; its outermost rows or columns fill the rest."""
    import cv2

    # Squeezed, a long thing and a short one look alike; in a square they do not, and its edges drawn out, other than
    # black bars, bring no gradients of their own.
    height, width = pixels.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    edges = (top, side - height - top, left, side - width - left)
    return np.asarray(cv2.copyMakeBorder(pixels, *edges, cv2.BORDER_REPLICATE))


def _gradients(pixels: NDArray[np.uint8]) -> Vector:
    """Return the roots of the histograms, of length 1 about: roots let strong edges drown faint ones less."""
    import cv2

    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)
    found = np.sqrt(histogram_of_gradients(grey))
    return np.asarray(found / np.sqrt(len(found) / 9))


def _colours(hsv: NDArray[np.uint8]) -> Vector:
    """Return the roots of the shares of pixels in each bin of each cell: hues weighted by saturation, then greys."""
    import cv2

    hue, saturation, value = cv2.split(hsv)
    # Hue means nothing in grey or dark pixels: these count among the greys by what they lack in colour.
    colourful = np.asarray(cv2.LUT(saturation, _SHARES) * cv2.LUT(value, _ROOTS))
    step, bins = _SIDE // _GRID, _HUES + _GREYS
    first = _first_bins(_SIDE, _SIDE, step, bins)
    place = np.concatenate([(first + cv2.LUT(hue, _HUE_BINS)).ravel(), (first + cv2.LUT(value, _GREY_BINS)).ravel()])
    weight = np.concatenate([colourful.ravel(), 1 - colourful.ravel()])
    counts = np.bincount(place, weight, _GRID * _GRID * bins) / step**2
    return np.sqrt(counts).astype(np.float32)


@lru_cache(maxsize=8)
def _first_bins(rows: int, columns: int, side: int, bins: int) -> NDArray[np.int64]:
    """Return, for each pixel, the number of the first bin of its cell, where cells are `side` pixels wide and high."""
    return ((np.arange(rows) // side)[:, None] * (columns // side) + np.arange(columns) // side) * bins


def histogram_of_gradients(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return unsigned gradients in cells of 8 x 8 pixels and 9 orientations, normalized over blocks of 2 x 2 cells.

    Each gradient is shared between the two nearest orientations; blocks are normalized to length 1, clipped at 0.2 and
    normalized again, as in the paper.

    Args:
        grey: float32, shape (height, width), 0 to 1; sides are multiples of 8, at least 16.

    Returns:
        float32, shape ((height / 8 - 1) * (width / 8 - 1) * 36,).
    """
    cells = _cells(grey)
    blocks = np.concatenate([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]], axis=2)
    blocks = np.minimum(_unit(blocks), np.float32(_CLIP))
    return _unit(blocks).astype(np.float32).ravel()


def _cells(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the histogram of each cell, shape (rows, columns, 9)."""
    across, down = _differences(grey.T).T, _differences(grey)
    strength = np.hypot(across, down)
    # Orientations are a circle of half a turn: a gradient and its opposite are the same edge. Bins are named by their
    # middle, hence the half; what is below the first middle is shared with the last bin.
    angle = np.arctan2(down, across)
    # The remainder to the last bit, in a tenth of the time of np.mod; a whole half turn, at 8.5, is shared as 0 is.
    angle = np.where(angle < 0, angle + _HALF_TURN, angle)
    position = angle * (_ORIENTATIONS / np.pi) - 0.5
    lower = np.floor(position).astype(int)
    upper_share = position - lower
    rows, columns = grey.shape[0] // _CELL, grey.shape[1] // _CELL
    first = _first_bins(*grey.shape, _CELL, _ORIENTATIONS)
    place = np.concatenate([first + _LOWER_BINS[lower + 1], first + _UPPER_BINS[lower + 1]])
    weight = np.concatenate([strength * (1 - upper_share), strength * upper_share])
    # Cell and orientation make one number, so that one bincount fills the histograms of all cells.
    counts = np.bincount(place.ravel(), weight.ravel(), rows * columns * _ORIENTATIONS)
    return counts.reshape(rows, columns, _ORIENTATIONS).astype(np.float32)


def _differences(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the next row has more than the one before; beyond the ends the outermost rows go on."""
    found = np.empty_like(grey)
    np.subtract(grey[2:], grey[:-2], out=found[1:-1])
    np.subtract(grey[1], grey[0], out=found[0])
    np.subtract(grey[-1], grey[-2], out=found[-1])
    return found


def _unit(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    # A flat block stays near zero: its gradients are noise.
    return np.asarray(blocks / np.sqrt(np.square(blocks).sum(axis=2, keepdims=True) + 1e-4))
