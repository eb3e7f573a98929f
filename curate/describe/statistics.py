"""The input metrics of a dataset: how each fact is distributed, over all samples and by group."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from curate.describe.imbalance import grouping
from curate.facts.fact_schema import CATEGORIES, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from curate.describe.accumulators import Extremes, Gathered
    from curate.describe.column_blocks import Block, Measured
    from curate.describe.sketch import Sketch

MAX_GROUPS = 200
"""Groups with tables of their own: the first that come. More are counted together, because nobody reads more, and
because a stream does not tell beforehand which will be large."""
_CAPACITY_OF_ALL, _CAPACITY_OF_GROUP = 4096, 1024

BINS = 24
_QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


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


class Example(Struct, frozen=True):
    """The sample at one end of a fact.

    Attributes:
        fact: Name of the fact.
        end: `lowest` or `highest`.
        value: What it is there.
        path: Of the sample, the first one where several have that value.
        kind: Of the sample.
    """

    fact: str
    end: str
    value: float
    path: str
    kind: str | None


class Statistics(Struct, frozen=True):
    """The input metrics of a dataset.

    Attributes:
        samples: Number of samples.
        by: What the groups are: `label`, `split`, `tag:KEY`, or None.
        whole: All samples.
        groups: By name; a sample with several tags of one key is in several.
        without: Samples that have no label, split or tag of the key.
        others: Samples of groups beyond the first `MAX_GROUPS`.
        examples: The sample at each end of each fact where an example tells something.
    """

    samples: int
    by: str | None
    whole: Group
    groups: dict[str, Group]
    without: int
    others: int
    examples: tuple[Example, ...]


def describe(samples: "Iterable[Measured]", by: str | None = None) -> Statistics:
    """Return the input metrics of samples, in one pass and bounded memory.

    Quartiles come from sketches of 4096 buckets a fact, 1024 a fact and group: exact up to as many different values,
    and else off by the `error` that is reported with them. Number, extremes and mean are exact.

    Args:
        samples: In any order.
        by: What to group by; None: nothing.

    Raises:
        UsageError: `by` is unknown.
    """
    from curate.describe.accumulators import Extremes, Gathered
    from curate.describe.column_blocks import blocks

    names_of = grouping(by) if by else None
    whole, extremes, groups = Gathered(_CAPACITY_OF_ALL), Extremes(), dict[str, Gathered]()
    without = others = 0
    for block in blocks(samples):
        whole.add(block)
        extremes.add(block)
        if names_of:
            new_without, new_others = _add_groups(groups, block, names_of)
            without += new_without
            others += new_others
    # First the whole, because its histograms decide the edges of those of the groups: bars can then be compared.
    summary = group_of(whole)
    return Statistics(
        samples=whole.samples,
        by=by,
        whole=summary,
        groups={name: group_of(found, summary) for name, found in sorted(groups.items())},
        without=without,
        others=others,
        examples=_examples(extremes, summary),
    )


def _add_groups(
    groups: "dict[str, Gathered]", block: "Block", names_of: "Callable[[Any], Iterable[str]]"
) -> tuple[int, int]:
    """Give each group its samples; return how many are in none, and how many in groups that are too many."""
    from curate.describe.accumulators import Gathered

    others, grouped = 0, set[int]()
    for name, positions in block.groups(names_of):
        grouped.update(positions.tolist())
        if name not in groups:
            # Counted all the same: the report says how many samples are in groups that it does not show.
            if len(groups) == MAX_GROUPS:
                others += len(positions)
                continue
            groups[name] = Gathered(_CAPACITY_OF_GROUP)
        groups[name].add(block, positions)
    return len(block.paths) - len(grouped), others


def _examples(extremes: "Extremes", whole: Group) -> tuple[Example, ...]:
    """Return the extremes of the facts that are not the same everywhere."""
    examples = []
    for name, end, found in extremes.items():
        spread = whole.numbers.get(name)
        if spread is not None and spread.min != spread.max:
            value = -found.value if end == "lowest" else found.value
            # The smallest is kept with its sign turned; + 0.0 makes 0 of -0.
            examples.append(Example(name, end, value + 0.0, found.path, found.kind))
    return tuple(examples)


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
    low, q1, median, q3, high = sketch.quantiles(_QUARTILES)
    # Spaced by ratio only above 0, where a logarithm is.
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
