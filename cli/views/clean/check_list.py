"""`burnish clean --list`: every check, straight from the table."""

import sys
from typing import Any

from cli.io.terminal import console
from curate.check.checks import CHECKS, SCAN_CHECKS
from curate.ground.json import encode_indented


def show_checks(*, as_json: bool) -> None:
    """Write every check with its fact, threshold, severity and reason to standard output."""
    rows: list[dict[str, Any]] = [
        *(
            {"check": name, "kind": check.kind, "fact": check.fact, "side": check.side, "threshold": check.threshold,
             "severity": check.severity, "reason": check.reason, "made_by": "clean"}
            for name, check in CHECKS.items()
        ),
        *(
            {"check": name, "kind": None, "fact": None, "side": None, "threshold": None,
             "severity": check.severity, "reason": check.meaning, "made_by": "scan"}
            for name, check in sorted(SCAN_CHECKS.items())
        ),
    ]  # fmt: skip
    if as_json:
        sys.stdout.buffer.write(encode_indented(rows) + b"\n")
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("check", "of", "severity"):
        table.add_column(column, no_wrap=True)
    table.add_column("flagged if")
    for row in rows:
        table.add_row(row["check"], row["kind"] or "both", row["severity"], flagged_if(str(row["check"])))
        table.add_row("", "", "", row["reason"], style="dim")
    console().print(table)


def flagged_if(name: str) -> str:
    """Return in words when a check flags a sample."""
    if name in SCAN_CHECKS:
        return "scan finds it while decoding"
    check = CHECKS[name]
    sign = {"below": "<", "above": ">", "other": "is not"}[check.side]
    return f"{check.fact} {sign} {'that of most samples' if check.threshold is None else f'{check.threshold:g}'}"
