"""Acutance: what edges of known shape read, and what neither contrast nor size may change."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from curate.facts.acutance import acutance, reduced
from tests.augment.image.scenes import scene
from tests.curate.drawings import line_drawing

ROWS, COLUMNS = np.mgrid[:240, :256]


def picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(values.astype(np.uint8))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(np.full((240, 256), 90), 0, id="flat"),
        pytest.param(COLUMNS, 0, id="slope"),
        pytest.param((COLUMNS > 100) * 200, 0.7071 / 2**0.25, id="edge"),
        pytest.param((ROWS > 100) * 200, 0.7071 / 2**0.25, id="edge-across"),
        pytest.param((COLUMNS % 2) * 200, 1 / 2**0.25, id="stripes-of-one-pixel"),
        pytest.param(np.random.default_rng(0).integers(0, 256, (240, 256)), 0.7071 / 2**0.25, id="noise"),
    ],
)
def test_known_shapes(values: np.ndarray, expected: float) -> None:
    assert acutance(picture(values)) == pytest.approx(expected, abs=0.01)


def test_contrast_changes_nothing_and_blur_all() -> None:
    sharp = Image.fromarray(scene(192, 256)).convert("L")
    faint = sharp.point(lambda level: 100 + level // 4)
    blurred = [acutance(sharp.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 0.5, 1, 2, 4)]
    assert acutance(faint) == pytest.approx(acutance(sharp), abs=0.03)
    assert all(np.diff(blurred) < -0.03)


def page(size: float) -> Image.Image:
    """Return a page of 800 x 1000 pixels with lines of so many pixels."""
    image = Image.new("L", (800, 1000), 250)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for row, top in enumerate(np.arange(60, 920, 1.4 * size)):
        draw.text(
            (60, top), "the quick brown fox jumps over a lazy dog"[row % 5 : row % 5 + int(1300 / size)], 20, font
        )
    return image


@pytest.mark.parametrize(
    "sharp", [page(16), page(60), page(90), line_drawing().convert("L")], ids=["16 px", "60 px", "90 px", "lines"]
)
def test_letters_and_lines_are_judged_as_edges_are(sharp: Image.Image) -> None:
    assert acutance(reduced(sharp.reduce(4))) > 0.45
    assert acutance(reduced(sharp.filter(ImageFilter.GaussianBlur(3.5)).reduce(4))) < 0.42


def test_a_small_drawing_reads_the_same_wherever_it_lies() -> None:
    read = []
    for left in range(0, 30, 2):
        image = Image.new("L", (100, 75), 255)
        ImageDraw.Draw(image).text((left, 20), "Text", 0, ImageFont.load_default(12))
        read.append(acutance(image))
    assert np.ptp(read) < 0.05


def test_a_movement_is_found_though_the_picture_is_sharp_across_it() -> None:
    sharp = scene(192, 256).astype(float).mean(axis=2)
    moved = np.mean([np.roll(sharp, shift, axis=1) for shift in range(12)], axis=0)
    turned = np.mean([np.roll(sharp, (shift, shift), axis=(0, 1)) for shift in range(8)], axis=0)
    assert acutance(picture(sharp)) > 0.45
    assert acutance(picture(moved)) < 0.42
    assert acutance(picture(turned)) < 0.42


@pytest.mark.parametrize("colour", [0, 90, 255])
@pytest.mark.parametrize(
    "border",
    [(20, 20, 20, 20), (0, 30, 0, 30), (30, 0, 0, 0), (0, 0, 0, 5)],
    ids=["frame", "letterbox", "left", "thin"],
)
def test_a_frame_hides_no_blur(border: tuple[int, int, int, int], colour: int) -> None:
    sharp = Image.fromarray(scene(192, 256)).convert("L")
    blurred = sharp.filter(ImageFilter.GaussianBlur(3))
    for picture_in_it in (sharp, blurred):
        framed = ImageOps.expand(picture_in_it, border, colour)
        assert acutance(framed) == pytest.approx(acutance(picture_in_it), abs=0.05)


def test_what_fades_at_the_edge_is_no_frame() -> None:
    sky = np.repeat(np.linspace(120, 250, 120)[::-1, None], 256, axis=1)
    ground = scene(120, 256).astype(float).mean(axis=2)
    assert acutance(picture(np.vstack((sky, ground)))) > 0.45


@pytest.mark.parametrize("side", [257, 300, 383, 384, 511, 512, 700, 1024])
def test_the_same_picture_of_another_size_reads_the_same(side: int) -> None:
    large = Image.fromarray(scene(1536, 2048)).convert("L").filter(ImageFilter.GaussianBlur(12))
    read = [acutance(reduced(large.resize((width, width * 3 // 4), Image.Resampling.BOX))) for width in (256, side)]
    assert read[1] == pytest.approx(read[0], abs=0.04)


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (4, 3000), (2, 2)])
def test_too_small_to_tell(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, size[::-1])
    assert acutance(reduced(picture(noise))) == 0


@pytest.mark.parametrize(
    ("size", "expected"), [((256, 10), (256, 10)), ((511, 511), (511, 511)), ((1024, 8), (256, 2))]
)
def test_reduced(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert reduced(Image.new("L", size)).size == expected
