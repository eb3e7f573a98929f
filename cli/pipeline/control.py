"""`run --control`: the same budget spent untargeted beside a pipeline, as steps of its own.

For each `augment` that makes samples for weak tags, another makes as many of all targets of its recipes alike; what the
pipeline does with them up to a `train` is done again with these; `compare` gets the run as its control.
"""

import os
from typing import TYPE_CHECKING, Any

from cli.effects import FILES_WRITTEN, FOLDERS_MADE
from cli.pipeline.tasks import Task, make_tasks
from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.pipeline.recipe import Pipeline, Step

_SUFFIX = "-control"
_KEPT = frozenset({"recipe", "map", "weak", "set", "split", "group", "replace", "seed", "root", "timeout", "jobs"})
"""What the control says as the targeted step does. All else says how many there are, which `run` counts, or brings
samples nearer to the weak ones, which is targeting."""


def with_control(pipeline: "Pipeline") -> "Pipeline":
    """Return a pipeline with the steps of a control; those that it has keep their files, so that they stay cached.

    Raises:
        UsageError: No step makes samples for weak tags that a later one trains on.
        RecipeError: A step cannot be done twice, or has the name that one of the new steps would have.
    """
    tasks = make_tasks(pipeline)
    trained = [task for task in tasks if task.step.command == "train" and any(map(_is_targeted, _chain(task)))]
    if not trained:
        raise UsageError(
            f"--control: {pipeline.name} has no step that makes samples for weak tags (augment with weak) and a train "
            "after it, so there is nothing to hold a control against"
        )
    doubled = {task.step.id for run in trained for task in (run, *_doubled(run))}
    steps: list[Step] = []
    for task in tasks:
        steps.append(_held_against(task, doubled) if task.step.command == "compare" else task.step)
        if task.step.id in doubled:
            steps.append(_control_of(pipeline, task, doubled))
    compared = {other.step.id for task in tasks if task.step.command == "compare" for other in task.used}
    steps += (_comparison(pipeline, task, trained, tasks) for task in trained if task.step.id not in compared)
    taken = [step.id for step in pipeline.steps]
    for step in steps[:]:
        if step.control_of and step.id in taken:
            raise pipeline.error(f"--control needs the id {step.id!r} for a step of its own; name yours another", step)
    return pipeline._replace(steps=tuple(steps))


def _chain(task: Task) -> "Iterator[Task]":
    """Yield the tasks whose manifests lead to that of a task, the nearest first."""
    while task.manifest_of:
        task = task.manifest_of
        yield task


def _is_targeted(task: Task) -> bool:
    return task.step.command == "augment" and "weak" in task.chosen and "control" not in task.chosen


def _doubled(run: Task) -> list[Task]:
    """Return what has to be done again for the control of a run: all from the first targeted step on."""
    chain = list(_chain(run))
    return chain[: 1 + max(place for place, task in enumerate(chain) if _is_targeted(task))]


def _control_of(pipeline: "Pipeline", task: Task, doubled: set[str]) -> "Step":
    """Return a step once more, for the control."""
    step = task.step
    if step.command == "organize" and task.chosen.get("mode") == ["move"]:
        raise pipeline.error("--control does this step twice, and files can be moved once: mode: copy", step)
    targeted = _is_targeted(task)
    options = {name: value for name, value in step.options.items() if not targeted or _name(name) in _KEPT}
    for name, value in options.items():
        effect = task.command.options[_name(name)].effect
        if effect in FILES_WRITTEN | FOLDERS_MADE and isinstance(value, str):
            options[name] = _beside(value, is_file=effect in FILES_WRITTEN)
    if targeted:
        options["control"] = True
    # What the targeted run has chosen by itself is held still in the control, or the models would be compared as well.
    if step.command == "train" and not {"like", "model", "feature"} & task.chosen.keys():
        options["like"] = step.id
    source = task.manifest_of.step.id if task.manifest_of else task.manifest
    return step._replace(
        id=step.id + _SUFFIX,
        options=options,
        input=source + _SUFFIX if source in doubled else source,
        control_of=step.id,
    )


def _beside(path: str, *, is_file: bool) -> str:
    stem, ending = os.path.splitext(path) if is_file else (path.rstrip("/"), "")
    return f"{stem}{_SUFFIX}{ending}"


def _name(option: str) -> str:
    return option.replace("-", "_")


def _held_against(task: Task, doubled: set[str]) -> "Step":
    """Return a comparison, with the control of the newest run in it that has one."""
    compared = [other.step.id for other in task.used if other.step.id in doubled]
    if not compared or "control" in task.chosen:
        return task.step
    return task.step._replace(options={**task.step.options, "control": compared[-1] + _SUFFIX})


def _comparison(pipeline: "Pipeline", task: Task, trained: list[Task], tasks: list[Task]) -> "Step":
    """Return a comparison of a run that no step compares, with the run that it is like or else the first."""
    like = task.needs.get("like", [])
    runs = [*like, *(other for other in tasks if other.run and other not in trained)]
    if not runs:
        raise pipeline.error("--control: no run before this one is there to compare it with", task.step)
    options: dict[str, Any] = {"runs": [runs[0].step.id, task.step.id], "control": task.step.id + _SUFFIX}
    return task.step._replace(
        id=f"compare-{task.step.id}{_SUFFIX}", command="compare", options=options, input=None, control_of=task.step.id
    )
