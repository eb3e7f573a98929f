"""Exact bounds of a share, to one side."""

import pytest

from curate.statistics.binomial import more_p, share_upper


@pytest.mark.parametrize(
    ("hits", "number", "bound"),
    [(0, 58, 0.0503), (0, 59, 0.0495), (0, 299, 0.00997), (1, 93, 0.04999), (3, 3, 1.0), (0, 0, 1.0)],
)
def test_exact_bounds(hits: int, number: int, bound: float) -> None:
    assert share_upper(hits, number) == pytest.approx(bound, abs=5e-5)


def test_the_p_value_is_the_bound_from_the_other_side() -> None:
    # That few hits or fewer, where the share is as high as its bound: one time in twenty.
    assert 1 - more_p(5, 100, share_upper(4, 100)) == pytest.approx(0.05, abs=1e-9)
    assert more_p(0, 100, 0.2) == 1
