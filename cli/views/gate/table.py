"""What `burnish gate` shows: the verdict and its grounds, each tag, and how many cases are missing."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Style, Table, in_points, names, p_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from baselines.gates.gate import Gate, TagRow
    from baselines.gates.sample_size import Needed

_STYLES: "Mapping[str, Style]" = {"worse": "worse", "fine": "better"}
_FINE = "{:+.2f}"
"""Of differences in points: gates look at thousands of cases."""


def report(found: "Gate") -> Report:
    """Return the report."""
    return Report([over_all(found), tags(found)], sentences(found))


def plan_report(needed: "Sequence[Needed]", unit: str, notes: "Sequence[str]") -> Report:
    """Return how many cases the answers take; `unit` is what they are counted in."""
    columns = [
        Column("answer", "to"),
        Column("difference", "true difference, points", "number", points=True),
        Column("exact", f"{unit}, one look", "count"),
        Column("sequential", "looking every day", "count"),
        Column("once", "one look, by formula", "count", 2),
    ]
    rows = [Row((one.answer, one.difference, one.exact, one.sequential, one.once)) for one in needed]
    return Report([Table("plan", "How many", columns, rows)], notes)


def headline(found: "Gate") -> str:
    """Return the verdict with its grounds in one line."""
    if found.difference is None or found.interval is None:
        return f"{found.verdict}: no case that counts has a label yet"
    margin, worse = found.rules.margin, [tag for tag, row in found.per_tag.items() if row.verdict == "worse"]
    both = in_points(found.difference, _FINE), in_points(found.interval, _FINE)
    words = f"new - old {both[0]} points ({both[1]}, n = {_number(found)})"
    if found.verdict == "stop" and worse:
        return f"stop: worse than by {100 * found.rules.tag_margin:g} points on {names(worse)}; over all {words}"
    if found.verdict == "stop":
        return f"stop: the new system is worse, {words}"
    if found.verdict == "promote":
        return f"promote: not worse than by {100 * margin:g} points, {words}"
    return f"keep collecting: {words}; neither worse nor surely within {100 * margin:g} points"


def sentences(found: "Gate") -> list[str]:
    """Return the verdict in words, and what there is to know about it."""
    rules = found.rules
    lines = [headline(found)]
    if found.within_margin:
        lines.append(f"it is surely worse, by less than the margin of {100 * rules.margin:g} points that was given")
    if found.needed is not None:
        each = "pairs" if found.design == "shadow" else "labelled cases of each system"
        more = "; looking again and again takes more: --plan" if rules.sequential else ""
        lines.append(f"about {found.needed:,} {each} would show that equal systems are within the margin{more}")
    lines += [
        f"the arms were not shared out by chance: {one.key}={one.value} is {100 * one.old_share:.1f} % of the old and "
        f"{100 * one.new_share:.1f} % of the new system's cases (p {p_value(one.adjusted_p).words}); nothing is "
        "promoted until that is mended"
        for one in found.mix
    ]
    if untold := [tag for tag, row in found.per_tag.items() if row.verdict == "cannot tell"]:
        lines.append(f"cannot tell on {names(untold)}: that is not the same as fine")
    lines += _left_out(found)
    if found.groups is not None:
        lines.append(f"cases come in {found.groups:,} groups, which are what is counted: Student's t of their sums")
    if found.design == "switch":
        lines.append(
            "a switch is the weakest design: whatever else changed with time is in the difference; a shadow needs the "
            "fewest cases"
        )
    if rules.sequential:
        lines.append(f"may be looked at as often as you like: over all looks each end is wrong with {rules.alpha:.3g}")
    elif found.verdict == "keep collecting":
        lines.append("looked at again and again until it says yes, this gate is wrong too often: add --sequential")
    return lines


def _left_out(found: "Gate") -> list[str]:
    lines = []
    if found.agreement is not None:
        lines.append(f"both said the same of {100 * found.agreement:.1f} % of the cases")
    if found.unlabelled:
        what = "cases that differ have no label, and only these need one: -o FILE lists them"
        if found.design != "shadow":
            what = "cases have no label yet, and do not count"
        lines.append(f"{found.unlabelled:,} {what}")
    only_old, only_new = found.left_out
    if only_old or only_new:
        why = "only one system saw" if found.design == "shadow" else "one was asked while the other was not"
        lines.append(f"left out: {only_old:,} cases of the old and {only_new:,} of the new system, which {why}")
    if found.relabelled:
        lines.append(
            f"{found.relabelled:,} cases have two labels; that of the new log was taken, --truth FILE settles it"
        )
    return lines


def _number(found: "Gate") -> str:
    return f"{found.pairs:,}" if found.design == "shadow" else " and ".join(f"{one:,}" for one in found.samples)


def over_all(found: "Gate") -> Table:
    """Return the verdict over all, in one row."""
    columns = [
        Column("verdict", "verdict"),
        Column("samples", "n", "count"),
        Column("old", "old, %", "share"),
        Column("new", "new, %", "share"),
        Column("difference", "points", "number", form=_FINE, points=True),
        Column(
            "interval", f"{100 * (1 - 2 * found.rules.alpha):.4g} % interval", "interval", 1, form=_FINE, points=True
        ),
        Column("new_only", "only new right", "count", 2),
        Column("old_only", "only old right", "count", 2),
        Column("e_value", "e value", "number", 3, "{:.3g}"),
    ]
    style: Style = {"promote": "better", "stop": "worse"}.get(found.verdict, "")  # type: ignore[assignment]
    cells = (
        found.verdict,
        found.pairs,
        found.old_accuracy,
        found.new_accuracy,
        found.difference,
        found.interval,
        found.new_only,
        found.old_only,
        found.e_value,
    )
    return Table("all", "Over all", columns, [Row(cells, style)])


def tags(found: "Gate") -> Table:
    """Return the verdict on each tag."""
    columns = [
        Column("tag", "tag"),
        Column("samples", "n", "count"),
        Column("difference", "points", "number", form=_FINE, points=True),
        Column("interval", "interval", "interval", 1, _FINE, points=True),
        Column("adjusted_p", "adj. p", "number", 2),
        Column("verdict", "verdict"),
        Column("needed", "n to tell", "count", 3),
    ]
    return Table("tag", "By tag", columns, [_tag_row(tag, row) for tag, row in found.per_tag.items()])


def _tag_row(tag: str, row: "TagRow") -> Row:
    p = None if row.adjusted_p is None else p_value(row.adjusted_p)
    cells = (tag, row.samples, row.difference, row.interval, p, row.verdict, row.needed)
    return Row(cells, _STYLES.get(row.verdict, ""), -(row.difference or 0.0))
