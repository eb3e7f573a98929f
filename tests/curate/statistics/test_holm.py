import pytest

from curate.statistics.holm import holm


def test_the_smallest_p_is_multiplied_by_all_and_none_falls_below_the_one_before() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.01, 0.04, 0.03, 0.005], [1] * 4) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([], []) == []


def test_weights_by_hand() -> None:
    # p / w: .02, .03, .04: .01 · 1 / .5, .0075 · .5 / .25, .01 · .25 / .25, each at least the one before it
    assert holm([0.01, 0.0075, 0.01], [0.5, 0.25, 0.25]) == pytest.approx([0.02, 0.02, 0.02])
    assert holm([0.5, 0.001], [0.9, 0.1]) == pytest.approx([0.5, 0.01])
