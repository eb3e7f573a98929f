"""The steps of a control: beside those of the recipe, whose files stay as they are."""

from pathlib import Path

import pytest

from cli.pipeline.control import with_control
from cli.pipeline.recipe import Pipeline, read_pipeline
from cli.pipeline.tasks import Task, make_tasks
from curate.ground.errors import BurnishError, UsageError

HEAD = "kind: pipeline\nsteps:\n  - scan: {paths: [photos]}\n  - {id: before, train: {run: work/before}}\n"
LOOP = (
    HEAD
    + """\
  - augment: {recipe: photos-low-light, weak: before, copies: 2, match: auto, top: 3, seed: 7, into: work/new}
  - tag: {set: ["made=kind == 'image'"]}
  - balance: {by: label}
  - {id: after, train: {run: work/after, like: before}}
  - compare: {runs: [before, after], fail_if: worse}
"""
)


def pipeline_of(text: str) -> Pipeline:
    return read_pipeline(text.encode(), "mine.yaml", "mine", (), None)


def controlled(text: str) -> dict[str, Task]:
    return {task.step.id: task for task in make_tasks(with_control(pipeline_of(text)))}


def test_the_budget_is_spent_once_more_on_all_targets_alike() -> None:
    tasks = controlled(LOOP)
    assert list(tasks) == [
        "scan", "before", "augment", "augment-control", "tag", "tag-control", "balance", "after", "after-control",
        "compare",
    ]  # fmt: skip
    control = tasks["augment-control"]
    assert control.chosen == {
        "recipe": ["photos-low-light"],
        "weak": ["work/before"],
        "seed": ["7"],
        "control": ["true"],
        "into": ["work/augment-control"],
    }
    assert control.as_many_as is tasks["augment"]
    assert control.manifest == tasks["augment"].manifest == tasks["scan"].output
    assert (tasks["augment-control"].output, tasks["tag"].manifest) == (
        "work/03-augment-control.jsonl",
        "work/03-augment.jsonl",
    )
    assert tasks["tag-control"].manifest == control.output
    assert tasks["after-control"].manifest == tasks["tag-control"].output
    assert tasks["after-control"].chosen == {"run": ["work/after-control"], "like": ["work/before"]}
    assert tasks["compare"].chosen == {
        "runs": ["work/before", "work/after"],
        "fail_if": ["worse"],
        "control": ["work/after-control"],
    }
    assert {other.step.id for other in tasks["compare"].used} == {"before", "after", "after-control"}


def test_the_steps_of_the_recipe_stay_as_they_were() -> None:
    plain = {task.step.id: task for task in make_tasks(pipeline_of(LOOP))}
    both = controlled(LOOP)
    for name, task in plain.items():
        if name != "compare":
            assert both[name].words() == task.words(), name
            assert (both[name].log, both[name].number) == (task.log, task.number)


def test_the_model_of_the_targeted_run_is_held_still() -> None:
    tasks = controlled(LOOP.replace(", like: before}}", "}}"))
    assert tasks["after-control"].chosen["like"] == ["work/after"]
    named = controlled(LOOP.replace("like: before}}", "model: svm}}"))
    assert named["after-control"].chosen == {"run": ["work/after-control"], "model": ["svm"]}


def test_a_pipeline_that_compares_nothing_gets_a_comparison() -> None:
    tasks = controlled(LOOP.rpartition("  - compare")[0])
    assert tasks["compare-after-control"].chosen == {
        "runs": ["work/before", "work/after"],
        "control": ["work/after-control"],
    }


def test_two_rounds_have_a_control_of_both() -> None:
    more = """\
  - {id: more, augment: {recipe: photos-wear, weak: after, into: work/more}}
  - {id: last, train: {run: work/last, like: before}}
  - {id: final, compare: {runs: [before, last]}}
"""
    tasks = controlled(LOOP + more)
    assert tasks["more-control"].manifest == tasks["tag-control"].output
    assert tasks["more-control"].chosen["weak"] == ["work/after"]
    assert tasks["compare"].chosen["control"] == ["work/after-control"]
    assert tasks["final"].chosen["control"] == ["work/last-control"]


def test_files_that_steps_write_are_others_for_the_control() -> None:
    text = LOOP.replace("  - tag: {set: [\"made=kind == 'image'\"]}\n", "  - clean: {rejects: work/bad.jsonl}\n")
    tasks = controlled(text)
    assert tasks["clean"].chosen["rejects"] == ["work/bad.jsonl"]
    assert tasks["clean-control"].chosen["rejects"] == ["work/bad-control.jsonl"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        LOOP.replace("weak: before, ", ""),
        LOOP.replace("weak: before,", "weak: before, control: true,").replace("match: auto, ", ""),
        HEAD + "  - augment: {recipe: photos-low-light, weak: before, into: work/new}\n",
    ],
    ids=["no augment", "not for weak tags", "a control already", "nothing trains on it"],
)
def test_without_a_targeted_step_it_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        with_control(pipeline_of(text))
    assert str(refused.value).startswith("--control: mine has no step that makes samples for weak tags")
    assert "\n" not in str(refused.value)


def test_what_cannot_be_done_twice_is_refused(tmp_path: Path) -> None:
    moved = LOOP.replace("  - balance: {by: label}\n", "  - organize: {into: x, mode: move, apply: true}\n")
    with pytest.raises(
        BurnishError, match=r"mine\.yaml:7: --control does this step twice, and files can be moved once"
    ):
        with_control(pipeline_of(moved))
    taken = LOOP.replace("  - balance:", "  - {id: tag-control, balance: {}}\n  - balance:")
    with pytest.raises(BurnishError, match="--control needs the id 'tag-control'"):
        with_control(pipeline_of(taken))
