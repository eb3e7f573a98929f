from typing import Any

import numpy as np
import pytest

from augment.image.compression.print_scan import grain
from augment.image.light import linear
from tests.augment.image.pictures import done, flat, noise

PLAIN: Any = {"grain_share": 0, "blur_px": 0, "skew_deg": 0, "paper_tint_stops": 0, "quality": 100}


@pytest.mark.parametrize(("level", "expected"), [(255, 0.8), (0, 0.8 * 0.05)], ids=["paper", "full ink"])
def test_white_is_paper_and_black_is_ink(level: int, expected: float) -> None:
    scanned, _, _ = done("print_scan", flat(level), paper_share=0.8, ink_share=0.05, **PLAIN)
    assert linear(scanned).mean() == pytest.approx(expected, rel=0.03)


def test_grain_has_its_strength() -> None:
    light = grain(300, 300, 0.02, 0)
    assert light.dtype == np.float32
    assert light.mean() == pytest.approx(1, abs=0.01)
    assert 0.02 < light.std() < 0.026
    assert np.array_equal(grain(30, 30, 0, 0), np.ones((30, 30)))


def test_beside_a_picture_that_lies_askew_there_is_paper() -> None:
    given = PLAIN | {"skew_deg": 10}
    scanned, _, _ = done("print_scan", flat(0, 100, 100), paper_share=0.8, ink_share=0, **given)
    assert linear(scanned)[0, 0].mean() == pytest.approx(0.8, rel=0.05)
    assert scanned[50, 50].max() < 5


def test_yellowed_paper() -> None:
    given = PLAIN | {"paper_tint_stops": -0.5}
    red, _, blue = linear(done("print_scan", flat(255, 64, 64), paper_share=0.7, **given)[0]).mean((0, 1))
    assert red / blue == pytest.approx(2**0.5, rel=0.03)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (3, 2)])
def test_small_pictures(height: int, width: int) -> None:
    assert done("print_scan", noise(height, width))[0].shape == (height, width, 3)
