"""cleanvision's score of blurriness: how much of a small copy of the picture is edges."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MAX_SIDE = 64
_RATE = 0.01
_FLAT_HISTOGRAM = 0.18


def thumbnail(grey: Image.Image) -> Image.Image:
    """Return a copy whose longer side has 64 pixels; a smaller picture as it is.

    Args:
        grey: Mode `L`.
    """
    ratio = max(grey.size) / _MAX_SIDE
    if ratio <= 1:
        return grey
    size = max(int(grey.width // ratio), 1), max(int(grey.height // ratio), 1)
    # The gap lets Pillow average whole blocks of pixels first: half the time, and the score moves by 0.02 at most
    # where it does not jump anyway.
    return grey.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.5)


def sharpness(small: Image.Image) -> float:
    """Return cleanvision's blurriness score, 0 (blurred) to 1 (sharp); its default threshold is 0.29.

    It measures contrast as much as sharpness; `curate.facts.acutance` tells a blurred picture from one of few edges.

    min(1, 1 - exp(-0.01 b) + s), where b is the standard deviation of the picture's edges, and
    s = 1 - exp(-0.01 x standard deviation of its histogram), or 0 where that is 0.18 or less.

    Args:
        small: Mode `L`, from `thumbnail`.
    """
    edges = small.filter(ImageFilter.FIND_EDGES)
    spread = 1 - math.exp(-_RATE * _deviation(small.histogram()))
    blurriness = 1 - math.exp(-_RATE * _deviation(np.asarray(edges).ravel()))
    return min(1.0, blurriness + (spread if spread > _FLAT_HISTOGRAM else 0))


def _deviation(values: "ArrayLike") -> float:
    # A third of the time of numpy.std, whose overhead counts on arrays as small as these.
    apart = np.array(values, np.float64)
    apart -= apart.sum() / apart.size
    return math.sqrt(float(apart @ apart) / apart.size)
