"""The key of candidates for copies in a border or frame."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from curate.facts.image import measure_image
from curate.facts.phash import phash, phash_trimmed
from curate.facts.records import ImageFacts


def scene(seed: int) -> Image.Image:
    """Return a smooth picture, 320 x 240, unlike those of other seeds."""
    noise = np.random.default_rng(seed).integers(0, 255, (7, 9), dtype=np.uint8)
    return Image.fromarray(noise).resize((320, 240), Image.Resampling.BICUBIC)


def bits(one: str | None, other: str) -> int:
    assert one is not None
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("widths", [(24,), (8, 20), (6, 12, 10), (5,)], ids=["one", "two", "three", "narrow"])
@pytest.mark.parametrize("seed", range(5))
def test_the_trimmed_hash_is_that_of_what_was_framed(widths: tuple[int, ...], seed: int) -> None:
    framed = scene(seed)
    for width, level in zip(widths, (255, 30, 200), strict=False):
        framed = ImageOps.expand(framed, width, level)
    assert bits(phash_trimmed(framed), phash(scene(seed))) <= 6


@pytest.mark.parametrize("seed", range(5))
def test_pictures_without_margins_have_none(seed: int) -> None:
    picture = scene(seed)
    assert phash_trimmed(picture) is None
    # In the dark the sides are within a few levels of each other, and are no frame.
    assert phash_trimmed(picture.point(lambda level: level * 0.06 + 40)) is None


def test_a_backdrop_on_two_sides_is_no_frame() -> None:
    assert phash_trimmed(ImageOps.expand(scene(0), (40, 0, 40, 0), 255)) is None


def test_a_small_thing_on_a_large_ground_is_no_picture_in_a_frame() -> None:
    assert phash_trimmed(ImageOps.expand(scene(0).resize((80, 60)), 120, 255)) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (5, 5), (300, 200)])
def test_one_colour_has_none(size: tuple[int, int]) -> None:
    assert phash_trimmed(Image.new("L", size, 90)) is None


def test_it_is_a_fact_of_a_framed_picture() -> None:
    framed = np.asarray(ImageOps.expand(scene(1), 24, 255).convert("RGB"))
    assert bits(measure_image(framed, ImageFacts()).phash_trimmed, phash(scene(1))) <= 6
