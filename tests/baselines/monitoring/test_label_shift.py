"""Labels that predictions imply."""

from collections.abc import Sequence

import numpy as np
import pytest

from baselines.monitoring.label_shift import estimate_labels, label_shift
from curate.drift.rows import Rows
from curate.ground.errors import InputError
from tests.curate.drift.sets import photos


def test_by_hand() -> None:
    confusion = np.array([[0.9, 0.2], [0.1, 0.8]])
    assert estimate_labels(confusion, np.array([0.55, 0.45])) == pytest.approx([0.5, 0.5])


def test_shares_below_nothing_are_nothing() -> None:
    found = estimate_labels(np.array([[0.9, 0.2], [0.1, 0.8]]), np.array([0.05, 0.95]))
    assert found == pytest.approx([0, 1])


@pytest.mark.parametrize("second", [[0.5, 0.5], [0.49, 0.51]], ids=["singular", "nearly"])
def test_classes_that_are_mixed_up_are_refused(second: list[float]) -> None:
    with pytest.raises(InputError, match="condition number"):
        estimate_labels(np.array([[0.5, second[0]], [0.5, second[1]]]), np.array([0.5, 0.5]))


def rows(pairs: Sequence[tuple[str | None, str]]) -> Rows:
    return photos([0.5] * len(pairs), label=[label for label, _ in pairs], prediction=[said for _, said in pairs])


REFERENCE = [("a", "a")] * 9 + [("a", "b")] + [("b", "a")] * 2 + [("b", "b")] * 8


def test_from_a_reference_and_a_window() -> None:
    found = label_shift(rows(REFERENCE), rows([(None, "a")] * 55 + [(None, "b")] * 45))
    assert found == pytest.approx({"a": 0.5, "b": 0.5})


def test_what_the_reference_cannot_say_is_refused() -> None:
    window = rows([(None, "a")])
    with pytest.raises(InputError, match="fewer than 5 samples of class b"):
        label_shift(rows([*REFERENCE[:10], ("b", "b")]), window)
    with pytest.raises(InputError, match="1 classes are predicted"):
        label_shift(rows(REFERENCE), rows([(None, "c")]))
    with pytest.raises(InputError, match="needs labels"):
        label_shift(rows([(None, "a")]), window)
