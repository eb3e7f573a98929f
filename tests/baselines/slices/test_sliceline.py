"""SliceLine: exact scores of a small set, and the pruned search against one that tries everything."""

from itertools import combinations

import numpy as np
import pytest

from baselines.slices.sliceline import ALPHA, find_conjunctions

# 16 samples: dark 4 (3 wrong), day 12 (1 wrong); two of the dark ones are of camera a, both wrong.
DARK = np.array([1] * 4 + [0] * 12, np.bool_)
CAMERA_A = np.array([1, 1, 0, 0] + [1] * 6 + [0] * 6, np.bool_)
WRONG = np.array([1, 1, 1, 0] + [0] * 11 + [1], np.bool_)
TERMS = np.stack([DARK, ~DARK, CAMERA_A, ~CAMERA_A])


def test_exact_scores() -> None:
    found = find_conjunctions(TERMS, WRONG, most=9, least=1)
    scores = {one.terms: one.score for one in found}
    assert found[0].terms == (0, 2)
    assert scores[0, 2] == pytest.approx(2.5)
    assert scores[0,] == pytest.approx(1.75)
    assert scores[0, 3] == pytest.approx(0.6)
    assert all(score > 0 for score in scores.values())
    assert [one.score for one in found] == sorted(scores.values(), reverse=True)


@pytest.mark.parametrize("seed", range(12))
def test_the_best_is_the_best_of_all(seed: int) -> None:
    chance = np.random.default_rng(seed)
    table = chance.random((9, 120)) < chance.uniform(0.15, 0.8, (9, 1))
    wrong = chance.random(120) < np.where(table[1] & table[4] & table[6], 0.8, 0.15)
    best = 0.0
    for count in (1, 2, 3):
        for terms in combinations(range(9), count):
            mask = table[list(terms)].all(axis=0)
            if mask.sum() >= 5:
                rate = wrong[mask].mean() / wrong.mean()
                best = max(best, ALPHA * (rate - 1) - (1 - ALPHA) * (120 / mask.sum() - 1))
    found = find_conjunctions(table, wrong, most=1, least=5)
    assert found[0].score == pytest.approx(best)


def test_of_slices_that_share_much_the_better_stays() -> None:
    found = find_conjunctions(TERMS, WRONG, most=9, least=1, overlap=0.5)
    assert [one.terms for one in found][:2] == [(0, 2), (0, 3)], "dark holds both of them"


def test_nothing_wrong_or_nothing_known_is_no_slice() -> None:
    assert find_conjunctions(TERMS, np.zeros(16, np.bool_), most=3, least=1) == []
    assert find_conjunctions(np.zeros((0, 16), np.bool_), WRONG, most=3, least=1) == []
    assert find_conjunctions(TERMS, WRONG, most=3, least=9) == []
