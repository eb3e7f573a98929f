"""Guards between training and test."""

from typing import Any

import pytest

from baselines.data.labelled_samples import Example
from baselines.data.leaks import check_sides
from curate.ground.errors import InputError
from curate.records.origin import Origin

TEST = [Example("t.wav", "x", digest="sha256:t")]


def made(**origin: Any) -> Origin:
    return Origin(**{"recipe": "noise", **origin})


def test_sides_that_are_apart_are_fine() -> None:
    train = [
        Example("a.wav", "x", digest="sha256:a"),
        Example("b.wav", "x", digest="sha256:b", origin=made(source="a.wav", source_digest="sha256:a")),
        Example("c.wav", "x", origin=Origin(source=7)),
    ]
    check_sides(train, TEST)


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (Example("a.wav", digest="sha256:t"), "a.wav is trained on and is a copy of t.wav of the test split"),
        (Example("a.wav", duplicate_of="t.wav"), "a.wav is trained on and is a copy of t.wav of the test split"),
        (Example("a.wav", origin=made(source_digest="sha256:t")), "a.wav is trained on and was made from t.wav"),
        (Example("a.wav", origin=made(source="t.wav")), "a.wav is trained on and was made from t.wav"),
        (Example("a.wav", origin=made(source="t.wav", replaces=True)), "a.wav is trained on and was made from t.wav"),
        (Example("a.wav", origin=Origin(source="t.wav")), "a.wav is trained on and was made from t.wav"),
    ],
    ids=["same bytes", "known copy", "made from its bytes", "made from its path", "in its place", "another program"],
)
def test_what_tells_of_the_test_is_an_error_with_a_cure(one: Example, message: str) -> None:
    with pytest.raises(InputError) as caught:
        check_sides([one], TEST)
    assert message in str(caught.value)
    assert "burnish split --force" in str(caught.value)


def test_a_generated_sample_is_no_test() -> None:
    with pytest.raises(InputError, match=r"g\.wav is generated and in the test split: a test must be real"):
        check_sides([], [Example("g.wav", origin=made(source="a.wav"))])


def test_what_the_files_hold_now_counts() -> None:
    with pytest.raises(InputError, match=r"a\.wav is trained on and is a copy of t\.wav"):
        check_sides([Example("a.wav", digest="sha256:old")], TEST, ["sha256:new"], ["sha256:new"])
