"""Facts of pictures: exact values on tiny arrays, and those of cleanvision and imagehash on larger ones."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from curate.facts.brightness import mean_and_contrast, perceived_brightness, percentiles
from curate.facts.image import chroma, entropy, measure_image, measure_images
from curate.facts.phash import phash
from curate.facts.records import ImageFacts
from curate.facts.sharpness import _edges, sharpness, thumbnail

BLACK, WHITE, RED, GREEN, BLUE = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)


def planes(*colours: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.array([colours], np.uint8).transpose(2, 0, 1)


def soft_noise(seed: int, width: int, height: int) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        (BLACK, 0),
        (WHITE, 255),
        ((77, 77, 77), 77),
        (RED, 255 * math.sqrt(0.241)),
        (GREEN, 255 * math.sqrt(0.691)),
        (BLUE, 255 * math.sqrt(0.068)),
        ((10, 20, 30), math.sqrt(0.241 * 100 + 0.691 * 400 + 0.068 * 900)),
    ],
)
def test_perceived_brightness(colour: tuple[int, int, int], expected: float) -> None:
    found = perceived_brightness(planes(colour))
    assert found.dtype == np.float32
    assert found.tolist() == [[pytest.approx(expected, abs=1e-3)]]


def test_mean_and_contrast() -> None:
    assert mean_and_contrast(np.array([[0, 255, 0, 255]], np.float32)) == (0.5, 0.5)
    assert mean_and_contrast(np.full((100, 100), 200, np.float32)) == (200 / 255, 0)


def test_percentiles_are_those_of_numpy() -> None:
    wanted = [0, 1, 5, 50, 95, 99, 100]
    for values in ([7], [0, 255], [3, 1, 2, 2, 9, 200, 255], range(256)):
        grey = np.array(values, np.float32)
        expected = np.percentile(grey, wanted) / 255
        assert percentiles(grey, wanted) == pytest.approx(expected.tolist(), abs=1e-9)


def test_percentiles_are_off_by_half_a_bin_at_most() -> None:
    grey = np.random.default_rng(0).uniform(0, 255, 10_000).astype(np.float32)
    expected = np.percentile(grey, [1, 50, 99]) / 255
    assert percentiles(grey, [1, 50, 99]) == pytest.approx(expected.tolist(), abs=0.5 / 255 + 1e-6)


@pytest.mark.parametrize(
    ("colours", "expected"),
    [((WHITE,), 0), ((RED,), 1), ((BLUE, BLACK), 0.5), (((10, 20, 61), (7, 7, 7)), 51 / 255 / 2)],
)
def test_chroma(colours: tuple[tuple[int, int, int], ...], expected: float) -> None:
    assert chroma(planes(*colours)) == pytest.approx(expected)


def test_entropy() -> None:
    assert entropy(Image.new("RGB", (4, 4), BLACK)) == pytest.approx(math.log2(3))
    two = Image.fromarray(np.array([[BLACK, WHITE]], np.uint8))
    assert entropy(two) == pytest.approx(math.log2(6))


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("L", (64, 64), 100), 1.0),
        (Image.fromarray(np.random.default_rng(5).integers(0, 256, (64, 64)).astype(np.uint8)), 0.694169),
        (Image.fromarray((np.indices((32, 32)).sum(0) % 2 * 255).astype(np.uint8)), 1.0),
        (soft_noise(3, 64, 64).convert("L"), 0.273640),
    ],
    ids=["flat", "noise", "checks", "smooth"],
)
def test_sharpness_is_cleanvisions_score(image: Image.Image, expected: float) -> None:
    assert sharpness(image) == pytest.approx(expected, abs=1e-6)


def test_edges_are_pillows() -> None:
    generator = np.random.default_rng(0)
    for height, width in generator.integers(1, 12, (300, 2)):
        values = generator.integers(0, 256, (height, width)).astype(np.uint8)
        assert (_edges(values) == np.asarray(Image.fromarray(values).filter(ImageFilter.FIND_EDGES))).all()


@pytest.mark.parametrize(
    ("size", "expected"),
    [((640, 480), (64, 48)), ((1, 900), (1, 64)), ((64, 10), (64, 10)), ((65, 65), (64, 64)), ((1, 1), (1, 1))],
)
def test_thumbnail(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert thumbnail(Image.new("L", size)).size == expected


@pytest.mark.parametrize(
    ("seed", "size", "expected"),
    [
        (1, (48, 64), "ec2b5a870aa8d6ab"),
        (2, (64, 40), "8cf4c934137d1793"),
        (3, (64, 64), "97034b0ace322f7b"),
        (4, (400, 300), "f0d5c1581a0fb3da"),
    ],
)
def test_phash_is_that_of_imagehash(seed: int, size: tuple[int, int], expected: str) -> None:
    grey = soft_noise(seed, *size).convert("L")
    assert phash(grey) == expected
    from_thumbnail = phash(thumbnail(grey))
    assert (int(from_thumbnail, 16) ^ int(expected, 16)).bit_count() <= 2


def test_all_facts_of_a_picture() -> None:
    header = ImageFacts("PNG", "RGB", 2, 1, 1, 1, 8)
    found = measure_image(np.array([[BLACK, WHITE]], np.uint8), header)
    assert (found.format, found.mode, found.width, found.height, found.bits) == ("PNG", "RGB", 2, 1, 8)
    assert (found.brightness, found.contrast, found.chroma) == (0.5, 0.5, 0)
    assert (found.brightness_p1, found.brightness_p5, found.brightness_p50) == (0.01, 0.05, 0.5)
    assert (found.brightness_p95, found.brightness_p99) == (0.95, 0.99)
    assert found.entropy == round(math.log2(6), 4)
    assert found.sharpness is not None
    assert found.acutance == 0, "too small to tell"
    assert found.phash is not None
    assert len(found.phash) == 16


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (2000, 1, 3), (50, 70, 3)])
def test_any_shape_has_all_facts(shape: tuple[int, int, int]) -> None:
    found = measure_image(np.zeros(shape, np.uint8), ImageFacts())
    assert found.brightness == found.contrast == found.chroma == found.brightness_p99 == 0
    assert found.entropy == round(math.log2(3), 4)
    assert (found.phash, found.sharpness) != (None, None)


def test_mean_of_a_large_picture_is_exact() -> None:
    pixels = np.full((3000, 2000, 3), 201, np.uint8)
    found = measure_image(pixels, ImageFacts())
    assert (found.brightness, found.contrast, found.brightness_p50) == (round(201 / 255, 4), 0, round(201 / 255, 4))


def test_together_each_is_what_it_is_alone() -> None:
    framed = soft_noise(4, 300, 220)
    framed.paste((255, 255, 255), (0, 0, 300, 20))
    images = [soft_noise(seed, 200 + seed, 150) for seed in range(3)] + [framed, Image.new("RGB", (5, 3), RED)]
    pixels = [np.asarray(image) for image in images]
    headers = [ImageFacts("PNG", "RGB", image.width, image.height) for image in images]
    alone = [measure_image(one, header) for one, header in zip(pixels, headers, strict=True)]
    assert measure_images(pixels, headers) == alone
    assert len({facts.brightness for facts in alone}) == len(images)
    assert measure_images([], []) == []
