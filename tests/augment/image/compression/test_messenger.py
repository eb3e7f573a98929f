import numpy as np
import pytest

from augment.image.compression.jpeg import encoded_and_decoded
from augment.image.compression.messenger import sharpened
from augment.image.resize import scale
from tests.augment.image.pictures import done, flat, noise
from tests.augment.image.scenes import scene


def test_a_single_sending_is_scaled_then_sharpened_then_a_jpeg() -> None:
    sent, drawn, _ = done("messenger", scene(), sent=1, resize_share=0.5, quality=40, sharpen=0.5, keep_size=False)
    assert drawn["qualities"] == [40]
    assert sent.shape == (48, 64, 3)
    assert np.array_equal(sent, encoded_and_decoded(sharpened(scale(scene(), 64, 48), 0.5), 40, "420"))


def test_the_smallest_size_is_reached_by_the_last_sending() -> None:
    sent, drawn, _ = done("messenger", scene(), sent=3, resize_share=0.25, keep_size=False)
    assert sent.shape == (24, 32, 3)
    assert len(drawn["qualities"]) == 3
    assert done("messenger", scene(), sent=3, resize_share=0.25)[0].shape == (96, 128, 3)


def test_the_size_falls_evenly_on_the_way() -> None:
    sent, _, _ = done("messenger", scene(), sent=2, resize_share=0.25, quality=40, sharpen=0, keep_size=False)
    halfway = encoded_and_decoded(scale(scene(), 64, 48), 40, "420")
    assert np.array_equal(sent, encoded_and_decoded(scale(halfway, 32, 24), 40, "420"))


def test_each_sending_takes_something_away() -> None:
    def loss(sent: int) -> float:
        made = done("messenger", scene(), sent=sent, resize_share=0.9, quality=30, sharpen=0)[0]
        return float(np.abs(made.astype(float) - scene()).mean())

    assert 0 < loss(1) < loss(3) < loss(8)


def test_sharpening_overshoots_at_an_edge_and_leaves_the_flat() -> None:
    pixels = flat(100, 9, 20)
    pixels[:, 10:] = 150
    made = sharpened(pixels, 1)
    assert made[4, 0].tolist() == [100] * 3
    assert made[4, 9, 0] < 100 < 150 < made[4, 10, 0]
    assert np.array_equal(sharpened(pixels, 0), pixels)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (3, 2)])
def test_small_pictures(height: int, width: int) -> None:
    assert done("messenger", noise(height, width), resize_share=0.05)[0].shape == (height, width, 3)
