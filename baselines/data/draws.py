"""Other draws of a training part: what a score owes to the samples that happened to be collected."""

from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_MIXED = -1


def draw_half(
    train: "NDArray[np.int64]",
    unit: "NDArray[np.int64]",
    label: "NDArray[np.int64]",
    testable: "NDArray[np.bool_]",
    names: "Sequence[str]",
    draw: tuple[int, int],
) -> "NDArray[np.int64]":
    """Return half of the units of a training part, of each class half, with all that belongs to them.

    Half without replacement, because then the variance of a mean over draws is that of the mean itself: σ²/m · (1 -
    m/n) is σ²/n at m = n/2 (the delete-half jackknife, Shao and Wu 1989). In a bootstrap draw copies would be trained
    on twice, and a model that looks for neighbours would find the copy.

    A unit is drawn by a digest of its name, so that a set which grew, by samples that a recipe made of it for one,
    draws the same units as before, and two runs can be compared draw by draw.

    Args:
        train: Indexes of the training part.
        unit: Of each sample of the set; units are never torn.
        label: Class of each sample.
        testable: False of generated samples, which follow what they were made from.
        names: Of each sample, the same in every run; empty: their places.
        draw: Seed, and number of the draw.

    Returns:
        int64, ascending as `train` is; of a class of two or three units one stays, and a single one always does.
    """
    import numpy as np

    members: defaultdict[int, list[int]] = defaultdict(list)
    for index in train.tolist():
        members[int(unit[index])].append(index)
    strata: defaultdict[tuple[int, bool], list[tuple[bytes, int]]] = defaultdict(list)
    for one, mine in members.items():
        # Real samples give the unit its name and class. What was made of them must not change the draw.
        real = [index for index in mine if testable[index]] or mine
        labels = {int(label[index]) for index in real}
        name = min(names[index] for index in real) if names else str(real[0])
        rank = sha256(f"{draw[0]} {draw[1]} {name}".encode("utf-8", "surrogateescape")).digest()
        # A speaker who says every word is of no class: those are halved among themselves.
        strata[labels.pop() if len(labels) == 1 else _MIXED, bool(testable[real[0]])].append((rank, one))
    kept = [one for ranked in strata.values() for _, one in sorted(ranked)[: max(1, len(ranked) // 2)]]
    return train[np.isin(unit[train], kept)]
