"""The page of `burnish gate`: the verdict, the differences against their margins, and the cases to decide on."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Row, SampleLink, Table
from cli.views.gate.table import over_all, sentences, tags
from cli.views.kit import drawing
from cli.views.kit import page as pages
from curate.ground.command_line import call
from curate.media.storage import exists
from curate.media.storage.address import join

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from markupsafe import Markup

    from baselines.gates.cases import Case
    from baselines.gates.gate import Gate

_CARDS = 60
"""Cases whose files a page holds; at 20 KB a picture and 100 KB a sound it stays within reason. The table has all."""
_TAGS, _LINKS = 30, 24
_NAME = 26
_LEFT, _WIDTH, _ROW, _TOP = 190, 760, 26, 30
_STEPS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_MOST_TICKS = 4
"""Of an axis, to each side of zero."""


def page(
    found: "Gate", of: str, links: pages.Links, discordant: "Sequence[Case]" = (), listed: str | None = None
) -> bytes:
    """Return the page.

    Args:
        found: The verdict.
        of: The two logs.
        links: Leads to the files of cases.
        discordant: Cases of which the two systems of a shadow said different things.
        listed: The manifest that these were written to; None: they were not.
    """
    sections = []
    if found.interval is not None:
        sections.append(pages.Section("Difference", pages.scrolled(_picture(found), "Differences and margins")))
    # A case may be known by the number of an order, or its file be on another machine.
    files = [case for case in discordant if exists(join(links.root, case.key))]
    sections += [
        pages.Section(one.title, pages.table(_linked(one, files), links)) for one in (over_all(found), tags(found))
    ]
    if discordant:
        if shown := files[:_CARDS]:
            sections.append(pages.Section(f"Where they differ: {len(shown):,} to look at", _cards(shown, links)))
        table = pages.table(_table(discordant, {case.key for case in files}), links)
        title = f"All {len(discordant):,} cases on which they differ"
        sections.append(pages.Section(title, table, _how_to_review(discordant, listed)))
    first, *rest = sentences(found)
    tiles = [(found.verdict, "verdict"), (f"{found.pairs:,}", "pairs" if found.design == "shadow" else "cases of each")]
    if found.difference is not None:
        tiles.append((f"{100 * found.difference:+.2f}", "points, new - old"))
    if found.needed is not None:
        tiles.append((f"{found.needed:,}", "cases that would tell"))
    return pages.report_page(f"{found.design.capitalize()} gate", of, sections, lead=[first], tiles=tiles, notes=rest)


def _linked(table: Table, files: "Sequence[Case]") -> Table:
    """Return a table whose rows lead to the cases on which the systems differ: to all, or to those with the tag."""
    rows = []
    for row in table.rows:
        mine = [case for case in files if table.key == "all" or row.cells[0] in case.tags][:_LINKS]
        words = [f"{case.old} → {case.new}, {_said(case)}" for case in mine]
        links = [SampleLink(case.key, said) for case, said in zip(mine, words, strict=True)]
        rows.append(row._replace(samples=links))
    return table._replace(rows=rows)


def _how_to_review(cases: "Sequence[Case]", listed: str | None) -> str:
    waiting = sum(case.label is None for case in cases)
    if not waiting:
        return "all of them have a label"
    manifest = listed or "differ.jsonl"
    first = "" if listed else f"write them with -o {manifest}, then "
    return (
        f"{waiting:,} wait for a label: {first}{call('review', manifest)} --ask label --annotator NAME --serve "
        f"-o answers.jsonl; {call('relabel', manifest)} --answers answers.jsonl -o truth.jsonl; then this gate with "
        "--truth truth.jsonl"
    )


def _cards(cases: "Sequence[Case]", links: pages.Links) -> "Markup":
    media = pages.media_of(((case.key, None) for case in cases), links)
    return pages.macro(
        "reason_cards",
        [{"title": f"{case.old} → {case.new}", "why": _said(case), **media[case.key]} for case in cases],
    )


def _said(case: "Case") -> str:
    if case.label is None:
        return "no label yet"
    right = {1: "the new system is right", -1: "the old system is right"}.get(case.gain, "neither is right")
    return f"{case.label}: {right}"


def _table(cases: "Sequence[Case]", files: "Collection[str]") -> Table:
    columns = [
        Column("case", "case"),
        Column("old", "old said"),
        Column("new", "new said"),
        Column("label", "label"),
        Column("tags", "tags"),
    ]
    rows = [
        Row(
            (case.key, case.old, case.new, case.label, " ".join(case.tags)),
            samples=[SampleLink(case.key, _said(case))] if case.key in files else (),
        )
        for case in cases
    ]
    return Table("case", "Cases on which they differ", columns, rows)


def _picture(found: "Gate") -> "Markup":
    """Return the interval of the whole and of each tag on one axis, with the margin that each is held to."""
    rules = found.rules
    told = [(tag, row) for tag, row in found.per_tag.items() if row.difference is not None and row.interval is not None]
    rows = [("over all", found.difference, found.interval, found.verdict == "stop", rules.margin)]
    rows += [(tag, row.difference, row.interval, row.verdict == "worse", rules.tag_margin) for tag, row in told[:_TAGS]]
    reach = 1.1 * max(abs(end) for _, _, ends, _, margin in rows for end in (*(ends or ()), margin))
    bottom = _TOP + _ROW * len(rows)

    def x(value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 20) * drawing.place(value, -reach, reach, logarithmic=False)

    parts = _axis(x, reach, bottom)
    for at, (name, difference, ends, is_worse, margin) in enumerate(rows):
        y, style = _TOP + _ROW * (at + 0.5), "worse" if is_worse else "range"
        low, high = ends or (0.0, 0.0)
        shown = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
        line = '<line class="{0}" x1="{1:.1f}" x2="{2:.1f}" y1="{3}" y2="{4}"><title>{5}</title></line>'
        parts += [
            drawing.markup('<text class="name" x="{}" y="{}" text-anchor="end">{}</text>', _LEFT - 12, y + 4, shown),
            drawing.markup(line, "curve", x(-margin), x(-margin), y - 11, y + 11, f"margin {-100 * margin:g} points"),
            drawing.markup(line, style, x(low), x(high), y, y, f"{name}: {100 * low:+.2f} to {100 * high:+.2f} points"),
            drawing.markup('<circle class="{}" cx="{:.1f}" cy="{}" r="4"/>', style, x(difference or 0.0), y),
        ]
    title = f"differences new - old with their intervals, of the whole and of {len(rows) - 1} tags, and their margins"
    return drawing.drawing("chart", _WIDTH, bottom + 40, title, parts, stretched=False)


def _axis(x: "Callable[[float], float]", reach: float, bottom: float) -> "list[Markup]":
    """Return lines at zero and at round figures, in points of accuracy."""
    parts = [
        drawing.markup('<text x="{}" y="14" text-anchor="middle">the old one is better</text>', x(-reach / 2)),
        drawing.markup('<text x="{}" y="14" text-anchor="middle">the new one is better</text>', x(reach / 2)),
    ]
    step = next(step for step in _STEPS if reach / step <= _MOST_TICKS)
    for value in (step * number for number in range(-int(reach / step), int(reach / step) + 1)):
        style = "grid" if value else "zero"
        line = '<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2}" y2="{3}"/>'
        label = '<text x="{:.1f}" y="{}" text-anchor="middle">{:g}</text>'
        parts += [
            drawing.markup(line, style, x(value), _TOP - 8, bottom),
            drawing.markup(label, x(value), bottom + 16, round(100 * value, 6)),
        ]
    words = "new - old, points of accuracy; dotted: the margin that each is held to"
    return [*parts, drawing.markup('<text x="{}" y="{}">{}</text>', _LEFT, bottom + 34, words)]
