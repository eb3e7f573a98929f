"""What a split reached, beside what was wished."""

from dataclasses import dataclass, field
from typing import NamedTuple

from curate.scan.folders import SPLIT_NAMES
from curate.split.ensure import Ensured


class ClassSplit(NamedTuple):
    """One class: its label (None: the unlabelled) and its samples in each split."""

    label: str | None
    counts: tuple[int, ...]


class LargeGroup(NamedTuple):
    """A group that alone is larger than its split was to be.

    Attributes:
        sample: Index of its first sample.
        size: Number of samples.
        split: Index of the split.
        wished: Samples that the split was to have.
    """

    sample: int
    size: int
    split: int
    wished: float


@dataclass(slots=True)
class SplitReport:
    """Counts after a split.

    Attributes:
        names: The wished splits, then those that samples had and that were not wished.
        shares: Of the wished ones.
        counts: Samples in each split.
        classes: By label, the unlabelled last.
        groups: Samples that belong together count as one, and so does one that belongs with no other.
        joined: Groups of two and more.
        without: Samples that lack what groups were to be made by.
        stayed: Samples that kept the split that they had.
        torn: Groups that straddle, because samples of them kept their splits.
        torn_examples: First sample of some of these.
        large: For each split, its largest group if that alone is larger than the split was to be.
        group_names: By their first sample, the groups that are spoken of; filled while the plan is carried out.
        generated: Generated samples in each split.
        ensured: Of each tag that was to have a validation part, what became of it.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    counts: tuple[int, ...] = ()
    classes: list[ClassSplit] = field(default_factory=list)
    groups: int = 0
    joined: int = 0
    without: int = 0
    stayed: int = 0
    torn: int = 0
    torn_examples: tuple[int, ...] = ()
    large: list[LargeGroup] = field(default_factory=list)
    group_names: dict[int, str] = field(default_factory=dict)
    generated: tuple[int, ...] = ()
    ensured: list[Ensured] = field(default_factory=list)

    def wished(self) -> list[float]:
        """Return how many samples each wished split was to have; those in other splits do not count."""
        total = sum(self.counts[: len(self.shares)])
        return [total * share for share in self.shares]

    def deviation(self, found: ClassSplit) -> float:
        """Return by how many samples a class misses its share in the split where it misses it most."""
        mine = found.counts[: len(self.shares)]
        return max(abs(count - sum(mine) * share) for count, share in zip(mine, self.shares, strict=True))

    def small_classes_in_every_split(self) -> int:
        """Return how many classes are in every wished split whose least share is less than half a sample."""
        wished, least = len(self.shares), min(self.shares)
        in_every = [counts for one in self.classes if min(counts := one.counts[:wished])]
        return sum(sum(counts) * least < 0.5 for counts in in_every)

    def generated_in_evaluation(self) -> int:
        """Return how many generated samples are in a split that is not for training."""
        rows = zip(self.names, self.generated, strict=False)
        return sum(count for name, count in rows if SPLIT_NAMES.get(name.lower()) != "train")
