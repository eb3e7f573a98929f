"""The runs on the page: scores, weak tags of the first, comparison of first and last, mistakes of the last."""

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from baselines.comparison.compare import Comparison, compare
from baselines.runs.run_folder import predictions_of_run
from baselines.slices.audit import Audit, audit
from baselines.slices.slice_ranking import SliceRanking, rank
from cli.views.audit import confusion_matrix
from cli.views.audit.page import kind_of, mistake
from cli.views.audit.table import sentences as audit_sentences
from cli.views.compare.page import reach_of, row
from cli.views.compare.table import COLUMNS, matching_notes, run_names
from cli.views.kit import html_page, run_tables
from cli.views.weak.page import priorities
from cli.views.weak.table import sentences as weak_sentences
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from cli.views.report.report_input import Subject
    from cli.views.report.thumbnails import Album

MISTAKES = 12


class Measured(NamedTuple):
    """What the runs of a subject say.

    Attributes:
        runs: Name and audit of each, the oldest first.
        weak: Priorities of the first.
        comparison: Of the first and the last; None where there is one run only.
        problem: Why the first and the last cannot be compared.
    """

    runs: list[tuple[str, Audit]]
    weak: SliceRanking
    comparison: Comparison | None
    problem: str = ""


def measure(subject: "Subject") -> Measured:
    """Return what the runs of a subject say, of which there is one or more.

    Raises:
        InputError: The predictions of one cannot be read.
    """
    found = [predictions_of_run(run) for run in subject.runs]
    runs = [(name, audit(one, MISTAKES)) for name, one in zip(names(subject.runs), found, strict=True)]
    weak = _weak_of_steps(subject) or rank(found[0])
    if len(found) < 2:
        return Measured(runs, weak, None)
    try:
        comparison = compare(found[0], found[-1])
    except InputError as error:
        return Measured(runs, weak, None, str(error))
    ends = (subject.runs[0], subject.runs[-1])
    return Measured(runs, weak, msgspec.structs.replace(comparison, runs=ends))


def names(runs: "tuple[str, ...]") -> list[str]:
    """Return short names of runs: their folders' own, if these tell them apart."""
    short = [os.path.basename(os.path.normpath(run)) for run in runs]
    return short if len(set(short)) == len(short) else list(runs)


def weak_section(found: Measured) -> dict[str, Any]:
    """Return the section of the priorities."""
    return {
        "kind": "weak",
        "title": "Weak tags",
        "note": f"Of the run {found.runs[0][0]}: where there is most to gain.",
        "notes": weak_sentences(found.weak),
        **priorities(found.weak),
    }


def comparison_section(result: Comparison) -> dict[str, Any]:
    """Return the section of the comparison of the first and the last run."""
    a, b = run_names(result)
    reach = reach_of(result)
    rows = {"": {"all samples": result.overall}, "tag": result.per_tag, "class": result.per_class}
    return {
        "kind": "comparison",
        "title": f"Comparison: {b} against {a}",
        "columns": [column.format(a=a, b=b) for column in COLUMNS[:-1]],
        "ends": (f"{-reach:+.2f}", f"{reach:+.2f}"),
        "groups": [
            {"name": name, "rows": _decided_first([row(*item, reach) for item in several.items()])}
            for name, several in rows.items()
            if several
        ],
        "notes": matching_notes(result),
    }


def runs_section(found: Measured, album: "Album") -> dict[str, Any]:
    """Return the section of all runs and of what the last one gets wrong."""
    name, last = found.runs[-1]
    shown = album.show((one.path, kind_of(one)) for one in last.mistakes)
    return {
        "kind": "runs",
        "title": "The runs" if len(found.runs) > 1 else "The run",
        "problem": found.problem,
        "runs": [_run(*item) for item in found.runs],
        "last": name,
        "notes": audit_sentences(last),
        "matrix": confusion_matrix.draw(last.confusion),
        "classes": [_class(label, last) for label in last.per_class],
        "mistakes": [mistake(one, shown[one.path]) for one in last.mistakes],
        "wrong": f"{last.wrong:,}",
    }


def _decided_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with a verdict before those that nobody can tell of, else in their order."""
    return sorted(rows, key=lambda one: ("worse", "better", "cannot-tell").index(one["style"]))


def _run(name: str, found: Audit) -> dict[str, Any]:
    shares = (found.balanced_accuracy, found.macro_f1, found.majority_accuracy)
    return {
        "name": name,
        "cells": [
            f"{found.samples:,}",
            run_tables.percent(found.accuracy),
            run_tables.interval(found.interval),
            *map(run_tables.percent, shares),
        ],
        "bar": html_page.bar(found.accuracy, f"accuracy of {name}: {run_tables.percent(found.accuracy)} %"),
    }


def _class(label: str, found: Audit) -> dict[str, Any]:
    one = found.per_class[label]
    return {
        "name": label,
        "cells": run_tables.class_cells(one),
        "bar": html_page.bar(one.f1 or 0, f"F1 of {label}: {run_tables.class_cells(one)[-1]} %"),
    }


def _weak_of_steps(subject: "Subject") -> SliceRanking | None:
    """Return the priorities as a step of the pipeline ranked them: it may know human levels."""
    for done in subject.steps().values():
        path = next(iter(done.files), "")
        place = os.path.join(subject.work, os.path.basename(path))
        if done.command[0] == "weak" and os.path.isfile(place):
            try:
                with open(place, "rb") as file:
                    return msgspec.json.decode(file.read(), type=SliceRanking)
            except (OSError, msgspec.DecodeError):
                return None
    return None
