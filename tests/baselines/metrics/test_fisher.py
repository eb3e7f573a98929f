"""Exact values of Fisher's test, alone and group by group, and of Holm's method with weights."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from baselines.metrics.fisher import Counts, count_tables, more_wrong_p


@pytest.mark.parametrize(
    ("bad", "size", "wrong", "samples"), [(4, 10, 4, 20), (3, 4, 4, 16), (0, 5, 3, 9), (7, 9, 8, 40)]
)
def test_one_table_is_fishers_exact_test(bad: int, size: int, wrong: int, samples: int) -> None:
    table = [[bad, size - bad], [wrong - bad, samples - size - wrong + bad]]
    expected = fisher_exact(table, alternative="greater").pvalue
    assert more_wrong_p([Counts(bad, size, wrong, samples)]) == pytest.approx(expected, rel=1e-9)


def test_a_hand_made_table() -> None:
    # 3 of 4 inside, 1 of 12 outside: (C(4,3) C(12,1) + C(4,4) C(12,0)) / C(16,4) = 49 / 1820
    assert more_wrong_p([Counts(3, 4, 4, 16)]) == pytest.approx(49 / 1820)


def test_groups_are_added_and_those_that_tell_nothing_change_nothing() -> None:
    one, other = Counts(2, 3, 3, 8), Counts(1, 2, 2, 6)
    first = hypergeom(8, 3, 3).pmf(np.arange(4))
    second = hypergeom(6, 2, 2).pmf(np.arange(3))
    expected = sum(first[a] * second[b] for a in range(4) for b in range(3) if a + b >= 3)
    assert more_wrong_p([one, other]) == pytest.approx(expected)
    silent = [Counts(5, 9, 5, 9), Counts(0, 0, 4, 9), Counts(4, 4, 9, 9), Counts(0, 3, 0, 9)]
    assert more_wrong_p([one, *silent, other]) == pytest.approx(expected)
    assert more_wrong_p(silent) == 1


def test_a_group_that_is_worse_as_a_whole_is_no_slice() -> None:
    """One speaker is always wrong, and half of a slice is that speaker: within each speaker nothing differs."""
    wrong = np.array([1] * 20 + [0] * 20, np.bool_)
    inside = np.array([1] * 15 + [0] * 5 + [1] * 5 + [0] * 15, np.bool_)
    alone = np.zeros(40, np.int64)
    assert more_wrong_p(count_tables(wrong, inside, alone)) < 0.01
    assert more_wrong_p(count_tables(wrong, inside, np.repeat([0, 1], 20))) == 1
