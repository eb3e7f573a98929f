"""Coverage: what is outside, and what is not though it is unlike the training set's middle."""

import numpy as np
import pytest
from numpy.typing import NDArray

from baselines.slices.coverage import CoveredSample, measure_coverage
from curate.embeddings.store import About, Embeddings, make_embeddings
from curate.ground.errors import InputError


def circle(angles: list[float], name: str, labels: str = "a") -> tuple[list[CoveredSample], NDArray[np.float64]]:
    """Return samples on the unit circle, at angles in degrees."""
    turned = np.radians(angles)
    samples = [
        CoveredSample(f"{name}{place}", labels[place % len(labels)], (f"from={name}",), "image", _digest(angle))
        for place, angle in enumerate(angles)
    ]
    return samples, np.stack([np.cos(turned), np.sin(turned)], axis=1)


def _digest(angle: float) -> str:
    return f"sha256:{round((angle + 360) * 1e9):064x}"


def store_of(*parts: tuple[list[CoveredSample], NDArray[np.float64]]) -> Embeddings:
    digests = [one.digest or "" for samples, _ in parts for one in samples]
    return make_embeddings(digests, np.vstack([vectors for _, vectors in parts]), About("test"), "e.npz")


def test_shares_distances_and_order_are_exact() -> None:
    train = circle([float(angle) for angle in range(30)], "train")
    test = circle([10.5, 29.5, 33.0, 90.0, 5.0], "test", "xy")
    found = measure_coverage(train[0], test[0], store_of(train, test))
    # Neighbours are one degree apart; the chord of an angle is 2 sin(angle / 2).
    assert found.threshold == pytest.approx(2 * np.sin(np.radians(0.5)), abs=1e-4)
    assert (found.outside, found.test, found.share, found.copies) == (2, 5, 0.4, 1)
    assert [(one.path, one.nearest) for one in found.holes] == [("test3", "train29"), ("test2", "train29")]
    assert found.holes[0].distance == pytest.approx(2 * np.sin(np.radians(30.5)), abs=1e-4)
    assert [(part.name, part.samples, part.outside, part.trained) for part in found.labels] == [
        ("y", 2, 1, 0),
        ("x", 3, 1, 0),
    ]
    assert [(part.name, part.share) for part in found.tags] == [("from=test", 0.4)]
    assert found.interval == pytest.approx((0.1176, 0.7693), abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_of_the_same_kind_there_are_no_holes_and_of_another_there_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    train = circle(list(rng.normal(20, 5, 400)), "train")
    same, other = circle(list(rng.normal(20, 5, 200)), "same"), circle(list(rng.normal(60, 5, 50)), "other")
    store = store_of(train, same, other)
    assert not measure_coverage(train[0], same[0], store).has_holes
    there = measure_coverage(train[0], same[0] + other[0], store)
    assert there.has_holes
    assert there.tags[0].name == "from=other"
    assert there.tags[0].outside == 50


def test_copies_in_training_do_not_make_everything_a_hole() -> None:
    train = circle([float(angle) for angle in range(30)], "train")
    test = circle([3.5], "test")
    assert measure_coverage(train[0] * 3, test[0], store_of(train, test)).outside == 0


def test_too_few_and_none_are_refused() -> None:
    train, test = circle([float(angle) for angle in range(19)], "train"), circle([1.0], "test")
    store = store_of(train, test)
    with pytest.raises(InputError, match="19 different training samples"):
        measure_coverage(train[0], test[0], store)
    with pytest.raises(InputError, match="test set has no samples"):
        measure_coverage(train[0], [], store)
    with pytest.raises(InputError, match=r"e.npz: 1 of 20 samples have no vector"):
        measure_coverage([*train[0], CoveredSample("new", digest=_digest(99.0))], test[0], store)


def test_the_threshold_is_the_99th_percentile() -> None:
    # 99 neighbours one degree apart and one of four: 0.01 of the way from the 99th to the 100th distance.
    train, test = circle([*(float(angle) for angle in range(99)), 102.0], "train"), circle([5.5], "test")
    one, four = (2 * np.sin(np.radians(angle / 2)) for angle in (1, 4))
    found = measure_coverage(train[0], test[0], store_of(train, test))
    assert found.threshold == pytest.approx(one + 0.01 * (four - one), abs=1e-4)
    assert found.threshold > one + 3e-4
