"""What relative checks learn from the whole set, and that what is near to the usual is never odd."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.check.learn import Spread, learn_fence, learn_most_frequent, learn_sizes, learn_with_limit, quantile

DOUBLINGS = Spread(1.0, doublings=True)


def test_usual_sizes_are_cleanvisions() -> None:
    # Quartiles 200 and 300: usual is -100 to 600, the middle 250; half to twice the median lies inside of that.
    learnt = learn_sizes(Counter({100.0: 1, 200.0: 1, 250.0: 1, 300.0: 1, 1000.0: 1}))
    assert learnt.threshold == 0.5
    assert learnt.score(250) == 1
    assert learnt.score(600) == pytest.approx(0.5)
    assert learnt.score(-100) == pytest.approx(0.5)
    assert learnt.score(5000) == 0


def test_the_most_frequent_value() -> None:
    assert learn_most_frequent(Counter({16000: 3, 8000: 1})).threshold == 16000
    assert learn_most_frequent(Counter({16000: 2, 8000: 2})).threshold == 8000
    assert learn_most_frequent(Counter()).threshold is None
    assert learn_sizes(Counter()).threshold is None


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_of_counted_values_are_those_of_numpy(values: list[int], share: float) -> None:
    counts: Counter[float] = Counter(map(float, values))
    assert quantile(counts, share) == pytest.approx(float(np.quantile(values, share)))


@pytest.mark.parametrize(
    ("sizes", "size", "is_odd"),
    [
        ([400.0] * 3 + [400.5] * 3, 403.0, False),
        ([461.7] * 6, 533.2, False),
        ([100.0] * 99, 199.0, False),
        ([100.0] * 99, 51.0, False),
        ([100.0] * 99, 201.0, True),
        ([100.0] * 99, 49.0, True),
        ([300.0, 400.0, 500.0, 600.0], 1400.0, True),
        ([300.0, 400.0, 500.0, 600.0], 30.0, False),
    ],
)
def test_half_to_twice_the_median_is_never_odd(sizes: list[float], size: float, is_odd: bool) -> None:
    learnt = learn_sizes(Counter(sizes))
    assert learnt.threshold is not None
    assert (learnt.score(size) < learnt.threshold) == is_odd


@given(st.lists(st.floats(1, 1e5), min_size=1, max_size=40), st.floats(0.5, 2))
def test_no_spread_makes_odd_what_is_near_to_the_median(sizes: list[float], factor: float) -> None:
    learnt = learn_sizes(Counter(sizes))
    assert learnt.score(float(np.median(sizes)) * factor) >= 0.5 - 1e-9


@given(st.lists(st.floats(0.01, 100), min_size=20, max_size=60))
def test_a_fence_leaves_half_to_twice_the_median(values: list[float]) -> None:
    median = float(np.median(np.log2(values)))
    below, above = (learn_fence(Counter(values), side, DOUBLINGS).threshold for side in ("below", "above"))
    assert below is not None
    assert above is not None
    assert below <= 2 ** (median - 1) * 1.01
    assert above >= 2 ** (median + 1) * 0.99


def test_a_fence_is_so_many_deviations_from_the_median_and_wild_values_do_not_move_it() -> None:
    values = [float(value) for value in np.random.default_rng(0).normal(20, 4, 2000)]
    learnt = learn_fence(Counter(values), "below", Spread(6.0))
    assert learnt.threshold == pytest.approx(20 - 3.5 * 4, abs=0.7)
    assert learnt.median == pytest.approx(20, abs=0.3)
    wild = learn_fence(Counter(values + [-1000.0] * 100), "below", Spread(6.0))
    assert wild.threshold == pytest.approx(learnt.threshold or 0, abs=1.5)


def test_of_few_values_nothing_is_learnt() -> None:
    assert learn_fence(Counter({0.9: 19}), "below", DOUBLINGS).threshold is None
    assert learn_with_limit(Counter({0.9: 19}), "below", DOUBLINGS, 0.32).threshold == 0.32


@pytest.mark.parametrize(
    ("usual", "expected"),
    [(0.96, 0.48), (0.5, 0.32), (0.1, 0.32)],
    ids=["bright-set", "dusk", "night"],
)
def test_dark_is_dark_in_itself_or_beside_the_others(usual: float, expected: float) -> None:
    assert learn_with_limit(Counter({usual: 30}), "below", DOUBLINGS, 0.32).threshold == pytest.approx(expected)


@given(st.lists(st.just(0.0) | st.floats(0, 1), min_size=20, max_size=40))
def test_values_of_nothing_are_no_trouble(values: list[float]) -> None:
    threshold = learn_with_limit(Counter(values), "below", DOUBLINGS, 0.32).threshold
    assert threshold is not None
    assert threshold >= 0.32
