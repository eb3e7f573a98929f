"""What `burnish automate` shows: the degree, the threshold, tags with a rule of their own, and the curve."""

from typing import TYPE_CHECKING

from baselines.gates.automate import DEGREES
from baselines.metrics.calibration_error import MOST_CALIBRATION_ERROR
from cli.io.table import Column, Report, Row, SampleLink, Style, Table, names, p_value, percent
from cli.views.kit import drawing
from cli.views.kit.drawing import bar_cell
from cli.views.weak.priority_chart import ticks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from baselines.gates.automate import Automation, Part
    from baselines.runs.prediction_log import Logged
    from cli.views.kit.page import Links

_STYLES: "Mapping[str, Style]" = {"people": "error", "own threshold": "warning"}
_ON_TERMINAL = 12
_LINKS = 24
_KEEP_LOOKING = (
    "cases that the model decides alone get no label any more: send some of them to people all the same, or nobody "
    "will see when it gets worse"
)
_WIDTH, _HEIGHT = 760, 260
_LEFT, _PLOT_WIDTH, _BOTTOM = 60, 680, 215


def report(found: "Automation") -> Report:
    """Return the report."""
    return Report([_whole(found), _tags(found), _curve(found)], sentences(found))


def sentences(found: "Automation") -> list[str]:
    """Return in words how much may be automated, and what that rests on."""
    lines = [f"{found.degree}: {DEGREES[found.degree]}", *_threshold(found)]
    if found.together is not None:
        lines.append(
            f"model and people together: accuracy {found.together:.4f}; people alone {found.wish.human:g}, the model "
            f"alone {found.accuracy:.4f}"
        )
    if found.cost is not None and found.cost_people is not None:
        lines.append(f"cost of a case {found.cost:.4g}; by people alone {found.cost_people:.4g}")
    if own := [tag for tag, one in found.per_tag.items() if one.rule in _STYLES]:
        lines.append(f"a higher risk than allowed, and so a rule of their own: {names(own)}")
    if found.calibration_error >= MOST_CALIBRATION_ERROR:
        lines.append(
            f"the confidence is off by {found.calibration_error:.3f} on average: the threshold was tried out and "
            "holds, but .9 does not mean 9 of 10 right"
        )
    if found.unlabelled:
        lines.append(f"{found.unlabelled:,} cases without a label or a confidence were left out")
    return [*lines, _KEEP_LOOKING]


def _threshold(found: "Automation") -> list[str]:
    part, allowed = found.whole, found.wish.max_risk
    if part.threshold is not None and part.risk_upper is not None:
        return [
            f"answers with a confidence of {part.threshold:.4f} or more are given alone: {percent(found.share)} % of "
            f"the cases; people get {percent(1 - found.share)} %",
            f"{part.wrong:,} of {part.automated:,} such answers were wrong, surely no more than "
            f"{100 * part.risk_upper:.2f} % (95 %, exact), on cases that the threshold was not chosen by",
        ]
    if allowed is not None:
        return [f"at no confidence is the risk surely {100 * allowed:g} % or less: all {part.samples:,} go to people"]
    return ["people cost less for all cases"]


def page(found: "Automation", of: str, entries: "Sequence[Logged]", links: "Links") -> bytes:
    """Return the page.

    Args:
        found: What was found.
        of: The log or run.
        entries: Of it, if they are known by their path; the rows lead to those that are wrong.
        links: Leads to the files of samples.
    """
    from cli.views.kit import page as pages

    return pages.report_page(
        "Automation",
        of,
        [
            pages.Section("Risk and coverage", pages.scrolled(_picture(found), "Risk and coverage")),
            *(
                pages.Section(table.title, pages.table(_leading(table, entries), links))
                for table in (_whole(found), _tags(found))
            ),
        ],
        lead=sentences(found),
        tiles=[
            (found.degree, "degree of automation"),
            (f"{percent(found.share)} %", "decided by the model"),
            (f"{percent(1 - found.share)} %", "left to people"),
            (f"{found.area:.3f}", "area under risk and coverage"),
        ],
    )


def _leading(table: Table, entries: "Sequence[Logged]") -> Table:
    """Return a table whose rows lead to the wrong answers that they are about, the surest first."""
    wrong = [one for one in entries if one.label is not None and one.prediction != one.label]
    wrong.sort(key=lambda one: -(one.confidence or 0.0))
    rows = []
    for row in table.rows:
        mine = [one for one in wrong if table.key == "all" or row.cells[0] in one.tags][:_LINKS]
        words = [f"{one.label} taken for {one.prediction}, {percent(one.confidence)} % sure" for one in mine]
        rows.append(row._replace(samples=[SampleLink(one.key, said) for one, said in zip(mine, words, strict=True)]))
    return table._replace(rows=rows)


