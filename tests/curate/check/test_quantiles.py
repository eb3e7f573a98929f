"""Quantiles of counted values are numpy's."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.check.quantiles import quantile


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.floats(0, 1))
def test_as_numpy(values: list[int], share: float) -> None:
    counts: Counter[float] = Counter(map(float, values))
    assert quantile(counts, share) == pytest.approx(float(np.quantile(values, share)))
