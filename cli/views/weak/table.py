"""What `burnish weak` shows: the priority table and chart, and what to know before a gap is believed."""

from collections import defaultdict
from typing import TYPE_CHECKING

from augment.plan.budget import estimate, in_words, shares_by_gain
from baselines.slices.audit import likely_label_errors
from cli.io.table import Column, Report, Row, SampleLink, Table, Worded, names, percent
from cli.views.kit.drawing import bar_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from baselines.data.predictions import Prediction
    from baselines.slices.slice_ranking import SliceRanking
    from cli.views.kit.page import Links, Section

CHART_NOTE = "Up: a larger gap. Right: more samples. On one curve all gains are equal. Lines are 95 % intervals."
TARGETS = {
    "human": "human level",
    "rest": "what samples reach without the tag or a surely weaker one",
    "best": "the best other value of the same key, or what samples reach without the tag or a surely weaker one",
    "overall": "the overall accuracy",
}
"""What tags are held against, in words."""
_SAMPLES = 24
"""Samples that a row of the page leads to."""
_COLUMNS = [
    Column("tag", "tag"),
    Column("samples", "n", "count"),
    Column("share", "share", "share"),
    Column("accuracy", "accuracy", "share"),
    Column("interval", "95 % interval", "interval", 1),
    Column("target", "target", "share"),
    Column("gap", "gap", "share"),
    Column("shrunk_gap", "sure", "share", 2),
    Column("gain", "gain", "share"),
    Column("bar", "gain beside the largest", "drawing", 9),
]


def report(result: "SliceRanking") -> Report:
    """Return the report."""
    return Report([table(result)], sentences(result))


def table(result: "SliceRanking", predictions: "Sequence[Prediction]" = ()) -> Table:
    """Return the priority table; its rows lead to those of the predictions that are wrong."""
    most = max((weak.gain for weak in result.tags), default=0.0)
    wrong = wrong_by(predictions, lambda one: one.tags)
    rows = []
    for weak in result.tags:
        cells = (
            weak.tag,
            weak.samples,
            weak.share,
            weak.accuracy,
            weak.interval,
            weak.target,
            weak.gap,
            weak.shrunk_gap,
            # A gain is a product of shares, so it has a digit more.
            Worded(weak.gain, f"{100 * weak.gain:.2f}"),
            bar_cell(weak.gain / most if most > 0 else 0.0, f"gain of {weak.tag}: {100 * weak.gain:.2f}"),
        )
        rows.append(Row(cells, samples=sample_links(wrong[weak.tag])))
    return Table("tags", "Priorities, in percent", _COLUMNS, rows)


def wrong_by(
    predictions: "Iterable[Prediction]", keys: "Callable[[Prediction], Iterable[Hashable]]"
) -> "Mapping[Hashable, list[Prediction]]":
    """Return the predictions that are wrong, by each of their keys; empty for any other key."""
    # One pass for all rows: a run may have a thousand classes and a hundred thousand samples.
    found: defaultdict[Hashable, list[Prediction]] = defaultdict(list)
    for one in predictions:
        if one.label != one.prediction:
            for key in keys(one):
                found[key].append(one)
    return found


def sample_links(wrong: "Sequence[Prediction]") -> list[SampleLink]:
    """Return some of the mistakes, those whose own label is the least likely, for a row of a page to lead to."""
    # Comes first what may be the label's mistake and not the model's.
    return [
        SampleLink(one.path, f"{one.label} taken for {one.prediction}") for one in likely_label_errors(wrong)[:_SAMPLES]
    ]


def page(result: "SliceRanking", predictions: "Sequence[Prediction]", of: str, links: "Links") -> bytes:
    """Return the page.

    Args:
        result: What was found.
        predictions: Of the run; none for figures from elsewhere.
        of: The run or the file of figures.
        links: Leads to the files of samples.
    """
    from cli.views.kit import page as pages

    accuracy = result.overall.accuracy
    whole = "" if accuracy is None else f"Of {result.overall.samples:,} samples {percent(accuracy)} % are right. "
    lead = [
        f"{whole}Work first where there is most to gain: gain = gap x share of the samples.",
        f"The gap is what a tag lacks to {TARGETS[result.against]}.",
    ]
    sections = priorities(result, predictions, links)
    # The first remark says again what the page begins with.
    notes = sentences(result)[1 if whole else 0 :]
    return pages.report_page("Priorities", of, sections, lead=lead, notes=notes)


def priorities(result: "SliceRanking", predictions: "Sequence[Prediction]", links: "Links") -> "list[Section]":
    """Return the chart and the table as parts of a page; arguments as `page`'s."""
    from cli.views.kit import page as pages
    from cli.views.weak import priority_chart

    # Tags without any gap would be one line of discs at zero.
    behind = any(tag.gap for tag in result.tags)
    chart = pages.scrolled(priority_chart.draw(result.tags), "gap against share") if behind else ""
    drawn = table(result, predictions)
    return [
        pages.Section("Gap against share", chart, CHART_NOTE),
        pages.Section(drawn.title, pages.table(drawn, links)),
    ]


def sentences(result: "SliceRanking") -> list[str]:
    """Return what is to be said below the figures."""
    lines = []
    if result.overall.accuracy is not None:
        lines.append(f"{result.overall.samples:,} samples, of which {percent(result.overall.accuracy)} % are right")
    if result.tags:
        cure = "" if result.against == "human" else " (for human level: --human)"
        lines.append(
            f"in percent: gap = target - accuracy, gain = gap x share; target: {TARGETS[result.against]}{cure}"
        )
        if any(weak.shrunk_gap is not None for weak in result.tags):
            lines.append("sure = the gap less its uncertainty; a budget is shared out by sure x share")
        lines.append("a sample may have several tags, so gains are not to be summed")
        lines += _budget(result)
    elif not result.too_few and not result.left_out:
        lines.append(_no_tags(result))
    # The interval is that of the accuracy: where its upper end reaches the target, there may be no gap at all.
    chance = [one.tag for one in result.tags if one.gap > 0 and one.interval and one.interval[1] >= one.target]
    if chance:
        lines.append(f"the interval reaches the target, so the gap may be chance: {names(chance)}")
    if result.without_human:
        lines.append(f"no human level is known, so the target is from the run: {names(result.without_human)}")
    if result.left_out:
        lines.append(f"not ranked: {names(list(result.left_out))}")
    if result.too_few:
        few = [f"{found.tag} ({found.samples})" for found in result.too_few]
        lines.append(f"too few to judge (below --min-samples {result.min_samples}): {names(few)}")
    return lines


def _budget(result: "SliceRanking") -> list[str]:
    """Return what half and twice the budget would bring that `augment --weak` takes unless it is told another one."""
    worth = [one.shrunk_gap * one.share for one in result.tags if one.shrunk_gap and one.shrunk_gap > 0]
    total = result.training_samples
    if not worth or not total:
        return []
    sources = [total] * len(worth)
    samples = [round(share) for share in shares_by_gain(total, worth, sources)]
    found = estimate(samples, worth, sources)
    of = f"burnish augment --weak makes {total:,} samples, one for each training sample, if no --budget is named"
    return [f"{of}; {in_words(found, total)}"] if found else []


def _no_tags(result: "SliceRanking") -> str:
    """Return why there is nothing to rank: there are no tags at all, or those that there are were not tested."""
    if result.tagged_in_training:
        return (
            f"no tested sample has a tag, though {result.tagged_in_training:,} training samples have one; "
            "tag the test part as well, or give it samples with the tag: burnish split --ensure TAG"
        )
    return "no tested sample has a tag; add some: burnish tag, or burnish scan --pattern"
