"""The issues of a manifest or of a run, and the findings in the pipe."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from baselines.data.labelled_samples import LabelledSample, LeftOut
from baselines.data.predictions import Prediction
from baselines.features.reading import Reading
from baselines.label_errors.issues_of_set import (
    IssueOptions,
    held_training,
    issues_of_predictions,
    issues_of_samples,
    look_at_run,
    manifest_of_run,
    with_findings,
)
from baselines.metrics.metrics import measure
from baselines.runs.run_folder import write_predictions
from baselines.runs.save_run import Clock, save_run
from baselines.training.options import TrainingOptions
from baselines.training.train import train
from curate.duplicates.item import Item
from curate.facts.records import Finding
from curate.ground.errors import InputError
from curate.ground.json import encode
from curate.records.sample import Sample
from curate.records.writer import encode as encode_sample
from curate.records.writer import foreign_field
from tests.baselines.label_errors.test_cross_fit import swapped
from tests.baselines.samples import stripes, tones

TRAINING = TrainingOptions("logistic", folds=4, reading=Reading(cache="", jobs=1))
WISH = IssueOptions(TRAINING, plantings=1, folds=4)


def items(samples: list[LabelledSample]) -> list[Item]:
    return [
        Item(path=one.path, label=one.label, split=one.split, kind=one.kind, bytes=one.bytes, digest=one.digest)
        for one in samples
    ]


def test_images_and_recordings_of_one_manifest(tmp_path: Path) -> None:
    sounds = swapped(tones(tmp_path, 12), 3)
    pictures = [stripes(tmp_path / f"{at}.png", ("across", "down")[at % 2], at) for at in range(24)]
    pictures[5] = msgspec.structs.replace(pictures[5], label="across")
    samples = [*sounds, *pictures]
    found = issues_of_samples(samples, items(samples), WISH, LeftOut())
    assert [one.media for one in found.judged] == ["audio", "image"]
    assert {one.path for one in found.samples if one.kind == "wrong-label"} == {sounds[3].path, pictures[5].path}
    assert found.looked_at == 48


def test_copies_with_other_labels_are_found_without_a_model_of_their_class(tmp_path: Path) -> None:
    samples = tones(tmp_path, 6)
    double = msgspec.structs.replace(samples[0], path=f"{tmp_path}/copy.wav", label="Low")
    (tmp_path / "copy.wav").write_bytes(Path(samples[0].path).read_bytes())
    left_out = LeftOut()
    found = issues_of_samples([*samples, double], items([*samples, double]), WISH, left_out)
    kinds = {(one.kind, one.path) for one in found.samples}
    assert ("conflict", double.path) in kinds
    assert ("conflict", samples[0].path) in kinds
    assert ("look-alike", double.path) in kinds


def test_generated_and_unlabelled_samples_are_counted(tmp_path: Path) -> None:
    from tests.baselines.samples import generated

    samples = tones(tmp_path, 6)
    made = generated(samples[0], tmp_path / "made.wav")
    bare = msgspec.structs.replace(samples[1], path="bare.wav", label=None)
    left_out = LeftOut()
    issues_of_samples([*samples, made, bare], items([*samples, made, bare]), WISH, left_out)
    assert left_out.counts == {"without a label": 1, "generated, with the label of their source": 1}


def make_run(tmp_path: Path, samples: list[LabelledSample], group: str | None = None) -> str:
    manifest = tmp_path / "set.jsonl"
    manifest.write_bytes(b"".join(encode(one) + b"\n" for one in samples))
    wish = TrainingOptions("logistic", folds=3, group=group, reading=Reading(cache="", jobs=1))
    result = train(samples, wish).result
    folder = str(tmp_path / "run")
    save_run(folder, ["train", str(manifest), "--run", folder], wish.parameters(), samples, result, Clock())
    return folder


@pytest.mark.slow
def test_a_run_finds_its_manifest_by_the_digest_of_its_samples(tmp_path: Path) -> None:
    samples = tones(tmp_path, 6)
    run = look_at_run(make_run(tmp_path, samples))
    assert run.refits
    assert manifest_of_run(run) == str(tmp_path / "set.jsonl")
    held = held_training(run, TrainingOptions(families=("auto",)))
    assert held.like is not None
    assert held.like.candidate.name == "logistic"
    (tmp_path / "set.jsonl").write_bytes(encode(samples[0]) + b"\n")
    assert manifest_of_run(run) is None, "it is another one by now"


@pytest.mark.slow
def test_a_run_with_groups_says_why_it_is_fitted_again(tmp_path: Path) -> None:
    samples = [msgspec.structs.replace(one, tags=(f"speaker={at % 4}",)) for at, one in enumerate(tones(tmp_path, 8))]
    run = look_at_run(make_run(tmp_path, samples, "speaker"))
    assert "held speaker apart" in run.why
    assert "fitted again, in random folds" in run.why


def test_probabilities_from_elsewhere_are_taken_as_they_are(tmp_path: Path) -> None:
    made = [Prediction(f"{at}.png", "a", "a", 0.9, probabilities={"a": 0.9, "b": 0.1}) for at in range(20)]
    made += [Prediction(f"{at}.png", "b", "b", 0.9, probabilities={"a": 0.1, "b": 0.9}) for at in range(20, 40)]
    made[4] = Prediction("4.png", "a", "b", 0.99, probabilities={"a": 0.01, "b": 0.99})
    write_predictions(str(tmp_path / "predictions.jsonl"), made)
    found = issues_of_predictions(look_at_run(str(tmp_path)), WISH)
    assert [(one.path, one.score, one.suggested) for one in found.samples] == [("4.png", 0.01, "b")]
    assert found.judged[0].planted is None
    assert "how good the list is, is not known" in found.notes[0]
    assert measure(made).samples == 40


def test_without_probabilities_nothing_is_judged(tmp_path: Path) -> None:
    write_predictions(str(tmp_path / "predictions.jsonl"), [Prediction("a", "x", "y", 0.9)])
    with pytest.raises(InputError, match="has no probabilities"):
        issues_of_predictions(look_at_run(str(tmp_path)), WISH)


def test_findings_take_the_place_of_those_of_an_earlier_call(tmp_path: Path) -> None:
    samples = swapped(tones(tmp_path, 12), 3)
    found = issues_of_samples(samples, items(samples), WISH, LeftOut())
    stale, kept = Finding("wrong-label", "warning", 0.1), Finding("quiet", "warning")
    outlier = Finding("outlier", "warning", 3.0)
    lines = [Sample(one.path, one.label, findings=(stale, kept, outlier)) for one in samples]
    counts: Counter[str] = Counter()
    after = list(with_findings(lines, found, counts))
    assert [len(one.findings) for one in after] == [3 if at == 3 else 2 for at in range(24)]
    assert after[0].findings == (kept, outlier), "what clean found stays where nothing was embedded"
    assert after[3].findings[-1].check == "wrong-label"
    assert counts == {"wrong-label": 1}
    assert foreign_field(after[3], "suggested") == "low"
    assert foreign_field(after[0], "suggested") is None
    assert list(with_findings(after, found, Counter())) == after
    again = list(with_findings(after, msgspec.structs.replace(found, samples=()), Counter()))
    assert b"suggested" not in encode_sample(again[3]), "what is not found any more is not proposed"
