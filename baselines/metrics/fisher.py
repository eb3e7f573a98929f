"""Tests of whether a part of the samples is wrong more often than the rest, group by group."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray


class Counts(NamedTuple):
    """A table of two by two.

    Attributes:
        wrong_inside: Of the part, those that are wrong.
        inside: Samples of the part.
        wrong: Of all.
        samples: All.
    """

    wrong_inside: int
    inside: int
    wrong: int
    samples: int


def more_wrong_p(tables: "Iterable[Counts]") -> float:
    """Return the one-sided p value of as many wrong samples inside, or more, by chance.

    Of one table: P(X >= wrong_inside), X hypergeometric (Fisher 1935). Of several, one for each group, the sum of such
    counts: groups may differ in how often they are wrong, and only what differs within a group counts. A group that is
    wholly inside or outside, wholly right or wrong, tells nothing and changes nothing.
    """
    import numpy as np
    from scipy.stats import hypergeom

    seen, chances = 0, np.ones(1)
    for table in tables:
        least = max(0, table.inside + table.wrong - table.samples)
        most = min(table.inside, table.wrong)
        if most > least:
            # Sums of independent counts: their chances are convolved; each from its own least count on.
            counts = np.arange(least, most + 1)
            chances = np.convolve(chances, hypergeom.pmf(counts, table.samples, table.wrong, table.inside))
        seen += table.wrong_inside - least
    return min(1.0, float(chances[seen:].sum()))


def count_tables(
    wrong: "NDArray[np.bool_]", inside: "NDArray[np.bool_]", stratum: "NDArray[np.int64]"
) -> "list[Counts]":
    """Return the table of each stratum; all three arrays have one value for each sample, strata count from 0 on."""
    import numpy as np

    sums = (
        np.bincount(stratum, weights, minlength=0) for weights in (wrong & inside, inside, wrong, np.ones(len(wrong)))
    )
    return [Counts(*map(int, row)) for row in zip(*sums, strict=True)]
