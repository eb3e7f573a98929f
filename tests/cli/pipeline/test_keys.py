"""What the result of a step depends on."""

from pathlib import Path

import pytest

from cli.pipeline.files import Files
from cli.pipeline.keys import inputs_of, why_run
from cli.pipeline.state import Done
from cli.pipeline.tasks import Task
from tests.cli.pipeline.test_tasks import tasks_of


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("x")
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "n.wav").write_text("x")
    (tmp_path / "mine.yaml").write_text(
        "kind: augment\nvars: {where: nowhere}\naudio: [{mix_noise: {folder: '${where}'}}]"
    )
    return tmp_path


def names(task: Task) -> set[str]:
    return {*inputs_of(task, Files(), "1")}


def test_the_key_of_scan_is_what_is_in_its_folders(project: Path) -> None:
    task = tasks_of("kind: pipeline\nsteps: [{scan: {paths: [photos], label: none}}]")["scan"]
    before = inputs_of(task, Files(), "1")
    assert {*before} == {"code of burnish", "command", "option paths", "option label", "folder photos"}
    (project / "photos" / "b.jpg").touch()
    after = inputs_of(task, Files(), "1")
    assert {name for name in after if after[name] != before[name]} == {"folder photos"}
    newer = inputs_of(task, Files(), "2")
    assert {name for name in after if after[name] != newer[name]} == {"code of burnish"}


def test_the_key_of_augment_holds_its_recipe_and_the_folders_that_this_one_names(project: Path) -> None:
    text = "kind: pipeline\nsteps: [{scan: {paths: photos}}, {augment: {recipe: mine.yaml, set: {where: noise}}}]"
    task = tasks_of(text)["augment"]
    assert {"file mine.yaml", "folder noise", "option set", "input"} <= names(task)
    before = inputs_of(task, Files(), "1")
    (project / "noise" / "n.wav").write_text("longer")
    after = inputs_of(task, Files(), "1")
    assert {name for name in after if after[name] != before[name]} == {"folder noise"}
    assert "folder work/augment" not in names(task), "what it makes itself is no input"


def test_every_recipe_of_a_list_is_looked_at_with_its_own_variables(project: Path) -> None:
    (project / "other.yaml").write_text("kind: augment\naudio: [{mix_noise: {folder: photos}}]")
    step = "{recipe: [other.yaml, mine.yaml], set: {where: noise}, into: new}"
    task = tasks_of(f"kind: pipeline\nsteps: [scan: {{paths: [photos]}}, augment: {step}]")["augment"]
    assert task.recipes == ["other.yaml", "mine.yaml"]
    assert {"file other.yaml", "folder photos", "file mine.yaml", "folder noise"} <= names(task)
    assert inputs_of(task, Files(), "1")["option recipe"] == "other.yaml\nmine.yaml"


def test_a_step_that_is_named_is_looked_at_and_its_folder_is_no_option(project: Path) -> None:
    text = (
        "kind: pipeline\nsteps: [{id: before, evaluate: {predictions: p.csv}, input: set.jsonl}, {weak: {run: before}}]"
    )
    (project / "set.jsonl").touch()
    (project / "p.csv").touch()
    try:
        tasks = tasks_of(text)
    except ValueError:
        pytest.skip("evaluate is not there yet")
    assert names(tasks["weak"]) == {"code of burnish", "command", "result of before"}
    assert tasks["weak"].words() == ["weak", "--json", "--", "work/before"]


@pytest.mark.parametrize(
    "operation",
    [
        "mix_noise: {folder: noise}",
        "reverb: {folder: noise}",
        "AddBackgroundNoise: {sounds_path: noise}",
        "ApplyImpulseResponse: {ir_path: [noise]}",
        "AnOperationOfLater: {anything: {deep: noise}}",
    ],
)
@pytest.mark.parametrize("command", ["augment", "preview"])
def test_a_folder_that_a_recipe_names_is_part_of_the_key(project: Path, command: str, operation: str) -> None:
    (project / "mine.yaml").write_text(f"kind: augment\naudio: [{{{operation}}}]")
    task = tasks_of(f"kind: pipeline\nsteps: [{{scan: {{paths: photos}}}}, {{{command}: {{recipe: mine.yaml}}}}]")[
        command
    ]
    before = inputs_of(task, Files(), "1")
    (project / "noise" / "another.wav").touch()
    after = inputs_of(task, Files(), "1")
    assert {name for name in after if after[name] != before.get(name)} == {"folder noise"}


def test_what_was_put_off_is_done_again() -> None:
    done = Done(
        command=[], status="incomplete", when="", seconds=0, inputs={}, files={}, folders={}, samples_in=1, put_off=2
    )
    task = tasks_of("kind: pipeline\nsteps: [{scan: {paths: d}}]")["scan"]
    assert why_run(task, done, {}, Files()) == "2 files were put off last time"
