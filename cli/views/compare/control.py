"""What `burnish compare --control` shows: three accuracies side by side, and what B brings beyond it."""

import os
from typing import TYPE_CHECKING

from cli.io.table import Column, Drawing, Row, Style, Table, in_points, percent
from cli.views.compare.forest import forest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from baselines.comparison.compare import Comparison
    from baselines.comparison.control import Beside

_STYLES: "Mapping[str, Style]" = {"better": "better", "worse": "worse"}

OUTSIDE = "the control is no part of the verdict or of the gate: its intervals stand each by itself"


def control_name(result: "Comparison") -> str:
    """Return a short name of the control: its folder's own, where the two runs have others."""
    if result.control is None:
        return ""
    folder = result.control.run
    short = os.path.basename(os.path.normpath(folder))
    return folder if short in {os.path.basename(os.path.normpath(run)) for run in result.runs} else short


def control_table(result: "Comparison", heads: tuple[str, str]) -> list[Table]:
    """Return the table of the three runs, headed by the names of the older and the newer; none without a control."""
    control = result.control
    if control is None:
        return []
    rows = {"all samples": control.overall, **control.per_tag}
    reach = max((abs(end) for one in rows.values() for end in one.beyond_control.interval), default=0.0) or 0.01
    before, after = heads
    columns = [
        Column("name", "tag, %"),
        Column("samples", "n", "count"),
        Column("before", before, "share"),
        Column("control", "control", "share"),
        Column("targeted", after, "share"),
        Column("beyond_control", "beyond", "number", points=True),
        Column("forest", "beyond control", "drawing", 9, axis=(in_points(-reach), "0", in_points(reach))),
        Column("beyond_interval", "95 % interval", "interval", 1, points=True),
        Column("control_change", "control's change", "number", 3, points=True),
        Column("control_change_interval", "95 % interval", "interval", 3, points=True),
        Column("targeted_change", f"{after}'s change", "number", 4, points=True),
        Column("targeted_change_interval", "95 % interval", "interval", 4, points=True),
        Column("beyond_verdict", "verdict", "text", 2),
    ]
    title = f"Beside the control {control_name(result)}"
    return [Table("control", title, columns, [_row(name, one, reach) for name, one in rows.items()])]


def control_tiles(result: "Comparison") -> list[tuple[str, str]]:
    """Return the figures of the control for the top of a page, and what they are; none where there is no control."""
    if result.control is None:
        return []
    whole, name = result.control.overall, control_name(result)
    return [
        (f"{percent(whole.control)} %", f"accuracy of {name}"),
        (in_points(whole.beyond_control.difference), f"points beyond {name}"),
    ]


def control_sentences(result: "Comparison") -> list[str]:
    """Return in words what targeting brings beyond the control, and what that rests on."""
    control = result.control
    if control is None:
        return []
    told = [("over all", control.overall), *((f"on {tag}", one) for tag, one in control.per_tag.items())]
    lines = [
        beyond_in_words(where, one)
        for where, one in told
        if where == "over all" or one.beyond_control.verdict != "cannot tell"
    ]
    if control.samples < result.samples:
        lines.append(f"the control has {control.samples:,} of the {result.samples:,} samples; its rows are about those")
    lines += [f"control not held still: {words}" for words in control.not_held]
    return [*lines, OUTSIDE]


def beyond_in_words(where: str, found: "Beside") -> str:
    """Return what targeting brings beyond the control: `beyond the control on noise=car: +11.0 points, …`."""
    beyond, rise = found.beyond_control, found.control_change
    verdict = "" if beyond.verdict == "cannot tell" else f", {beyond.verdict}"
    return (
        f"beyond the control {where}: {in_points(beyond.difference)} points (95 % interval {in_points(beyond.interval)}"
        f"{verdict}); the control changed by {in_points(rise.difference)}"
    )


def _row(name: str, found: "Beside", reach: float) -> Row:
    beyond = found.beyond_control
    words = in_points(beyond.difference), in_points(beyond.interval)
    title = f"{name}: {words[0]} points beyond the control, 95 % interval {words[1]}"
    cells = (
        name,
        found.samples,
        found.before,
        found.control,
        found.targeted,
        beyond.difference,
        Drawing(None, lambda: forest(beyond, reach, title)),
        beyond.interval,
        found.control_change.difference,
        found.control_change.interval,
        found.targeted_change.difference,
        found.targeted_change.interval,
        beyond.verdict,
    )
    return Row(cells, _STYLES.get(beyond.verdict, ""), abs(beyond.difference))
