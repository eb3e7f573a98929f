"""How many samples would tell."""

import numpy as np
import pytest

from curate.statistics import categories, kolmogorov_smirnov
from curate.statistics.needed import needed_for_drifted, needed_for_steady


def test_unchanged_numbers_need_nearly_three_times_what_the_band_alone_says() -> None:
    found = needed_for_steady(np.full(256, 1 / 256), "ordered", 0.1, 0.01)
    assert found is not None
    assert 1300 < found < 1600


def test_the_number_keeps_its_word() -> None:
    rng = np.random.default_rng(5)
    number = needed_for_steady(np.full(256, 1 / 256), "ordered", 0.2, 0.05)
    assert number is not None
    told = 0
    for _ in range(300):
        found = kolmogorov_smirnov.distance(rng.random(number), rng.random(number))
        told += found.d + kolmogorov_smirnov.band(number, number, 0.05) < 0.2
    assert 0.72 < told / 300 < 0.92


def test_a_change_that_was_seen_is_found_with_so_many() -> None:
    rng, p, q = np.random.default_rng(6), np.array([0.5, 0.5]), np.array([0.7, 0.3])
    number = needed_for_drifted(p, q, "names", 0.01)
    assert number is not None
    told = 0
    for _ in range(200):
        a, b = rng.multinomial(number, p), rng.multinomial(number, q)
        told += categories.permutation_p(a, b, 999, rng) < 0.01
    assert 0.7 < told / 200 < 0.92


@pytest.mark.parametrize("true", [0.1, 0.2])
def test_what_is_at_the_margin_is_never_steady(true: float) -> None:
    assert needed_for_steady(np.full(4, 0.25), "ordered", 0.1, 0.01, true) is None
