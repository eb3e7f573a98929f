"""What is really in a picture: of two copies the larger may be the smaller one blown up, and a PNG a poor JPEG."""

import numpy as np

from curate.duplicates.image.margins import without_margins
from curate.duplicates.image.thumbnail import Pixels
from curate.duplicates.keep import Worth
from curate.media.opencv import opencv

_FACTORS = (1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_MOST_LOST = 2.5
"""Levels, root mean square over the tenth of the blocks with most detail: what a coder of good quality takes away."""

_BLOCK = 16
_LEAST_COEFFICIENT = 1.5
"""What rounding to whole levels leaves of a coefficient of 0."""

_LEAST_CHROMA = 2.0
_MOST_BLOCKS = 288
_WINDOW, _SPARSE = 192, 4


def picture_worth(pixels: Pixels) -> Worth:
    """Return what is in a picture, RGB of shape (height, width, 3): its detail is that of the part with most of it.

    Borders and frames are left out: of a photo and the same in a border both show as much.
    """
    cv2 = opencv()
    whole, pixels = pixels, without_margins(pixels)
    sparse = np.ascontiguousarray(pixels[::_SPARSE, ::_SPARSE])
    chroma = cv2.split(cv2.absdiff(cv2.cvtColor(sparse, cv2.COLOR_RGB2YCrCb), (0.0, 128.0, 128.0, 0.0)))[1:]
    colour = sum(cv2.mean(plane)[0] for plane in chroma) / 2 >= _LEAST_CHROMA
    luma = _richest(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)))
    return Worth(
        pixels.shape[0] * pixels.shape[1] / _needless(luma) ** 2, _fidelity(luma), colour, pixels.shape == whole.shape
    )


def _richest(luma: Pixels) -> Pixels:
    """Return the square of at most `_WINDOW` pixels with most detail; it begins where a block of a JPEG does."""
    height, width = luma.shape
    rows, columns = min(height, _WINDOW), min(width, _WINDOW)
    if min(rows, columns) < _BLOCK:
        return np.ascontiguousarray(luma[:rows, :columns])
    # Single pixels, not means: the finest detail is what counts. Each asks for its difference from the one beside.
    sparse = np.ascontiguousarray(luma[::_SPARSE])
    apart = opencv().absdiff(sparse[:, 1:], sparse[:, :-1])
    blocks = -(-height // _BLOCK), -(-(width - 1) // _BLOCK)
    energy = opencv().resize(apart, blocks[::-1], interpolation=opencv().INTER_AREA).astype(np.float64)
    sums = np.pad(energy, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    high, wide = min(rows // _BLOCK, blocks[0]), min(columns // _BLOCK, blocks[1])
    within = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    top, left = (int(at) * _BLOCK for at in np.unravel_index(int(within.argmax()), within.shape))
    return np.ascontiguousarray(luma[top : top + rows, left : left + columns])


def _needless(luma: Pixels) -> float:
    """Return by which factor a picture can be made smaller, and large again, and nothing is lost but noise."""
    cv2 = opencv()
    height, width = luma.shape
    needless = 1.0
    for factor in _FACTORS:
        size = max(1, round(width / factor)), max(1, round(height / factor))
        small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        back = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        lost = np.square(cv2.subtract(luma, back, dtype=cv2.CV_32F))
        blocks = cv2.resize(lost, (max(1, width // _BLOCK), max(1, height // _BLOCK)), interpolation=cv2.INTER_AREA)
        # Where there is most to lose: a plain backdrop loses nothing at any size.
        strongest = np.sort(blocks, axis=None)[-(blocks.size + 9) // 10 :]
        if strongest[0] > _MOST_LOST**2:
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
    # Rows of all blocks at once, then columns: block by block a cosine transform takes thirty times as long.
    found = blocks
    for _ in range(2):
        found = cv2.dct(found.reshape(-1, 8), flags=cv2.DCT_ROWS).reshape(-1, 8, 8).swapaxes(1, 2)
        found = np.ascontiguousarray(found)
    # Of flat blocks nothing can be lacking.
    textured = blocks.std(axis=(1, 2)) > _MOST_LOST
    if not textured.any():
        return 1.0
    return float((np.abs(found[textured]) > _LEAST_COEFFICIENT).mean())
