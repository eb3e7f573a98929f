"""The priority table on a terminal, and the sentences below it."""

from typing import TYPE_CHECKING

from cli.views.kit import run_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from baselines.slices.slice_ranking import RankedTag, SliceRanking


def table(result: "SliceRanking") -> "RenderableType":
    """Return the report."""
    return run_tables.Drawn(lambda width: _parts(result, width))


def columns(result: "SliceRanking") -> list[str]:
    """Return the headings of the figures."""
    known = result.overall.samples is not None
    target = "human" if result.target == "human level" else "target"
    return [*(["n"] * known), "share", "accuracy", *(["95 % interval"] * known), target, "gap", "gain"]


def cells(weak: "RankedTag") -> list[str]:
    """Return the figures of a tag, in percent."""
    known = weak.samples is not None
    return [
        *([run_tables.count(weak.samples)] * known),
        run_tables.percent(weak.share),
        run_tables.percent(weak.accuracy),
        *([run_tables.interval(weak.interval)] * known),
        run_tables.percent(weak.human),
        run_tables.percent(weak.gap),
        f"{100 * weak.gain:.2f}",
    ]


def sentences(result: "SliceRanking") -> list[str]:
    """Return what is to be said below the figures."""
    lines = [*_overall(result), *_formula(result)]
    if chance := _may_be_chance(result.tags):
        lines.append(f"the interval reaches the {result.target}, so the gap may be chance: {run_tables.names(chance)}")
    if result.without_human:
        lines.append(
            f"no human level is known, and the overall accuracy stands for it: {run_tables.names(result.without_human)}"
        )
    if result.too_few:
        few = [f"{found.tag} ({found.samples})" for found in result.too_few]
        lines.append(f"too few to judge (below --min-samples {result.min_samples}): {run_tables.names(few)}")
    return lines


def _parts(result: "SliceRanking", width: int) -> "Iterable[RenderableType]":
    if result.tags:
        most = max(result.tags[0].gain, 0.0)
        shown = result.tags[: run_tables.MOST_ROWS]
        rows = [run_tables.Row(weak.tag, cells(weak), weak.gain / most if most else 0.0) for weak in shown]
        heading = run_tables.shown_of("tag", len(shown), len(result.tags))
        yield run_tables.table(heading, columns(result), rows, width, bars=True)
        yield ""
    yield from sentences(result)


def _overall(result: "SliceRanking") -> list[str]:
    if result.overall.accuracy is None:
        return []
    return [f"{result.overall.samples:,} samples, of which {run_tables.percent(result.overall.accuracy)} % are right"]


def _formula(result: "SliceRanking") -> list[str]:
    if not result.tags:
        return [] if result.too_few else ["no sample has a tag; add some: burnish tag, or burnish scan --pattern"]
    cure = "" if result.target == "human level" else " (for human level: --human)"
    return [
        f"in percent: gap = {result.target} - accuracy{cure}, gain = gap x share",
        "a sample may have several tags, so gains are not to be summed",
    ]


def _may_be_chance(tags: "Sequence[RankedTag]") -> list[str]:
    return [weak.tag for weak in tags if weak.gap > 0 and weak.interval and weak.interval[1] >= weak.human]
