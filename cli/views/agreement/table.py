"""What `burnish agreement` shows: every two annotators, the labels that they disagree on, human level per tag."""

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from baselines.annotators.agreement import PAIRED
from cli.io.table import Column, Report, Row, SampleLink, Table, Worded
from cli.views.kit.drawing import bar_cell

if TYPE_CHECKING:
    from baselines.annotators.agreement import Agreement
    from baselines.annotators.annotations import Annotations
    from cli.views.kit.page import Links

_PAIRS, _EACH, _DISAGREEMENTS, _LINKS = 20, 20, 10, 24
_AGAINST = {
    "manifest": "the manifest's labels",
    "what was made": "what the manifest says was made",
    "other annotators": "the other annotators",
}
_RELIABLE, _TENTATIVE = 0.8, 0.667
"""Krippendorff, "Content Analysis": from 0.8 on data can be relied on, from 0.667 on conclusions are tentative."""


def report(result: "Agreement") -> Report:
    """Return the report."""
    return Report(
        [_each(result), _pairs(result), _disagreements(result), _levels(result), _effort(result), _told_apart(result)],
        _sentences(result),
    )


def page(result: "Agreement", given: "Annotations", of: str, links: "Links") -> bytes:
    """Return the page.

    Args:
        result: What was found.
        given: The labels that it was found in.
        of: Their file.
        links: Leads to the files of samples.
    """
    from cli.views.kit import page as pages

    disagreements = _disagreements(result, given)
    each, pairs = _each(result, given), _pairs(result, given)
    tables = (_levels(result), each, _effort(result), _told_apart(result), pairs, disagreements)
    return pages.report_page(
        "Agreement of annotators",
        of,
        [pages.Section(table.title, pages.table(table, links)) for table in tables],
        lead=_sentences(result),
        tiles=[
            (_coefficient(result.alpha), "Krippendorff's alpha"),
            (
                _coefficient(result.fleiss.kappa),
                f"Fleiss' kappa, of {result.fleiss.samples:,} of {result.compared:,} samples",
            ),
        ],
    )


def _torn(given: "Annotations | None", *pair: str) -> list[SampleLink]:
    """Return some samples on which an annotator and anybody else, or two annotators, gave other labels."""
    found = []
    for path, said in given.labels.items() if given else ():
        mine = [said[who] for who in pair if who in said]
        others = mine if len(pair) > 1 else list(said.values())
        if len(mine) == len(pair) and len(set(others)) > 1:
            found.append(SampleLink(path, ", ".join(f"{who}: {label}" for who, label in sorted(said.items()))))
            if len(found) == _LINKS:
                break
    return found


def _each(result: "Agreement", given: "Annotations | None" = None) -> Table:
    columns = [
        Column("name", "annotator"),
        Column("samples", "n", "count"),
        Column("agreement", "same as the others' labels, %", "share"),
        Column("bar", "same label", "drawing", 9),
    ]
    # Who agrees least comes first: in a crowd that is whom one looks for.
    ordered = sorted(result.each, key=lambda one: (one.agreement is None, one.agreement or 0, one.annotator))
    rows = []
    for one in ordered:
        cells = (one.annotator, one.samples, one.agreement, bar_cell(one.agreement, one.annotator))
        rows.append(Row(cells, samples=_torn(given, one.annotator)))
    return Table("annotators", "Every annotator beside the others, the least alike first", columns, rows, _EACH)


def _pairs(result: "Agreement", given: "Annotations | None" = None) -> Table:
    columns = [
        Column("name", "annotators"),
        Column("samples", "n", "count"),
        Column("agreement", "same label, %", "share"),
        Column("kappa", "Cohen's kappa", "number"),
        Column("bar", "same label", "drawing", 9),
    ]
    rows = []
    # Of a crowd most pairs never saw the same sample; who shared the most tells the most.
    shared = [found for found in result.pairs if found.samples] or result.pairs
    for found in sorted(shared, key=lambda found: -found.samples):
        name = " and ".join(found.annotators)
        kappa = Worded(None, "-") if found.kappa is None else found.kappa
        cells = (name, found.samples, found.agreement, kappa, bar_cell(found.agreement, name))
        rows.append(Row(cells, samples=_torn(given, *found.annotators)))
    whom = "Every two annotators"
    if len(result.annotators) > PAIRED:
        whom = f"Every two of the {PAIRED} annotators with the most labels"
    return Table("pairs", whom, columns, rows, _PAIRS)


