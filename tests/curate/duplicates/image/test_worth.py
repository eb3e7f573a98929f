"""What is in a picture: blown up, coarsely coded, without colours."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from curate.duplicates.image.thumbnail import Pixels
from curate.duplicates.image.worth import picture_worth


def photo(size: int = 320) -> Image.Image:
    """Return noise of all scales, in colours, as photos have it."""
    draw = np.random.default_rng(0)
    total = np.full((size, size, 3), 128.0)
    for step in (64, 32, 16, 8, 4, 2, 1):
        small = draw.normal(0, 12, (size // step, size // step, 3))
        total += np.repeat(np.repeat(small, step, axis=0), step, axis=1)
    # A lens blurs a little, too: white noise of single pixels is in no photo.
    return Image.fromarray(np.clip(total, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def pixels(image: Image.Image) -> Pixels:
    return np.asarray(image.convert("RGB"))


def coded(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def test_what_was_blown_up_has_no_more_in_it() -> None:
    original = picture_worth(pixels(photo(320)))
    large = picture_worth(pixels(photo(320).resize((1280, 1280), Image.Resampling.BICUBIC)))
    assert original.detail == 320 * 320
    assert large.detail == pytest.approx(original.detail, rel=0.3)


def test_a_hard_jpeg_lacks_the_finest() -> None:
    found = [picture_worth(pixels(coded(photo(), quality))).fidelity for quality in (10, 50, 95)]
    assert found == sorted(found)
    assert found[0] + 0.2 < found[2]


def test_colours() -> None:
    assert picture_worth(pixels(photo())).colour
    assert not picture_worth(pixels(photo().convert("L"))).colour


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (9, 9, 3)])
def test_any_size_is_weighed(shape: tuple[int, ...]) -> None:
    worth = picture_worth(np.zeros(shape, np.uint8))
    assert worth.fidelity == 1.0
    assert not worth.colour


def test_what_is_in_a_frame_is_weighed_without_it() -> None:
    framed = ImageOps.expand(photo(), 32, (255, 255, 255))
    found, whole = picture_worth(pixels(framed)), picture_worth(pixels(photo()))
    assert (found.unframed, whole.unframed) == (False, True)
    assert found.detail == pytest.approx(whole.detail, rel=0.05), "a border adds nothing"
