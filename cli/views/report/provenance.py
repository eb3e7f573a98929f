"""Where the figures of the page come from: steps and their commands, files and their digests, code and versions."""

import os
import shlex
from contextlib import suppress
from typing import TYPE_CHECKING

from baselines.runs.run_folder import read_run
from cli.io.table import Column, Row, Table
from cli.pipeline.files import Files, count_lines
from cli.views.kit import page as pages
from cli.views.report.runs import names
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from augment.preview.generation_report import Target
    from baselines.runs.run_record import Run
    from cli.views.report.subjects import Subject

_FILE = "file "


def section(subject: "Subject", targets: "Sequence[Target]") -> dict[str, object]:
    """Return the section.

    Args:
        subject: What it is about.
        targets: Of the recipes that made samples.
    """
    recorded = _records(subject)
    state = subject.state
    files = Files(state.stamps() if state else None)
    return {
        "kind": "provenance",
        "title": "Where it comes from",
        "recipe": f"{state.recipe}, by burnish {state.version}" if state else "",
        "steps": pages.table(_steps(subject)),
        "commands": [
            f"{shlex.join(['burnish', *done.command])}{'' if done.status == 'done' else '   # its gate did not hold'}"
            for done in subject.steps().values()
        ],
        "files": [
            {
                "name": path,
                "note": f"{(number := count_lines(path)):,} {'sample' if number == 1 else 'samples'}",
                "digest": files.digest(path),
            }
            for path in (*subject.manifests, *subject.rejects)
        ],
        "recipes": list(_recipes(subject, targets)),
        "runs": [_run(name, run) for name, run in recorded.items()],
        "versions": [
            {"name": name, "facts": [(key, str(value)) for key, value in (run.versions | run.machine).items()]}
            for name, run in _distinct(recorded)
        ],
    }


def _records(subject: "Subject") -> "dict[str, Run]":
    """Return the records of its runs and of its control by the names that the page gives them."""
    found: dict[str, Run] = {}
    folders = (*subject.runs, *([subject.control] if subject.control else []))
    for name, folder in zip(names(folders), folders, strict=True):
        with suppress(InputError):  # predictions of other programs have no record
            found[name] = read_run(folder)
    return found


def _steps(subject: "Subject") -> Table:
    columns = [
        Column("step", "step"),
        Column("samples_in", "in", "count"),
        Column("samples_out", "out", "count"),
        Column("files", "files", "count"),
        Column("seconds", "time", "number", form="{:.1f} s"),
        Column("ended", "ended, UTC"),
    ]
    rows = [
        Row((
            name,
            done.samples_in,
            done.samples_out,
            done.worked,
            done.seconds,
            done.when.replace("T", " ").removesuffix("+00:00"),
        ))
        for name, done in subject.steps().items()
    ]  # fmt: skip
    return Table("steps", "Steps", columns, rows)


def _recipes(subject: "Subject", targets: "Sequence[Target]") -> "Iterator[dict[str, str]]":
    """Yield the recipes as their samples name them, and the files that the steps of augment read."""
    for name, digest in dict.fromkeys((target.recipe, target.recipe_digest) for target in targets):
        yield {"name": name, "note": "as its samples name it", "digest": digest}
    for step, done in subject.steps().items():
        for name, digest in done.inputs.items():
            if done.command[0] == "augment" and name.startswith(_FILE):
                yield {"name": os.path.basename(name.removeprefix(_FILE)), "note": f"read by {step}", "digest": digest}


def _run(name: str, run: "Run") -> dict[str, object]:
    code = f"{run.git.commit}{' and changes' if run.git.dirty else ''}" if run.git else "no repository"
    chosen = {key: value for key, value in run.parameters.items() if value not in (None, [], "")}
    counts = run.counts
    facts = {
        "data": run.manifest.digest,
        "samples": f"{counts.train:,} trained on, {counts.generated:,} of them generated; {counts.test:,} tested",
        "tested": run.evaluation,
        "model": run.model.name if run.model else "from elsewhere",
        "parameters": ", ".join(f"{key} {value}" for key, value in chosen.items()),
        "code": code,
        "made": f"{run.created.replace('T', ' ').removesuffix('+00:00')} UTC, in {run.cost.wall_s:.1f} s",
        "command": shlex.join(["burnish", *run.arguments]),
    }
    return {"name": name, "facts": list(facts.items())}


def _distinct(recorded: "dict[str, Run]") -> "Iterator[tuple[str, Run]]":
    """Yield the runs that were made by other versions, or on another machine, than the run before."""
    # Dictionaries have no hash, and a handful of runs needs none.
    seen: list[tuple[object, object]] = []
    for name, run in recorded.items():
        if (run.versions, run.machine) not in seen:
            seen.append((run.versions, run.machine))
            yield name, run
