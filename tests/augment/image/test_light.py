import numpy as np
import pytest

from augment.image.light import linear, stored, tint


@pytest.mark.parametrize(
    ("level", "light"),
    [(0, 0.0), (10, 10 / 255 / 12.92), (128, 0.215861), (188, 0.502886), (255, 1.0)],
)
def test_linear_follows_the_standard(level: int, light: float) -> None:
    found = linear(np.array([level], np.uint8))
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(light, abs=1e-6)


def test_every_level_comes_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(stored(linear(levels)), levels)


def test_what_is_out_of_range_is_clipped() -> None:
    assert stored(np.array([-0.5, 0, 1, 7], np.float32)).tolist() == [0, 0, 255, 255]


def test_a_tint_gives_blue_so_many_stops_more_than_red() -> None:
    assert tint(2).tolist() == [0.5, 1, 2]
    assert tint(0).tolist() == [1, 1, 1]