def _disagreements(result: "Agreement", given: "Annotations | None" = None) -> Table:
    columns = [
        Column("name", "disagree on"),
        Column("samples", "n", "count"),
        Column("bar", "beside the most frequent", "drawing", 9),
    ]
    most = max((found.samples for found in result.disagreements), default=1)
    torn = defaultdict[tuple[str, ...], list[SampleLink]](list)
    for path, said in given.labels.items() if given else ():
        words = ", ".join(f"{who}: {label}" for who, label in sorted(said.items()))
        # Of more than two labels on one sample, each pair is a disagreement, and the sample stands in each row.
        for pair in combinations(sorted(set(said.values())), 2):
            torn[pair].append(SampleLink(path, words))
    rows = []
    for found in result.disagreements:
        name = " or ".join(found.labels)
        bar = bar_cell(found.samples / most, f"{name}: {found.samples:,}")
        rows.append(Row((name, found.samples, bar), samples=torn[tuple(sorted(found.labels))][:_LINKS]))
    return Table("disagreements", "Labels that they disagree on", columns, rows, _DISAGREEMENTS)


def _levels(result: "Agreement") -> Table:
    columns = [
        Column("name", "tag, %"),
        Column("samples", "n", "count"),
        Column("human", "human level", "share"),
        Column("interval", "95 % interval", "interval", 1),
        Column("bar", "human level", "drawing", 9),
    ]
    rows = [
        Row([one.tag, one.samples, one.human, one.interval, bar_cell(one.human, f"{one.tag}: {100 * one.human:.1f} %")])
        for one in result.human_level
    ]
    return Table("human-level", "Human level, in percent", columns, rows)


def _effort(result: "Agreement") -> Table:
    columns = [
        Column("name", "annotator"),
        Column("answers", "answers", "count"),
        Column("median_s", "seconds each (median)", "number"),
        Column("repeated", "asked twice", "count"),
        Column("self_agreement", "same both times, %", "share"),
    ]
    rows = [Row((one.annotator, one.answers, one.median_s, one.repeated, one.self_agreement)) for one in result.effort]
    return Table("effort", "Time, and agreement with oneself", columns, rows)


def _told_apart(result: "Agreement") -> Table:
    columns = [
        Column("name", "annotator"),
        Column("answers", "answers", "count"),
        Column("right", "right", "count"),
        Column("share", "right, %", "share"),
        Column("p", "p of guessing", "number"),
        Column("verdict", "verdict"),
    ]
    rows = [Row((one.annotator, one.answers, one.right, one.share, one.p, one.verdict)) for one in result.told_apart]
    return Table("told_apart", "Real or made?", columns, rows)


def _coefficient(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _sentences(result: "Agreement") -> list[str]:
    """Return the coefficients over all annotators, and what they mean."""
    annotators = f"{len(result.annotators):,} annotators"
    against = _AGAINST[result.measured_against]
    # Alpha before kappa: it can do with missing labels and any number of annotators, and Fleiss' kappa only with
    # samples that all have as many labels.
    lines = [
        f"{result.samples:,} samples, {result.compared:,} with two labels or more, "
        f"{annotators}, {len(result.labels):,} labels",
        *_beyond_chance(result),
        f"the human level is measured against {against}",
    ]
    if result.blind is False:
        lines.append("the answers are not blind: people saw a label first, which draws them to it (--ask blind)")
    if result.missing:
        lines.append(f"{result.missing:,} rows have no label and count as missing")
    if result.unknown:
        lines.append(f"{result.unknown:,} samples have no label in the manifest and are in no human level")
    return lines


def _beyond_chance(result: "Agreement") -> list[str]:
    """Return the coefficients in words; none where no sample has two labels."""
    if not result.compared:
        return []
    fleiss = result.fleiss
    return [
        f"Krippendorff's alpha {_coefficient(result.alpha)}: {_meaning(result.alpha)}",
        f"Fleiss' kappa {_coefficient(fleiss.kappa)}, of the {fleiss.samples:,} of {result.compared:,} samples that "
        f"have {fleiss.labels_each} labels each",
    ]


def _meaning(alpha: float | None) -> str:
    if alpha is None:
        return "not defined where there is one label only"
    if alpha >= _RELIABLE:
        return "the labels can be relied on (0.8 or more)"
    if alpha >= _TENTATIVE:
        return "enough for tentative conclusions only (0.667 to 0.8)"
    return "too low to rely on the labels (below 0.667): write down what each label means, and label again"
