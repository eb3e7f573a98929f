"""All facts of a picture, measured in one go."""

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PIL import Image

from curate.facts.acutance import acutance, reduced
from curate.facts.brightness import mean_and_contrast, perceived_brightness, percentiles
from curate.facts.luma_grid import luma_grid
from curate.facts.noise import noise_sd
from curate.facts.phash import phash_disc, phash_trimmed, phashes
from curate.facts.sharpness import sharpness, thumbnail
from curate.facts.temporaries import keep_freed_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.facts.records import ImageFacts

_DIGITS = 4

keep_freed_memory()


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
    # One reduction serves both. The hash reads from the thumbnail too: its 8 x 8 coarsest waves are all there.
    grey = reduced(image.convert("L"))
    small = thumbnail(grey)
    numbers = {
        "brightness": brightness,
        "brightness_p1": p1,
        "brightness_p5": p5,
        "brightness_p50": p50,
        "brightness_p95": p95,
        "brightness_p99": p99,
        "contrast": contrast,
        "sharpness": sharpness(small),
        "acutance": acutance(grey),
        "entropy": entropy(image),
        "chroma": chroma(planes),
        "noise_sd": noise_sd(pixels),
    }
    rounded = {name: round(value, _DIGITS) for name, value in numbers.items()}
    whole, inner = phashes(small)
    hashes = {
        "phash": whole,
        "phash_inner": inner,
        "phash_disc": phash_disc(small),
        "phash_trimmed": phash_trimmed(grey),
        "luma_grid": luma_grid(small),
    }
    return msgspec.structs.replace(header, **hashes, **rounded)


def entropy(image: Image.Image) -> float:
    """Return the Shannon entropy, in bits, of the histograms of all channels laid end to end.

    -sum(p log2 p) over 3 x 256 bins, where the p of all bins add up to 1: between log2(3) = 1.58 for a picture
    of one colour with three different channels, 0 for none but one grey, and log2(768) = 9.58. It is Pillow's
    `Image.entropy`; cleanvision's `low_information` score is a tenth of it, 1 at most.

    Args:
        image: Mode `RGB`.
    """
    return image.entropy()


def chroma(planes: "NDArray[np.uint8]") -> float:
    """Return the mean over pixels of (largest - smallest of R, G, B) / 255, 0 (grey) to 1.

    Chroma as in the HSV and HSL models.

    Args:
        planes: Red, green and blue, uint8, shape (3, height, width).
    """
    red, green, blue = planes
    spread: NDArray[np.uint8] = np.maximum(np.maximum(red, green), blue)
    spread -= np.minimum(np.minimum(red, green), blue)
    return int(spread.sum(dtype=np.uint64)) / (255 * spread.size)
