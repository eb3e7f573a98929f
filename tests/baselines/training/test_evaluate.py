"""Predictions of another model against the labels of a manifest."""

from pathlib import Path

import pytest

from baselines.data.labelled_samples import LabelledSample
from baselines.training.evaluate import Evaluated, evaluate
from curate.facts.records import Finding
from curate.ground.errors import InputError, UsageError
from curate.records.origin import Origin

SET = [
    LabelledSample("a.wav", "cat", split="train"),
    LabelledSample("b.wav", "cat", split="train"),
    LabelledSample("c.wav", "dog", split="train"),
    LabelledSample("d.wav", "dog", tags=("dark",), split="test", digest="sha256:d"),
    LabelledSample("e.wav", "dog", split="test"),
    LabelledSample("f.wav", "cat", split="test"),
]
SPLITLESS = [LabelledSample(one.path, one.label) for one in SET]


def run(tmp_path: Path, rows: str, samples: list[LabelledSample], test_split: str | None = None) -> Evaluated:
    (tmp_path / "p.csv").write_text(f"path,prediction,confidence\n{rows}")
    return evaluate(samples, str(tmp_path / "p.csv"), test_split)


def test_the_test_split_is_tested_and_the_majority_is_its_own(tmp_path: Path) -> None:
    found = run(tmp_path, "d.wav,dog,0.9\ne.wav,cat,\nf.wav,cat,0.5\na.wav,dog,\n", SET)
    first = found.result.predictions[0]
    assert (first.path, first.label, first.prediction, first.confidence) == ("d.wav", "dog", "dog", 0.9)
    assert (first.tags, first.digest, first.kind, first.probabilities) == (("dark",), "sha256:d", "audio", {})
    assert found.result.metrics.accuracy == pytest.approx(2 / 3)
    assert found.result.metrics.majority_accuracy == pytest.approx(2 / 3), (
        "dog is the majority of the test, cat of training"
    )
    assert found.result.evaluation == "test split"
    assert found.notes == ["predictions of samples that are not tested: 1"]


def test_without_a_test_split_all_labelled_samples_are_tested(tmp_path: Path) -> None:
    rows = "".join(f"{one.path},cat,\n" for one in SPLITLESS)
    made = LabelledSample("g.wav", "cat", origin=Origin(recipe="r"))
    broken = LabelledSample("h.wav", "cat", findings=(Finding("truncated", "error"),))
    found = run(tmp_path, f"{rows}g.wav,cat,\n", [*SPLITLESS, LabelledSample("x.wav"), made, broken])
    assert found.result.metrics.samples == 6
    assert found.left_out.counts == {
        "without a label": 1, "generated, which are no test": 1, "with an error finding": 1,
    }  # fmt: skip


def test_missing_unknown_and_strange_are_counted(tmp_path: Path) -> None:
    found = run(tmp_path, "d.wav,Dog,\ne.wav,dog,\nzz.wav,cat,\n", SET)
    assert found.left_out.counts == {"without a prediction": 1}
    assert found.result.metrics.accuracy == 0.5
    assert found.notes == [
        "predictions of files that the manifest does not have: 1, such as zz.wav",
        "predictions of 'Dog', which is no label of the manifest: 1, all counted as wrong (did you mean 'dog'?)",
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("data/z.wav,dog,\n", "names none of the samples: it says data/z.wav, and the manifest a.wav"),
        ("a.wav,cat,\n", "has predictions of none of the tested samples, only of others"),
    ],
)
def test_a_file_of_other_samples_is_an_error(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, rows, SET)
    assert message in str(caught.value)


def test_a_test_split_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--test-split 'tests': .*\(did you mean 'test'\?\)"):
        run(tmp_path, "a.wav,cat,\n", SET, "tests")


def test_both_kinds_may_be_evaluated(tmp_path: Path) -> None:
    found = run(tmp_path, "a.wav,x,\nb.png,x,\n", [LabelledSample("a.wav", "x"), LabelledSample("b.png", "x")])
    assert [one.kind for one in found.result.predictions] == ["audio", "image"]
