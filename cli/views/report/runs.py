"""The runs on the page: scores, weak tags of the first, comparison of first and last, mistakes of the last."""

import os
from typing import TYPE_CHECKING, NamedTuple

from baselines.comparison.compare import Comparison, compare_runs
from baselines.runs.run_folder import predictions_of_run
from baselines.slices.audit import Audit, audit_run
from baselines.slices.slice_ranking import SliceRanking, rank_run
from cli.io.table import Column, Row, Table, percent
from cli.views.audit import confusion_matrix
from cli.views.audit.page import MATRIX_NOTE, kind_of, mistake
from cli.views.audit.table import classes, mistakes_title
from cli.views.audit.table import sentences as audit_sentences
from cli.views.compare.control import control_name, control_sentences
from cli.views.compare.table import doubts, matching_notes, run_names, tables, turned_samples
from cli.views.kit import page as pages
from cli.views.kit.drawing import bar_cell
from cli.views.weak.table import priorities
from cli.views.weak.table import sentences as weak_sentences
from curate.ground.errors import InputError
from curate.ground.json import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.predictions import Prediction
    from cli.views.report.subjects import Subject
    from cli.views.report.thumbnails import Album

MISTAKES = 12


class Measured(NamedTuple):
    """What the runs of a subject say.

    Attributes:
        runs: Name and audit of each, the oldest first.
        control: Those of the control; None where there is none.
        weak: Priorities of the first.
        comparison: Of the first and the last; None where there is one run only.
        problem: Why the first and the last cannot be compared.
        first: Predictions of the first.
        last: Predictions of the last.
    """

    runs: list[tuple[str, Audit]]
    weak: SliceRanking
    comparison: Comparison | None
    problem: str = ""
    first: "Sequence[Prediction]" = ()
    last: "Sequence[Prediction]" = ()
    control: tuple[str, Audit] | None = None


def measure(subject: "Subject") -> Measured:
    """Return what the runs of a subject say, of which there is one or more.

    Raises:
        InputError: The predictions of one cannot be read.
    """
    first, last = subject.runs[0], subject.runs[-1]
    runs = [(name, audit_run(run, MISTAKES)) for name, run in zip(names(subject.runs), subject.runs, strict=True)]
    # A step `weak` may have been given human levels, which cannot be read off the run.
    weak = _weak_of_steps(subject) or rank_run(first)
    found = [predictions_of_run(run) for run in dict.fromkeys((first, last))]
    comparison, problem = None, ""
    # One run can be shown, only not compared.
    if len(subject.runs) > 1:
        try:
            comparison = compare_runs(first, last, control=subject.control or None)
        except InputError as error:
            problem = str(error)
    control = None
    if comparison and comparison.control:
        control = control_name(comparison), audit_run(subject.control, MISTAKES)
    return Measured(runs, weak, comparison, problem, found[0], found[-1], control)


def names(runs: "tuple[str, ...]") -> list[str]:
    """Return short names of runs: their folders' own, if these tell them apart."""
    # `a/run` and `b/run` keep their whole names, or the table would have two rows of one name.
    short = [os.path.basename(os.path.normpath(run)) for run in runs]
    return short if len(set(short)) == len(short) else list(runs)


def weak_section(found: Measured, links: pages.Links) -> dict[str, object]:
    """Return the section of the priorities; its rows lead to the files of samples."""
    return {
        "kind": "weak",
        "title": "Weak tags",
        "note": f"Of the run {found.runs[0][0]}: where there is most to gain.",
        "notes": weak_sentences(found.weak),
        "parts": priorities(found.weak, found.first, links),
    }


def comparison_section(result: Comparison, links: pages.Links) -> dict[str, object]:
    """Return the section of the comparison of the first and the last run; its rows lead to the samples that turned."""
    a, b = run_names(result)
    order = {"worse": 0, "better": 1, "": 2}
    shown = []
    for one in tables(result, turned_samples(result)):
        # What is decided stands before what nobody can tell, because only so many rows are seen at once.
        decided = sorted(one.rows, key=lambda row: order[row.style]) if one.key in {"tag", "class"} else one.rows
        shown.append((one.title, pages.table(one._replace(rows=decided), links)))
    return {
        "kind": "comparison",
        "title": f"Comparison: {b} against {a}",
        "tables": [(title, drawn) for title, drawn in shown if drawn],
        "notes": [*control_sentences(result), *matching_notes(result), *doubts(result)],
    }


def runs_section(found: Measured, album: "Album", links: pages.Links) -> dict[str, object]:
    """Return the section of all runs and of what the last one gets wrong."""
    name, last = found.runs[-1]
    shown = album.show((one.path, kind_of(one)) for one in last.mistakes)
    return {
        "kind": "runs",
        "title": "The runs" if len(found.runs) > 1 else "The run",
        "problem": found.problem,
        "runs": pages.table(_scores([*found.runs[:-1], *([found.control] if found.control else []), found.runs[-1]])),
        "last": name,
        "notes": audit_sentences(last),
        "matrix": pages.scrolled(confusion_matrix.draw(last.confusion), "confusion matrix"),
        "matrix_note": MATRIX_NOTE,
        "classes": pages.table(classes(last, found.last), links),
        "mistakes": [mistake(one, shown[one.path]) for one in last.mistakes],
        "mistakes_title": mistakes_title(last),
        "wrong": f"{last.wrong:,}",
    }


def _scores(runs: list[tuple[str, Audit]]) -> Table:
    columns = [
        Column("run", "run, %"),
        Column("samples", "n", "count"),
        Column("accuracy", "accuracy", "share"),
        Column("interval", "95 % interval", "interval"),
        Column("balanced_accuracy", "balanced accuracy", "share"),
        Column("macro_f1", "macro F1", "share"),
        Column("majority_accuracy", "majority guess", "share"),
        Column("bar", "accuracy", "drawing"),
    ]
    rows = []
    for name, one in runs:
        bar = bar_cell(one.accuracy, f"accuracy of {name}: {percent(one.accuracy)} %")
        # Beside the accuracy what it hides: small classes, and what a guess would reach.
        shares = (one.balanced_accuracy, one.macro_f1, one.majority_accuracy)
        rows.append(Row((name, one.samples, one.accuracy, one.interval, *shares, bar)))
    return Table("runs", "Scores of the runs", columns, rows)


def _weak_of_steps(subject: "Subject") -> SliceRanking | None:
    """Return the priorities as a step of the pipeline ranked them: it may know human levels."""
    for done in subject.steps().values():
        path = next(iter(done.files), "")
        place = os.path.join(subject.work, os.path.basename(path))
        if done.command[0] == "weak" and os.path.isfile(place):
            try:
                with open(place, "rb") as file:
                    return decode(file.read(), SliceRanking)
            except (OSError, ValueError):
                return None
    return None
