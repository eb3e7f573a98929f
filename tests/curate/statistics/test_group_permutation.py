"""Groups that are exchanged as wholes."""

import numpy as np
import pytest

from curate.statistics.group_permutation import (
    FEWEST_FOR_BAND,
    MOST_WAYS,
    arrangements,
    band,
    make_units,
    permutation_p,
    profile,
)

RNG = np.random.default_rng(0)


def test_three_against_three_allow_no_p_under_a_tenth() -> None:
    units = make_units(list("aabbcc"), list("ddeeff"))
    assert (units.counts, units.ways, units.least_p) == ((3, 3), 20, 0.1)
    ways, complete = arrangements(units, 999, RNG)
    assert complete
    assert ways.shape == (20, 6)
    assert len({tuple(row) for row in ways.tolist()}) == 20
    counts = profile(units.of, units.of // 3, (6, 2))
    assert permutation_p(counts, units, (ways, complete), "ordered") == 0.1


def test_unequal_sides_have_no_mirror_image() -> None:
    assert make_units(list("ab"), list("cde")).least_p == 1 / 10


def test_a_group_on_both_sides_changes_with_itself() -> None:
    units = make_units(list("abc"), list("abc"))
    assert (units.ways, units.least_p) == (8, 0.25)
    ways, _ = arrangements(units, 9, RNG)
    assert (ways[:, :3] != ways[:, 3:]).all()
    assert len({tuple(row) for row in ways.tolist()}) == 8


def test_of_many_ways_some_are_drawn_and_p_is_never_zero() -> None:
    units = make_units([f"a{n}" for n in range(30)], [f"b{n}" for n in range(30)] + ["a0"])
    assert units.ways > MOST_WAYS
    ways = arrangements(units, 199, RNG)
    assert not ways[1]
    assert (ways[0].sum(axis=1) == units.on_b.sum()).all()
    counts = profile(units.of, units.on_b[units.of].astype(np.int64), (len(units.on_b), 2))
    assert permutation_p(counts, units, ways, "names") == 1 / 200


def test_groups_that_differ_are_no_drift() -> None:
    """Ten speakers with a level each, parted by chance: taken for 400 samples they differ in most draws."""
    small = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        codes = np.repeat(rng.permutation(10), 40)
        units = make_units(
            [str(n) for n in range(5) for _ in range(40)], [str(n) for n in range(5, 10) for _ in range(40)]
        )
        counts = profile(units.of, codes, (10, 10))
        small += permutation_p(counts, units, arrangements(units, 999, rng), "ordered") <= 0.05
    assert small <= 10


def test_few_groups_say_nothing_of_others() -> None:
    few = make_units(list("abc"), list("def"))
    assert band(np.ones((6, 2)), few, "names", 0.05, RNG) == 1.0


@pytest.mark.parametrize("form", ["ordered", "names"])
def test_the_band_of_groups_is_wider_than_that_of_samples(form: str) -> None:
    rng = np.random.default_rng(1)
    number, each = 2 * FEWEST_FOR_BAND, 50
    units = make_units(
        [f"a{n}" for n in range(number) for _ in range(each)], [f"b{n}" for n in range(number) for _ in range(each)]
    )
    level = np.repeat(rng.integers(0, 4, 2 * number), each)
    tied = band(profile(units.of, level, (2 * number, 4)), units, form, 0.05, rng)  # type: ignore[arg-type]
    free = band(profile(units.of, rng.integers(0, 4, len(level)), (2 * number, 4)), units, form, 0.05, rng)  # type: ignore[arg-type]
    assert tied > free
