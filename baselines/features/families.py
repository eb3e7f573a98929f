"""The families of features: their names, and where each stands in the vector of a file."""

from typing import TYPE_CHECKING

from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from curate.facts.records import Kind

FEATURES_VERSION = 2
"""Raised whenever a feature is defined anew, so that older ones are not reused."""

FAMILIES: "dict[Kind, dict[str, int]]" = {
    "image": {"hog": 3852, "colour": 576, "thumbnail": 384},
    "audio": {"mel": 1600, "mfcc": 520, "level": 22},
}
"""How many numbers each family has; in this order they make the vector of a file."""


def choose_families(kind: "Kind", names: "Sequence[str]") -> tuple[str, ...]:
    """Return the families to use, in the order of the vector; no names mean all.

    Raises:
        UsageError: A family is of the other kind.
    """
    for name in names:
        if name not in FAMILIES[kind]:
            what = {"image": "images", "audio": "recordings"}[kind]
            raise UsageError(f"--feature {name!r} is not made of {what} (known: {', '.join(FAMILIES[kind])})")
    return tuple(name for name in FAMILIES[kind] if not names or name in names)


def columns(kind: "Kind", names: "Sequence[str]") -> "NDArray[np.int64]":
    """Return where the numbers of some families stand in the vector."""
    import numpy as np

    # In the order of FAMILIES, whatever the order of the names: a saved model relies on it.
    places, start = [], 0
    for name, length in FAMILIES[kind].items():
        if name in names:
            places.append(np.arange(start, start + length))
        start += length
    return np.concatenate(places)
