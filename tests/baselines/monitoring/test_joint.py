"""All facts together."""

import numpy as np
import pytest

from baselines.monitoring.joint import NAME, joint_test
from baselines.monitoring.two_sets import two_sets
from curate.drift.rows import Rows
from curate.drift.verdicts import Judge
from curate.embeddings.store import About, make_embeddings
from curate.ground.errors import InputError
from tests.curate.drift.sets import photos


def correlated(size: int, sign: int, seed: int) -> Rows:
    """Return photos whose brightness and contrast go together, or against each other: each alone looks the same."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=size)
    rows = photos([0.5] * size, digest=[f"sha256:{seed}{n}" for n in range(size)])
    rows.columns["image.brightness"] = first
    rows.columns["image.contrast"] = sign * 0.9 * first + 0.45 * rng.normal(size=size)
    return rows


def test_a_shift_is_seen_and_its_fact_named_and_the_newest_samples_are_the_farthest() -> None:
    reference, new = correlated(200, 1, 0), correlated(200, 1, 1)
    new.columns["image.contrast"] = new.columns["image.contrast"] + 1.5
    found = joint_test(reference, new, Judge())
    assert found.test.p < 1e-6
    assert found.test.effect > 0.4
    assert found.strongest[0].name == "image.contrast"
    assert found.strongest[0].correlation > 0
    # What is new is a contrast that the brightness does not go with.
    odd = new.columns["image.contrast"] - 0.9 * new.columns["image.brightness"]
    values = dict(zip(new.columns["path"], odd, strict=True))
    assert np.mean([values[one.path] for one in found.newest]) > np.mean(odd) + 0.3
    assert len(found.newest) == 20
    assert [one.score for one in found.newest] == sorted((one.score for one in found.newest), reverse=True)


def test_unchanged_sets_are_rarely_told_apart() -> None:
    small = sum(joint_test(correlated(60, 1, n), correlated(60, 1, n + 100), Judge()).test.p < 0.05 for n in range(60))
    assert small <= 8


def test_an_embedding_sees_what_no_fact_shows() -> None:
    reference, new = correlated(100, 1, 0), correlated(100, 1, 1)
    digests = [*reference.columns["digest"], *new.columns["digest"]]
    vectors = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    vectors[100:, 2] += 2
    found = joint_test(reference, new, Judge(), make_embeddings(digests, vectors, About("test")))
    assert found.test.effect > 0.5
    with pytest.raises(InputError, match="no sample has a vector"):
        joint_test(reference, new, Judge(), make_embeddings(["sha256:z"], vectors[:1], About("test")))


def test_it_is_one_test_of_the_family_and_says_what_it_lacks() -> None:
    few = two_sets(photos([0.1, 0.2]), photos([0.1, 0.3]), ("facts", "features"), Judge())
    assert NAME not in {one.name for one in few.tests}
    assert any("features: 2 against 2 samples" in note for note in few.notes)
    found = two_sets(correlated(100, 1, 0), correlated(100, 1, 1), ("facts", "features"), Judge())
    joint = next(one for one in found.tests if one.name == NAME)
    assert joint.samples == (100, 100)
    assert found.strongest == (), "of a classifier that tells nothing apart, what it goes by is chance"
    assert len(found.newest) == 20


def test_missing_values_and_names_are_seen() -> None:
    a, b = correlated(150, 1, 0), correlated(150, 1, 1)
    b.columns["image.contrast"][:75] = np.nan
    assert joint_test(a, b, Judge()).test.p < 1e-6
    a, b = correlated(150, 1, 0), correlated(150, 1, 1)
    for side, mode in ((a, "RGB"), (b, "L")):
        side.columns["image.mode"] = np.array([mode] * 75 + ["RGB"] * 75, object)
    assert joint_test(a, b, Judge()).test.p < 1e-6


def test_facts_that_are_all_the_same_tell_nothing() -> None:
    with pytest.raises(InputError, match="the same in all samples"):
        joint_test(photos([0.5] * 20), photos([0.5] * 20), Judge())
