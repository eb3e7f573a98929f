"""What a loop ends with: accuracies, verdict, weak tags, what was made and why not more, and the page.

All of it comes from what the steps answered and wrote as records; none is read off their sentences.
"""

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from augment.plan.remarks import Remark
from baselines.comparison.compare import Comparison, compare_runs, failed, in_words
from baselines.runs.run_folder import predictions_of_run
from baselines.slices.slice_ranking import SliceRanking, rank_run
from cli.io.table import percent
from cli.io.terminal import printable
from cli.views.compare.control import OUTSIDE, beyond_in_words
from curate.ground.command_line import call
from curate.ground.errors import InputError
from curate.ground.json import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.pipeline.state import Result
    from cli.pipeline.tasks import Task

PAGE = "report.html"
_REASONS = 6
_WEAK = 3


class Score(Struct, frozen=True):
    """A run of the loop: its name, its folder, its accuracy (0 to 1), and how many samples that is of."""

    run: str
    folder: str
    accuracy: float
    samples: int


class Weak(Struct, frozen=True):
    """A weak tag of the run before, and how many samples were made for it."""

    tag: str
    samples: int | None
    accuracy: float
    gain: float
    made: int


class Loop(Struct, frozen=True):
    """What came of a loop.

    Attributes:
        before: The older of the runs that are compared.
        after: The newer one.
        control: The run on untargeted samples, where there is one.
        verdict: `better`, `worse` or `cannot tell` over all; empty where the two cannot be compared.
        said: The verdict in words: over all, and on what was worked on.
        worse: What is shown to be worse, adjusted for all comparisons.
        problem: Why they cannot be compared.
        weak: What there was to gain before, the most first.
        made: New samples by target.
        control_made: New samples of the control; None where there is none.
        remarks: What was not made, or not as it was to be.
        page: Of the work folder; empty where it was not made yet.
    """

    before: Score
    after: Score
    control: Score | None = None
    verdict: str = ""
    said: list[str] = []
    worse: list[str] = []
    problem: str = ""
    weak: list[Weak] = []
    made: dict[str, int] = {}
    control_made: int | None = None
    remarks: list[Remark] = []
    page: str = ""


def loop_of(work: str, results: "Sequence[Result]") -> Loop | None:
    """Return what came of a pipeline that trained before and after; None for one that did not, or that failed earlier.

    Args:
        work: The work folder.
        results: Of all steps.

    Raises:
        InputError: What a step wrote cannot be read.
    """
    done = [result for result in results if result.status in {"run", "cached", "failed"}]
    trained = [result.task for result in done if result.task.run and not result.task.step.control_of]
    # A comparison whose gate did not hold is what the user wants to read most.
    if len(trained) < 2 or any(result.task.step.command != "compare" for result in results if result not in done):
        return None
    compared = [result.task for result in done if result.task.step.command == "compare"]
    comparison, problem = None, ""
    try:
        comparison = _comparison(compared[-1] if compared else None, trained)
    except InputError as error:
        problem = str(error)
    before, after = comparison.runs if comparison else (trained[0].run, trained[-1].run)
    augmented = [result for result in done if result.task.step.command == "augment"]
    made = _total(result.made for result in augmented if not result.task.step.control_of)
    control_made = [sum(result.made.values()) for result in augmented if result.task.step.control_of]
    page = os.path.join(work, PAGE)
    return Loop(
        _score(before),
        _score(after),
        _score(comparison.control.run) if comparison and comparison.control else None,
        comparison.overall.verdict if comparison else "",
        list(_verdict(comparison, made)) if comparison else [],
        failed(comparison, "worse") if comparison else [],
        problem,
        list(_weak(before, done, made)),
        made,
        sum(control_made) if control_made else None,
        [remark for result in augmented if not result.task.step.control_of for remark in result.remarks],
        page if os.path.isfile(page) else "",
    )


def sentences(loop: Loop, work: str) -> list[str]:
    """Return what came of a loop in a few lines, for people."""
    return list(map(printable, _lines(loop, work)))


