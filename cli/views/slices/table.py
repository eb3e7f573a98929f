"""What `burnish slices` shows: where the model is weak, how sure that is, and what describes it."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, Worded, p_value, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from baselines.data.predictions import Prediction
    from baselines.slices.find_slices import Slice, Slices

_SAMPLES = 24
"""Samples that a row of the page leads to."""


def report(result: "Slices") -> Report:
    """Return the report."""
    return Report([table(result)], sentences(result))


def table(result: "Slices", predictions: "Mapping[str, Prediction] | None" = None) -> Table:
    """Return the table of slices; its rows lead to their worst samples where the predictions are known, by path."""
    columns = [
        Column("slice", "slice"),
        Column("described", "what it holds", below=True),
        Column("samples", "n", "count"),
        Column("tested", "tested", "count", 3),
        Column("accuracy", "accuracy", "share"),
        Column("rest", "rest", "share"),
        Column("gain", "gain", "share", 1),
        Column("p", "p", "number"),
        Column("halves", "halves", "count", 2),
    ]
    rows = []
    for one in result.slices:
        # In CSV as fractions, like all shares.
        raw = "; ".join(f"{part.name} {part.inside:.3f} (else {part.outside:.3f})" for part in one.described)
        words = Worded(raw, "; ".join(described(one)))
        gain = Worded(one.gain, f"{100 * one.gain:.2f}")
        cells = (one.name, words, one.samples, one.tested, one.accuracy, one.rest, gain, p_value(one.p), one.halves)
        links = [SampleLink(path, _words(predictions[path])) for path in one.paths[:_SAMPLES]] if predictions else []
        rows.append(Row(cells, samples=links))
    return Table("slices", "Slices, in percent", columns, rows)


def described(one: "Slice") -> list[str]:
    """Return what holds inside a slice more often than outside, with both shares."""
    return [f"{part.name} {100 * part.inside:.0f} % (else {100 * part.outside:.0f} %)" for part in one.described]


def _words(one: "Prediction") -> str:
    return f"{one.label} taken for {one.prediction}" if one.label != one.prediction else f"{one.label}, right"


def sentences(result: "Slices") -> "Sequence[str]":
    """Return what is to be said below the figures."""
    lines = [f"{result.samples:,} tested samples, of which {percent(result.accuracy)} % are right"]
    if result.tests:
        held = f"{len(result.slices):,} shown" if result.slices else "nothing shown"
        lines.append(
            f"{result.tests:,} candidates of one half, tested on the other: {held}; p is adjusted for all (Holm)"
        )
    if result.slices:
        lines.append(
            "accuracy and rest: of the half that a slice was tested on; gain = (rest - accuracy) x share; "
            f"halves: of {result.halves}, those that found it"
        )
    return [*lines, *result.notes]
