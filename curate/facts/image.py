"""All facts of a picture, measured in one go."""

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PIL import Image

from curate.facts.acutance import acutance, reduced
from curate.facts.brightness import mean_and_contrast, perceived_brightness, percentiles
from curate.facts.noise import noise_sd
from curate.facts.phash import phash_disc, phash_trimmed, phashes
from curate.facts.sharpness import sharpness, thumbnail
from curate.facts.temporaries import keep_freed_memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.facts.records import ImageFacts

_DIGITS = 4
_OF_BRIGHTNESS = (
    "brightness", "contrast", "brightness_p1", "brightness_p5", "brightness_p50", "brightness_p95", "brightness_p99"
)  # fmt: skip
_OF_THUMBNAIL = ("sharpness", "phash", "phash_inner", "phash_disc")

keep_freed_memory()


def measure_image(
    pixels: "NDArray[np.uint8]", header: "ImageFacts", wanted: "frozenset[str] | None" = None
) -> "ImageFacts":
    """Return the header with every fact filled in, rounded to 4 decimals.

    Args:
        pixels: RGB, upright, uint8, shape (height, width, 3), C-contiguous.
        header: Format, mode, size, frames, orientation and bits.
        wanted: Names of facts, to which the others are left out; None: all.
    """
    facts: dict[str, float | str | None] = {}
    asks = _Wanted(wanted)
    # Red, green and blue each by themselves: arithmetic on every third byte is several times slower.
    if asks("chroma", *_OF_BRIGHTNESS):
        planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
        if asks("chroma"):
            facts["chroma"] = chroma(planes)
        if asks(*_OF_BRIGHTNESS):
            perceived = perceived_brightness(planes)
            found = (*mean_and_contrast(perceived), *percentiles(perceived, (1, 5, 50, 95, 99)))
            facts.update(zip(_OF_BRIGHTNESS, found, strict=True))
    image = Image.fromarray(pixels)
    if asks("entropy"):
        facts["entropy"] = entropy(image)
    if asks("noise_sd"):
        facts["noise_sd"] = noise_sd(pixels)
    # One reduction serves all of these. The hash reads from the thumbnail too: its 8 x 8 coarsest waves are all there.
    if asks("acutance", "phash_trimmed", *_OF_THUMBNAIL):
        grey = reduced(image.convert("L"))
        if asks("acutance"):
            facts["acutance"] = acutance(grey)
        if asks("phash_trimmed"):
            facts["phash_trimmed"] = phash_trimmed(grey)
        if asks(*_OF_THUMBNAIL):
            small = thumbnail(grey)
            facts["sharpness"] = sharpness(small) if asks("sharpness") else None
            facts["phash"], facts["phash_inner"] = phashes(small) if asks("phash", "phash_inner") else (None, None)
            facts["phash_disc"] = phash_disc(small) if asks("phash_disc") else None
    rounded = {
        name: round(value, _DIGITS) if isinstance(value, float) else value
        for name, value in facts.items()
        if asks(name)
    }
    return msgspec.structs.replace(header, **rounded)


class _Wanted:
    """Says whether any of some facts is wanted."""

    def __init__(self, names: "frozenset[str] | None") -> None:
        self._names = names

    def __call__(self, *names: str) -> bool:
        return self._names is None or not self._names.isdisjoint(names)


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
