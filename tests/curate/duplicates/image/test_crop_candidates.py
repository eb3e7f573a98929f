"""Crops come up by their grids, where they were cut out, and nothing else does."""

import base64

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from curate.duplicates.image.crop_candidates import Window, crops
from curate.facts.luma_grid import BYTES, luma_grid
from tests.curate.duplicates.image.test_compare import scene


def grids(*pictures: Image.Image) -> NDArray[np.uint8]:
    return np.array([np.frombuffer(base64.b64decode(luma_grid(one.convert("L"))), np.uint8) for one in pictures])


def cut(picture: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    left, right, top, bottom = box
    width, height = picture.size
    return picture.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


OTHERS = [scene(seed, (320, 240)) for seed in range(20, 40)]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    "box", [(0.02, 0.92, 0.08, 0.98), (0.1, 1, 0, 0.9), (0.06, 0.96, 0.03, 0.93), (0, 0.88, 0.05, 0.95)], ids=str
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crop_comes_up_where_it_was_cut_out(
    seed: int, box: tuple[float, float, float, float], *, mirrored: bool
) -> None:
    whole = scene(seed, (400, 300))
    crop = ImageOps.mirror(cut(whole, box)) if mirrored else cut(whole, box)
    found = [one for one in crops(grids(whole, *OTHERS, crop)) if (one.outer, one.inner) == (0, 21)]
    assert [one.mirrored for one in found] == [mirrored]
    assert np.abs(np.array(found[0].box) - box).max() < 0.03


def test_a_mirror_image_only_where_it_is_asked_for() -> None:
    whole = scene(4, (400, 300))
    crop = ImageOps.mirror(cut(whole, (0.02, 0.92, 0.08, 0.98)))
    assert all(not one.mirrored for one in crops(grids(whole, *OTHERS, crop), flips=False))


def test_others_hardly_come_up() -> None:
    # Of 190 pairs, each both ways and in a mirror.
    assert len(list(crops(grids(*OTHERS)))) <= 8


def test_neither_do_copies_of_the_whole_nor_plain_pictures() -> None:
    whole = scene(5, (400, 300))
    assert list(crops(grids(whole, whole.resize((200, 150)), whole.point(lambda level: level // 2)))) == []
    assert list(crops(np.zeros((500, BYTES), np.uint8))) == []
    assert list(crops(np.zeros((0, BYTES), np.uint8))) == []


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_guess_maps_corners_onto_the_box(*, mirrored: bool) -> None:
    guess = Window(3, 7, (0.1, 0.9, 0.2, 1.0), mirrored).guess((400, 200), (160, 320))
    # Shares of the longer side: the inner is 0.5 wide and 1 high, the outer 1 and 0.5.
    corners = np.array([(0, 0, 1), (0.5, 1, 1)]) @ guess.matrix.T
    expected = [(0.9, 0.1), (0.1, 0.5)] if mirrored else [(0.1, 0.1), (0.9, 0.5)]
    assert corners == pytest.approx(np.array(expected), abs=1e-6)
    assert guess.cropped
