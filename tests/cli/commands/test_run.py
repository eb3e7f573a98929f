"""`burnish run`, as a person or a CI job uses it: the program in a process of its own, on real files."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.engine import failures
from tests.cli.test_contract import in_terminal
from tests.conftest import ROOT, Burnish, burnish_in
from tests.machine import PATIENCE_S, alive, children_of, in_time, wait_until, words_of

RECIPE = """\
kind: pipeline
description: A small one.
vars: {data: photos, work: work, ratio: "train=0.5,test=0.5"}
steps:
  - scan: {paths: ["${data}"]}
  - clean: {rejects: "${work}/rejects.jsonl"}
  - id: half
    split: {ratio: "${ratio}"}
  - balance
  - id: only-cats
    input: clean
    select: {label: [cat]}
"""


def begin(folder: Path, picture: Callable[..., Path]) -> Path:
    """Put a recipe and eight pictures of two classes into a folder."""
    for number in range(8):
        picture(folder / "photos" / ("cat" if number % 2 else "dog") / f"{number}.png", seed=number)
    (folder / "mine.yaml").write_text(RECIPE)
    return folder


@pytest.fixture
def project(tmp_path: Path, picture: Callable[..., Path]) -> Path:
    """What was never run."""
    return begin(tmp_path, picture)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, picture: Callable[..., Path]) -> Path:
    """What was run, once for all tests."""
    folder = begin(tmp_path_factory.mktemp("once"), picture)
    burnish_in(folder)("run", "mine.yaml")
    return folder


@pytest.fixture
def finished(once: Path, tmp_path: Path) -> Path:
    """A copy of it for the test; files keep their times."""
    return shutil.copytree(once, tmp_path, dirs_exist_ok=True)


def steps_of(burnish: Burnish, *arguments: str, code: int = 0) -> dict[str, dict[str, Any]]:
    report = json.loads(burnish("run", "mine.yaml", "--json", *arguments, code=code).stdout)
    return {step["step"]: step for step in report["steps"]}


def statuses(burnish: Burnish, *arguments: str, code: int = 0) -> dict[str, str]:
    return {name: step["status"] for name, step in steps_of(burnish, *arguments, code=code).items()}


NAMES = ("scan", "clean", "half", "balance", "only-cats")


def test_every_step_reads_what_the_step_before_it_wrote(burnish: Burnish, project: Path) -> None:
    steps = steps_of(burnish)
    assert tuple(steps) == NAMES
    assert [(step["samples_in"], step["samples_out"], step["files"]) for step in steps.values()] == [
        (None, 8, 8),
        (8, 8, None),
        (8, 8, None),
        (8, None, None),
        (8, 4, None),
    ]
    outputs = [step["output"] for step in steps.values()]
    assert outputs == [
        "work/01-scan.jsonl",
        "work/02-clean.jsonl",
        "work/03-half.jsonl",
        "work/04-balance.json",
        "work/05-only-cats.jsonl",
    ]
    assert json.loads((project / outputs[3]).read_text())["samples"] == 8
    cats = [json.loads(line) for line in (project / outputs[4]).read_text().splitlines()]
    assert {cat["label"] for cat in cats} == {"cat"}
    assert not any("split" in cat for cat in cats), "the fork reads what clean wrote, not what split wrote"


def test_the_end_is_one_table(burnish: Burnish, project: Path) -> None:
    result = burnish("run", "mine.yaml")
    lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
    assert lines[0] == ["step", "command", "in", "out", "files", "time", "status", "why"]
    assert [line[0] for line in lines[2:7]] == list(NAMES)
    assert lines[-1][:7] == ["mine:", "5", "of", "5", "steps", "run,", "0"]
    said = result.stderr.splitlines()
    assert [line.split()[:2] for line in said] == [[f"[{n}/5]", f"{name}:"] for n, name in enumerate(NAMES, start=1)]
    assert said[0].startswith("[1/5] scan: run (never run): 8 samples, 8 files worked on, ")


def test_quiet_says_nothing_but_the_table(burnish: Burnish, project: Path) -> None:
    assert burnish("run", "mine.yaml", "--quiet").stderr == ""


def test_what_timed_out_elsewhere_in_this_process_is_not_of_a_step(
    burnish: Burnish, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps are forked from the tests' own process (`tests/forked.py`), with all that it has counted."""
    monkeypatch.setitem(failures, "timeout", 3)
    (project / "short.yaml").write_text("kind: pipeline\nsteps: [scan: {paths: [photos]}]\n")
    assert json.loads(burnish("run", "short.yaml", "--json").stdout)["steps"][0]["status"] == "run"
    assert json.loads(burnish("run", "short.yaml", "--json").stdout)["steps"][0]["status"] == "cached"


