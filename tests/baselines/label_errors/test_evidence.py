"""Probabilities that were kept become evidence; what lacks them is said."""

import numpy as np
import pytest

from baselines.data.predictions import Prediction
from baselines.label_errors.evidence import evidence_of_predictions
from curate.ground.errors import InputError


def test_columns_are_the_classes_of_labels_and_probabilities() -> None:
    made = [
        Prediction("a", "x", "y", probabilities={"y": 0.75, "z": 0.25}, kind="image", digest="sha256:1", tags=("t",)),
        Prediction("b", "z", "z", probabilities={"z": 1.0}),
        Prediction("c", "z", "z"),
    ]
    found = evidence_of_predictions(made, "the run r")
    assert found.labels == ("x", "y", "z")
    np.testing.assert_array_equal(found.probabilities, [[0, 0.75, 0.25], [0, 0, 1]])
    assert found.given.tolist() == [0, 2]
    assert [(one.path, one.label, one.kind, one.tags) for one in found.samples] == [
        ("a", "x", "image", ("t",)),
        ("b", "z", None, ()),
    ]
    assert found.notes == (
        "samples without probabilities, which are not judged: 1",
        "labels whose probability is exactly 0, rounded most likely: 1; more digits rank them",
    )


def test_without_any_it_says_how_to_give_them() -> None:
    with pytest.raises(InputError, match=r"the run r has no probabilities, .*columns p:LABEL"):
        evidence_of_predictions([Prediction("a", "x", "x", 0.9)], "the run r")
