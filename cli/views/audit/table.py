"""The audit on a terminal: classes, what they are taken for, tags, and the most confident mistakes."""

from typing import TYPE_CHECKING

from cli.io.terminal import printable
from cli.views.kit import run_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from rich.table import Table

    from baselines.metrics.metrics import TagMetrics
    from baselines.slices.audit import Audit, Mistake

_CONFUSED, _MISTAKES = 10, 10
_MATRIX_CLASSES = 12


def table(result: "Audit") -> "RenderableType":
    """Return the report."""
    return run_tables.Drawn(lambda width: _parts(result, width))


def sentences(result: "Audit") -> list[str]:
    """Return the figures over all, in words."""
    shares = (result.accuracy, result.balanced_accuracy, result.macro_f1, result.majority_accuracy)
    accuracy, balanced, f1, majority = map(run_tables.percent, shares)
    lines = [
        f"{result.samples:,} samples, {result.wrong:,} of them wrong: accuracy {accuracy} % "
        f"(95 % interval {run_tables.interval(result.interval)})",
        f"balanced accuracy {balanced} %, macro F1 {f1} %, always guessing the largest class {majority} %",
    ]
    if result.interval[0] <= result.majority_accuracy:
        lines.append("the interval reaches the accuracy of that guess: nothing shows that the model learned more")
    if never := [label for label, found in result.per_class.items() if found.samples and not found.recall]:
        lines.append(f"never recognized: {run_tables.names(never)}")
    untested = [label for label, found in result.per_class.items() if not found.samples]
    if untested:
        one = len(untested) == 1
        names = run_tables.names(untested)
        lines.append(f"class {names} has no test sample" if one else f"classes that have no test sample: {names}")
    return lines


def _parts(result: "Audit", width: int) -> "Iterable[RenderableType]":
    yield _classes(result, width)
    yield ""
    matrix = _matrix(result)
    if len(result.confusion.labels) <= _MATRIX_CLASSES and _width(result) <= width:
        yield from ("rows: the true class; columns: what it was taken for", matrix, "")
    if result.confused:
        yield from (_confused(result, width), "")
    if result.per_tag:
        yield from (_tags(result, width), "")
    if result.mistakes:
        yield "the most confident mistakes:"
        yield from (f"  {in_words(found)}" for found in result.mistakes[:_MISTAKES])
        yield ""
    yield from sentences(result)


def in_words(found: "Mistake") -> str:
    """Return a mistake as a line."""
    sure = "" if found.confidence is None else f" ({100 * found.confidence:.0f} %)"
    return printable(f"{found.path}: {found.label} taken for {found.prediction}{sure}")


def _classes(result: "Audit", width: int) -> "Table":
    rows = [
        run_tables.Row(
            label,
            run_tables.class_cells(found),
            found.f1,
        )
        for label, found in result.per_class.items()
    ]
    return run_tables.table("class, %", ["n", "precision", "recall", "F1"], rows, width, bars=True)


def _matrix(result: "Audit") -> "Table":
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 0))
    drawn.add_column("", no_wrap=True)
    for label in result.confusion.labels:
        drawn.add_column(printable(label), justify="right", no_wrap=True)
    for place, (label, row) in enumerate(zip(result.confusion.labels, result.confusion.matrix, strict=True)):
        drawn.add_row(printable(label), *(_cell(number, diagonal=at == place) for at, number in enumerate(row)))
    return drawn


def _cell(number: int, *, diagonal: bool) -> str:
    return f"{number:,}" if number or diagonal else "."


def _width(result: "Audit") -> int:
    """Return how many characters the matrix takes."""
    labels, matrix = result.confusion.labels, result.confusion.matrix
    longest = max(len(printable(label)) for label in labels)
    columns = zip(labels, zip(*matrix, strict=True), strict=True)
    return longest + sum(1 + max(len(printable(label)), *(len(f"{n:,}") for n in column)) for label, column in columns)


def _confused(result: "Audit", width: int) -> "Table":
    shown = result.confused[:_CONFUSED]
    names = [f"{found.label} taken for {found.prediction}" for found in shown]
    rows = [
        run_tables.Row(name, [run_tables.count(found.samples), run_tables.percent(found.share)], found.share)
        for name, found in zip(names, shown, strict=True)
    ]
    heading = run_tables.shown_of("confused", len(shown), len(result.confused))
    return run_tables.table(heading, ["n", "% of class"], rows, width, bars=True)


def _tags(result: "Audit", width: int) -> "Table":
    rows = [
        run_tables.Row(
            tag,
            [run_tables.count(found.samples), run_tables.percent(found.accuracy), run_tables.interval(found.interval)],
            found.accuracy,
        )
        for tag, found in _weakest(result)
    ]
    heading = run_tables.shown_of("tag, %", len(rows), len(result.per_tag))
    return run_tables.table(heading, ["n", "accuracy", "95 % interval"], rows, width, bars=True)


def _weakest(result: "Audit") -> "list[tuple[str, TagMetrics]]":
    """Return the tags by name; of very many, those of the lowest accuracy."""
    weakest = sorted(result.per_tag.items(), key=lambda item: (item[1].accuracy, item[0]))
    return sorted(weakest[: run_tables.MOST_ROWS])