def test_nothing_changed_nothing_runs(burnish: Burnish, finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (finished / "work").glob("0*")}
    began = time.process_time()
    steps = steps_of(burnish)
    assert in_time(time.process_time() - began, 2)
    assert {step["status"] for step in steps.values()} == {"cached"}
    assert [step["samples_out"] for step in steps.values()] == [8, 8, 8, None, 4]
    assert steps["scan"]["files"] == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_one_new_file_is_the_only_one_that_is_decoded(
    burnish: Burnish, finished: Path, picture: Callable[..., Path]
) -> None:
    picture(finished / "photos" / "cat" / "new.png", seed=99)
    steps = steps_of(burnish)
    assert {step["status"] for step in steps.values()} == {"run"}
    assert (steps["scan"]["files"], steps["scan"]["samples_out"]) == (1, 9)
    assert steps["scan"]["reason"] == "folder photos changed"
    assert steps["clean"]["reason"] == "input changed"


def test_a_step_that_gives_the_same_again_stops_the_wave(burnish: Burnish, finished: Path) -> None:
    (finished / "photos" / "notes.txt").write_text("not a picture")
    assert statuses(burnish) == {name: "run" if name == "scan" else "cached" for name in NAMES}


def test_another_value_runs_what_depends_on_it(burnish: Burnish, finished: Path) -> None:
    steps = steps_of(burnish, "--set", "ratio=train=0.75,test=0.25")
    ran = {name: step["reason"] for name, step in steps.items() if step["status"] == "run"}
    assert ran == {"half": "option ratio changed", "balance": "input changed"}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "work/02-clean.jsonl is gone"),
        (lambda path: path.write_text(path.read_text() + "\n"), "work/02-clean.jsonl was changed"),
    ],
    ids=["gone", "changed"],
)
def test_an_output_that_is_not_as_it_was_is_made_again(
    burnish: Burnish, finished: Path, damage: Callable[[Path], None], reason: str
) -> None:
    whole = (finished / "work" / "02-clean.jsonl").read_bytes()
    damage(finished / "work" / "02-clean.jsonl")
    steps = steps_of(burnish)
    ran = {name: step["reason"] for name, step in steps.items() if step["status"] == "run"}
    assert ran == {"clean": reason}
    assert (finished / "work" / "02-clean.jsonl").read_bytes() == whole


def test_scan_does_not_take_what_somebody_wrote_for_measured(burnish: Burnish, finished: Path) -> None:
    scanned = finished / "work" / "01-scan.jsonl"
    whole = scanned.read_bytes()
    scanned.write_bytes(whole.replace(b'"width":64', b'"width":99'))
    assert steps_of(burnish)["scan"]["files"] == 8
    assert scanned.read_bytes() == whole


def test_a_dry_run_says_what_and_why_and_does_nothing(burnish: Burnish, project: Path) -> None:
    assert set(statuses(burnish, "--dry-run").values()) == {"would run"}
    assert not (project / "work").exists()
    burnish("run", "mine.yaml")
    assert set(statuses(burnish, "--dry-run").values()) == {"cached"}
    (project / "work" / "03-half.jsonl").unlink()
    steps = steps_of(burnish, "--dry-run")
    assert [(name, step["status"], step["reason"]) for name, step in steps.items()] == [
        ("scan", "cached", ""),
        ("clean", "cached", ""),
        ("half", "would run", "work/03-half.jsonl is gone"),
        ("balance", "may run", "if what half gives changes"),
        ("only-cats", "cached", ""),
    ]
    assert "would run" in burnish("run", "mine.yaml", "--dry-run").stdout
    assert not (project / "work" / "03-half.jsonl").exists()


def test_from_runs_a_step_and_all_after_it(burnish: Burnish, finished: Path) -> None:
    steps = steps_of(burnish, "--from", "half")
    assert [step["status"] for step in steps.values()] == ["cached", "cached", "run", "run", "run"]
    assert steps["half"]["reason"] == "asked for by --from"
    error = burnish("run", "mine.yaml", "--from", "haff", code=2).stderr
    assert error == "burnish run: --from haff: there is no such step (did you mean 'half'?)\n"


