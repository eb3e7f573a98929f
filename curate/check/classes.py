"""Classes that are what a check looks for: rain is steady, and so is no noise behind anything."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_FEWEST, _FEWEST_FLAGGED = 4, 3
_MOST = 0.5
_MANY_CLASSES, _SEVERAL = 5, 3


class FlaggedClasses(NamedTuple):
    """Classes most of whose samples a check flags.

    Attributes:
        names: Of them.
        are_the_subject: Whether there are so many that the labels name what the check looks for (sound events), and
            what it finds in the other classes is the same in another place.
    """

    names: frozenset[str]
    are_the_subject: bool


def flagged_classes(counts: Mapping[str, Sequence[int]]) -> FlaggedClasses | None:
    """Return the classes that a check would flag most of; None where that says nothing of what the classes are.

    One or two such classes among few may be a folder of bad recordings; among five or more, the others being as they
    should, they are of another nature. Three or more are no accident in any set.

    Args:
        counts: By class, how many samples it has and how many of them the check flags.
    """
    names = frozenset(
        name
        for name, (samples, flagged) in counts.items()
        if samples >= _FEWEST and flagged >= _FEWEST_FLAGGED and flagged >= _MOST * samples
    )
    several = len(names) >= _SEVERAL
    if not names or not (several or len(counts) >= _MANY_CLASSES):
        return None
    return FlaggedClasses(names, several)
