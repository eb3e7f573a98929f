"""A validation part for a tag that only test samples have, so that something can be chosen and matched by it."""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from curate.scan.folders import SPLIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

PARTS = 3
"""One in so many of a tag's samples outside of training validates: enough to choose by, and most is left to test."""


class Ensured(NamedTuple):
    """What became of one tag.

    Attributes:
        tag: The tag.
        samples: Of it, outside of training.
        moved: How many of them went from testing to validation.
        validating: How many validate now.
    """

    tag: str
    samples: int
    moved: int
    validating: int


def validation_name(names: "Sequence[str]") -> str:
    """Return the split that validates, among some; `val` where there is none yet."""
    return next((name for name in names if SPLIT_NAMES.get(name.lower()) == "val"), "val")


def ensure_validation(
    split: "NDArray[np.int64]",
    components: "NDArray[np.int64]",
    carriers: "Mapping[str, Mask]",
    names: "Sequence[str]",
    label: "NDArray[np.int64]",
    order: "NDArray[np.uint64]",
) -> list[Ensured]:
    """Move whole components from testing to validation, until a third of each tag's samples validates.

    Never more than half of those that test it, and never the last component. Components of which a sample trains stay.

    Args:
        split: Of each sample, an index into `names`; changed in place.
        components: What belongs together.
        carriers: For each tag, which samples have it and are real.
        names: Of the splits; one of them validates.
        label: Class of each sample: the classes take turns.
        order: What orders samples whatever the manifest's order.
    """
    import numpy as np

    kinds = [SPLIT_NAMES.get(name.lower()) for name in names]
    asks = np.array([kind == "val" for kind in kinds])
    # Where `dev` has samples, an empty `val` beside it would be a second one.
    validation = max(np.flatnonzero(asks).tolist(), key=lambda place: int((split == place).sum()))
    trains = np.array([kind == "train" for kind in kinds])
    # What trains stays where it is, so this is the same for all tags.
    away = ~trains[split]
    free = ~np.isin(components, np.unique(components[~away]))
    found = []
    for tag, has in carriers.items():
        outside, asked = has & away, asks[split]
        validates = int((has & asked).sum())
        wanted = -(-int(outside.sum()) // PARTS) - validates
        tested = outside & ~asked
        sizes = Counter(components[tested & free].tolist())
        most = min(wanted, int(tested.sum()) // 2)
        moved, chosen = 0, []
        for component in _in_turn(sizes, components, label, order)[: max(0, len(sizes) - 1)]:
            if moved >= most:
                break
            # A component that is too large is passed over: a smaller one may still fit.
            if moved + sizes[component] <= max(most, 1):
                chosen.append(component)
                moved += sizes[component]
        split[np.isin(components, chosen)] = validation
        found.append(Ensured(tag, int(outside.sum()), moved, validates + moved))
    return found


def _in_turn(
    sizes: "Counter[int]", components: "NDArray[np.int64]", label: "NDArray[np.int64]", order: "NDArray[np.uint64]"
) -> list[int]:
    """Return components so that classes take turns, each in an order that looks drawn."""
    import numpy as np

    heads: dict[int, int] = {}
    for index in np.argsort(order, kind="stable").tolist():
        component = int(components[index])
        if component in sizes:
            heads.setdefault(component, int(label[index]))
    met: Counter[int] = Counter()
    ranked: list[tuple[int, int, int]] = []
    for component, its_label in heads.items():
        ranked.append((met[its_label], len(ranked), component))
        met[its_label] += 1
    return [component for _, _, component in sorted(ranked)]
