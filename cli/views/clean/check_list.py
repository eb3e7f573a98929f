"""`burnish clean --list`: every check, straight from the table."""

from typing import Literal

import msgspec

from cli.io.table import Column, Report, Row, Table
from curate.check.checks import CHECKS, EMBEDDING_CHECKS, SCAN_CHECKS


class Listed(msgspec.Struct, frozen=True):
    """One check, as `clean --list --json` shows it; None where scan makes it while decoding."""

    check: str
    kind: str | None
    fact: str | None
    side: str | None
    threshold: float | None
    severity: str
    reason: str
    made_by: Literal["clean", "scan"]


def all_checks() -> list[Listed]:
    """Return every check: those over facts, then those that scan makes."""
    own = [
        Listed(name, one.kind, one.fact, one.side, one.threshold, one.severity, one.reason, "clean")
        for name, one in CHECKS.items()
    ]
    found = [
        Listed(name, None, None, None, None, one.severity, one.meaning, "scan")
        for name, one in sorted(SCAN_CHECKS.items())
    ]
    embedded = [
        Listed(name, None, None, None, None, one.severity, one.meaning, "clean")
        for name, one in EMBEDDING_CHECKS.items()
    ]
    return own + embedded + found


def report(checks: list[Listed]) -> Report:
    """Return the list as a report."""
    columns = [
        Column("check", "check"),
        Column("kind", "of"),
        Column("severity", "severity"),
        Column("flagged_if", "flagged if"),
        Column("reason", "why", below=True),
    ]
    rows = [Row((one.check, one.kind or "both", one.severity, flagged_if(one.check), one.reason)) for one in checks]
    return Report([Table("checks", "Checks", columns, rows, most=len(rows))])


def flagged_if(name: str) -> str:
    """Return in words when a check flags a sample."""
    if name in SCAN_CHECKS:
        return "scan finds it while decoding"
    if name in EMBEDDING_CHECKS:
        return "with --embeddings: mean distance to the 10 nearest, modified z of its logarithm > 3.5"
    check = CHECKS[name]
    beside = " or under half of the set's median and 3.5 deviations" if check.learn and check.spread else ""
    named = "; only where it is named" if check.on_request else ""
    sign = {"below": "<", "above": ">", "other": "is not"}[check.side]
    limit = "that of most samples" if check.threshold is None else f"{check.threshold:g}"
    return f"{check.fact} {sign} {limit}{beside}{named}"
