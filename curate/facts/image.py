"""All facts of a picture, measured in one go."""

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PIL import Image

from curate.facts.brightness import mean_and_contrast, perceived_brightness, percentiles
from curate.facts.chroma import chroma
from curate.facts.entropy import entropy
from curate.facts.phash import phashes
from curate.facts.phash_disc import phash_disc
from curate.facts.sharpness import sharpness, thumbnail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.facts.records import ImageFacts

_DIGITS = 4


def measure_image(pixels: "NDArray[np.uint8]", header: "ImageFacts") -> "ImageFacts":
    """Return the header with every fact filled in, rounded to 4 decimals.

    Args:
        pixels: RGB, upright, uint8, shape (height, width, 3), C-contiguous.
        header: Format, mode, size, frames, orientation and bits.
    """
    # Red, green and blue each by themselves: arithmetic on every third byte is several times slower.
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    perceived = perceived_brightness(planes)
    brightness, contrast = mean_and_contrast(perceived)
    p1, p5, p50, p95, p99 = percentiles(perceived, (1, 5, 50, 95, 99))
    image = Image.fromarray(pixels)
    # The hash reads from the thumbnail too: its 8 x 8 coarsest waves are all there.
    small = thumbnail(image.convert("L"))
    numbers = {
        "brightness": brightness,
        "brightness_p1": p1,
        "brightness_p5": p5,
        "brightness_p50": p50,
        "brightness_p95": p95,
        "brightness_p99": p99,
        "contrast": contrast,
        "sharpness": sharpness(small),
        "entropy": entropy(image),
        "chroma": chroma(planes),
    }
    rounded = {name: round(value, _DIGITS) for name, value in numbers.items()}
    whole, inner = phashes(small)
    hashes = {"phash": whole, "phash_inner": inner, "phash_disc": phash_disc(small)}
    return msgspec.structs.replace(header, **hashes, **rounded)