def _whole(found: "Automation") -> Table:
    columns = [Column("degree", "degree"), *_PART_COLUMNS, Column("share", "automated, %", "share")]
    return Table("all", "Over all", columns, [Row((found.degree, *_part_cells(found.whole), found.share))])


_PART_COLUMNS = (
    Column("threshold", "from confidence", "number", form="{:.4f}"),
    Column("samples", "n", "count"),
    Column("automated", "alone", "count"),
    Column("wrong", "wrong", "count"),
    Column("risk_upper", "risk at most, %", "share", 1),
)


def _part_cells(part: "Part") -> tuple[float | None, int, int, int, float | None]:
    return part.threshold, part.samples, part.automated, part.wrong, part.risk_upper


def _tags(found: "Automation") -> Table:
    columns = [
        Column("tag", "tag"),
        *_PART_COLUMNS,
        Column("adjusted_p", "adj. p", "number", 2),
        Column("rule", "rule"),
    ]
    rows = [
        Row((tag, *_part_cells(one.part), p_value(one.adjusted_p), one.rule), _STYLES.get(one.rule, ""))
        for tag, one in found.per_tag.items()
    ]
    return Table("tag", "By tag", columns, rows)


def _curve(found: "Automation") -> Table:
    columns = [
        Column("threshold", "from confidence", "number", form="{:.4f}"),
        Column("coverage", "answered, %", "share"),
        Column("risk", "of these wrong, %", "share"),
        Column("bar", "wrong", "drawing", 9),
    ]
    rows = [
        # Of the whole curve a terminal shows a dozen points, evenly over it; CSV and JSON have all.
        Row(
            (threshold, coverage, risk, bar_cell(risk, f"{percent(risk)} % wrong")),
            weight=_weight(at, len(found.curve)),
        )
        for at, (threshold, coverage, risk) in enumerate(found.curve)
    ]
    return Table("curve", "Risk and coverage", columns, rows, most=_ON_TERMINAL)


def _weight(place: int, number: int) -> float:
    step = max(1, number // (_ON_TERMINAL - 1))
    return 1.0 if place % step == 0 or place == number - 1 else 0.0


def _picture(found: "Automation") -> "Markup":
    """Return the risk over the coverage, with the allowed risk and what is automated."""
    allowed = found.wish.max_risk
    most = max(max((risk for *_, risk in found.curve), default=0.0), allowed or 0.0, 0.01)
    rungs = ticks(0.0, min(1.1 * most, 1.0))
    top = rungs[-1]

    def at(coverage: float, risk: float) -> tuple[float, float]:
        return _LEFT + coverage * _PLOT_WIDTH, _BOTTOM * (1 - risk / top)

    parts = _axes(rungs)
    if allowed is not None:
        _, y = at(0.0, allowed)
        parts += [
            drawing.markup('<line class="zero" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>', _LEFT, _WIDTH, y),
            drawing.markup(
                '<text class="name" x="{}" y="{:.1f}">allowed: {:g} %</text>', _LEFT + 6, y - 5, 100 * allowed
            ),
        ]
    x, _ = at(found.share, 0.0)
    parts += [
        drawing.markup('<line class="range" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>', x, _BOTTOM),
        drawing.markup('<text class="name" x="{:.1f}" y="12">automated: {} %</text>', x + 6, percent(found.share)),
    ]
    points = " ".join("{:.1f},{:.1f}".format(*at(coverage, risk)) for _, coverage, risk in found.curve)
    parts.append(drawing.markup('<polyline class="line" points="{}"/>', points))
    title = f"risk from 0 to {100 * top:g} % over coverage from 0 to 100 %; {percent(found.share)} % are automated"
    return drawing.drawing("chart", _WIDTH, _HEIGHT, title, parts, stretched=False)


def _axes(rungs: "Sequence[float]") -> "list[Markup]":
    """Return the grid with its figures: coverage from 0 to 1 to the right, risk upwards on round rungs."""
    words = "share that the model decides alone, the surest first; upwards: share of these that are wrong"
    parts = [drawing.markup('<text x="{}" y="{}">{}</text>', _LEFT, _BOTTOM + 34, words)]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _LEFT + share * _PLOT_WIDTH
        parts += [
            drawing.markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>', x, _BOTTOM),
            drawing.markup('<text x="{:.1f}" y="{}" text-anchor="middle">{:g} %</text>', x, _BOTTOM + 16, 100 * share),
        ]
    for risk in rungs:
        y = _BOTTOM * (1 - risk / rungs[-1])
        parts += [
            drawing.markup('<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>', _LEFT, _WIDTH, y),
            drawing.markup(
                '<text x="{}" y="{:.1f}" text-anchor="end">{:g} %</text>',
                _LEFT - 6,
                max(y, 8) + 4,
                round(100 * risk, 6),
            ),
        ]
    return parts
