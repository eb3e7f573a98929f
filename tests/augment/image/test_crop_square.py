import numpy as np

from tests.augment.image.pictures import done, noise


def test_the_centre() -> None:
    pixels = noise(40, 60)
    square, drawn, _ = done("crop_square", pixels)
    assert drawn == {"left": 10, "top": 0, "side": 40}
    assert np.array_equal(square, pixels[:, 10:50])


def test_upright() -> None:
    pixels = noise(61, 40)
    square, drawn, _ = done("crop_square", pixels)
    assert drawn == {"left": 0, "top": 10, "side": 40}
    assert np.array_equal(square, pixels[10:50])


def test_random_places_reach_both_ends() -> None:
    tops = {done("crop_square", noise(13, 10), seed, position="random")[1]["top"] for seed in range(50)}
    assert tops == {0, 1, 2, 3}


def test_a_square_stays_whole() -> None:
    pixels = noise(8, 8)
    assert np.array_equal(done("crop_square", pixels, position="random")[0], pixels)
