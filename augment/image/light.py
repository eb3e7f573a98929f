"""Between the stored values of pictures (sRGB) and light: what noise and blur do, they do to light.

Source: IEC 61966-2-1. Linear light is held in 65,536 steps, so that the smallest is a twentieth of a stored level.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEPS = 65535


@cache
def _to_linear() -> "NDArray[np.float32]":
    levels = np.arange(256) / 255
    light: NDArray[np.float64] = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


@cache
def _to_stored() -> "NDArray[np.uint8]":
    light = np.arange(_STEPS + 1) / _STEPS
    share: NDArray[np.float64] = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(share * 255), np.uint8)


def linear(pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
    """Return the light of stored values: float32 of the same shape, 0 to 1."""
    return _to_linear()[pixels]


def tint(stops: float) -> "NDArray[np.float64]":
    """Return what red, green and blue light are multiplied by, shape (3,): blue gets so many stops more than red."""
    return np.exp2(np.array([-0.5, 0, 0.5]) * stops)


def stored(light: "NDArray[np.float32]") -> "NDArray[np.uint8]":
    """Return the stored values of light, uint8 of the same shape; what is outside 0 to 1 is clipped."""
    # A table instead of a power for each pixel. Half a step is added because the conversion cuts off.
    steps = light * np.float32(_STEPS)
    steps += np.float32(0.5)
    return _to_stored()[np.clip(steps, 0, _STEPS, out=steps).astype(np.uint16)]
