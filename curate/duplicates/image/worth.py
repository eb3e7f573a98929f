"""What is really in a picture: of two copies the larger may be the smaller one blown up, and a PNG a poor JPEG."""

import math
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.margins import without_margins
from curate.duplicates.image.thumbnail import Pixels
from curate.duplicates.keep import Worth
from curate.media.opencv import opencv

_FACTORS = (1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0)
_NEAR, _FAR = 2.0, 4.0
"""From which factor on a ratio tells; and only what can be made smaller by 4 is asked for more."""

_MOST_LOST = 2.5
"""Levels, root mean square over the tenth of the blocks with most detail: what a coder of good quality takes away."""

_LEAST_RATIO = 0.14
"""Of what is lost at a factor to what is lost at twice the factor, as power: at 2, nine photos of ten have .19 and
more, and what was blown up twice has .1 at most, as a JPEG of quality 90 too. At less both lie in one range."""

_REPEATED_STEP, _LEAST_REPEATED, _LEAST_ROWS = 0.35, 0.13, 48
"""What a repeated row differs from the one before, beside the largest step within two rows: what JPEG adds; the share
of such rows that is no chance; and how many rows have to be seen."""

_LEAST_FREQUENCY, _LEAST_REGULAR = 0.1, 0.55
"""Of repeated rows: one of ten at least, and how strong it must be beside that of rows that are repeated as regularly
as can be. Of 40 photos that were blown up by 2 to 4 .9 at least, by 1.25 and 1.5 .6 and more (nine of ten), a JPEG of
quality 90 on top .65 and more (nine of ten, but for 1.25); of 120 photos .42 at most, of 40 pages .46."""

_BLOCK = 16
_LEAST_COEFFICIENT = 1.5
"""What rounding to whole levels leaves of a coefficient of 0."""

_LEAST_CHROMA = 2.0
_MOST_BLOCKS = 288
_WINDOW, _SPARSE = 192, 4

_MOST_NOISE, _NOISE_COSTS = 1.5, 1.5
"""Levels of white noise that are taken for those of a camera, and what each doubling beyond takes of the fidelity."""

_GRID = 10
"""Rows and columns of blocks in which noise is looked for."""

_BLACK, _FULL = 8, 247
"""Levels at which noise is cut off."""

_SAMPLES = 20_000
_OUTSIDE, _AT_END, _SPIKE, _FEW_LEVELS = 5e-4, 0.08, 5, 32
"""Share of the pixels that is left out at both ends to find where levels end; the share of what lies between in which
levels are at an end; and how many neighbouring levels count as one there, since a coder spreads what was cut off. Where
all levels are so few, nothing is told."""

_LEAST_CUT, _MOST_CUT, _CUT_COSTS = 0.05, 0.2, 0.2
"""Shares of pixels that were cut off, from where on it is no chance and from where on more says nothing (a white
backdrop), and what each doubling takes of the fidelity."""

_MANY, _LEAST_TESTED = 16, 16
_DRAWN_LEVELS, _MOST_GAPS, _GAPS_COST = 4, 0.05, 1.2
"""Share of the levels that never come though both beside them do: .08 and more in palettes of 256 colours and where
contrast was stretched by a tenth, .03 at most in a JPEG of quality 10."""