def test_work_goes_where_it_is_told(burnish: Burnish, project: Path) -> None:
    steps = steps_of(burnish, "--work", "elsewhere/deep")
    assert steps["scan"]["output"] == "elsewhere/deep/01-scan.jsonl"
    assert (project / "elsewhere" / "deep" / "rejects.jsonl").exists(), "${work} follows"
    assert not (project / "work").exists()
    (project / "plain.yaml").write_text("kind: pipeline\nsteps: [{scan: {paths: [photos]}}]")
    burnish("run", "plain.yaml")
    assert (project / "work" / "01-scan.jsonl").exists()


def test_a_gate_ends_the_run_after_the_table(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("- balance", "- balance: {min_count: 5}"))
    result = burnish("run", "mine.yaml", code=1)
    assert "a gate did not hold" in result.stdout
    assert "not run" in result.stdout.split("only-cats")[1]
    assert result.stderr.splitlines()[-1].startswith(
        "burnish run: step balance: 2 of 2 classes are below --min-count 5"
    )
    assert json.loads((project / "work" / "04-balance.json").read_text())["samples"] == 8
    steps = steps_of(burnish, code=1)
    assert [step["status"] for step in steps.values()] == ["cached", "cached", "cached", "failed", "not run"]
    shutil.copy(project / "photos" / "cat" / "1.png", project / "photos" / "cat" / "x.png")
    shutil.copy(project / "photos" / "dog" / "0.png", project / "photos" / "dog" / "x.png")
    assert set(statuses(burnish).values()) == {"run"}


def test_an_error_of_a_step_is_shown_and_ends_the_run_with_2(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace('ratio: "train=0.5,test=0.5"', "ratio: train=2"))
    result = burnish("run", "mine.yaml", code=2)
    assert result.stderr.splitlines()[-1].startswith("burnish run: step half: ")
    assert "ratio" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert list(statuses(burnish, code=2).values()) == ["cached", "cached", "stopped", "not run", "not run"]
    assert "ratio" in (project / "work" / "03-half.log").read_text()


def test_a_fault_is_named_with_its_line_before_the_first_step(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("label: [cat]", "labl: [cat]"))
    error = burnish("run", "mine.yaml", code=2).stderr
    assert error == "burnish run: mine.yaml:12: select has no option 'labl' (did you mean 'label'?)\n"
    assert not (project / "work").exists()


