"""The comparison of two runs on a terminal: all samples, tags and classes, and the verdict in words."""

import os
from typing import TYPE_CHECKING

from baselines.comparison.compare import in_words
from cli.io.terminal import printable
from cli.views.kit import run_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from baselines.comparison.compare import Comparison, Difference

COLUMNS = ("n", "{a}", "{b}", "{b} - {a}", "95 % interval", "McNemar p", "verdict")
_STYLES = {"better": "green", "worse": "red"}
_MANY = 8
_ONE_SIDE = 0.025
_SHORT = 8


def table(result: "Comparison") -> "RenderableType":
    """Return the report."""
    return run_tables.Drawn(lambda width: _parts(result, width))


def run_names(result: "Comparison") -> tuple[str, str]:
    """Return short names of the two runs: their folders' own, if these tell them apart."""
    a, b = (os.path.basename(os.path.normpath(folder)) for folder in result.runs)
    return (a, b) if a != b else result.runs


def cells(found: "Difference") -> list[str]:
    """Return the figures of a difference, in fractions."""
    low, high = found.interval
    return [
        f"{found.samples:,}",
        f"{found.a:.3f}",
        f"{found.b:.3f}",
        f"{found.difference:+.3f}",
        f"{low:+.3f} to {high:+.3f}",
        f"{found.mcnemar_p:.3f}" if found.mcnemar_p >= 0.001 else "< 0.001",
        found.verdict,
    ]


def groups(result: "Comparison") -> "Iterator[tuple[str, dict[str, Difference]]]":
    """Yield the tables of the report: heading and rows."""
    yield "", {"all samples": result.overall}
    if result.per_tag:
        yield "tag", result.per_tag
    yield "class", result.per_class


def sentences(result: "Comparison") -> list[str]:
    """Return the verdicts in words, and what there is to know about them."""
    named = [("", result.overall), *_named(result)]
    untold = [name for name, found in named[1:] if found.verdict == "cannot tell"]
    lines = [_sentence(result, *item) for item in named if item[0] not in untold]
    lines += [f"cannot tell on {run_tables.names(untold)}"] if untold else []
    return [printable(line) for line in lines] + matching_notes(result) + _chance(len(named))


def _sentence(result: "Comparison", name: str, found: "Difference") -> str:
    words = in_words(name, found)
    return words if found.verdict == "cannot tell" else f"{run_names(result)[1]} is {words}"


def matching_notes(result: "Comparison") -> list[str]:
    """Return how the samples of the two runs were matched, and what differs between them."""
    a, b = run_names(result)
    found = result.matching
    lines = [f"n = {result.samples:,} samples of both runs"]
    lines[0] += f", {found.by_digest:,} of them by their digest because the path differs" if found.by_digest else ""
    for name, number in ((a, found.only_a), (b, found.only_b)):
        lines += [f"{number:,} samples are in {name} only and were left out"] if number else []
    if found.changed_files:
        lines.append(f"{found.changed_files:,} files changed between the runs and were left out")
    if found.relabelled:
        lines.append(f"{found.relabelled:,} samples have another label in {b}; both runs were judged by that one")
    return [printable(line) for line in lines]


def _parts(result: "Comparison", width: int) -> "Iterable[RenderableType]":
    a, b = ("a", "b") if width < run_tables.WIDE else (name[:_SHORT] for name in run_names(result))
    columns = [printable(column.format(a=a, b=b)) for column in COLUMNS]
    for heading, found in groups(result):
        shown = _widest(found)
        rows = [run_tables.Row(name, cells(one), style=_STYLES.get(one.verdict, "")) for name, one in shown]
        yield run_tables.table(run_tables.shown_of(heading, len(rows), len(found)), columns, rows, width)
        yield ""
    if width < run_tables.WIDE:
        yield printable("a: {}, b: {}".format(*run_names(result)))
    yield from sentences(result)


def _widest(found: "dict[str, Difference]") -> "list[tuple[str, Difference]]":
    """Return the rows in their order; of very many, those with the largest differences."""
    widest = sorted(found.items(), key=lambda item: -abs(item[1].difference))[: run_tables.MOST_ROWS]
    kept = dict(widest)
    return [item for item in found.items() if item[0] in kept]


def _named(result: "Comparison") -> "Iterator[tuple[str, Difference]]":
    yield from result.per_tag.items()
    yield from ((f"class {label}", found) for label, found in result.per_class.items())


def _chance(comparisons: int) -> list[str]:
    if comparisons < _MANY:
        return []
    wrong = comparisons * _ONE_SIDE
    return [
        f"{comparisons:,} comparisons at 95 %: by chance alone about {wrong:.1f} would look worse and as many better, "
        "so do not build on a single one"
    ]
