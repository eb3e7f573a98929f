"""The groups of samples that are validated, as numbers; a sample in none is one by itself."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.schema.columns import Columns
    from curate.split.grouping import Grouping


class Groups:
    """Numbers the groups as they are met.

    Args:
        grouping: What makes a group.

    Attributes:
        alone: Samples in no group that were met on the first pass.
        labelled: Numbers of the groups in which a sample has a label.
    """

    def __init__(self, grouping: "Grouping") -> None:
        self._grouping = grouping
        self._known: dict[str, int] = {}
        self._next = 0
        self.alone = 0
        self.labelled: set[int] = set()

    @property
    def met(self) -> int:
        """How many groups there are."""
        return len(self._known)

    def numbers(self, block: "Columns") -> "NDArray[np.int64]":
        """Return the numbers of the groups of the samples of a block."""
        found = np.empty(len(block.samples), np.int64)
        for at, sample in enumerate(block.samples):
            name = "+".join(self._grouping.values(sample.path, sample.tags, sample.digest))
            number = self._known.get(name) if name else None
            if number is None:
                number, self._next = self._next, self._next + 1
                if name:
                    self._known[name] = number
                else:
                    self.alone += 1
            found[at] = number
        return found

    def check(self) -> None:
        """Complain where no sample is in any group.

        Raises:
            UsageError: None is; names the nearest key.
        """
        if not self._known:
            self._grouping.check_found()
