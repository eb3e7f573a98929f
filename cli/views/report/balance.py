"""Class balance on the page: before and after, and what of it was generated."""

from typing import TYPE_CHECKING, NamedTuple

from cli.io.table import Column, Row, Table, names, percent
from cli.views.kit import page as pages
from cli.views.kit.drawing import two_bars_cell
from curate.describe.health import samples_of
from curate.describe.imbalance import Imbalance, count_classes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curate.describe.health import Listed

TRAIN = "train"


class Balance(NamedTuple):
    """How even the classes are.

    Attributes:
        first: In the first manifest, without generated samples; None where there is only one.
        own: In the last manifest, without generated samples: of the training split where there is one.
        whole: The same with generated samples.
        trained: Whether these two are of the training split.
    """

    first: Imbalance | None
    own: Imbalance
    whole: Imbalance
    trained: bool


def measure(manifests: "Sequence[str]") -> Balance:
    """Return how even the classes of a set are, by label; `manifests` are one or more."""
    # Only training samples are there to be learned from, so only their balance tells; without a split, all of them.
    last = manifests[-1]
    trained = any(sample.split == TRAIN for sample in samples_of(last))

    def counted(path: str, wanted: "Callable[[Listed], bool]") -> Imbalance:
        return count_classes(sample for sample in samples_of(path) if wanted(sample))

    return Balance(
        counted(manifests[0], lambda sample: not sample.is_generated) if len(manifests) > 1 else None,
        counted(last, lambda sample: not sample.is_generated and (not trained or sample.split == TRAIN)),
        counted(last, lambda sample: not trained or sample.split == TRAIN),
        trained,
    )


def section(found: Balance) -> dict[str, object]:
    """Return the section."""
    own = {one.label: one.count for one in found.own.classes}
    first = {one.label: one.count for one in found.first.classes} if found.first else None
    # With the generated ones, so that no bar is longer than its place.
    largest = found.whole.classes[0].count
    generated = found.whole.samples > found.own.samples
    columns = [
        Column("label", "label"),
        Column("first", "at first", "count"),
        Column("own", "for training" if found.trained else "now", "count"),
        Column("generated", "generated", "count"),
        Column("together", "together", "count"),
        Column("bar", "of the largest class", "drawing"),
    ]
    rows = []
    for one in found.whole.classes:
        mine = own.get(one.label, 0)
        more = one.count - mine
        title = f"{one.label}: {mine:,}" + (f" and {more:,} generated" if more else "")
        bar = two_bars_cell(mine / largest, one.count / largest, title, "more")
        together = (more or None, one.count) if generated else (None, None)
        # A column without a value in any row is not shown.
        before = None if first is None else first.get(one.label, 0)
        rows.append(Row((one.label, before, mine, *together, bar)))
    return {
        "kind": "balance",
        "title": "Class balance",
        "note": " ".join(notes(found)),
        "generated": generated,
        "table": pages.table(Table("balance", "Samples of each class", columns, rows)),
    }


def notes(found: Balance) -> list[str]:
    """Return how even the classes are, in words."""
    classes = len(found.whole.classes)
    what = "training samples" if found.trained else "samples"
    lines = [f"{found.own.samples:,} {what} in {classes:,} classes: {_evenness(found.own)}."]
    # The pair of figures that shows whether generating did what it was asked for.
    if found.whole.samples > found.own.samples:
        more = found.whole.samples - found.own.samples
        lines.append(f"With {more:,} generated ones: {_evenness(found.whole)}.")
    if found.whole.majority_accuracy is not None and found.whole.classes:
        guess = names([found.whole.classes[0].label])
        share = percent(found.whole.majority_accuracy)
        lines.append(f"Who always guesses {guess} is right on {share} % of them.")
    if found.whole.without:
        lines.append(f"{found.whole.without:,} have no label and are not counted.")
    return lines


def _evenness(counts: Imbalance) -> str:
    if counts.imbalance_ratio is None:
        return "a class is empty"
    ratio, effective = f"{counts.imbalance_ratio:.2f}", f"{counts.effective_classes:.1f}"
    return f"the largest is {ratio} times the smallest, effective classes {effective}"
