"""Which samples a baseline can use."""

import pytest
from msgspec.structs import replace

from baselines.data.labelled_samples import LabelledSample, usable
from curate.facts.records import Finding
from curate.ground.errors import InputError
from curate.records.origin import Origin

BROKEN = (Finding("truncated", "error"),)
ODD = (Finding("dark", "warning"),)


def test_samples_without_label_and_with_errors_are_left_out_and_counted() -> None:
    samples = [
        LabelledSample("a.wav", "x", kind="audio"),
        LabelledSample("b.wav", None, kind="audio"),
        LabelledSample("c.wav", "", kind="audio"),
        LabelledSample("d.wav", "x", kind="audio", findings=BROKEN),
        LabelledSample("e.wav", "x", kind="audio", findings=ODD),
        LabelledSample("f.wav", "x"),
        LabelledSample("g.txt", "x"),
    ]
    found = usable(samples)
    assert [one.path for one in found.examples] == ["a.wav", "e.wav", "f.wav"]
    assert found.kind == "audio"
    assert found.left_out.counts == {"without a label": 2, "with an error finding": 1, "neither image nor audio": 1}
    assert found.left_out.examples["without a label"] == "b.wav"


def test_both_kinds_are_refused_with_their_counts() -> None:
    with pytest.raises(InputError, match=r"has 2 images and 1 recordings.*burnish select --where \"kind == 'audio'\""):
        usable([LabelledSample("a.png", "x"), LabelledSample("b.png", "x"), LabelledSample("c.wav", "x")])


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "no sample can be used (the manifest is empty); give labels"),
        ([LabelledSample("a.wav")], "no sample can be used (1 without a label); give labels with scan --pattern"),
        (
            [LabelledSample("a.wav", "x", findings=BROKEN)],
            "(1 with an error finding); look at the findings: burnish clean",
        ),
    ],
    ids=["empty", "unlabelled", "broken"],
)
def test_nothing_to_use_is_an_error_that_says_why(samples: list[LabelledSample], message: str) -> None:
    with pytest.raises(InputError) as caught:
        usable(samples)
    assert message in str(caught.value)


def test_what_took_the_place_of_its_source_is_not_generated() -> None:
    origin = Origin("a.wav", "sha256:a", recipe="trim")
    made, replaced = (
        LabelledSample("b.wav", origin=origin),
        LabelledSample("b.wav", origin=replace(origin, replaces=True)),
    )
    assert (made.generated, made.parents) == (True, ("sha256:a", "a.wav"))
    assert (replaced.generated, replaced.parents) == (False, ("sha256:a", "a.wav"))


@pytest.mark.parametrize("value", [7, None, ["a"]])
def test_foreign_origins_do_no_harm(value: object) -> None:
    assert LabelledSample("b.wav", origin=Origin(source=value, recipe="x")).parents == ()
