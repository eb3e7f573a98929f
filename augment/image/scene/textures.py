"""Textures out of other pictures: where they come from, and pieces that look like a surface, not like a scene."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from augment.operations.folder_contents import find_in_folder, read_of_kind, read_unchanged
from curate.media.opencv import opencv

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST_PX = 1024
_CANDIDATES = 12


class Texture(Struct, frozen=True):
    """A picture that textures are cut out of.

    Attributes:
        path: Of the file, seen from the working directory.
        digest: `sha256:` and the SHA-256 of its bytes in hexadecimal.
    """

    path: str
    digest: str


def find_textures(folder: str, purpose: str) -> tuple[tuple[Texture, ...], tuple[str, ...]]:
    """Return the pictures in a folder and those below it, by digest, and what is left out and why.

    Args:
        folder: The folder, or a single file.
        purpose: What is looked for, for the error: `occlude: folder`.

    Raises:
        InputError: The folder is missing, or has no picture that can be read.
    """
    return find_in_folder(folder, purpose, "image", _look_at)


def _look_at(path: str) -> Texture | None:
    from curate.media.image import load_pixels

    if (read := read_of_kind(path, "image")) is None:
        return None
    data, digest = read
    load_pixels(data)
    return Texture(path, digest)


@lru_cache(maxsize=32)
def small_copy(path: str, digest: str) -> "NDArray[np.uint8]":
    """Return a picture of 1,024 px at most, uint8 RGB, read-only; the last 32 are kept.

    Raises:
        InputError: It cannot be read, or has changed since it was looked at.
    """
    from augment.image.resize import scale
    from curate.media.image import load_pixels

    pixels = load_pixels(read_unchanged(path, digest))
    factor = min(1.0, _LONGEST_PX / max(pixels.shape[:2]))
    height, width = (max(1, round(side * factor)) for side in pixels.shape[:2])
    found = scale(pixels, width, height).view()
    found.flags.writeable = False
    return found


def surface(pixels: "NDArray[np.uint8]", longer_px: int, generator: "np.random.Generator") -> "NDArray[np.uint8]":
    """Return a square of a picture that looks like one material: uint8, (side, side, 3).

    Of 12 squares with a sixth to 0.4 of the shorter side, the one that is most even in the large for what it varies
    in the small: cloth, skin and leaves, neither the outline of a thing nor an empty wall. It is shown twice as large
    as it was at most, for a picture of the same size: things in front are near, but an enlarged texture is blurred.

    Args:
        pixels: uint8 RGB.
        longer_px: Longer side of the picture that it is for.
        generator: Where chance comes from.
    """
    from augment.image.resize import scale

    height, width = pixels.shape[:2]
    best, best_score = pixels, -np.inf
    for _ in range(_CANDIDATES):
        side = max(2, round(min(height, width) * generator.uniform(1 / 6, 0.4)))
        top, left = (int(generator.integers(max(1, size - side + 1))) for size in (height, width))
        square = pixels[top : top + side, left : left + side]
        large = opencv().resize(square, (4, 4), interpolation=opencv().INTER_AREA).astype(np.float32)
        apart = float(large.std((0, 1)).mean())
        within = float(square.astype(np.float32).std((0, 1)).mean())
        # Clipped white or black is no surface but where the camera saw nothing.
        is_lit = 0.02 < square.mean() / 255 < 0.93
        score = (min(within, 25.0) + 4) / (apart + 8) + is_lit
        if score > best_score:
            best, best_score = square, score
    factor = generator.uniform(1, 2) * longer_px / max(height, width)
    rows, columns = (max(2, round(size * min(factor, 2.0))) for size in best.shape[:2])
    return scale(np.ascontiguousarray(best), columns, rows)


def mirrored(piece: "NDArray[np.uint8]", height: int, width: int) -> "NDArray[np.uint8]":
    """Return a piece continued by its mirror images, which meet without a seam, to a size in px."""
    rows, columns = (
        np.abs((np.arange(length) + size) % (2 * size) - size) if size else np.zeros(length, int)
        for length, size in ((height, piece.shape[0] - 1), (width, piece.shape[1] - 1))
    )
    return np.ascontiguousarray(piece[rows][:, columns])
