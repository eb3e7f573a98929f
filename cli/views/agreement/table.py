"""Agreement of annotators on a terminal: every two of them, the labels that they disagree on, human level per tag."""

from typing import TYPE_CHECKING

from cli.io.terminal import printable
from cli.views.kit import run_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from baselines.annotators.agreement import Agreement, PairAgreement
    from baselines.annotators.human_level import HumanLevel

PAIR_COLUMNS = ("n", "same label, %", "Cohen's kappa")
LEVEL_COLUMNS = ("n", "human level", "95 % interval")
_PAIRS, _DISAGREEMENTS = 20, 10
_RELIABLE, _TENTATIVE = 0.8, 0.667


def table(result: "Agreement") -> "RenderableType":
    """Return the report."""
    return run_tables.Drawn(lambda width: _parts(result, width))


def pair_cells(found: "PairAgreement") -> list[str]:
    """Return the figures of two annotators."""
    return [f"{found.samples:,}", run_tables.percent(found.agreement), coefficient(found.kappa)]


def level_cells(found: "HumanLevel") -> list[str]:
    """Return the figures of the human level on a tag, in percent."""
    return [run_tables.count(found.samples), run_tables.percent(found.human), run_tables.interval(found.interval)]


def coefficient(value: float | None) -> str:
    """Return a kappa or an alpha; a dash where it is not defined."""
    return "-" if value is None else f"{value:.3f}"


def sentences(result: "Agreement") -> list[str]:
    """Return the coefficients over all annotators, and what they mean."""
    fleiss, annotators = result.fleiss, f"{len(result.annotators):,} annotators"
    against = "the manifest's labels" if result.measured_against == "manifest" else "the other annotators"
    lines = [
        f"{result.samples:,} samples, {result.compared:,} with two labels or more, "
        f"{annotators}, {len(result.labels):,} labels",
        f"Krippendorff's alpha {coefficient(result.alpha)}: {_meaning(result.alpha)}",
        f"Fleiss' kappa {coefficient(fleiss.kappa)}, of the {fleiss.samples:,} samples that have "
        f"{fleiss.labels_each} labels each",
        f"the human level is measured against {against}",
    ]
    lines += [f"{result.missing:,} rows have no label and count as missing"] if result.missing else []
    lines += [f"{result.unknown:,} samples have no label in the manifest and are in no human level"] * (
        result.unknown > 0
    )
    return lines


def _meaning(alpha: float | None) -> str:
    if alpha is None:
        return "not defined where there is one label only"
    if alpha >= _RELIABLE:
        return "the labels can be relied on (0.8 or more)"
    if alpha >= _TENTATIVE:
        return "enough for tentative conclusions only (0.667 to 0.8)"
    return "too low to rely on the labels (below 0.667): write down what each label means, and label again"


def _parts(result: "Agreement", width: int) -> "Iterable[RenderableType]":
    pairs = [run_tables.Row(" and ".join(found.annotators), pair_cells(found)) for found in result.pairs[:_PAIRS]]
    yield run_tables.table(run_tables.shown_of("annotators", len(pairs), len(result.pairs)), PAIR_COLUMNS, pairs, width)
    yield ""
    if result.disagreements:
        yield from (_disagreements(result, width), "")
    levels = [run_tables.Row(found.tag, level_cells(found), found.human) for found in result.human_level]
    yield run_tables.table("tag, %", LEVEL_COLUMNS, levels, width, bars=True)
    yield ""
    yield from map(printable, sentences(result))


def _disagreements(result: "Agreement", width: int) -> "RenderableType":
    shown = result.disagreements[:_DISAGREEMENTS]
    most = shown[0].samples
    rows = [run_tables.Row(" or ".join(found.labels), [f"{found.samples:,}"], found.samples / most) for found in shown]
    return run_tables.table(
        run_tables.shown_of("disagree on", len(shown), len(result.disagreements)), ["n"], rows, width, bars=True
    )
