"""What a report is about: work folders, runs that belong together, manifests; and what is none of these."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from baselines.data.predictions import Prediction
from baselines.runs.run_folder import write_predictions
from cli.pipeline.files import Stamp
from cli.pipeline.state import Done, State
from cli.views.report.subjects import find_subjects
from curate.ground.errors import InputError

DROPPED = {"check": "empty", "severity": "error"}


def run(folder: Path, *paths: str) -> str:
    folder.mkdir(parents=True)
    write_predictions(str(folder / "predictions.jsonl"), [Prediction(path, "x", "x") for path in paths])
    return str(folder)


def manifest(path: Path, *samples: dict[str, object], time: int = 0) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    os.utime(path, (time, time))
    return str(path)


def done(command: list[str], *files: str) -> Done:
    stamps = {file: Stamp(0, 0, "sha256:") for file in files}
    return Done(command=command, status="done", when="", seconds=0, inputs={}, files=stamps, folders={})


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a work folder as a pipeline leaves it, seen from where it ran."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "work"
    manifest(folder / "01-scan.jsonl", {"path": "a"}, {"path": "b"})
    manifest(folder / "02-clean.jsonl", {"path": "a"})
    manifest(folder / "dropped.jsonl", {"path": "b", "findings": [DROPPED]})
    run(folder / "before", "a")
    steps = {
        "scan": done(["scan", "--output=work/01-scan.jsonl"], "work/01-scan.jsonl"),
        "clean": done(
            ["clean", "--output=work/02-clean.jsonl", "--rejects=work/dropped.jsonl"],
            "work/02-clean.jsonl",
            "work/dropped.jsonl",
        ),
        "before": done(["train", "--json"], "work/03-before.json", "work/before/predictions.jsonl"),
        "after": done(["train", "--json"], "work/after/predictions.jsonl"),
    }
    (folder / "state.json").write_bytes(msgspec.json.encode(State(recipe="loop", version="1", steps=steps)))
    return folder


def names(paths: tuple[str, ...]) -> list[str]:
    return [os.path.basename(path) for path in paths]


@pytest.mark.parametrize("moved", [False, True], ids=["where-it-ran", "moved"])
def test_a_work_folder_is_read_by_its_steps(work: Path, tmp_path: Path, moved: bool) -> None:
    if moved:
        work = work.rename(tmp_path / "elsewhere")
    (found,) = find_subjects([str(work)])
    assert found.title == f"loop in {work.name}"
    assert names(found.manifests) == ["01-scan.jsonl", "02-clean.jsonl"]
    assert names(found.rejects) == ["dropped.jsonl"]
    assert names(found.runs) == ["before"], "the step after has not written its run yet"
    assert all(os.path.exists(path) for path in (*found.manifests, *found.rejects, *found.runs))


def test_a_folder_filled_by_hand_is_read_by_times(tmp_path: Path) -> None:
    manifest(tmp_path / "w" / "z.jsonl", {"path": "a"}, {"path": "b"}, time=1)
    manifest(tmp_path / "w" / "a.jsonl", {"path": "b", "findings": [DROPPED]}, time=2)
    manifest(tmp_path / "w" / "m.jsonl", {"path": "a"}, time=3)
    (tmp_path / "w" / "metadata.jsonl").write_text('{"file_name": "a"}\n')
    for number, name in enumerate(("second", "first")):
        run(tmp_path / "w" / name, "a")
        os.utime(tmp_path / "w" / name / "predictions.jsonl", (9 - number, 9 - number))
    (found,) = find_subjects([str(tmp_path / "w")])
    assert (found.title, found.state) == ("w", None)
    assert names(found.manifests) == ["z.jsonl", "m.jsonl"]
    assert names(found.rejects) == ["a.jsonl"]
    assert names(found.runs) == ["first", "second"]


def test_a_set_of_which_every_sample_has_a_finding_is_no_reject(tmp_path: Path) -> None:
    path = manifest(tmp_path / "w" / "set.jsonl", {"path": "b", "findings": [DROPPED]})
    (found,) = find_subjects([str(tmp_path / "w")])
    assert (found.manifests, found.rejects) == ((path,), ())


def test_runs_on_the_same_samples_belong_together(tmp_path: Path) -> None:
    runs = [
        run(tmp_path / "i" / "before", "a", "b"),
        run(tmp_path / "s" / "before", "x"),
        run(tmp_path / "i" / "after", "b", "c"),
        run(tmp_path / "s" / "after", "x"),
    ]
    found = find_subjects(runs)
    assert [one.title for one in found] == ["i: before and after", "s: before and after"]
    assert [list(one.runs) for one in found] == [runs[::2], runs[1::2]]


def test_manifests_and_runs_together(tmp_path: Path) -> None:
    before, after = (manifest(tmp_path / f"{name}.jsonl", {"path": "a"}) for name in ("before", "after"))
    trained = run(tmp_path / "run", "a")
    (found,) = find_subjects([before, trained, after])
    assert (found.title, found.manifests, found.runs) == ("after.jsonl", (before, after), (trained,))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone", "there is no gone; name a work folder, a run or a manifest"),
        ("photo.png", "photo.png is no manifest; name a work folder, a run or a manifest"),
        ("work/before/predictions.jsonl", "is a file of a run; name its folder: work/before"),
        ("empty", "empty is no work folder and no run: it has no state.json, no manifest and no predictions.jsonl"),
        ("project", "project is no work folder and no run: did you mean project/work?"),
        ("begun", "no step in begun has written anything yet; run the pipeline: burnish run loop"),
        ("damaged", "damaged/state.json is damaged"),
        ("hollow", "the run in hollow has no predictions"),
    ],
)
def test_what_is_none_of_these(work: Path, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for folder in ("empty", "begun", "damaged", "hollow", "project/work"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "begun" / "state.json").write_bytes(msgspec.json.encode(State(recipe="loop", version="1")))
    (tmp_path / "project" / "work" / "state.json").write_text("{}")
    (tmp_path / "damaged" / "state.json").write_text("[")
    (tmp_path / "hollow" / "predictions.jsonl").touch()
    with pytest.raises(InputError) as error:
        find_subjects([name])
    assert message in str(error.value)
    assert "\n" not in str(error.value)
