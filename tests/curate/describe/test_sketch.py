"""The quantile sketch against numpy: exact while it can be, within its own bound after that, whatever the order."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from curate.describe.sketch import Sketch

Values = NDArray[np.float64]
SHARES = [0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0]
DISTRIBUTIONS: dict[str, Callable[[np.random.Generator], Values]] = {
    "uniform": lambda chance: chance.random(50_000),
    "normal": lambda chance: chance.standard_normal(50_000),
    "decibels": lambda chance: chance.normal(-23, 6, 50_000).round(1),
    "lognormal": lambda chance: chance.lognormal(10, 3, 50_000),
    "pareto": lambda chance: chance.pareto(0.7, 50_000),
    "two heaps": lambda chance: np.concatenate([chance.normal(-1e6, 1, 25_000), chance.normal(1e6, 1, 25_000)]),
    "mostly zero": lambda chance: np.where(chance.random(50_000) < 0.9, 0, chance.random(50_000)),
    "few values": lambda chance: chance.choice([8000.0, 16000.0, 22050.0, 44100.0], 50_000),
    "rising": lambda chance: np.sort(chance.random(50_000)),
    "tiny and huge": lambda chance: 10 ** chance.uniform(-300, 300, 50_000) * chance.choice([-1, 1], 50_000),
}
finite = st.floats(-1e300, 1e300, allow_nan=False)
lists = st.lists(finite, min_size=1, max_size=200)


def sketch_of(values: "Values | list[float]", capacity: int = 1024, block: int = 7000) -> Sketch:
    sketch, array = Sketch(capacity), np.asarray(values, dtype=np.float64)
    for start in range(0, len(array), block):
        sketch.add(array[start : start + block])
    return sketch


def state(sketch: Sketch) -> tuple[list[float], list[int], float, int]:
    counts = sketch.histogram([-math.inf, 0, math.inf])
    return sketch.quantiles(np.linspace(0, 1, 101).tolist()), counts, sketch.error, sketch.number


def assert_within_bound(sketch: Sketch, values: "Values | list[float]") -> None:
    """Each order statistic may be off by the bound, and so may what is interpolated between two."""
    if sketch.error > 1:  # says nothing any more; only the memory is promised then
        return
    array = np.asarray(values, dtype=np.float64)
    below = np.quantile(array, SHARES, method="lower")
    above = np.quantile(array, SHARES, method="higher")
    slack = (sketch.error + 1e-12) * np.maximum(np.abs(below), np.abs(above)) + 1e-300
    found = np.array(sketch.quantiles(SHARES))
    assert (found >= below - slack).all(), (found, below)
    assert (found <= above + slack).all(), (found, above)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("capacity", [64, 1024, 4096])
def test_quantiles_are_within_the_bound_that_it_states(name: str, capacity: int) -> None:
    values = DISTRIBUTIONS[name](np.random.default_rng(5))
    sketch = sketch_of(values, capacity)
    assert sketch.number == len(values)
    assert len(sketch._values) <= capacity
    assert_within_bound(sketch, values)
    assert sketch.quantiles([0, 1]) == [values.min(), values.max()]
    assert sketch.mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-12 * np.abs(values).max())


def test_the_accuracy_that_the_documentation_promises() -> None:
    values = np.random.default_rng(1).random(200_000)
    assert sketch_of(values, 1024).error == 2**-6
    assert sketch_of(values, 4096).error == 2**-8


def test_it_is_exact_up_to_its_capacity_of_different_values() -> None:
    values = np.random.default_rng(2).normal(0, 5, 1024)
    sketch = sketch_of(np.tile(values, 9), 1024)
    assert sketch.error == 0
    assert sketch.quantiles(SHARES) == pytest.approx(np.quantile(np.tile(values, 9), SHARES).tolist(), rel=1e-15)
    sketch.add(np.array([7.77]))
    assert sketch.error > 0


def test_exact_on_five_numbers() -> None:
    sketch = sketch_of([3, -0.0, math.nan, 1, 2, math.inf, 4])
    assert (sketch.number, sketch.mean) == (5, 2)
    assert sketch.quantiles([0, 0.25, 0.5, 0.75, 0.9, 1]) == [0, 1, 2, 3, pytest.approx(3.6), 4]
    assert sketch.histogram([0, 1, 4]) == [1, 4]
    assert sketch.histogram([1, 2, 3]) == [2, 3], "what is beyond the ends is in the first or last bin"


def test_zero_and_minus_zero_are_one_value() -> None:
    sketch = sketch_of([0.0, -0.0] * 40, 2)
    sketch.add(np.array([1.0, -0.0]))
    assert (sketch.error, sketch.histogram([0, 0.5, 1])) == (0, [81, 1])


def test_nothing_is_no_mean() -> None:
    assert (Sketch().number, Sketch().mean, Sketch().error) == (0, None, 0)
    assert sketch_of([math.nan]).mean is None


@given(values=lists, capacity=st.integers(2, 40), seed=st.integers(0, 9))
def test_the_order_of_the_values_changes_nothing(values: list[float], capacity: int, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(values)
    assert state(sketch_of(values, capacity, 200)) == state(sketch_of(shuffled, capacity, 3 + seed))


@given(parts=st.lists(lists, min_size=1, max_size=5), capacity=st.integers(2, 40))
def test_merged_sketches_are_the_sketch_of_all(parts: list[list[float]], capacity: int) -> None:
    merged = Sketch(capacity)
    for part in reversed(parts):
        merged.merge(sketch_of(part, capacity))
    assert state(merged) == state(sketch_of([value for part in parts for value in part], capacity))


@settings(max_examples=200)
@given(values=lists, capacity=st.integers(2, 60))
def test_the_bound_holds_for_any_numbers(values: list[float], capacity: int) -> None:
    sketch = sketch_of(values, capacity)
    assert len(sketch._values) <= capacity
    assert sum(sketch.histogram([-1.0, 0.0, 1.0])) == len(values)
    assert_within_bound(sketch, values)
    assert sketch.quantiles(SHARES) == sorted(sketch.quantiles(SHARES))


def test_nearest_ranks_are_values_that_occur() -> None:
    sketch = Sketch()
    sketch.add(np.arange(1.0, 1001.0))
    # The ceil(share * n)-th of n values.
    assert sketch.nearest_ranks([0.0001, 0.005, 0.25, 0.5, 0.995, 1]) == [1, 5, 250, 500, 995, 1000]
    few = Sketch()
    few.add(np.array([3.0, 1.0, 2.0]))
    assert few.nearest_ranks([0.005, 0.34, 0.995]) == [1, 2, 3]


def test_a_rank_that_is_whole_is_not_rounded_up() -> None:
    sketch = Sketch()
    sketch.add(np.arange(1.0, 101.0))
    assert 0.07 * 100 > 7
    assert sketch.nearest_ranks([0.07, 0.29]) == [7, 29]


def test_what_is_outside_is_counted_without_the_ends() -> None:
    sketch = Sketch()
    assert sketch.outside(0, 1) == 0
    sketch.add(np.array([1.0, 2.0, 2.0, 3.0, 9.0, np.inf]))
    assert (sketch.outside(2, 3), sketch.outside(1, 9), sketch.outside(-np.inf, 2)) == (2, 0, 2)


def test_of_many_values_outside_is_off_by_a_bucket_at_most() -> None:
    values = np.random.default_rng(0).random(100_000)
    sketch = Sketch(1024)
    sketch.add(values)
    low, high = sketch.nearest_ranks([0.1, 0.9])
    assert abs(sketch.outside(low, high) - np.count_nonzero((values < low) | (values > high))) < 500
    assert low == pytest.approx(0.1, rel=2 * sketch.error)
