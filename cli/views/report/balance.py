"""Class balance on the page: before and after, and what of it was generated."""

from typing import TYPE_CHECKING, Any, NamedTuple

from cli.views.kit import html_page, run_tables
from curate.describe.health import samples_of
from curate.describe.imbalance import Imbalance, count_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curate.describe.health import Listed

TRAIN = "train"


class Balance(NamedTuple):
    """How even the classes are.

    Attributes:
        first: In the first manifest.
        own: In the last manifest, without generated samples: of the training split where there is one.
        whole: The same with generated samples.
        trained: Whether these two are of the training split.
    """

    first: Imbalance
    own: Imbalance
    whole: Imbalance
    trained: bool


def measure(manifests: "Sequence[str]") -> Balance:
    """Return how even the classes of a set are, by label; `manifests` are one or more."""
    last = manifests[-1]
    trained = any(sample.split == TRAIN for sample in samples_of(last))

    def counted(path: str, wanted: "Callable[[Listed], bool]") -> Imbalance:
        return count_classes(sample for sample in samples_of(path) if wanted(sample))

    return Balance(
        counted(manifests[0], lambda _: True),
        counted(last, lambda sample: not sample.is_generated and (not trained or sample.split == TRAIN)),
        counted(last, lambda sample: not trained or sample.split == TRAIN),
        trained,
    )


def section(found: Balance) -> dict[str, Any]:
    """Return the section."""
    first, own = ({one.label: one.count for one in counts.classes} for counts in (found.first, found.own))
    largest = found.whole.classes[0].count
    generated = found.whole.samples > found.own.samples
    now = "for training" if found.trained else "now"
    return {
        "kind": "balance",
        "title": "Class balance",
        "note": " ".join(notes(found)),
        "columns": ["at first", now, *(["generated", "together"] if generated else [])],
        "generated": generated,
        "rows": [
            _row(one.label, first.get(one.label, 0), own.get(one.label, 0), one.count, largest, generated=generated)
            for one in found.whole.classes
        ],
    }


def notes(found: Balance) -> list[str]:
    """Return how even the classes are, in words."""
    classes = len(found.whole.classes)
    what = "training samples" if found.trained else "samples"
    lines = [f"{found.own.samples:,} {what} in {classes:,} classes: {_evenness(found.own)}."]
    if found.whole.samples > found.own.samples:
        more = found.whole.samples - found.own.samples
        lines.append(f"With {more:,} generated ones: {_evenness(found.whole)}.")
    if found.whole.majority_accuracy is not None and found.whole.classes:
        guess = run_tables.names([found.whole.classes[0].label])
        share = run_tables.percent(found.whole.majority_accuracy)
        lines.append(f"Who always guesses {guess} is right on {share} % of them.")
    if found.whole.without:
        lines.append(f"{found.whole.without:,} have no label and are not counted.")
    return lines


def _evenness(counts: Imbalance) -> str:
    if counts.imbalance_ratio is None:
        return "a class is empty"
    ratio, effective = f"{counts.imbalance_ratio:.2f}", f"{counts.effective_classes:.1f}"
    return f"the largest is {ratio} times the smallest, effective classes {effective}"


def _row(label: str, first: int, own: int, whole: int, largest: int, *, generated: bool) -> dict[str, Any]:
    cells = [
        f"{first:,}",
        f"{own:,}",
        *([f"{whole - own:,}" if whole > own else "", f"{whole:,}"] if generated else []),
    ]
    shares = (100 * own / largest, 100 * whole / largest)
    title = f"{label}: {own:,}" + (f" and {whole - own:,} generated" if whole > own else "")
    parts = [
        html_page.markup('<rect width="{:.2f}" height="8" rx="1" class="more"/>', shares[1]),
        html_page.markup('<rect width="{:.2f}" height="8" rx="1"/>', shares[0]),
    ]
    return {"name": label, "cells": cells, "bar": html_page.drawing("bar", 100, 8, title, parts)}
