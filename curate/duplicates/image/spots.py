"""Whether two pictures that look like copies differ in one spot at full scale: 00418 and 00419, a 3 and an 8, a defect.

A thumbnail averages such a spot away. At the scale of the smaller picture it is as strong as what is written there,
while what re-encoding, blur and a part of a pixel of shift leave follows the edges that both pictures have.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.duplicates.image.alignment import Matrix
from curate.duplicates.image.difference import tones
from curate.duplicates.image.thumbnail import Pixels, Plane
from curate.media.opencv import opencv

_SPOT_PX, _AROUND_PX = 3, 9
_FLOOR_LEVELS, _PER_NOISE = 6.0, 3.0
_EDGE_PX, _EDGE_OF_FRAME_PX, _FARTHEST_PX = 2, 4, 30_000
_MOST_SHIFT_PX, _MOST_COLOURS = 4, 256
_SHRUNK = 1.05
_LUMA = (0.299, 0.587, 0.114)
_BLURS_PX = tuple(0.5 * 1.2**step for step in range(14))
_PATCH_PX, _SPOTS, _LEAST_PATCH_PX = 24, 6, 12
_EVERY, _MOST_PLAIN_NOISE, _MOST_HITS = 7, 2.0, 4000


def strongest_spot(
    a: Pixels,
    b: Pixels,
    matrix: Matrix,
    sizes: tuple[tuple[int, int], tuple[int, int]],
    enough: float = 0,
    *,
    framed: bool = False,
) -> float:
    """Return how much the most different spot of two pictures stands out of what their edges explain; 0 where nothing.

    Args:
        a: The first, RGB of shape (height, width, 3), at full size.
        b: The second.
        matrix: From pixels of the second's thumbnail to the first's, 2 x 3.
        sizes: Width and height of the thumbnails, of the first and of the second.
        enough: What is so small is not looked at in other ways.
        framed: Whether a frame was taken away of one of them, of which some pixels may be left.
    """
    cv2 = opencv()
    greys = [np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)) for pixels in (a, b)]
    under, above, mask = _laid(greys[0], greys[1], matrix, sizes, framed=framed)
    shown = mask == 1
    if shown.sum() < _SPOT_PX**2:
        return 0.0
    # Nearly every copy is told by its brightness alone, as it is: a tenth of the work.
    if any(_plainly(*pair, mask, enough) for pair in ((under, above), (above, under))):
        return 0.0
    least = math.inf
    for one, other in _ways((a, b), (under, above), matrix, sizes):
        least = min(least, _strongest(one, other, mask, shown))
        if least <= enough:
            break
    return least


def _ways(
    pictures: tuple[Pixels, Pixels],
    greys: tuple[Pixels, Pixels],
    matrix: Matrix,
    sizes: tuple[tuple[int, int], tuple[int, int]],
) -> Iterator[tuple[Pixels, Pixels]]:
    """Yield in which ways one picture may follow from the other: what explains a copy in one of them is a copy."""
    # Clipped whites follow from the original, and not the reverse.
    yield greys
    yield greys[::-1]
    # Where one colour was clipped, its brightness follows from the colours only.
    coloured = _laid(*pictures, matrix, sizes)[:2]
    yield coloured
    yield coloured[::-1]
    # Of a sky, a palette without dither leaves bands, which no curve of tones makes: the palette makes them.
    palettes = [Image.fromarray(pixels).getcolors(_MOST_COLOURS) for pixels in pictures]
    for poor, rich in ((0, 1), (1, 0)):
        colours = palettes[poor]
        if colours and not palettes[rich]:
            both = [*pictures]
            both[rich] = _in_palette(pictures[rich], [colour for _, colour in colours])
            yield _laid(both[0], both[1], matrix, sizes)[:2]


def _in_palette(pixels: Pixels, colours: Sequence[float | tuple[int, ...]]) -> Pixels:
    """Return a picture of the nearest of some colours each."""
    palette = Image.new("P", (1, 1))
    # Filled with the first of them: other places of a palette are colours too.
    filled = [*colours, *[colours[0]] * (_MOST_COLOURS - len(colours))]
    palette.putpalette(np.asarray(filled, np.uint8).tobytes())
    nearest = Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)
    return np.asarray(nearest.convert("RGB"))


def _plainly(x: Pixels, y: Pixels, mask: Pixels, enough: float) -> bool:
    """Tell whether no spot of two grey pictures stands out as they are, neither made equally sharp nor shifted.

    The floor is that of pictures with hardly any noise, so that what is passed here is passed by any closer look.
    """
    cv2 = opencv()
    # Of every seventh row: a level that only others have is learnt from its neighbours.
    some = mask[::_EVERY] == 1
    if not some.any():
        return False
    fit = tones(x[::_EVERY][some], y[::_EVERY][some])
    one = cv2.LUT(x, np.clip(np.round(fit), 0, 255).astype(np.uint8))
    rest = cv2.convertScaleAbs(cv2.blur(cv2.subtract(one, y, dtype=cv2.CV_16S), (_SPOT_PX, _SPOT_PX)))
    levels = rest[::_EVERY][some][::_EVERY]
    noise = float(np.partition(levels, place := len(levels) * 19 // 20)[place])
    floor = _FLOOR_LEVELS + _PER_NOISE * min(noise, _MOST_PLAIN_NOISE)
    hits = cv2.findNonZero(cv2.bitwise_and(mask, cv2.compare(rest, enough * floor, cv2.CMP_GT)))
    if hits is None:
        return True
    columns, rows = hits.reshape(-1, 2).T
    if len(rows) > _MOST_HITS:
        return False
    # Only there it is asked how much contrast there is around.
    half = _AROUND_PX // 2
    steps = np.arange(-half, half + 1)
    around = (
        np.clip(rows[:, None, None] + steps[:, None], 0, y.shape[0] - 1),
        np.clip(columns[:, None, None] + steps, 0, y.shape[1] - 1),
    )
    spread = np.minimum(*(plane[around].std(axis=(1, 2), dtype=np.float32) for plane in (one, y)))
    return bool((rest[rows, columns] <= enough * (floor + spread)).all())


def _laid(
    a: Pixels, b: Pixels, matrix: Matrix, sizes: tuple[tuple[int, int], tuple[int, int]], *, framed: bool = False
) -> tuple[Pixels, Pixels, Pixels]:
    """Return the larger picture on the pixels of the smaller, the smaller, and 1 where both show something, else 0."""
    cv2 = opencv()
    below, above = a, b
    placed = _at_full_scale(matrix, _size(below), _size(above), sizes)
    if abs(np.linalg.det(placed[:, :2])) < 1:
        below, above = above, below
        placed = np.linalg.inv(np.vstack([placed, (0, 0, 1)]))[:2]
    # The larger is made small by averages first: a warp takes single pixels, and aliases.
    shrink = float(np.sqrt(abs(np.linalg.det(placed[:, :2]))))
    if shrink > _SHRUNK:
        size = max(1, round(below.shape[1] / shrink)), max(1, round(below.shape[0] / shrink))
        placed = _onto(placed, _size(below), size)
        below = np.asarray(cv2.resize(below, size, interpolation=cv2.INTER_AREA))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    under = cv2.warpAffine(below, placed, _size(above), flags=flags)
    # Where one lies on the other; a warp of ones says the same, and takes as long as the warp of the picture.
    height, width = below.shape[:2]
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]) - placed[:, 2]
    mask = np.zeros(above.shape[:2], np.uint8)
    there = np.clip(corners @ np.linalg.inv(placed[:, :2]).T, -_FARTHEST_PX, _FARTHEST_PX)
    cv2.fillConvexPoly(mask, np.round(there).astype(np.int32), 1)
    # Of a frame that was taken away, a pixel of the thumbnail may be left: more of them at full size.
    edge_px = _EDGE_OF_FRAME_PX + math.ceil(max(above.shape) / max(sizes[1])) if framed else _EDGE_PX
    mask = cv2.erode(mask, np.ones((2 * edge_px + 1, 2 * edge_px + 1), np.uint8), borderValue=0)
    return np.asarray(under), above, np.asarray(mask)


def _strongest(x: Pixels, y: Pixels, mask: Pixels, shown: NDArray[np.bool_]) -> float:
    """Return how much the most different spot stands out where the second is explained by the tones of the first."""
    cv2 = opencv()
    # Tones are learnt again of what is equally sharp: those of a blurred copy have less contrast.
    one, other = _retoned(*_equally_sharp(x, y, shown), shown)
    noise = float(np.quantile(np.abs(cv2.blur(one - other, (_SPOT_PX, _SPOT_PX)))[shown][::7], 0.95))
    floor = _FLOOR_LEVELS + _PER_NOISE * noise
    apart = _apart(one, other, floor) * mask
    found = 0.0
    for _ in range(_SPOTS):
        _, peak, _, (column, row) = cv2.minMaxLoc(apart)
        if peak <= found:
            break
        found = max(found, min(peak, _after_shift(one, other, row, column, floor)))
        apart[max(0, row - _PATCH_PX) : row + _PATCH_PX, max(0, column - _PATCH_PX) : column + _PATCH_PX] = 0
    return found


def _retoned(x: Pixels, y: Pixels, shown: NDArray[np.bool_]) -> tuple[Plane, Plane]:
    """Return the brightness of the first in the tones of the second, and that of the second."""
    if x.ndim == 2:
        return np.clip(tones(x[shown], y[shown]), 0, 255)[x], y.astype(np.float32)
    # Clipped, because rare levels follow a line that goes on beyond white.
    planes = [np.clip(tones(x[..., plane][shown], y[..., plane][shown]), 0, 255)[x[..., plane]] for plane in range(3)]
    one = sum(share * plane for share, plane in zip(_LUMA, planes, strict=True))
    return np.asarray(one, np.float32), np.asarray(y.astype(np.float32) @ np.array(_LUMA, np.float32))


def _left(one: Plane, other: Plane, shown: NDArray[np.bool_]) -> float:
    return float(np.square((one - other)[shown]).mean())


def _equally_sharp(x: Pixels, y: Pixels, shown: NDArray[np.bool_]) -> tuple[Pixels, Pixels]:
    """Return both as sharp as the less sharp of them: of a blurred copy, every edge would be a spot."""
    cv2 = opencv()
    one, other = _retoned(x, y, shown)
    best, least = (-1, 0.0), _left(one, other, shown)
    for sharp in (0, 1):
        for blur_px in _BLURS_PX:
            pair = [one, other]
            pair[sharp] = np.asarray(cv2.GaussianBlur(pair[sharp], (0, 0), blur_px))
            left = _left(pair[0], pair[1], shown)
            # Only one of the two is the sharper, and past the right blur it gets worse.
            if left >= least:
                break
            best, least = (sharp, blur_px), left
    pictures = [x, y]
    if best[0] >= 0:
        pictures[best[0]] = np.asarray(cv2.GaussianBlur(pictures[best[0]], (0, 0), best[1]))
    return pictures[0], pictures[1]


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def _apart(one: Plane, other: Plane, floor: float) -> Plane:
    """Return the difference of spots over the contrast that both have around them."""
    cv2 = opencv()
    rest = np.abs(cv2.blur(one - other, (_SPOT_PX, _SPOT_PX)))
    size = (_AROUND_PX, _AROUND_PX)
    contrasts = [
        np.sqrt(np.maximum(cv2.blur(plane * plane, size) - np.square(cv2.blur(plane, size)), 0))
        for plane in (one, other)
    ]
    return np.asarray(rest / (floor + np.minimum(*contrasts)), np.float32)


def _after_shift(one: Plane, other: Plane, row: int, column: int, floor: float) -> float:
    """Return how much a spot stands out once its surroundings were laid on each other to a part of a pixel."""
    cv2 = opencv()
    rows = slice(max(0, row - _PATCH_PX), row + _PATCH_PX + 1)
    columns = slice(max(0, column - _PATCH_PX), column + _PATCH_PX + 1)
    below, above = (np.ascontiguousarray(plane[rows, columns], np.float32) for plane in (one, other))
    if min(above.shape) < _LEAST_PATCH_PX:
        return np.inf
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 1e-3)
    try:
        _, moved = cv2.findTransformECC(
            above, below, np.eye(2, 3, dtype=np.float32), cv2.MOTION_TRANSLATION, criteria, None, 1
        )
    except cv2.error:  # it raises where it does not converge: as in a patch without anything
        return np.inf
    # What fits only when moved farther is not the same place: where there is a spot in one of two smooth patches, the
    # best fit is without the spot.
    if np.abs(moved[:, 2]).max() > _MOST_SHIFT_PX:
        return np.inf
    laid = cv2.warpAffine(
        below, moved, above.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    y, x = row - rows.start, column - columns.start
    middle = slice(max(0, y - 4), y + 5), slice(max(0, x - 4), x + 5)
    return float(_apart(laid, above, floor)[middle].max())


def _at_full_scale(
    matrix: Matrix, first: tuple[int, int], second: tuple[int, int], sizes: tuple[tuple[int, int], tuple[int, int]]
) -> NDArray[np.float64]:
    """Return the map between pictures from that between their thumbnails; all sizes are width and height."""
    back = np.vstack([_scaling(second, sizes[1]), (0, 0, 1)])
    return np.asarray(_scaling(sizes[0], first) @ np.vstack([np.vstack([matrix, (0, 0, 1)]) @ back])[:3], np.float64)


def _onto(matrix: NDArray[np.float64], before: tuple[int, ...], after: tuple[int, ...]) -> NDArray[np.float64]:
    return np.asarray(_scaling(before, after) @ np.vstack([matrix, (0, 0, 1)]), np.float64)


def _scaling(before: tuple[int, ...], after: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the map of pixels of one size to those of another; the middle of a pixel is at 0, not at 1/2."""
    x, y = after[0] / before[0], after[1] / before[1]
    return np.array([(x, 0, x / 2 - 0.5), (0, y, y / 2 - 0.5)])