def picture_worth(pixels: Pixels) -> Worth:
    """Return what is in a picture, RGB of shape (height, width, 3): its detail is that of the part with most of it.

    Borders and frames are left out: of a photo and the same in a border both show as much.
    """
    cv2 = opencv()
    whole, pixels = pixels, without_margins(pixels)
    sparse = np.ascontiguousarray(pixels[::_SPARSE, ::_SPARSE])
    # Means of what was taken: the noise of a grey photo is coloured pixel by pixel, and no colour.
    small = tuple(max(1, side // _SPARSE) for side in sparse.shape[1::-1])
    sparse = cv2.resize(sparse, small, interpolation=cv2.INTER_AREA)
    chroma = cv2.split(cv2.absdiff(cv2.cvtColor(sparse, cv2.COLOR_RGB2YCrCb), (0.0, 128.0, 128.0, 0.0)))[1:]
    colour = sum(cv2.mean(plane)[0] for plane in chroma) / 2 >= _LEAST_CHROMA
    luma = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    richest = _richest(luma)
    needless = max(_needless(richest), _repeated(richest))
    spoilt = _NOISE_COSTS * math.log2(max(1.0, _noise(luma) / _MOST_NOISE)) + _spoilt_tones(pixels)
    return Worth(
        pixels.shape[0] * pixels.shape[1] / needless**2,
        _fidelity(richest) - spoilt,
        colour,
        pixels.shape == whole.shape,
        needless == 1,
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
    """Return by which factor a picture can be made smaller, and large again, and nothing is lost but noise.

    Little beside what the next octave loses is nothing, too: edges of much contrast lose more levels in a picture that
    was blown up than a soft photo has. As a ratio it is the same for a picture and for its copies of any size.
    """
    # Twice one factor is another.
    lost = cache(partial(_lost, luma))
    needless = 1.0
    for factor in _FACTORS:
        if factor > _FAR > needless:
            break
        # The largest, not the first that fails: a JPEG on top of what was blown up adds to the finest octave.
        if lost(factor) <= _MOST_LOST**2 or (factor >= _NEAR and lost(factor) <= _LEAST_RATIO * lost(2 * factor)):
            needless = factor
    return needless


def _lost(luma: Pixels, factor: float) -> float:
    """Return the power that a picture loses, made smaller and large again, where it has most to lose."""
    cv2 = opencv()
    height, width = luma.shape
    size = max(1, round(width / factor)), max(1, round(height / factor))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    back = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    lost = np.square(cv2.subtract(luma, back, dtype=cv2.CV_32F))
    blocks = cv2.resize(lost, (max(1, width // _BLOCK), max(1, height // _BLOCK)), interpolation=cv2.INTER_AREA)
    # A plain backdrop loses nothing at any size.
    return float(np.sort(blocks, axis=None)[-(blocks.size + 9) // 10])


def _repeated(luma: Pixels) -> float:
    """Return by which factor a picture was blown up by repeating its pixels: the lesser of both ways."""
    return min(_repeated_rows(luma), _repeated_rows(luma.T))


def _repeated_rows(luma: Pixels) -> float:
    """Return how many rows there are to one that is not the row before it, where the others come at one distance.

    With JPEG on top a repeated row is not quite that before it, but far more alike than others near it. Rows of a page
    are repeated as well, within letters and between lines, but not each second or third one.
    """
    if len(luma) < _LEAST_ROWS:
        return 1.0
    steps = opencv().absdiff(np.ascontiguousarray(luma[1:]), np.ascontiguousarray(luma[:-1])).mean(axis=1)
    around = np.pad(steps, 2, mode="edge")
    most = np.max([around[at : at + len(steps)] for at in range(5)], axis=0)
    repeated = steps < _REPEATED_STEP * most
    share = float(repeated.mean())
    # Each third row, or two of three: both come three rows apart, and their share tells which.
    waves = np.abs(np.fft.rfft(repeated - share, 4 * len(steps))) / len(steps)
    first = int(_LEAST_FREQUENCY * 4 * len(steps))
    frequency = (first + int(waves[first:].argmax())) / (4 * len(steps))
    if share < _LEAST_REPEATED or waves[first:].max() < _LEAST_REGULAR * min(share, 1 - share):
        return 1.0
    return 1 / (1 - frequency) if share < 0.5 else 1 / frequency


def _second_differences(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return those along rows of those along columns, over 6: of white noise they have its deviation (Immerkaer 1996).

    Args:
        luma: Brightness; shape (…, height, width).
    """
    rows = luma[..., :-2, :] - 2 * luma[..., 1:-1, :] + luma[..., 2:, :]
    return np.asarray((rows[..., :-2] - 2 * rows[..., 1:-1] + rows[..., 2:]) / 6, np.float32)


def _noise(luma: Pixels) -> float:
    """Return the levels of white noise in the plainest quarter of the blocks; texture is none, were it everywhere.

    Made half as large, noise has half of its second differences, and what a lens shows hardly less than all.
    """
    height, width = luma.shape
    if min(height, width) < 2 * _BLOCK:
        return 0.0
    tops, lefts = (np.unique(np.linspace(0, side - _BLOCK, _GRID).astype(int) // 8 * 8) for side in (height, width))
    blocks = np.stack([luma[y : y + _BLOCK, x : x + _BLOCK] for y in tops for x in lefts]).astype(np.float32)
    level = blocks.mean(axis=(1, 2))
    # Black and full white cut noise off. What is mostly of them is a page or a drawing, and the rest its lines.
    told = (level > _BLACK) & (level < _FULL)
    blocks = blocks[told] if told.mean() > 0.5 else blocks
    halves = blocks.reshape(len(blocks), _BLOCK // 2, 2, _BLOCK // 2, 2).mean(axis=(2, 4))
    whole, half = (np.square(_second_differences(some)).mean(axis=(1, 2)) for some in (blocks, halves))
    plainest = np.argsort(whole)[: max(1, len(whole) // 4)]
    return math.sqrt(max(0.0, float((whole - half)[plainest].mean()) * 4 / 3))


def _spoilt_tones(pixels: Pixels) -> float:
    """Return what of its fidelity a picture loses for levels that were cut off, and for gaps between its levels.

    Stretched contrast leaves both, sharpening the first, and a palette of 256 colours the second. What was cut off
    stays so when contrast is taken away, so it is looked for where the picture's own levels end.
    """
    height, width = pixels.shape[:2]
    step = max(1, math.isqrt(height * width // _SAMPLES))
    some = np.ascontiguousarray(pixels[::step, ::step]).reshape(-1, 3)
    found = np.stack([np.bincount(some[:, channel], minlength=256) for channel in range(3)])
    cut = sum(_cut_off(counts / len(some)) for counts in found) / 3
    lost = _CUT_COSTS * math.log2(min(_MOST_CUT, max(_LEAST_CUT, cut)) / _LEAST_CUT)
    # Where both neighbours are many, a level that never comes is no chance.
    lower, higher = found[:, :-2], found[:, 2:]
    tested = (lower + higher >= _MANY) & (np.minimum(lower, higher) >= 3)
    gaps = int((tested & (found[:, 1:-1] == 0)).sum())
    # What is drawn has as many levels as were drawn: a page, a chart, a screen.
    drawn = float(np.sort(found, axis=1)[:, -_DRAWN_LEVELS:].sum() / found.sum()) > 0.5
    if not drawn and tested.sum() >= _LEAST_TESTED and gaps > _MOST_GAPS * tested.sum():
        lost += _GAPS_COST
    return lost


def _cut_off(shares: NDArray[np.float64]) -> float:
    """Return the share of the pixels that stand together where their levels end, of the shares of 256 levels."""
    below = np.cumsum(shares)
    first, last = int((below <= _OUTSIDE).sum()), 255 - int((1 - below + shares <= _OUTSIDE).sum())
    if last - first < _FEW_LEVELS:
        return 0.0
    inside = round((last - first) * _AT_END)
    together = np.convolve(shares, np.ones(_SPIKE))[_SPIKE // 2 :][:256]
    return float(together[: first + inside + 1].max() + together[last - inside :].max())


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
