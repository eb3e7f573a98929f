"""What a pipeline ends with: one table, for people, for programs, and for the page of a CI job."""

import os
from typing import TYPE_CHECKING

import msgspec

from cli.io.terminal import printable, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from cli.pipeline.state import Result

_NOTES = {"failed": "a gate did not hold", "stopped": "error"}
_SHORT = 40
_COLUMNS = ("step", "command", "in", "out", "files", "time", "status", "why")


class StepReport(msgspec.Struct):
    """One step in the report; `files` is how many were decoded or made, None where that is not known."""

    step: str
    command: str
    status: str
    reason: str
    samples_in: int | None
    samples_out: int | None
    files: int | None
    seconds: float | None
    output: str | None
    run: str | None
    warnings: list[str]


class RunReport(msgspec.Struct):
    """What `run --json` writes; `loop` is what came of a loop (`cli.views.report.ending`), `end` the same in words."""

    recipe: str
    work: str
    seconds: float
    steps: list[StepReport]
    end: list[str] = []
    loop: msgspec.Struct | None = None


def report_of(recipe: str, work: str, results: "list[Result]", seconds: float) -> RunReport:
    """Return the report of a run."""
    return RunReport(recipe, work, round(seconds, 3), [_step(result) for result in results])


def shown_status(result: "Result") -> str:
    """Return what became of a step, in words."""
    return _NOTES.get(result.status, result.status)


def counts(result: "Result") -> str:
    """Return the numbers of a step in words."""
    found = []
    if result.samples_out is not None:
        came = f"{result.samples_in:,} → " if result.samples_in is not None else ""
        found.append(f"{came}{result.samples_out:,} samples")
    if result.worked is not None:
        found.append(f"{result.worked:,} files worked on")
    return ", ".join(found)


def table(report: RunReport) -> "RenderableType":
    """Return the table for a terminal."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    # One space between columns: of two, 80 characters left four for why, and a sentence of a gate stood in 30 lines.
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in _COLUMNS:
        right = name in {"in", "out", "files", "time"}
        drawn.add_column(name, justify="right" if right else "left", no_wrap=name != "why", overflow="fold")
    styles = {"failed": "red", "stopped": "red", "not run": "dim", "cached": "dim"}
    for step in report.steps:
        *cells, why = map(printable, _cells(step))
        # What ends the run is said in full below, by the error.
        ends = step.status in {"failed", "stopped"} and len(why) > _SHORT
        drawn.add_row(*cells, f"{why[:_SHORT]}…" if ends else why, style=styles.get(step.status))
    return Group(drawn, sentence(report), *map(Text, report.end))


def plan_table(report: RunReport) -> "RenderableType":
    """Return the table of a dry run."""
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("step", "command", "status", "why"):
        drawn.add_column(name, no_wrap=name != "why", overflow="fold")
    for step in report.steps:
        cells = (step.step, step.command if step.command != step.step else "", step.status, step.reason)
        drawn.add_row(*map(printable, cells), style="dim" if step.status == "cached" else None)
    return drawn


def sentence(report: RunReport) -> str:
    """Return the whole run in one sentence."""
    number = {status: sum(step.status == status for step in report.steps) for status in ("run", "cached")}
    return (
        f"{printable(report.recipe)}: {number['run']} of {len(report.steps)} steps run, {number['cached']} cached, "
        f"{report.seconds:.1f} s; all is in {printable(report.work)}"
    )


def append_markdown(report: RunReport) -> None:
    """Append the table to the summary of a GitHub job, where there is one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    rows = [_COLUMNS, tuple("---:" if name in {"in", "out", "files", "time"} else "---" for name in _COLUMNS)]
    rows += [_cells(step) for step in report.steps]
    lines = ["| " + " | ".join(_escaped(cell) for cell in row) + " |" for row in rows]
    text = "\n".join(
        [
            f"### burnish run {_escaped(report.recipe)}",
            "",
            *lines,
            "",
            _escaped(sentence(report)),
            "",
            *_listed(report.end),
            "",
        ]
    )
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        say(f"cannot write the summary {path}: {error.strerror}")


def _listed(lines: list[str]) -> list[str]:
    return [*(f"- {_escaped(line.strip())}" for line in lines), *([""] if lines else [])]


def _step(result: "Result") -> StepReport:
    task = result.task
    return StepReport(
        task.step.id,
        task.step.command,
        result.status,
        result.reason,
        result.samples_in,
        result.samples_out,
        result.worked,
        None if result.seconds is None else round(result.seconds, 3),
        task.output or None,
        task.run or None,
        list(result.warnings),
    )


def _cells(step: StepReport) -> tuple[str, ...]:
    numbers = [
        f"{number:,}" if number is not None else "" for number in (step.samples_in, step.samples_out, step.files)
    ]
    seconds = f"{step.seconds:.1f} s" if step.seconds is not None else ""
    command = step.command if step.command != step.step else ""
    return (step.step, command, *numbers, seconds, _NOTES.get(step.status, step.status), step.reason)


def _escaped(text: str) -> str:
    """Return text that Markdown and HTML leave as it is."""
    for char, written in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("|", "&#124;"),
        ("`", "&#96;"),
        ("*", "&#42;"),
    ):
        text = text.replace(char, written)
    return printable(text)
