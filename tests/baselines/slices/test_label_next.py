"""Typical while labels are few, uncertain afterwards."""

import numpy as np

from baselines.slices.label_next import choose
from curate.embeddings.neighbours import unit


def test_twenty_labels_a_class_change_the_way() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], 60)
    vectors = unit((rng.normal(0, 0.3, (120, 2)) + np.eye(2)[truth]).astype(np.float32))
    label = np.full(120, -1)
    label[:19] = 0
    label[60:80] = 1
    few = choose(vectors, label, np.arange(120), 4)
    assert (few.by, few.labelled, few.classes) == ("typical", 39, 2)
    assert all(one.margin is None for one in few.choices)
    label[19] = 0
    many = choose(vectors, label, np.arange(120), 4)
    assert many.by == "uncertain"
    assert all(label[one.row] < 0 and one.margin is not None for one in many.choices)
    # Where the two classes meet, and not in their middles.
    apart = np.abs(vectors[:, 0] - vectors[:, 1])
    assert np.mean([apart[one.row] for one in many.choices]) < np.median(apart[label < 0])


def test_one_class_has_no_doubt() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32))
    label = np.where(np.arange(50) < 30, 0, -1)
    assert choose(vectors, label, np.arange(50), 2).by == "typical"
