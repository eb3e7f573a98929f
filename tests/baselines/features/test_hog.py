"""Histograms of oriented gradients."""

import numpy as np
import pytest

from baselines.features.hog import histogram_of_gradients


@pytest.mark.parametrize(("side", "length"), [(16, 36), (32, 324), (64, 1764)])
def test_shape(side: int, length: int) -> None:
    found = histogram_of_gradients(np.zeros((side, side), np.float32))
    assert found.shape == (length,)
    assert found.dtype == np.float32
    assert np.all(found == 0)


def test_a_ramp_points_one_way() -> None:
    # To the right it gets brighter: the angle 0 lies half between the first bin (10 degrees) and the last (170).
    ramp = np.tile(np.linspace(0, 1, 16, dtype=np.float32), (16, 1))
    bins = histogram_of_gradients(ramp).reshape(4, 9)
    assert np.all(bins[:, 1:8] == 0)
    np.testing.assert_allclose(bins[:, 0], bins[:, 8], rtol=1e-5)
    assert np.all(bins[:, 0] > 0.3)


def test_turning_moves_the_bins() -> None:
    ramp = np.tile(np.linspace(0, 1, 16, dtype=np.float32), (16, 1))
    bins = histogram_of_gradients(np.ascontiguousarray(ramp.T)).reshape(4, 9)
    assert bins.argmax(axis=1).tolist() == [4, 4, 4, 4], "90 degrees is the middle of the fifth bin"


def test_brightness_and_contrast_hardly_matter() -> None:
    picture = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    faint = histogram_of_gradients(0.3 * picture + 0.5)
    np.testing.assert_allclose(faint, histogram_of_gradients(picture), atol=2e-3)
