"""The input metrics of a dataset: how each fact is distributed, over all samples and by group."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from curate.describe.distribution import Group, group_of
from curate.describe.imbalance import grouping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.describe.accumulators import Gathered

MAX_GROUPS = 200
"""Groups with tables of their own: the first that come. More are counted together, because nobody reads more, and
because a stream does not tell beforehand which will be large."""
_CAPACITY_OF_ALL, _CAPACITY_OF_GROUP = 4096, 1024


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


def describe(samples: "Iterable[Any]", by: str | None = None) -> Statistics:
    """Return the input metrics of samples, in one pass and bounded memory.

    Quartiles come from sketches of 4096 buckets a fact, 1024 a fact and group: exact up to as many different values,
    and else off by the `error` that is reported with them. Number, extremes and mean are exact.

    Args:
        samples: Of type `curate.describe.column_blocks.Measured`.
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


def _add_groups(groups: "dict[str, Gathered]", block: Any, names_of: Any) -> tuple[int, int]:
    """Give each group its samples; return how many are in none, and how many in groups that are too many."""
    from curate.describe.accumulators import Gathered

    others, grouped = 0, set[int]()
    for name, positions in block.groups(names_of):
        grouped.update(positions.tolist())
        if name not in groups:
            if len(groups) == MAX_GROUPS:
                others += len(positions)
                continue
            groups[name] = Gathered(_CAPACITY_OF_GROUP)
        groups[name].add(block, positions)
    return len(block.paths) - len(grouped), others


def _examples(extremes: Any, whole: Group) -> tuple[Example, ...]:
    """Return the extremes of the facts that are not the same everywhere."""
    examples = []
    for name, end, found in extremes.items():
        spread = whole.numbers.get(name)
        if spread is not None and spread.min != spread.max:
            value = -found.value if end == "lowest" else found.value
            examples.append(Example(name, end, value + 0.0, found.path, found.kind))
    return tuple(examples)
