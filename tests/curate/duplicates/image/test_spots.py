"""A spot that differs at full scale stands out; what re-encoding, blur and tones leave does not."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from curate.duplicates.image.compare import MOST_SPOT
from curate.duplicates.image.spots import strongest_spot
from tests.curate.duplicates.image.test_compare import jpeg, scene

UPRIGHT = np.array([(1, 0, 0), (0, 1, 0)], np.float32)
SIZE = (256, 192)


def spot(a: Image.Image, b: Image.Image) -> float:
    """Return the strongest spot of two pictures of one aspect that lie on each other as they are."""
    one, other = (np.asarray(image.convert("RGB")) for image in (a, b))
    return strongest_spot(one, other, UPRIGHT, (SIZE, SIZE))


def marked(image: Image.Image, side: int) -> Image.Image:
    """Return the picture with a small dark square where nothing else is."""
    found = image.copy()
    ImageDraw.Draw(found).rectangle((300, 200, 300 + side, 200 + side), fill=(10, 10, 10))
    return found


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda i: i, id="as-it-is"),
        pytest.param(lambda i: jpeg(i, 50), id="re-encoded"),
        pytest.param(lambda i: i.resize((400, 300), Image.Resampling.LANCZOS), id="half-size"),
        pytest.param(lambda i: i.filter(ImageFilter.GaussianBlur(2)), id="blurred"),
        pytest.param(lambda i: ImageEnhance.Brightness(i).enhance(0.6), id="darker"),
    ],
)
def test_a_copy_has_none(change: Callable[[Image.Image], Image.Image]) -> None:
    image = scene(4, (800, 600))
    assert spot(image, change(image)) <= MOST_SPOT
    assert spot(change(image), image) <= MOST_SPOT


@pytest.mark.parametrize("colours", [16, 48, 128])
def test_bands_of_a_palette_are_none(colours: int) -> None:
    """Nearest colours without dither, as most programs make a GIF, leave bands in a sky, some levels apart."""
    sky = np.asarray(Image.linear_gradient("L").resize((800, 600)), np.float32)[..., None]
    waves = 10 * np.sin(np.arange(800) / 60)[None, :, None]
    photo = Image.fromarray(np.clip(sky * (0.3, 0.4, 0.5) + waves + (60, 90, 120), 0, 255).astype(np.uint8))
    image = marked(photo, 60)
    banded = image.quantize(palette=image.quantize(colours), dither=Image.Dither.NONE).convert("RGB")
    assert spot(image, banded) <= MOST_SPOT
    assert spot(banded, image) <= MOST_SPOT
    other = image.copy()
    ImageDraw.Draw(other).rectangle((500, 300, 512, 312), fill=(10, 10, 10))
    assert spot(other, banded) > MOST_SPOT
    assert spot(banded, jpeg(other, 85)) > MOST_SPOT


@pytest.mark.parametrize("quality", [None, 70])
def test_a_mark_is_one_in_both_orders(quality: int | None) -> None:
    image = Image.new("RGB", (800, 600), (180, 170, 160))
    image.paste(scene(4, (300, 600)), (0, 0))
    other = marked(image, 12)
    if quality:
        other = jpeg(other, quality)
    assert spot(image, other) > MOST_SPOT
    assert spot(other, image) > MOST_SPOT


def test_where_they_do_not_lie_on_each_other_nothing_is_said() -> None:
    image = np.asarray(scene(4, (800, 600)))
    beside = np.array([(1, 0, 5000), (0, 1, 0)], np.float32)
    assert strongest_spot(image, image, beside, (SIZE, SIZE)) == 0
