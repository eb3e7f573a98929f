"""What is in a picture: blown up, coarsely coded, without colours."""

import io
import math
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from curate.duplicates.image.thumbnail import Pixels
from curate.duplicates.image.worth import picture_worth
from curate.media.opencv import opencv
from tests.curate.drawings import line_drawing


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


def scene(contrast: float = 1) -> Image.Image:
    """Return smooth noise of all scales above a plain backdrop, in light that falls off; of much contrast, cut off."""
    draw = np.random.default_rng(0)
    found = np.full((320, 320, 3), 120.0)
    for step in (32, 16, 8, 4, 2, 1):
        small = draw.normal(0, 14, (320 // step, 320 // step, 3)).astype(np.float32)
        found += opencv().resize(small, (320, 320), interpolation=opencv().INTER_CUBIC)
    found[:160] = np.linspace(150, 190, 160)[:, None, None] + np.array((6.0, 0.0, -6.0))
    found = (128 + contrast * (found - 128)).clip(max(0, 128 - 108 * contrast), min(255, 128 + 107 * contrast))
    return Image.fromarray(found.round().astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5))


def noisy(image: Image.Image, sigma: float) -> Image.Image:
    draw = np.random.default_rng(1).normal(0, sigma, (image.height, image.width, 3))
    return Image.fromarray((np.asarray(image) + draw).clip(0, 255).round().astype(np.uint8))


def coded(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


WAYS = {
    "linear": Image.Resampling.BILINEAR,
    "cubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_blown_up_has_no_more_in_it(way: str, factor: int) -> None:
    original = picture_worth(pixels(photo()))
    assert original.detail == 320 * 320
    assert original.needed
    large = photo().resize((320 * factor, 320 * factor), WAYS[way])
    for copy in (large, coded(large, 90)):
        found = picture_worth(pixels(copy))
        assert found.detail <= original.detail * 1.02
        assert not found.needed


@pytest.mark.parametrize("factor", [1.25, 1.5, 2, 3], ids=str)
def test_repeated_pixels_are_no_detail(factor: float) -> None:
    large = photo().resize((round(320 * factor),) * 2, Image.Resampling.NEAREST)
    for copy in (large, coded(large, 90)):
        found = picture_worth(pixels(copy))
        assert found.detail == pytest.approx(320 * 320, rel=0.2)
        assert not found.needed


def test_what_was_made_small_has_less_in_it_however_noisy_the_original() -> None:
    for sigma in (0, 2, 4):
        original = noisy(photo(), sigma)
        assert picture_worth(pixels(original)).detail == 320 * 320
        assert picture_worth(pixels(original.resize((160, 160)))).detail <= 160 * 160


def test_what_spoils_a_picture_goes_before_what_a_coder_takes() -> None:
    clean = picture_worth(pixels(coded(scene(), 75)))
    spoilt = {
        "noise of 4": noisy(scene(), 4),
        "noise of 10": noisy(scene(), 10),
        "contrast": ImageEnhance.Contrast(scene()).enhance(1.25),
        "more contrast": ImageEnhance.Contrast(scene()).enhance(1.5),
        "a palette": scene().quantize(256),
    }
    for name, image in spoilt.items():
        found = picture_worth(pixels(image))
        assert found.detail <= clean.detail, name
        assert round(found.fidelity, 1) < round(clean.fidelity, 1), name


def test_less_contrast_or_light_is_no_better() -> None:
    for image in (scene(), scene(contrast=2)):
        clean = picture_worth(pixels(image))
        weaker = {f"contrast {by}": ImageEnhance.Contrast(image).enhance(by) for by in (0.8, 0.9)}
        darker = {f"light {by}": ImageEnhance.Brightness(image).enhance(by) for by in (0.7, 0.85)}
        for name, copy in (weaker | darker).items():
            found = picture_worth(pixels(coded(copy, 75)))
            assert found.detail <= clean.detail, name
            assert round(found.fidelity, 1) <= round(clean.fidelity, 1), name


def document() -> Image.Image:
    image = Image.new("RGB", (800, 1000), "white")
    draw = ImageDraw.Draw(image)
    for top in range(60, 940, 24):
        draw.text(
            (60, top), f"the quick brown fox jumps over a lazy dog {top}", (20, 20, 20), ImageFont.load_default(16)
        )
    return image


def screenshot() -> Image.Image:
    image = Image.new("RGB", (1000, 700), (240, 240, 245))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1000, 50), fill=(40, 60, 120))
    for top in range(80, 680, 40):
        draw.text((230, top), f"Row {top}  value {3 * top}", (10, 10, 10), ImageFont.load_default(15))
        draw.line((220, top + 30, 980, top + 30), fill=(200, 200, 200))
    return image


@pytest.mark.parametrize("drawn", [document, screenshot, line_drawing], ids=["page", "screen", "lines"])
def test_the_rows_of_a_page_are_not_blown_up(drawn: Callable[[], Image.Image]) -> None:
    """A page without losses stays beside its JPEG: its rows are repeated, but not each second one."""
    clean = picture_worth(pixels(drawn()))
    assert clean.needed
    for quality in (95, 75, 30, 10):
        found = picture_worth(pixels(coded(drawn(), quality)))
        assert round(math.log(found.detail, 1.12)) <= round(math.log(clean.detail, 1.12))
        assert round(found.fidelity, 1) <= round(clean.fidelity, 1)


def test_texture_everywhere_is_no_noise() -> None:
    assert picture_worth(pixels(photo())).fidelity > 0.6


def test_a_hard_jpeg_lacks_the_finest() -> None:
    found = [picture_worth(pixels(coded(photo(), quality))).fidelity for quality in (10, 50, 95)]
    assert found == sorted(found)
    assert found[0] + 0.2 < found[2]


def test_colours() -> None:
    assert picture_worth(pixels(photo())).colour
    grey = photo().convert("L").convert("RGB")
    assert not picture_worth(pixels(grey)).colour
    assert not picture_worth(pixels(noisy(grey, 10))).colour, "noise is none"


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (9, 9, 3), (60, 60, 3)])
def test_any_size_is_weighed(shape: tuple[int, ...], level: int) -> None:
    worth = picture_worth(np.full(shape, level, np.uint8))
    assert worth.fidelity == 1.0
    assert not worth.colour


def test_what_is_in_a_frame_is_weighed_without_it() -> None:
    framed = ImageOps.expand(photo(), 32, (255, 255, 255))
    found, whole = picture_worth(pixels(framed)), picture_worth(pixels(photo()))
    assert (found.unframed, whole.unframed) == (False, True)
    assert found.detail == pytest.approx(whole.detail, rel=0.05), "a border adds nothing"
