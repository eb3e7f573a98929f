"""The health of the data on the page: what was found, what went, and what is worth a look."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Row, Style, Table, Worded, names
from cli.pipeline.files import count_lines
from cli.views.kit import page as pages
from cli.views.kit.drawing import two_bars_cell
from cli.views.report.thumbnails import GONE
from curate.check.checks import CHECKS, VERDICTS

if TYPE_CHECKING:
    from cli.views.report.subjects import Subject
    from cli.views.report.thumbnails import Album
    from curate.describe.health import CheckHealth, Example, Health

_OTHERS = {
    "duplicate": "another sample has the same content, and stands for it",
    "label-conflict": "copies of it have other labels",
}


def section(subject: "Subject", health: "Health", album: "Album") -> dict[str, object]:
    """Return the section.

    Args:
        subject: What it is about; it has a manifest or more.
        health: Of it.
        album: Shows the files.
    """
    files = {example.path: example.kind for check in health.checks for example in check.worst}
    shown = album.show(files.items())
    return {
        "kind": "health",
        "title": "Data health",
        "note": note(health),
        "findings": pages.table(_findings(health)),
        "flow": pages.table(_flow(subject)),
        "checks": [_check(check, shown) for check in health.checks],
    }


def note(health: "Health") -> str:
    """Return the health in words."""
    if not health.flagged:
        return f"Nothing was found on {health.known:,} samples."
    left = f"{health.flagged_left:,} of them are still there" if health.flagged_left else "none of them is still there"
    gone = sum(health.dropped.values())
    why = f"; {gone:,} {'was' if gone == 1 else 'were'} dropped for it ({reasons(health)})" if gone else ""
    return f"Something was found on {health.flagged:,} of {health.known:,} samples{why}; {left}."


def reasons(health: "Health") -> str:
    """Return what samples were dropped for, with their number."""
    return names([f"{name} {count:,}" for name, count in health.dropped.items()])


def _flow(subject: "Subject") -> Table:
    """Return what became of the number of samples, step by step; nothing where there is one step."""
    done = {name: step for name, step in subject.steps().items() if step.samples_out is not None}
    counts = [(name, step.samples_in, step.samples_out) for name, step in done.items()]
    if not done:
        sizes = [count_lines(path) for path in subject.manifests]
        names_of = [path.rsplit("/", 1)[-1] for path in subject.manifests]
        # A folder without a pipeline: each manifest as one step, which read the one before it.
        counts = list(zip(names_of, [None, *sizes[:-1]], sizes, strict=True))
    columns = [
        Column("step", "step"),
        Column("samples_in", "samples in", "count"),
        Column("samples_out", "samples out", "count"),
        Column("change", "change", "count"),
    ]
    rows = []
    for name, before, after in counts:
        change = (after or 0) - (before or 0)
        words = f"{change:+,}".replace("-", "\u2212") if change and before is not None else ""
        rows.append(Row((name, before, after, Worded(change, words))))
    return Table("flow", "Samples step by step", columns, rows if len(rows) > 1 else ())


def _findings(health: "Health") -> Table:
    columns = [
        Column("check", "check"),
        Column("severity", "severity"),
        Column("found", "found", "count"),
        Column("left", "still there", "count"),
        Column("bar", "share of the samples", "drawing"),
        Column("meaning", "what it means"),
    ]
    rows = []
    for one in health.checks:
        share = min(one.found / health.known, 1.0) if health.known else 0.0
        title = f"{one.check}: found on {one.found:,}, {one.left:,} of them are still there"
        # In front what is still there, behind it what was found: the difference is what went.
        bar = two_bars_cell(share * one.left / one.found, share, title, "gone")
        left = Worded(one.left, f"{one.left:,}" if one.left else "none")
        style: Style = "error" if one.severity == "error" else ""
        rows.append(Row((one.check, one.severity, one.found, left, bar, meaning(one.check)), style))
    return Table("findings", "Findings by check", columns, rows)


def meaning(check: str) -> str:
    """Return what a check says of a file; nothing for a check of another program."""
    if check in VERDICTS:
        return VERDICTS[check].meaning
    return CHECKS[check].reason if check in CHECKS else _OTHERS.get(check, "")


def _check(check: "CheckHealth", shown: dict[str, pages.Media]) -> dict[str, object]:
    return {
        "name": check.check,
        "severity": check.severity,
        "number": f"{len(check.worst):,} of {check.found:,}",
        "examples": [_example(example, shown[example.path]) for example in check.worst],
    }


def _example(example: "Example", shown: pages.Media) -> dict[str, object]:
    finding = example.finding
    value = "" if finding.value is None else f"{finding.value:.4g}"
    # What makes it an error is said by the finding itself.
    known = finding.severity == "error" and shown["problem"] != GONE
    return {
        **shown,
        "problem": "" if known else shown["problem"],
        "label": example.label,
        "state": "still there" if example.kept else "dropped",
        "kept": example.kept,
        "value": "" if finding.threshold is None else f"{value} (threshold {finding.threshold:g})",
        "detail": finding.detail,
    }
