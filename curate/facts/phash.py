"""Perceptual hash: the signs of the coarsest waves of a picture, for finding candidates for duplicates."""

import numpy as np
from PIL import Image

_SIDE, _KEPT = 32, 8
# The first rows of the DCT-II matrix; its scale does not matter: only the order of the coefficients counts.
_COSINES = np.cos(np.pi / _SIDE * np.outer(np.arange(_KEPT), np.arange(_SIDE) + 0.5))


def phash(grey: Image.Image) -> str:
    """Return the 64-bit perceptual hash, 16 hexadecimal digits, as the imagehash package defines it.

    32 x 32 pixels, DCT-II over both axes, the 8 x 8 lowest frequencies including the constant one; a bit is
    set where the coefficient exceeds their median.

    Args:
        grey: Mode `L`, upright.
    """
    small = grey.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    waves = _COSINES @ np.asarray(small, np.float64) @ _COSINES.T
    in_order = np.sort(waves, axis=None)
    median = (in_order[31] + in_order[32]) / 2
    return np.packbits(waves > median).tobytes().hex()
