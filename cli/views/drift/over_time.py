"""What `burnish drift --every` shows in tables: a row for each window, and one for each alarm."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, Worded, names, p_value
from cli.views.drift.table import STYLES, sides, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.drift.history import OverTime, WindowReport
    from curate.ground.run_stats import RunStats


def report(found: "OverTime") -> Report:
    """Return the report."""
    return Report(
        [windows_table(found.windows), alarms_table(found.windows), parts_table(found.windows)],
        sentences(found),
        titled=True,
    )


def windows_table(windows: "Sequence[WindowReport]") -> Table:
    """Return a row for each window."""
    columns = [
        Column("window", "window"),
        Column("samples", "n", "count"),
        Column("verdict", "verdict"),
        Column("alarms", "drifted"),
        Column("accuracy", "accuracy", "share"),
        Column("interval", "95 % interval", "interval", 2),
        Column("expected", "expected", "share", 1),
        Column("alpha", "alpha", "number", 3, "{:.2g}"),
    ]
    rows = []
    for one in windows:
        whole = next((part for part in one.accuracy if not part.name), None)
        expected = one.expected.accuracy if one.expected else None
        alarms = names([title_of(test.name) for test in one.alarms])
        figures = (whole.accuracy if whole else None, whole.interval if whole else None, expected, one.alpha)
        links = [SampleLink(shown.path, shown.words) for shown in one.shown]
        rows.append(
            Row((one.window, one.samples, one.verdict, alarms, *figures), STYLES[one.verdict], one.number, links)
        )
    return Table("windows", "Windows, in percent", columns, rows)


def alarms_table(windows: "Sequence[WindowReport]") -> Table:
    """Return a row for each alarm, with the thresholds that it passed."""
    columns = [
        Column("window", "window"),
        Column("name", "what drifted"),
        Column("effect", "effect", "number"),
        Column("margin", "margin", "number", 3),
        Column("adjusted_p", "p", "number"),
        Column("alpha", "alpha", "number", 2, "{:.2g}"),
        Column("reference", "reference", "text", 1),
        Column("new", "window has", "text", 1),
        Column("samples", "n", "count", 2),
    ]
    rows = [
        Row(
            (
                one.window,
                Worded(test.name, title_of(test.name)),
                test.effect,
                one.margin,
                p_value(test.adjusted_p),
                one.alpha,
                *sides(test),
                test.samples[1],
            ),
            "error",
            one.number,
        )
        for one in reversed(windows)
        for test in one.alarms
    ]
    return Table("alarms", "Alarms, newest first", columns, rows)


def parts_table(windows: "Sequence[WindowReport]") -> Table:
    """Return the accuracy of each window and tag, with the difference to the reference."""
    columns = [
        Column("window", "window"),
        Column("tag", "tag"),
        Column("samples", "n", "count"),
        Column("accuracy", "accuracy", "share"),
        Column("interval", "95 % interval", "interval", 1),
        Column("difference", "to the reference", "share"),
        Column("difference_interval", "95 % interval", "interval"),
    ]
    rows = [
        Row(
            (
                one.window,
                part.name or "all",
                part.samples,
                part.accuracy,
                part.interval,
                part.difference,
                part.difference_interval,
            ),
            weight=one.number,
        )
        for one in windows
        for part in one.accuracy
    ]
    return Table("accuracy", "Accuracy where labels came back, in percent", columns, rows)


def sentences(found: "OverTime") -> list[str]:
    """Return what is to be known of all of it."""
    new = found.windows[len(found.windows) - found.new :]
    alarms = sum(bool(one.alarms) for one in new)
    shared = f"alpha {found.alpha:g} is shared by all windows of the page"
    lines = [
        f"{found.verdict}: {found.new:,} {'window is' if found.new == 1 else 'windows are'} new, "
        f"{alarms:,} of them drifted; {shared}"
        if new
        else "no new window"
    ]
    if found.waiting:
        lines.append(f"{found.waiting:,} samples wait: their window is not over, or has fewer than 30")
    if found.passed:
        lines.append(f"{found.passed:,} samples are of windows that were judged before")
    drawn = [one for one in new if one.compared < one.samples]
    if drawn:
        lines.append(f"of {len(drawn):,} windows {max(one.compared for one in drawn):,} samples were drawn by chance")
    if found.validated:
        lines.append(validation_words(found.validated))
    notes = sorted({note for one in new for note in one.notes})
    return lines + [f"{note}" for note in notes]


def validation_words(run: "RunStats") -> str:
    """Return what the last validation came to."""
    errors, warnings = run.errors or 0, run.warnings or 0
    counted = f"{errors:,} error{'' if errors == 1 else 's'}, {warnings:,} warning{'' if warnings == 1 else 's'}"
    return f"last validated {run.at}: {run.samples:,} samples, {counted}"
