"""What two pictures have in common where they are not the same all over."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from curate.duplicates.image.common_part import common, entropy, goes_on, on_page, shrunk_onto, two_tones
from curate.duplicates.image.thumbnail import Thumbnail, thumbnail
from tests.curate.duplicates.image.test_compare import jpeg, scene

UPRIGHT = np.array([(1, 0, 0), (0, 1, 0)], np.float32)


def small(image: Image.Image) -> Thumbnail:
    return thumbnail(np.asarray(image.convert("RGB")))


def test_a_picture_is_the_same_as_its_copy() -> None:
    image = scene(1, (800, 600))
    found = common(small(image), small(jpeg(image, 80)), UPRIGHT)
    assert found is not None
    assert found.share > 0.95
    assert found.others <= 5
    assert found.gain == pytest.approx(1, abs=0.05)
    assert found.texture > 0.9


def test_what_was_written_over_is_not() -> None:
    image = scene(1, (800, 600))
    captioned = image.copy()
    ImageDraw.Draw(captioned).rectangle((0, 450, 800, 600), fill=(0, 0, 0))
    found = common(small(image), small(captioned), UPRIGHT)
    assert found is not None
    assert 0.6 < found.share < 0.85


def test_two_pictures_have_nothing_in_common() -> None:
    found = common(small(scene(1)), small(scene(2)), UPRIGHT)
    assert found is None or found.share < 0.2


def test_of_plain_pictures_nothing_can_be_said() -> None:
    plain = small(Image.new("RGB", (256, 192), (80, 80, 80)))
    assert common(plain, plain, UPRIGHT) is None


def test_a_quarter_is_compared_at_the_size_at_which_it_lies_in_the_whole() -> None:
    whole = scene(1, (1024, 768))
    quarter = small(whole.crop((256, 192, 768, 576)))
    onto = np.array([(0.5, 0, 63.75), (0, 0.5, 47.75)], np.float32)
    reduced, matrix = shrunk_onto(quarter, onto)
    assert reduced.luma.shape == (96, 128)
    assert reduced.chroma.shape == (96, 128, 2)
    assert matrix == pytest.approx(np.array([(1, 0, 64), (0, 1, 48)]), abs=0.01)
    found = common(small(whole), quarter, onto)
    assert found is not None
    assert found.share > 0.9


def test_around_a_picture_on_a_page_are_two_tones() -> None:
    photo = scene(1, (600, 450))
    page = Image.new("RGB", (800, 600), (20, 20, 20))
    page.paste(photo, (100, 75))
    inner = np.array([(0.75, 0, 31.875), (0, 0.75, 23.875)], np.float32)
    assert two_tones(small(page), small(photo), inner) > 0.97
    whole = scene(3, (800, 600))
    assert two_tones(small(whole), small(whole.crop((100, 75, 700, 525))), inner) < 0.6


def test_entropy_is_that_of_levels_in_bits() -> None:
    assert entropy(small(Image.new("RGB", (64, 64), (9, 9, 9)))) == 0
    halves = Image.new("RGB", (64, 64))
    halves.paste((255, 255, 255), (0, 0, 32, 64))
    assert entropy(small(halves)) == pytest.approx(1)
    assert entropy(small(scene(1))) > 5


def plain_with_a_thing(noise: float) -> Image.Image:
    """Return a small scene in the middle of a plain ground, with noise all over."""
    draw = np.random.default_rng(0)
    levels = np.full((192, 256, 3), 150.0)
    levels[60:130, 80:180] = np.asarray(scene(1, (100, 70)))
    levels += draw.normal(0, noise, (192, 256, 1))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("box", [(20, 15, 236, 177), (0, 0, 230, 172), (26, 20, 256, 192)])
def test_what_was_cut_out_of_a_plain_ground_goes_on_around_it(box: tuple[int, int, int, int]) -> None:
    whole = plain_with_a_thing(3.0)
    onto = np.array([(1, 0, box[0]), (0, 1, box[1])], np.float32)
    outer, inner = small(whole), small(whole.crop(box))
    assert two_tones(outer, inner, onto) > 0.8
    assert goes_on(outer, inner, onto)


@pytest.mark.parametrize("page", [(255, 255, 255), (150, 150, 150), (30, 30, 34)])
def test_a_page_does_not_go_on_a_picture(page: tuple[int, int, int]) -> None:
    photo = plain_with_a_thing(3.0).crop((20, 15, 236, 177))
    around = Image.new("RGB", (256, 192), page)
    around.paste(photo, (20, 15))
    onto = np.array([(1, 0, 20), (0, 1, 15)], np.float32)
    assert not goes_on(small(around), small(photo), onto)
    # Nor where a strip of the photo is around first.
    cut = np.array([(1, 0, 30), (0, 1, 25)], np.float32)
    assert not goes_on(small(around), small(photo.crop((10, 10, 206, 152))), cut)


def test_where_nothing_is_beyond_the_edge_nothing_goes_on() -> None:
    whole = small(plain_with_a_thing(3.0))
    assert not goes_on(whole, whole, UPRIGHT)


@pytest.mark.parametrize("side", range(4))
def test_a_page_ends_in_a_straight_line_on_whichever_side(side: int) -> None:
    photo = scene(1, (256, 192))
    page = Image.new("RGB", (256, 256), (250, 250, 250))
    page.paste(photo, (0, 64))
    onto = np.array([(1, 0, 20), (0, 1, 64 + 15)], np.float32)
    outer, inner = small(page), small(photo.crop((20, 15, 236, 177)))
    assert on_page(outer, inner, onto)
    assert not on_page(small(photo), inner, np.array([(1, 0, 20), (0, 1, 15)], np.float32))
    turned = page.rotate(90 * side)
    # Of a picture that was turned by quarters, where the inner lies is turned about the middle of the page.
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[side]
    turn = np.array([(cosine, sine), (-sine, cosine)], np.float32)
    linear, offset = turn @ onto[:, :2], turn @ (onto[:, 2] - 127.5) + 127.5
    assert on_page(small(turned), inner, np.hstack([linear, offset[:, None]]).astype(np.float32))


def test_a_frame_and_a_plain_ground_are_no_page() -> None:
    photo = scene(1, (200, 150))
    frame = Image.new("RGB", (240, 190), (250, 250, 250))
    frame.paste(photo, (20, 20))
    assert not on_page(small(frame), small(photo), np.array([(1, 0, 20), (0, 1, 20)], np.float32))
    # A thing on a white ground, without noise: what is plain ends at the thing, and not in a line.
    ground = Image.new("RGB", (256, 192), (255, 255, 255))
    ground.paste(scene(1, (100, 70)), (80, 60))
    crop = ground.crop((20, 15, 236, 177))
    assert not on_page(small(ground), small(crop), np.array([(1, 0, 20), (0, 1, 15)], np.float32))


@pytest.mark.parametrize("size", [(1, 300), (300, 1), (2, 300), (12, 9)], ids=str)
def test_of_the_thinnest_pictures_it_can_be_asked_too(size: tuple[int, int]) -> None:
    whole = scene(1).resize(size)
    inner = whole.crop((0, 0, max(1, size[0] // 2), max(1, size[1] // 2)))
    assert not on_page(small(whole), small(inner), UPRIGHT)
