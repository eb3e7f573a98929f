"""Blur kernels: points of light spread over pixels, and pictures convolved with them in linear light."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def splat(x: "NDArray[np.float64]", y: "NDArray[np.float64]") -> "NDArray[np.float32]":
    """Return the kernel of points of equal light: float32, square, odd side, sum 1.

    Each point gives its light to the four pixels around it, in proportion to their nearness (bilinear).

    Args:
        x: Of the points, px to the right of the centre.
        y: Of the points, px below the centre.
    """
    half = int(np.ceil(max(np.abs(x).max(), np.abs(y).max())))
    kernel = np.zeros((2 * half + 2, 2 * half + 2))
    left, top = np.floor(x + half).astype(int), np.floor(y + half).astype(int)
    for step_y, step_x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = (1 - np.abs(y + half - top - step_y)) * (1 - np.abs(x + half - left - step_x))
        # Several points fall on one pixel, and `kernel[...] += ` would count only the last of them.
        np.add.at(kernel, (top + step_y, left + step_x), weight)
    kernel = kernel[:-1, :-1]  # one more was needed for a neighbour of no weight
    return np.asarray(kernel / kernel.sum(), np.float32)


def blurred(pixels: "NDArray[np.uint8]", kernel: "NDArray[np.float32]") -> "NDArray[np.uint8]":
    """Return a picture convolved with a kernel in linear light; the border is mirrored.

    Args:
        pixels: uint8, shape (height, width, 3).
        kernel: float32, square, odd side, sum 1; x and y as in pictures.
    """
    from augment.image.light import linear, stored
    from curate.media.opencv import opencv

    if kernel.size == 1:  # the way into light and back would still round
        return pixels
    # OpenCV correlates; a convolution turns the kernel round. Of symmetric ones nobody would see it.
    turned = np.ascontiguousarray(kernel[::-1, ::-1])
    return stored(opencv().filter2D(linear(pixels), -1, turned, borderType=opencv().BORDER_REFLECT_101))
