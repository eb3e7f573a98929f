"""`train --like`: model, hyperparameters and features of another run, held still."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace as changed

from baselines.data.labelled_samples import LabelledSample
from baselines.data.predictions import Prediction
from baselines.features.reading import Reading
from baselines.metrics.metrics import Metrics, measure
from baselines.models.models import Candidate
from baselines.runs.run_folder import predictions_of_run, read_run, write_run
from baselines.runs.run_record import ModelRecord
from baselines.runs.save_run import Clock, save_run
from baselines.training.like import hold_still
from baselines.training.options import TrainingOptions
from baselines.training.train import Trained, train
from curate.embeddings.store import About, make_embeddings, write_embeddings
from curate.ground.errors import BurnishError, InputError, UsageError
from tests.baselines.samples import generated, stripes, tone, tones

READING = Reading(cache="", jobs=1)


def learn(samples: list[LabelledSample], options: TrainingOptions, folder: Path | None = None) -> Trained:
    found = train(samples, options)
    if folder:
        save_run(str(folder), ["train"], options.parameters(), samples, found.result, Clock())
    return found


def like(run: Path, **options: object) -> TrainingOptions:
    held = hold_still(str(run), "auto", ())
    return TrainingOptions(like=held, reading=READING, **options)  # type: ignore[arg-type]


def embedded(path: Path, samples: list[LabelledSample], model: str = "sha256:m") -> str:
    """Write an embedding of each sample, three numbers that its label decides."""
    vectors = np.array([[1.0, i / 99, 0.5 if one.label == "low" else -0.5] for i, one in enumerate(samples)])
    about = About("toy", model, "audio")
    write_embeddings(str(path), make_embeddings([one.digest or "" for one in samples], vectors, about))
    return f"embedding:{path}"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledSample]:
    return tones(tmp_path_factory.mktemp("tones"), 6)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory, samples: list[LabelledSample]) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "before"
    learn(samples, TrainingOptions(model="logistic", families=("mel",), reading=READING), folder)
    return folder


@pytest.fixture
def before(learned: Path, tmp_path: Path) -> Path:
    """A run of its own for each test, which may change it."""
    return shutil.copytree(learned, tmp_path / "before")


def record(run: Path) -> ModelRecord:
    found = read_run(str(run)).model
    assert found
    return found


def rewrite(run: Path, **fields: object) -> None:
    """Change the record of the model of a run, as a stranger could."""
    whole = read_run(str(run))
    found = train_metrics(run)
    write_run(str(run), changed(whole, model=changed(record(run), **fields)), *found)


def train_metrics(run: Path) -> tuple[Metrics, list[Prediction]]:
    predictions = predictions_of_run(str(run))
    return measure(predictions), predictions


def test_model_parameters_and_features_are_the_same(
    before: Path, samples: list[LabelledSample], tmp_path: Path
) -> None:
    # By itself, `auto` takes another model and all features.
    free = learn(samples, TrainingOptions(reading=READING)).result.model
    assert free
    assert (free.name, free.features) == ("svm", ("mel", "mfcc", "level"))
    made = [generated(one, tmp_path / f"made_{i}.wav") for i, one in enumerate(samples)]
    for name in ("after", "again"):
        learn([*samples, *made], like(before), tmp_path / name)
    old, after, again = (record(tmp_path / name) for name in ("before", "after", "again"))
    assert (after.name, after.settings, after.features) == ("logistic", old.settings, ("mel",))
    assert after.settings["C"] == 10.0
    assert after.like == str(before)
    assert again == after
    files = [(tmp_path / name / "predictions.jsonl").read_bytes() for name in ("after", "again")]
    assert files[0] == files[1], "two runs give the same predictions"


def test_balanced_is_held_too(tmp_path: Path) -> None:
    uneven = [*tones(tmp_path / "a", 8, ("low",)), *tones(tmp_path / "b", 4, ("high",))]
    learn(uneven, TrainingOptions(model="svm", reading=READING), tmp_path / "run")
    rewrite(tmp_path / "run", name="svm, balanced")
    found = learn(uneven, like(tmp_path / "run")).result.model
    assert found
    assert (found.name, set(found.folds)) == ("svm, balanced", {"svm, balanced"})


def test_embeddings_are_held_by_what_made_them(samples: list[LabelledSample], tmp_path: Path) -> None:
    name = embedded(tmp_path / "one.npz", samples)
    learn(samples, TrainingOptions(model="knn", families=(name,), reading=READING), tmp_path / "run")
    assert record(tmp_path / "run").embeddings == ("sha256:m",)
    found = learn(samples, like(tmp_path / "run")).result.model
    assert found
    assert (found.name, found.features) == ("knn", (name,))
    # More samples have another file, which the same model made.
    more = [*samples, tone(tmp_path / "new.wav", "low", 77)]
    other = embedded(tmp_path / "two.npz", more)
    held = hold_still(str(tmp_path / "run"), "auto", (other,))
    assert held.families == (other,)
    assert len(learn(more, TrainingOptions(like=held, reading=READING)).result.predictions) == 13
    held = hold_still(str(tmp_path / "run"), "auto", (embedded(tmp_path / "three.npz", more, "sha256:other"),))
    with pytest.raises(UsageError, match=r"three\.npz was made by another model than the embeddings of --like"):
        learn(more, TrainingOptions(like=held, reading=READING))
    (tmp_path / "one.npz").unlink()
    with pytest.raises(UsageError, match=r"learned from embedding:.*one\.npz, and there is no such file"):
        hold_still(str(tmp_path / "run"), "auto", ())


def test_the_choice_between_feature_sets_is_held(samples: list[LabelledSample], tmp_path: Path) -> None:
    name = embedded(tmp_path / "one.npz", samples)
    options = TrainingOptions(model="knn", families=("auto", name), reading=READING)
    learn(samples, options, tmp_path / "run")
    chosen = record(tmp_path / "run").features
    found = learn(samples, like(tmp_path / "run")).result.model
    assert found
    assert found.features == chosen


def test_the_other_kind_is_refused(before: Path, tmp_path: Path) -> None:
    pictures = [stripes(tmp_path / f"{i}.png", ("across", "down")[i % 2], i) for i in range(6)]
    with pytest.raises(UsageError, match="learned from files of kind audio, and the manifest has image"):
        learn(pictures, like(before))


@pytest.mark.parametrize(
    ("model", "features", "problem"),
    [
        ("svm", (), "holds its model still, logistic; --model svm asks for another"),
        ("auto", ("mfcc",), "holds its features still, mel; --feature mfcc asks for others"),
        ("auto", ("mel", "mfcc"), "holds its features still"),
        ("auto", ("embedding:x.npz",), "holds its features still"),
    ],
)
def test_what_asks_for_something_else_is_refused(
    before: Path, model: str, features: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        hold_still(str(before), model, features)


def test_what_asks_for_the_same_is_not(before: Path) -> None:
    assert hold_still(str(before), "logistic", ("mel",)).candidate == Candidate("logistic")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"features_version": 99}, "has features of version 99, and this burnish computes version"),
        (
            {"settings": {"C": 1.0, "max_iter": 200, "tol": 1e-3}},
            "fitted with C = 1.0, and this burnish fits with 10.0",
        ),
        ({"settings": {"C": 10.0}}, "was fitted with max_iter = nothing"),
        ({"name": "oracle"}, "its model 'oracle' is unknown"),
        ({"name": "knn, balanced"}, "its model 'knn, balanced' is unknown"),
        ({"features": ("../x",)}, "its features .* are unknown"),
        ({"features": ()}, "its features .* are unknown"),
        ({"kind": "video"}, "its features .* are unknown"),
    ],
)
def test_a_record_that_cannot_be_followed_is_refused(before: Path, fields: dict[str, object], problem: str) -> None:
    rewrite(before, **fields)
    with pytest.raises(BurnishError, match=problem):
        hold_still(str(before), "auto", ())


def test_a_run_of_before_settings_were_recorded_is_taken(before: Path) -> None:
    rewrite(before, settings={})
    assert hold_still(str(before), "auto", ()).candidate == Candidate("logistic")


def test_no_run_and_no_model(before: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run in"):
        hold_still(str(tmp_path / "gone"), "auto", ())
    write_run(str(before), changed(read_run(str(before)), model=None), *train_metrics(before))
    with pytest.raises(UsageError, match="that run has no model, its predictions came from elsewhere"):
        hold_still(str(before), "auto", ())
