"""Coupling of pairs and temperature: from scores to probabilities."""

import numpy as np
import pytest

from baselines.models.calibration import couple, fit_temperature, probabilities


def test_two_classes_are_the_sigmoid_of_their_margin() -> None:
    found = probabilities(couple(np.array([[0.0], [0.5], [-0.5]]), 2), 1.0)[:, 0]
    np.testing.assert_allclose(found, [0.5, 1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))])


def test_pairs_that_agree_give_back_the_shares_they_came_from() -> None:
    shares = np.array([0.6, 0.3, 0.1])
    # r_ij = p_i / (p_i + p_j), which a margin of ln(p_i / p_j) / 4 says.
    margins = [np.log(shares[i] / shares[j]) / 4 for i, j in ((0, 1), (0, 2), (1, 2))]
    np.testing.assert_allclose(probabilities(couple(np.array([margins]), 3), 1.0)[0], shares)


def test_margins_beyond_all_bounds_are_finite() -> None:
    assert np.isfinite(couple(np.full((1, 6), 1e9), 4)).all()


def test_softmax_by_hand() -> None:
    np.testing.assert_allclose(probabilities(np.log([[1.0, 3.0]]), 1.0), [[0.25, 0.75]])
    np.testing.assert_allclose(probabilities(np.log([[1.0, 9.0]]), 2.0), [[0.25, 0.75]])
    np.testing.assert_allclose(probabilities(np.array([[1000.0, -1000.0]]), 0.05), [[1, 0]])


def test_the_temperature_makes_confidence_honest() -> None:
    # Says 0.99 and is right in three of four: softened until it says about 0.75.
    said = np.log(np.tile([0.99, 0.01], (400, 1)))
    truth = np.array([0, 0, 0, 1] * 100)
    softened = probabilities(said, fit_temperature(said, truth))
    assert softened[0, 0] == pytest.approx(0.75, abs=0.02)
    assert fit_temperature(np.zeros((0, 2)), np.zeros(0, int)) == 1.0
