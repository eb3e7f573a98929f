import numpy as np
import pytest

from augment.image.light import linear
from tests.augment.image.pictures import done, flat, noise


def test_a_stop_doubles_the_light() -> None:
    brighter, _, _ = done("exposure", flat(100), exposure_stops=1)
    assert linear(brighter).mean() == pytest.approx(2 * linear(flat(100)).mean(), rel=0.01)
    assert np.unique(brighter).tolist() == [138]


def test_what_is_too_bright_clips() -> None:
    assert np.unique(done("exposure", flat(230), exposure_stops=3)[0]).tolist() == [255]


def test_contrast_is_stretched_about_the_mean() -> None:
    pixels = flat(100)
    pixels[:, ::2] = 140
    assert np.unique(done("exposure", pixels, exposure_stops=0, contrast_gain=1.5)[0]).tolist() == [90, 150]
    assert np.unique(done("exposure", pixels, exposure_stops=0, contrast_gain=0)[0]).tolist() == [120]


def test_nothing_asked_is_nothing_done() -> None:
    assert np.array_equal(done("exposure", noise(), exposure_stops=0, contrast_gain=1)[0], noise())
