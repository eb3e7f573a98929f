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
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from curate.facts.records import ImageFacts

_DIGITS = 4
_OF_BRIGHTNESS = (
    "brightness", "contrast", "brightness_p1", "brightness_p5", "brightness_p50", "brightness_p95", "brightness_p99"
)  # fmt: skip
_PERCENT = 1, 5, 50, 95, 99
_OF_THUMBNAIL = ("sharpness", "phash", "phash_inner", "phash_disc", "luma_grid")

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
    return measure_images([pixels], [header], wanted)[0]


def measure_images(
    pictures: "Sequence[NDArray[np.uint8]]", headers: "Sequence[ImageFacts]", wanted: "frozenset[str] | None" = None
) -> "list[ImageFacts]":
    """Return what `measure_image` returns of each of several pictures.

    Fact by fact, not picture by picture: what is done to the next picture too finds its instructions in the cache.
    Decoded and measured in turn, a photo's facts take half as long again.
    """
    facts: list[dict[str, float | str | None]] = [{} for _ in pictures]
    asks = _Wanted(wanted)
    # Red, green and blue each by themselves: arithmetic on every third byte is several times slower.
    if asks("chroma", *_OF_BRIGHTNESS):
        colours = [np.ascontiguousarray(pixels.transpose(2, 0, 1)) for pixels in pictures]
        if asks("chroma"):
            _note(facts, ("chroma",), ((chroma(planes),) for planes in colours))
        if asks(*_OF_BRIGHTNESS):
            perceived = [perceived_brightness(planes) for planes in colours]
            _note(facts, _OF_BRIGHTNESS[:2], map(mean_and_contrast, perceived))
            _note(facts, _OF_BRIGHTNESS[2:], (percentiles(one, _PERCENT) for one in perceived))
    if asks("noise_sd"):
        _note(facts, ("noise_sd",), ((noise_sd(pixels),) for pixels in pictures))
    images = [Image.fromarray(pixels) for pixels in pictures]
    if asks("entropy"):
        _note(facts, ("entropy",), ((entropy(image),) for image in images))
    # One reduction serves all of these. The hash reads from the thumbnail too: its 8 x 8 coarsest waves are all there.
    if asks("acutance", "phash_trimmed", *_OF_THUMBNAIL):
        greys = [reduced(image.convert("L")) for image in images]
        if asks("acutance"):
            _note(facts, ("acutance",), ((acutance(grey),) for grey in greys))
        if asks("phash_trimmed"):
            _note(facts, ("phash_trimmed",), ((phash_trimmed(grey),) for grey in greys))
        if asks(*_OF_THUMBNAIL):
            _measure_thumbnails(facts, [thumbnail(grey) for grey in greys], asks)
    rounded = [
        {
            name: round(value, _DIGITS) if isinstance(value, float) else value
            for name, value in one.items()
            if asks(name)
        }
        for one in facts
    ]
    return [msgspec.structs.replace(header, **one) for header, one in zip(headers, rounded, strict=True)]


def _measure_thumbnails(
    facts: list[dict[str, float | str | None]], thumbnails: list[Image.Image], asks: "_Wanted"
) -> None:
    if asks("sharpness"):
        _note(facts, ("sharpness",), ((sharpness(small),) for small in thumbnails))
    if asks("phash", "phash_inner"):
        _note(facts, ("phash", "phash_inner"), map(phashes, thumbnails))
    if asks("phash_disc"):
        _note(facts, ("phash_disc",), ((phash_disc(small),) for small in thumbnails))
    if asks("luma_grid"):
        _note(facts, ("luma_grid",), ((luma_grid(small),) for small in thumbnails))


def _note(
    facts: list[dict[str, float | str | None]],
    names: tuple[str, ...],
    found: "Iterable[Sequence[float | str | None]]",
) -> None:
    """Write down facts of each picture."""
    for of_one, values in zip(facts, found, strict=True):
        of_one.update(zip(names, values, strict=True))


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
