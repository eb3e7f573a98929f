"""Confident learning: thresholds, the joint, what is flagged; figures checked against cleanlab 2.9."""

import numpy as np

from baselines.label_errors.confident import (
    calibrated_joint,
    confident_joint,
    estimated_errors,
    flagged,
    is_sure,
    ranking,
    thresholds,
)

FIRST = np.array([0.9, 0.8, 0.7, 0.2, 0.1, 0.2, 0.3, 0.95])
SHARES = np.column_stack([FIRST, 1 - FIRST])
GIVEN = np.array([0, 0, 0, 0, 1, 1, 1, 1])


def doubled(times: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the example so often that each class has a threshold, and a tenth may be flagged."""
    return np.tile(SHARES, (times, 1)), np.tile(GIVEN, times)


def test_thresholds_joint_and_order_of_the_worked_example() -> None:
    shares, given = doubled(2)
    np.testing.assert_allclose(thresholds(shares, given), [0.65, 0.6125])
    np.testing.assert_array_equal(confident_joint(shares, given), [[6, 2], [2, 6]])
    np.testing.assert_allclose(calibrated_joint(shares, given), [[6, 2], [2, 6]])
    assert estimated_errors(shares, given) == 4
    order = ranking(SHARES, GIVEN)
    assert order.tolist() == [7, 3]
    np.testing.assert_allclose(SHARES[order, GIVEN[order]], [0.05, 0.2])


def test_at_most_a_tenth_is_flagged_unless_the_user_says_how_many() -> None:
    shares, given = doubled(5)
    assert len(flagged(shares, given)) == 4, "ten are estimated, of forty samples"
    assert len(flagged(shares, given, top=7)) == 7
    assert len(flagged(shares, given, top=100)) == 10, "where the model agrees there is nothing to list"
    assert len(flagged(shares, given, top=0)) == 0


def test_a_class_of_four_has_no_threshold_and_is_ranked_all_the_same() -> None:
    assert np.isinf(thresholds(SHARES, GIVEN)).all()
    assert confident_joint(SHARES, GIVEN).sum() == 0
    assert flagged(SHARES, GIVEN).tolist() == []
    assert flagged(SHARES, GIVEN, top=5).tolist() == [7, 3]


def test_labels_that_nobody_doubts_are_not_flagged() -> None:
    shares = np.full((20, 2), [0.9, 0.1])
    shares[10:] = [0.1, 0.9]
    given = np.repeat([0, 1], 10)
    assert estimated_errors(shares, given) == 0
    assert flagged(shares, given).dtype == np.int64
    assert len(flagged(shares, given)) == 0


def test_the_joint_is_scaled_to_the_counts_of_the_labels() -> None:
    # Of ten with label 0 two reach no threshold: the eight others stand for all ten.
    first = np.array([0.9] * 6 + [0.1] * 2 + [0.5] * 2 + [0.1] * 10)
    shares, given = np.column_stack([first, 1 - first]), np.repeat([0, 1], 10)
    assert confident_joint(shares, given).tolist() == [[6, 2], [0, 10]]
    np.testing.assert_allclose(calibrated_joint(shares, given), np.array([[7.5, 2.5], [0.0, 10.0]]))


def test_among_rounded_zeros_the_surest_other_class_comes_first() -> None:
    shares = np.array([[0.0, 0.6, 0.4], [0.0, 1.0, 0.0], [0.0, 0.8, 0.2]])
    assert ranking(shares, np.zeros(3, np.int64)).tolist() == [1, 2, 0]


def test_sure_is_who_reaches_the_threshold_of_another_class() -> None:
    shares, given = doubled(2)
    shares[3] = [0.45, 0.55]
    assert not is_sure(shares, given)[3]
    assert is_sure(shares, given)[7]


def test_the_given_label_ranks_and_not_the_confidence_in_another() -> None:
    shares = np.array([[0.05, 0.95, 0.0], [0.01, 0.5, 0.49]])
    assert ranking(shares, np.zeros(2, np.int64)).tolist() == [1, 0]