def _lines(loop: Loop, work: str) -> "Iterator[str]":
    for score in (loop.before, *([loop.control] if loop.control else []), loop.after):
        yield f"accuracy of {score.run}: {percent(score.accuracy)} % of {score.samples:,} samples"
    if loop.problem:
        yield f"verdict: none, {loop.problem}"
    for number, line in enumerate(loop.said):
        yield f"verdict: {line}" if not number else f"  {line}"
    if loop.said:
        yield "  worse: " + "; ".join(loop.worse) if loop.worse else "  no tag and no class is shown to be worse"
    yield from _weak_lines(loop.weak)
    if not loop.made:
        yield "generated: nothing" + ("" if loop.remarks else ", because there is nothing to work on")
    else:
        beside = "" if loop.control_made is None else f"; {loop.control_made:,} of the control, of all targets alike"
        total = sum(loop.made.values())
        yield f"generated: {total:,} samples{beside}"
        yield from (f"  {tag}: {count:,} new samples" for tag, count in loop.made.items())
    for remark in loop.remarks[:_REASONS]:
        cure = "" if remark.cure in remark.detail else f"; {remark.cure}"
        yield f"  {_head(remark)}: {remark.detail}{cure}"
    if len(loop.remarks) > _REASONS:
        yield f"  and {len(loop.remarks) - _REASONS:,} more; all are in run --json"
    yield f"page: {loop.page or call('report', work)}"


def _head(remark: Remark) -> str:
    if remark.why == "rejected":
        return "not made"
    return f"{'made as the recipe draws' if remark.is_made else 'not made'}, {remark.tag}"


def _weak_lines(weak: "Sequence[Weak]") -> "Iterator[str]":
    if not weak:
        yield "weak: no tag is below the others"
        return
    shown = [
        f"{one.tag} {percent(one.accuracy)} %"
        + (f" of {one.samples:,}" if one.samples else "")
        + f", {100 * one.gain:.2f} points to gain"
        for one in weak[:_WEAK]
    ]
    more = f"; and {len(weak) - _WEAK:,} more" if len(weak) > _WEAK else ""
    yield f"weak: {'; '.join(shown)}{more}"


def _comparison(step: "Task | None", trained: "Sequence[Task]") -> Comparison:
    """Return what the step compared, with its own tags and seed; where no step did, the first and the last run."""
    if step is None:
        return compare_runs(trained[0].run, trained[-1].run)
    try:
        with open(step.output, "rb") as file:
            return decode(file.read(), Comparison)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {step.output}: {error}") from None


def _score(folder: str) -> Score:
    found = predictions_of_run(folder)
    right = sum(one.label == one.prediction for one in found)
    return Score(os.path.basename(os.path.normpath(folder)), folder, right / len(found), len(found))


def _verdict(result: Comparison, made: dict[str, int]) -> "Iterator[str]":
    aimed = [tag for tag in made if tag in result.per_tag]
    yield from (in_words(tag, result.per_tag[tag] if tag else result.overall) for tag in ("", *aimed))
    if result.control:
        yield beyond_in_words("over all", result.control.overall)
        tags = result.control.per_tag
        yield from (beyond_in_words(f"on {tag}", tags[tag]) for tag in aimed if tag in tags)
        yield OUTSIDE


def _weak(before: str, done: "Sequence[Result]", made: dict[str, int]) -> "Iterator[Weak]":
    # A step `weak` may have been given human levels, which cannot be read off the run.
    steps = [result.task for result in done if result.task.step.command == "weak"]
    of_run = [task for task in steps if any(other.run == before for other in task.used)]
    try:
        with open(of_run[0].output if of_run else "", "rb") as file:
            ranking = decode(file.read(), SliceRanking)
    except (OSError, ValueError):
        ranking = rank_run(before)
    for tag in ranking.tags:
        if tag.gain > 0:
            yield Weak(tag.tag, tag.samples, tag.accuracy, tag.gain, made.get(tag.tag, 0))


def _total(several: "Iterator[dict[str, int]]") -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in several:
        for tag, count in counts.items():
            total[tag] = total.get(tag, 0) + count
    return total
