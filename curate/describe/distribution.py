"""How the facts of a group of samples are distributed: the records, and how they are made from sketches and counts."""

from typing import TYPE_CHECKING

from msgspec import Struct

from curate.facts.fact_schema import CATEGORIES, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.describe.accumulators import Gathered
    from curate.describe.sketch import Sketch

BINS = 24
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


class Histogram(Struct, frozen=True):
    """How many values are in each bin.

    Attributes:
        edges: One more than there are bins; each group has those of the whole set.
        counts: Of the values from one edge up to the next.
        logarithmic: Whether the edges are spaced by ratio.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    logarithmic: bool


class Distribution(Struct, frozen=True):
    """The values of a fact that is a number.

    Attributes:
        number: How many there are.
        missing: Samples of the fact's kind that do not have it.
        min: The smallest, exactly; None without values, like all below.
        q1: A quarter of the values is below it.
        median: Half of the values is below it.
        q3: Three quarters of the values are below it.
        max: The largest, exactly.
        mean: The mean, exactly.
        error: How far off a quartile may be at most, relative to its value; 0: exact.
        histogram: Small.
    """

    number: int
    missing: int
    min: float | None = None
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    max: float | None = None
    mean: float | None = None
    error: float = 0.0
    histogram: Histogram | None = None


class Category(Struct, frozen=True):
    """The values of a fact that is a name.

    Attributes:
        values: How often each occurs, most frequent first, then by name.
        missing: Samples of the fact's kind that do not have it.
        others: Samples with one of the values that were too many to count one by one.
    """

    values: dict[str, int]
    missing: int
    others: int = 0


class Group(Struct, frozen=True):
    """Some samples.

    Attributes:
        samples: Their number.
        numbers: Facts that are numbers, of the kinds that are there.
        categories: Facts that are names, of the kinds that are there.
    """

    samples: int
    numbers: dict[str, Distribution]
    categories: dict[str, Category]


def group_of(found: "Gathered", whole: Group | None = None) -> Group:
    """Return the figures of a group; its histograms have the edges of those of the whole."""
    numbers = {}
    for name in NUMBERS:
        if applicable := found.applicable(name):
            edges = whole.numbers[name].histogram if whole else None
            numbers[name] = _distribution(name, found.sketches[name], applicable, edges)
    categories = {name: _category(found, name) for name in CATEGORIES if found.applicable(name)}
    return Group(found.samples, numbers, categories)


def _distribution(name: str, sketch: "Sketch", applicable: int, like: Histogram | None) -> Distribution:
    number = sketch.number
    if not number:
        return Distribution(number=0, missing=applicable)
    low, q1, median, q3, high = sketch.quantiles(_SHARES)
    logarithmic = like.logarithmic if like else NUMBERS[name].logarithmic and low > 0
    edges = like.edges if like else edges_between(low, high, logarithmic=logarithmic)
    histogram = Histogram(tuple(edges), tuple(sketch.histogram(edges)), logarithmic)
    mean, error = sketch.mean, sketch.error
    return Distribution(number, applicable - number, low, q1, median, q3, high, mean, error, histogram)


def edges_between(low: float, high: float, *, logarithmic: bool) -> "Sequence[float]":
    """Return the edges of a histogram; one bin where there is one value."""
    import numpy as np

    if low == high:
        return (low, high)
    spaced = np.geomspace if logarithmic else np.linspace
    # The ends are set anew: a rounded end would leave out the value that it is.
    return (low, *(float(edge) for edge in spaced(low, high, BINS + 1)[1:-1]), high)


def _category(found: "Gathered", name: str) -> Category:
    counts = {str(value): count for value, count in found.categories[name].items()}
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    others = found.others[name]
    return Category(ordered, found.applicable(name) - sum(counts.values()) - others, others)
