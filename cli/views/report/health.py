"""The health of the data on the page: what was found, what went, and what is worth a look."""

from typing import TYPE_CHECKING, Any

from cli.pipeline.files import count_lines
from cli.views.kit import html_page, run_tables
from cli.views.report.thumbnails import GONE
from curate.check.checks import CHECKS, SCAN_CHECKS

if TYPE_CHECKING:
    from cli.views.report.report_input import Subject
    from cli.views.report.thumbnails import Album
    from curate.describe.health import CheckHealth, Example, Health

_OTHERS = {
    "duplicate": "another sample has the same content, and stands for it",
    "label-conflict": "copies of it have other labels",
}


def section(subject: "Subject", health: "Health", album: "Album") -> dict[str, Any]:
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
        "rows": [_row(check, health) for check in health.checks],
        "flow": flow(subject),
        "checks": [_check(check, shown) for check in health.checks],
    }


def note(health: "Health") -> str:
    """Return the health in words."""
    if not health.flagged:
        return f"Nothing was found on {health.first:,} samples."
    left = f"{health.flagged_left:,} of them are still there" if health.flagged_left else "none of them is still there"
    gone = sum(health.dropped.values())
    why = f"; {gone:,} {'was' if gone == 1 else 'were'} dropped for it ({reasons(health)})" if gone else ""
    return f"Something was found on {health.flagged:,} of {health.first:,} samples{why}; {left}."


def reasons(health: "Health") -> str:
    """Return what samples were dropped for, with their number."""
    return run_tables.names([f"{name} {count:,}" for name, count in health.dropped.items()])


def flow(subject: "Subject") -> list[dict[str, str]]:
    """Return what became of the number of samples, step by step."""
    done = {name: step for name, step in subject.steps().items() if step.samples_out is not None}
    counts = [(name, step.samples_in, step.samples_out) for name, step in done.items()]
    if not done:
        sizes = [count_lines(path) for path in subject.manifests]
        names = [path.rsplit("/", 1)[-1] for path in subject.manifests]
        counts = list(zip(names, [None, *sizes[:-1]], sizes, strict=True))
    return [_flow_row(*item) for item in counts]


def _flow_row(name: str, before: int | None, after: int | None) -> dict[str, str]:
    change = (after or 0) - (before or 0)
    return {
        "name": name,
        "before": run_tables.count(before),
        "after": run_tables.count(after),
        "change": f"{change:+,}".replace("-", "\u2212") if change and before is not None else "",
    }


def _row(check: "CheckHealth", health: "Health") -> dict[str, Any]:
    share = check.found / health.first if health.first else 0.0
    title = f"{check.check}: found on {check.found:,}, {check.left:,} of them are still there"
    kept = 100 * min(share, 1) * check.left / check.found
    parts = [
        html_page.markup('<rect width="{:.2f}" height="8" rx="1" class="gone"/>', 100 * min(share, 1)),
        html_page.markup('<rect width="{:.2f}" height="8" rx="1"/>', kept),
    ]
    return {
        "name": check.check,
        "severity": check.severity,
        "meaning": meaning(check.check),
        "found": f"{check.found:,}",
        "left": f"{check.left:,}" if check.left else "none",
        "bar": html_page.drawing("bar", 100, 8, title, parts),
    }


def meaning(check: str) -> str:
    """Return what a check says of a file; nothing for a check of another program."""
    if check in SCAN_CHECKS:
        return SCAN_CHECKS[check].meaning
    return CHECKS[check].reason if check in CHECKS else _OTHERS.get(check, "")


def _check(check: "CheckHealth", shown: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": check.check,
        "severity": check.severity,
        "number": f"{len(check.worst):,} of {check.found:,}",
        "examples": [_example(example, shown[example.path]) for example in check.worst],
    }


def _example(example: "Example", shown: dict[str, Any]) -> dict[str, Any]:
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
