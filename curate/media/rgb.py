"""Any picture that Pillow can hold as 8-bit RGB over one ground, as a person would see it."""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn and mirror stored pixels so that they stand upright, by EXIF orientation."""


_FLOAT_LIMIT = 1e38
_LEAST_OPACITY, _DARKEST_PERCENT, _HIDDEN_BY_WHITE = 32, 2, 224


def to_rgb(image: Image.Image, bits: int) -> Image.Image:
    """Return a picture in mode RGB: palettes looked up, alpha laid over white or black, 16 bits scaled to 8.

    Integers of up to 16 bits are scaled from their full range. What has no fixed white (32-bit integers, floats)
    is stretched from its smallest to its largest value, except floats within 0 to 1: those are shares of white.

    Args:
        image: Loaded, in any mode.
        bits: Bits per channel as stored, because Pillow holds 16-bit greys as mode `I` too.
    """
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode == "F" or image.mode[0] == "I":
        return _grey(image, bits).convert("RGB")
    if image.mode == "LAB":
        return _lab(image)
    return _over_white(image, bits) if image.has_transparency_data else image.convert("RGB")


def upright(pixels: "NDArray[np.uint8]", orientation: int) -> "NDArray[np.uint8]":
    """Return pixels (height, width, 3) turned and mirrored as the EXIF orientation, 1 to 8, asks."""
    if orientation == 1:
        return pixels
    return np.asarray(Image.fromarray(pixels).transpose(UPRIGHT[orientation]))


def _grey(image: Image.Image, bits: int) -> Image.Image:
    values = np.asarray(image).astype(np.float32)
    if image.mode == "F" or bits > 16:
        scaled = _stretch(values, unit=image.mode == "F")
    else:
        scaled = (values * (255 / (2**bits - 1))).clip(0, 255)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        scaled[values == transparent] = 255
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


def _stretch(values: "NDArray[np.float32]", *, unit: bool) -> "NDArray[np.float32]":
    values = np.nan_to_num(values, nan=0.0, posinf=_FLOAT_LIMIT, neginf=-_FLOAT_LIMIT)
    low, high = float(values.min()), float(values.max())
    if unit and low >= 0 and high <= 1:
        return values * 255
    return (values - low) * (255 / (high - low)) if high > low else np.full_like(values, 128)


def _over_white(image: Image.Image, bits: int) -> Image.Image:
    transparent = image.info.get("transparency")
    if bits == 16 and isinstance(transparent, tuple):
        # Pillow keeps the upper bytes of 16-bit colours, and compares them with the lower byte of this one.
        image.info["transparency"] = tuple(value >> 8 for value in transparent)
    rgba = image.convert("RGBA")
    alpha = rgba.getchannel("A")
    ground = Image.new("RGB", image.size, ground_for(rgba.convert("L"), alpha))
    ground.paste(rgba, mask=alpha)
    return ground


def ground_for(brightness: Image.Image, alpha: Image.Image) -> tuple[int, int, int]:
    """Return the colour that a picture with transparency is laid over: white, or black where white would hide it.

    White drawings on transparent ground are all one picture over white: a plain one.

    Args:
        brightness: Of the picture without its transparency, mode `L`.
        alpha: Its opacity, mode `L`.
    """
    levels, weights = np.asarray(brightness, np.float32), np.asarray(alpha, np.float32)
    drawn = weights >= _LEAST_OPACITY
    # Where nothing is seen through, or nothing is drawn, the ground decides nothing.
    if drawn.all() or not drawn.any():
        return (255, 255, 255)
    darkest = float(np.percentile(levels[drawn], _DARKEST_PERCENT))
    return (0, 0, 0) if darkest >= _HIDDEN_BY_WHITE else (255, 255, 255)


def _lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(*profiles, "LAB", "RGB")
    return cast(Image.Image, cast(Any, ImageCms.applyTransform)(image, transform))
