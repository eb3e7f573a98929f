"""What is planted is a tenth, near a sample, along a direction, or of one class."""

import numpy as np
import pytest

from benchmarks.slices import planted


@pytest.mark.parametrize(("kind", "count"), [("ball", 20), ("direction", 20), ("class", 20), ("nothing", 0)])
def test_a_tenth_is_planted(kind: str, count: int) -> None:
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(200, 5)).astype(np.float32)
    labels = np.repeat(["a", "b"], 100)
    hidden = planted(kind, vectors, labels, chance)
    assert hidden.sum() == count
    assert kind != "class" or len(set(labels[hidden])) == 1
