"""What `burnish audit` shows: classes, what they are taken for, tags, and labels that are likely wrong."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, Worded, interval, names, or_dash, percent
from cli.views.kit.drawing import bar_cell
from cli.views.weak.table import sample_links, wrong_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.predictions import Prediction
    from baselines.slices.audit import Audit

_CLASSES = 40
_CONFUSED, _MISTAKES = 10, 10
_MATRIX_CLASSES = 12


def report(result: "Audit") -> Report:
    """Return the report."""
    tables = [classes(result), _matrix(result), confused(result), tags(result), _mistakes(result)]
    return Report(tables, sentences(result), titled=True)


def classes(result: "Audit", predictions: "Sequence[Prediction]" = ()) -> Table:
    """Return the metrics of each class; its rows lead to those of the predictions that are wrong."""
    columns = [
        Column("name", "class, %"),
        Column("samples", "n", "count"),
        Column("precision", "precision", "share"),
        Column("recall", "recall", "share"),
        Column("f1", "F1", "share"),
        Column("bar", "F1", "drawing", 9),
    ]
    wrong = wrong_by(predictions, lambda one: (one.label,))
    rows = []
    for label, found in result.per_class.items():
        bar = bar_cell(found.f1, f"F1 of {label}: {percent(found.f1)} %")
        cells = (label, found.samples, *map(or_dash, (found.precision, found.recall, found.f1)), bar)
        # Of very many, a terminal shows the weakest.
        rows.append(Row(cells, weight=-(found.f1 or 0.0), samples=sample_links(wrong[label])))
    return Table("class", "Classes, in percent", columns, rows, most=_CLASSES)


def confused(result: "Audit", predictions: "Sequence[Prediction]" = ()) -> Table:
    """Return the pairs of classes that are taken for each other; its rows lead to the samples."""
    columns = [
        Column("name", "confused"),
        Column("samples", "n", "count"),
        Column("share", "% of class", "share"),
        Column("bar", "share of class", "drawing", 9),
    ]
    wrong = wrong_by(predictions, lambda one: ((one.label, one.prediction),))
    rows = []
    for found in result.confused:
        name = f"{found.label} taken for {found.prediction}"
        bar = bar_cell(found.share, f"{name}: {found.samples:,}, {percent(found.share)} % of {found.label}")
        samples = sample_links(wrong[found.label, found.prediction])
        rows.append(Row((name, found.samples, found.share, bar), samples=samples))
    return Table("confused", "Classes taken for others", columns, rows, _CONFUSED)


def tags(result: "Audit", predictions: "Sequence[Prediction]" = ()) -> Table:
    """Return the accuracy on each tag; its rows lead to those of the predictions that are wrong."""
    columns = [
        Column("name", "tag, %"),
        Column("samples", "n", "count"),
        Column("effective_samples", "worth", "count", 2, "{:,.0f}"),
        Column("accuracy", "accuracy", "share"),
        Column("interval", "95 % interval", "interval", 1),
        Column("bar", "accuracy", "drawing", 9),
    ]
    wrong = wrong_by(predictions, lambda one: one.tags)
    rows = []
    for tag, found in result.per_tag.items():
        bar = bar_cell(found.accuracy, f"accuracy on {tag}: {percent(found.accuracy)} %")
        cells = (tag, found.samples, found.effective_samples, found.accuracy, found.interval, bar)
        # Of very many, a terminal shows the weakest.
        rows.append(Row(cells, weight=-found.accuracy, samples=sample_links(wrong[tag])))
    return Table("tag", "Tags, in percent", columns, rows)


def sentences(result: "Audit") -> list[str]:
    """Return the figures over all, in words."""
    shares = (result.accuracy, result.balanced_accuracy, result.macro_f1, result.majority_accuracy)
    accuracy, balanced, f1, majority = map(percent, shares)
    lines = [
        f"{result.samples:,} samples, {result.wrong:,} of them wrong: accuracy {accuracy} % "
        f"(95 % interval {interval(result.interval)})",
        f"balanced accuracy {balanced} %, macro F1 {f1} %, always guessing the largest class {majority} %",
    ]
    if result.training_majority_accuracy is not None:
        guess = percent(result.training_majority_accuracy)
        lines.append(f"always guessing the largest class of the training part: {guess} %")
    if result.groups and result.effective_samples is not None:
        lines.append(f"in {result.groups:,} groups, worth {result.effective_samples:,.0f} independent samples")
    # The sentence that a first run needs most: an accuracy of 90 % is nothing where 90 % have one label.
    if result.interval[0] <= result.majority_accuracy:
        lines.append("the interval reaches the accuracy of that guess: nothing shows that the model learned more")
    if never := [label for label, found in result.per_class.items() if found.samples and not found.recall]:
        lines.append(f"never recognized: {names(never)}")
    untested = [label for label, found in result.per_class.items() if not found.samples]
    if len(untested) == 1:
        lines.append(f"class {names(untested)} has no test sample")
    elif untested:
        lines.append(f"classes that have no test sample: {names(untested)}")
    return lines


def _matrix(result: "Audit") -> Table:
    """Return the confusion matrix, where its classes are few enough to be read side by side."""
    # Not in the CSV: its columns are named after classes, so each set would have others. `confused` has its counts.
    labels = result.confusion.labels if len(result.confusion.labels) <= _MATRIX_CLASSES else ()
    columns = [Column("name", ""), *(Column(label, label, "count", 1) for label in labels)]
    rows = []
    for place, (label, counts) in enumerate(zip(labels, result.confusion.matrix, strict=False)):
        # A full stop where nothing was confused: zeros would hide the numbers that matter.
        cells = (number if number or at == place else Worded(0, ".") for at, number in enumerate(counts))
        rows.append(Row((label, *cells)))
    title = "rows: the true class; columns: what it was taken for"
    return Table("matrix", title, columns, rows, whole=True, in_csv=False)


def _mistakes(result: "Audit") -> Table:
    columns = [
        Column("name", "sample"),
        Column("label", "label"),
        Column("prediction", "taken for"),
        Column("confidence", "% sure", "share"),
        Column("label_probability", "label, % likely", "share", 2),
        Column("tags", "tags", "text", 1),
    ]
    rows = [
        Row(
            (
                found.path,
                found.label,
                found.prediction,
                found.confidence,
                found.label_probability,
                ", ".join(found.tags),
            ),
            samples=[SampleLink(found.path)],
        )
        for found in result.mistakes
    ]
    return Table("mistake", mistakes_title(result), columns, rows, _MISTAKES)


def mistakes_title(result: "Audit") -> str:
    """Return what the mistakes that are shown are."""
    if result.mistakes_by == "confidence":
        return "The most confident mistakes"
    return "Mistakes whose own label is the least likely: label errors, or the hardest samples"
