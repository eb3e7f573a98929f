"""What a page is told of samples."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from curate.embeddings.store import About, make_embeddings
from curate.records.reader import read_as
from curate.review.items import Neighbour, Subject, classes_of, side_of, with_digests, with_neighbours
from tests.curate.review.subjects import digest, flagged, subject


def read_one(**fields: object) -> Subject:
    return next(read_as([json.dumps({"path": "a.jpg", **fields}).encode()], Subject))


@pytest.mark.parametrize(
    "odd", [{"score": "low"}, {"prediction": 3}, {"confidence": [1]}, {"neighbours": "b"}, {"score": True}]
)
def test_what_other_programs_wrote_in_other_types_is_no_reason_to_stop(odd: dict[str, object]) -> None:
    side = side_of(read_one(digest=digest("a"), **odd), {})
    assert (side.score, side.prediction, side.confidence, side.neighbours) == (None, None, None, ())


def test_a_suggestion_comes_before_a_prediction() -> None:
    assert side_of(subject("a", prediction="dog", confidence=0.5), {}).prediction == "dog"
    assert side_of(subject("a", prediction="dog", suggested="hat"), {}).prediction == "hat"


def test_a_score_is_the_samples_own_or_that_of_its_finding() -> None:
    assert subject("a", score=2).rank == 2.0
    assert flagged("a", 0.25).rank == 0.25
    assert flagged("a", 0.25, check="dark").rank is None


def test_findings_have_a_sentence_or_their_figures() -> None:
    assert side_of(flagged("a", 0.12345, check="dark"), {}).findings == (("dark", "0.1235"),)


def test_digests_that_are_missing_or_no_sha256_are_computed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"abc")
    unreadable: list[str] = []
    given = [
        subject("a.jpg", digest=None),
        subject("a.jpg", digest="md5:1"),
        subject("gone.jpg", digest=None),
        subject("x"),
    ]
    found = list(with_digests(given, str(tmp_path), unreadable))
    own = f"sha256:{sha256(b'abc').hexdigest()}"
    assert [one.digest for one in found] == [own, own, digest("x")]
    assert unreadable == ["gone.jpg: No such file or directory"]


def test_classes_are_in_the_order_of_people_and_those_given_come_first() -> None:
    subjects = [
        subject("a", "take 10"),
        subject("b", "take 2", suggested="Zebra"),
        subject("c", None, prediction="apple"),
    ]
    assert classes_of(subjects) == ["apple", "take 2", "take 10", "Zebra"]
    assert classes_of(subjects, ["new", "take 10"]) == ["new", "take 10", "apple", "take 2", "Zebra"]


def test_neighbours_are_found_by_vectors_and_told_by_digest_and_label() -> None:
    subjects = [subject(name, label) for name, label in (("a", "cat"), ("b", "dog"), ("c", "hat"), ("without", "cat"))]
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32)
    store = make_embeddings([one.digest or "" for one in subjects[:3]], vectors, About("test"))
    found = with_neighbours(subjects, store)
    known = {one.digest or "": one for one in found}
    assert side_of(found[0], known).neighbours == (
        Neighbour(digest("b"), "dog", "image"), Neighbour(digest("c"), "hat", "image"),
    )  # fmt: skip
    assert found[3].neighbours is None
