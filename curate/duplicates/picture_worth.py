"""What is really in a picture: of two copies the larger may be the smaller one blown up, and a PNG a poor JPEG."""

import numpy as np

from curate.duplicates.keep import Worth
from curate.duplicates.thumbnail import Pixels
from curate.media.opencv import opencv

_FACTORS = (1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_MOST_LOST = 2.5
"""Levels, root mean square over the tenth of the blocks with most detail: what a coder of good quality takes away."""

_BLOCK = 16
_LEAST_COEFFICIENT = 1.5
"""What rounding to whole levels leaves of a coefficient of 0."""

_LEAST_CHROMA = 2.0
_MOST_BLOCKS = 1024


def picture_worth(pixels: Pixels) -> Worth:
    """Return what is in a picture, RGB of shape (height, width, 3)."""
    cv2 = opencv()
    coded = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    luma = np.ascontiguousarray(coded[:, :, 0])
    colour = float(np.abs(coded[:, :, 1:].astype(np.int16) - 128).mean()) >= _LEAST_CHROMA
    return Worth(luma.size / _needless(luma) ** 2, _fidelity(luma), colour)


def _needless(luma: Pixels) -> float:
    """Return by which factor a picture can be made smaller, and large again, and nothing is lost but noise."""
    cv2 = opencv()
    height, width = luma.shape
    needless = 1.0
    for factor in _FACTORS:
        size = max(1, round(width / factor)), max(1, round(height / factor))
        small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        back = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        lost = np.square(luma.astype(np.float32) - back)
        blocks = cv2.resize(lost, (max(1, width // _BLOCK), max(1, height // _BLOCK)), interpolation=cv2.INTER_AREA)
        # Where there is most to lose: a plain backdrop loses nothing at any size.
        if float(np.sqrt(np.percentile(blocks, 90))) > _MOST_LOST:
            break
        needless = factor
    return needless


def _fidelity(luma: Pixels) -> float:
    """Return the share of the cosines of 8 x 8 pixels, but for the coarsest, that are there: a JPEG lacks the finest.

    The grid of a JPEG begins in the upper left corner, and a PNG that was made of it has the same.
    """
    cv2 = opencv()
    height, width = (side // 8 * 8 for side in luma.shape)
    if not height or not width:
        return 1.0
    blocks = luma[:height, :width].reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    blocks = blocks[:: max(1, len(blocks) // _MOST_BLOCKS)].astype(np.float32)
    found = np.stack([cv2.dct(block) for block in blocks])
    # Of flat blocks nothing can be lacking.
    textured = blocks.std(axis=(1, 2)) > _MOST_LOST
    if not textured.any():
        return 1.0
    return float((np.abs(found[textured]) > _LEAST_COEFFICIENT).mean())
