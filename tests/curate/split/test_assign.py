"""The order that samples and components get, which must not come from the manifest."""

import numpy as np

from curate.split.assign import number, shuffle_order


def test_components_are_numbered_by_their_smallest_sample_in_the_order_given() -> None:
    roots, order = np.array([0, 1, 0, 1, 4]), np.array([9, 5, 1, 8, 3], np.uint64)
    assert number(roots, order).tolist() == [0, 2, 0, 2, 1]


def test_the_order_depends_on_identity_and_seed_only() -> None:
    identity = np.array([3, 1, 2**64 - 1], np.uint64)
    assert shuffle_order(identity, 1).tolist() == shuffle_order(identity[::-1], 1)[::-1].tolist()
    assert len({*shuffle_order(identity, 1).tolist(), *shuffle_order(identity, -1).tolist()}) == 6