def test_a_fault_in_an_augment_recipe_is_known_before_the_first_step(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(
        "kind: pipeline\nsteps: [{scan: {paths: photos}}, {augment: {recipe: odd.yaml}}]"
    )
    (project / "odd.yaml").write_text("kind: augment\nimage:\n  - low_lihgt: {}\n")
    error = burnish("run", "mine.yaml", code=2).stderr
    assert error.startswith("burnish run: step augment: odd.yaml:3: ")
    assert "low_light" in error
    assert not (project / "work").exists()


def test_a_setting_or_recipe_that_is_not_there(burnish: Burnish, project: Path) -> None:
    error = burnish("run", "mine.yaml", "--set", "wrok=x", code=2).stderr
    assert error == "burnish run: --set wrok=x: there is no variable 'wrok' (did you mean 'work'?)\n"
    error = burnish("run", "clean-image", code=2).stderr
    assert "there is no recipe clean-image" in error
    assert "did you mean 'clean-images'?" in error


def test_the_work_folder_of_another_recipe_is_not_touched(burnish: Burnish, finished: Path) -> None:
    before = (finished / "work" / "state.json").read_bytes()
    (finished / "other.yaml").write_text("kind: pipeline\nsteps: [{scan: {paths: [photos]}}]")
    for extra in ([], ["--dry-run"]):
        error = burnish("run", "other.yaml", *extra, code=2).stderr
        assert error == (
            "burnish run: the work folder work belongs to the recipe mine, not to other; name another with --work DIR\n"
        )
    assert (finished / "work" / "state.json").read_bytes() == before


def test_a_damaged_state_is_named(burnish: Burnish, project: Path) -> None:
    (project / "work").mkdir()
    (project / "work" / "state.json").write_text("{")
    error = burnish("run", "mine.yaml", code=2).stderr
    assert error.startswith("burnish run: work/state.json is damaged")


@pytest.fixture
def slow(project: Path) -> Iterator[tuple[Path, "subprocess.Popen[bytes]"]]:
    """A run that takes long: its scan waits for a named pipe that nobody writes to."""
    os.mkfifo(project / "meta.csv")
    recipe = RECIPE.replace('paths: ["${data}"]', 'paths: ["${data}"], timeout: 50').replace(
        "- balance", "- tag: {metadata: meta.csv}"
    )
    (project / "mine.yaml").write_text(recipe)
    command = [sys.executable, str(ROOT / "burnish.py"), "run", "mine.yaml"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # The log is there before the child, and the child before it is bound to the run.
    wait_until(lambda: any(b"tag" in words_of(child) for child in children_of(process.pid)))
    yield project, process
    process.kill()
    process.communicate()


def test_two_runs_in_one_work_folder(burnish: Burnish, slow: tuple[Path, "subprocess.Popen[bytes]"]) -> None:
    _, process = slow
    error = burnish("run", "mine.yaml", code=2).stderr
    assert error == (
        f"burnish run: another run is at work in work (process {process.pid}); wait for its end, "
        "or name another folder with --work DIR\n"
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
def test_an_interrupt_ends_the_step_as_well(
    slow: tuple[Path, "subprocess.Popen[bytes]"], number: signal.Signals, code: int
) -> None:
    _, process = slow
    (child,) = children_of(process.pid)
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert b"Traceback" not in errors
    wait_until(lambda: not alive(child))


def test_killed_and_run_again_it_goes_on_where_it_was(
    burnish: Burnish, slow: tuple[Path, "subprocess.Popen[bytes]"]
) -> None:
    project, process = slow
    (child,) = children_of(process.pid)
    process.kill()
    process.wait()
    wait_until(lambda: not alive(child))  # a step does not outlive its run
    (project / "meta.csv").unlink()
    (project / "meta.csv").write_text("file_name,weather\n0.png,rain\n")
    assert statuses(burnish) == {
        "scan": "cached",
        "clean": "cached",
        "half": "cached",
        "tag": "run",
        "only-cats": "run",
    }
    assert not list((project / "work").glob("*.tmp"))


def test_a_file_that_an_option_names_is_part_of_the_key(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("- balance", "- tag: {metadata: meta.csv}"))
    (project / "meta.csv").write_text("file_name,weather\n0.png,rain\n")
    burnish("run", "mine.yaml")
    (project / "meta.csv").write_text("file_name,weather\n0.png,snow\n")
    steps = steps_of(burnish)
    assert [step["reason"] for step in steps.values()] == ["", "", "", "file meta.csv changed", ""]


def test_a_job_gets_a_summary_in_markdown(project: Path) -> None:
    summary = project / "summary.md"
    summary.write_text("before\n")
    command = [sys.executable, str(ROOT / "burnish.py"), "run", "mine.yaml"]
    environment = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary), "CI": "true"}
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    lines = summary.read_text().splitlines()
    assert lines[:2] == ["before", "### burnish run mine"]
    assert lines[3] == "| step | command | in | out | files | time | status | why |"
    assert lines[5].startswith("| scan |  |  | 8 | 8 | ")
    assert all(line.count("|") == 9 for line in lines[3:10])


def test_on_a_terminal_the_steps_are_seen_at_work(project: Path) -> None:
    seen, code = in_terminal(["run", "mine.yaml"], project)
    assert code == 0
    assert "✔" in seen
    assert "⠋" in seen
    assert "[1/5]" not in seen, "lines are for where nobody watches"
    assert "5 of 5 steps run" in seen


def test_a_pipeline_may_begin_with_a_manifest(burnish: Burnish, project: Path) -> None:
    burnish("scan", "photos", "-o", "set.jsonl")
    (project / "mine.yaml").write_text("kind: pipeline\nsteps: [{input: set.jsonl, clean: {}}, dedup]")
    steps = steps_of(burnish)
    assert [(step["samples_in"], step["samples_out"]) for step in steps.values()] == [(8, 8), (8, 8)]


def test_mappings_and_single_values_will_do(burnish: Burnish, project: Path) -> None:
    steps = (
        "[{scan: {paths: photos}}, {clean: {set: {dark: 0.2}, only: dark}}, {split: {ratio: {train: 0.5, test: 0.5}}}]"
    )
    (project / "mine.yaml").write_text(f"kind: pipeline\nsteps: {steps}")
    assert [step["samples_out"] for step in steps_of(burnish).values()] == [8, 8, 8]
    state = json.loads((project / "work" / "state.json").read_text())
    assert state["steps"]["clean"]["command"] == [
        "clean",
        "--output=work/02-clean.jsonl",
        "--set=dark=0.2",
        "--only=dark",
        "--",
        "work/01-scan.jsonl",
    ]


def test_a_value_that_looks_like_an_option_is_a_value(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text("kind: pipeline\nsteps: [{scan: {paths: [photos]}}, {select: {label: --help}}]")
    assert [step["samples_out"] for step in steps_of(burnish).values()] == [8, 0]


def test_names_with_spaces_and_markup_are_harmless(burnish: Burnish, project: Path) -> None:
    (project / "photos").rename(project / "-my [bold]photos; rm x")
    (project / "mine.yaml").write_text(RECIPE.replace("photos", '"-my [bold]photos; rm x"'))
    assert set(statuses(burnish, "--work", "a b").values()) == {"run"}
    assert "folder -my [bold]photos; rm x" in json.dumps(json.loads((project / "a b" / "state.json").read_text()))


def test_a_step_that_put_something_off_is_not_cached(
    burnish: Burnish, project: Path, recording: Callable[..., Path]
) -> None:
    # Some minutes of sound take longer than the least time-out.
    recording(project / "photos" / "cat" / "long.flac", duration_s=600.0)
    (project / "mine.yaml").write_text("kind: pipeline\nsteps: [{scan: {paths: [photos], timeout: 0.1, jobs: 1}}]")
    first = steps_of(burnish)["scan"]
    assert any("put off" in warning for warning in first["warnings"]), first
    again = steps_of(burnish)["scan"]
    assert again["status"] == "run"
    assert "put off last time" in again["reason"]


GOING_ON = RECIPE.replace("  - balance", "  - {balance: {min_count: 5}, keep_going: true}")


def test_a_gate_that_may_be_passed_ends_the_run_with_1_after_all_steps(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(GOING_ON)
    first = statuses(burnish, code=1)
    assert first == {"scan": "run", "clean": "run", "half": "run", "balance": "failed", "only-cats": "run"}
    result = burnish("run", "mine.yaml", code=1)
    assert result.stderr.splitlines()[-1].startswith("burnish run: step balance: 2 of 2 classes are below")
    assert statuses(burnish, code=1) == dict.fromkeys(NAMES, "cached") | {"balance": "failed"}


def test_two_gates_are_both_named_and_an_error_goes_before_them(burnish: Burnish, project: Path) -> None:
    again = "  - {id: again, balance: {min_count: 6}}\n  - id: only-cats"
    (project / "mine.yaml").write_text(GOING_ON.replace("  - id: only-cats", again))
    said = burnish("run", "mine.yaml", code=1).stderr.splitlines()[-1]
    assert "step balance: 2 of 2 classes" in said
    assert "; step again: 2 of 2 classes" in said
    (project / "mine.yaml").write_text(GOING_ON.replace("select: {label: [cat]}", 'select: {where: "image.wdth > 3"}'))
    assert "step only-cats: " in burnish("run", "mine.yaml", code=2).stderr.splitlines()[-1]


@pytest.mark.parametrize("value", ["3", "maybe", "[]"])
def test_keep_going_is_true_or_false(burnish: Burnish, project: Path, value: str) -> None:
    (project / "mine.yaml").write_text(GOING_ON.replace("keep_going: true", f"keep_going: {value}"))
    said = burnish("run", "mine.yaml", code=2).stderr
    assert "mine.yaml:9: keep_going has to be true or false" in said


def test_a_file_that_a_later_step_would_not_find_is_refused_before_the_first(burnish: Burnish, project: Path) -> None:
    gone = GOING_ON + "  - validate: {schema: gone.yaml}\n"
    (project / "mine.yaml").write_text(gone)
    for words in ((), ("--dry-run",)):
        said = burnish("run", "mine.yaml", *words, code=2).stderr
        assert "mine.yaml:13: cannot read gone.yaml: there is no such file" in said
    (project / "mine.yaml").write_text(gone.replace("gone.yaml", "''"))
    assert "cannot read '': there is no such file" in burnish("run", "mine.yaml", code=2).stderr
    assert not (project / "work").exists()
