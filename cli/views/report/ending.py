"""What a loop ends with, in a few lines: accuracies, verdict, tags, what was made and why not more, and the page."""

import os
from typing import TYPE_CHECKING

from cli.io.terminal import printable
from cli.views.report import runs, samples, summary
from cli.views.report.subjects import find_subjects
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.pipeline.state import Result

_PAGE = "report.html"
_REASONS = 6
_COUNTS = ("made ", "left out as sources: ", "recipe ")
"""How lines of `augment` begin that are no reason why something was not made."""


def ending(work: str, results: "Sequence[Result]") -> list[str]:
    """Return what came of a pipeline that trained before and after; nothing for one that did not, or that failed.

    Args:
        work: The work folder.
        results: Of all steps.
    """
    trained = {result.task.run for result in results if result.task.run}
    if len(trained) < 2 or any(result.status not in {"run", "cached"} for result in results):
        return []
    try:
        return list(map(printable, _lines(work, results)))
    except InputError as error:  # the steps are done and their results are there: a summary must not fail them
        return [printable(f"what came of it cannot be told: {error}")]


def _lines(work: str, results: "Sequence[Result]") -> "Iterator[str]":
    (subject,) = find_subjects([work])
    made = tuple(samples.measure(subject.manifests[-1], 0)) if subject.manifests else ()
    found = summary.Found(targets=made, runs=runs.measure(subject) if len(subject.runs) > 1 else None)
    for value, name in summary.tiles(found):
        if name.startswith("accuracy of "):
            yield f"{name}: {value}"
    for sentence in summary.sentences(found):
        yield f"{sentence.name.lower()}: {' '.join(sentence.lines)}"
    if found.runs and found.runs.problem:
        yield f"verdict: none, {found.runs.problem}"
    for target in made:
        yield f"  {target.name}: {target.samples:,} new samples"
    yield from _not_made(results, nothing=not made)
    page = os.path.join(work, _PAGE)
    yield f"page: {page}" if os.path.isfile(page) else f"page: burnish report {work}"


def _not_made(results: "Sequence[Result]", *, nothing: bool) -> "Iterator[str]":
    """Yield why something was not made, as `augment` said it."""
    logs = [result.task.log for result in results if result.task.step.command == "augment" and result.task.log]
    said: dict[str, None] = {}
    for log in filter(os.path.isfile, logs):
        with open(log, encoding="utf-8", errors="replace") as file:
            lines = (line.strip() for line in file)
            said.update(dict.fromkeys(line for line in lines if line and not line.startswith(_COUNTS)))
    reasons = [line for line in said if nothing or "is weak, but" in line]
    if nothing and logs:
        yield "generated: nothing" + ("" if reasons else "; its log says no more")
    yield from (f"  not made: {line}" for line in reasons[:_REASONS])
    if len(reasons) > _REASONS:
        yield f"  and {len(reasons) - _REASONS:,} more, in {logs[-1]}"
