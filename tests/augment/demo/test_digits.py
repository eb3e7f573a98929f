import numpy as np

from augment.demo.digits import SIDE, draw_digit

INK = np.zeros((8, 8))
INK[1:7, 3:5] = 16


def _draw(seed: int = 0, **options: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return draw_digit(INK, np.random.default_rng(seed), **options)


def test_it_is_a_picture_of_dark_ink_on_light_paper() -> None:
    pixels = _draw()
    assert pixels.shape == (SIDE, SIDE)
    assert pixels.dtype == np.uint8
    assert np.median(pixels) > 200
    assert pixels[20:28, 20:28].min() < 100


def test_the_same_seed_gives_the_same_picture_and_another_seed_another_form() -> None:
    assert (_draw() == _draw()).all()
    assert np.abs(_draw(0).astype(int) - _draw(1)).max() > 80


def test_a_faded_picture_has_as_much_less_contrast() -> None:
    whole, faded = (_draw(fading=fading).astype(float).std() for fading in (0.0, 0.8))
    assert 0.2 < faded / whole < 0.3  # the grain of the paper stays


def test_a_sheet_that_is_turned_by_a_right_angle() -> None:
    upright, turned = (255 - _draw(angle_deg=angle).astype(float) for angle in (0.0, 90.0))
    assert np.corrcoef(np.rot90(upright).ravel(), turned.ravel())[0, 1] > 0.95
    assert np.corrcoef(upright.ravel(), turned.ravel())[0, 1] < 0.8
