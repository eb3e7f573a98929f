"""Select: keep the samples that match, or a random part of them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from curate.ground.errors import did_you_mean
from curate.query.expression import Expression
from curate.records.sample import Sample

_KNOWN_VALUES = 10_000


@dataclass(slots=True)
class Selection:
    """What to keep; every condition that is given has to hold.

    Attributes:
        labels: One of these labels.
        tags: All of these tags.
        not_tags: None of these tags.
        splits: One of these splits.
        where: An expression over facts.
        unlabelled: Only samples without a label.
        seen: Samples so far.
        kept: Those that matched.
    """

    labels: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    not_tags: frozenset[str] = frozenset()
    splits: frozenset[str] = frozenset()
    where: Expression | None = None
    unlabelled: bool = False
    seen: int = 0
    kept: int = 0
    _met: dict[str, set[str]] = field(default_factory=lambda: {"label": set(), "tag": set(), "split": set()})

    def matches(self, sample: Sample) -> bool:
        """Return whether a sample is kept."""
        return (
            (not self.labels or sample.label in self.labels)
            and (not self.splits or sample.split in self.splits)
            and not (self.unlabelled and sample.label is not None)
            and self.tags.issubset(sample.tags)
            and self.not_tags.isdisjoint(sample.tags)
            and (self.where is None or self.where.matches(sample))
        )

    def keep(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """Yield the samples that match, and count."""
        for sample in samples:
            self.seen += 1
            self._meet("label", (sample.label,) if sample.label is not None else ())
            self._meet("split", (sample.split,) if sample.split is not None else ())
            self._meet("tag", sample.tags)
            if self.matches(sample):
                self.kept += 1
                yield sample

    def never_met(self) -> Iterator[str]:
        """Yield, in words, each value that was asked for and that no sample has, with the nearest that one has."""
        asked = {"label": self.labels, "tag": self.tags | self.not_tags, "split": self.splits}
        for what, values in asked.items():
            for value in sorted(values - self._met[what]):
                hint = did_you_mean(value, self._met[what]) if self._met[what] else ""
                yield f"no sample has the {what} {value!r}{hint}"

    def _meet(self, what: str, values: Iterable[str]) -> None:
        """Remember values for `never_met`: all that were asked for, and enough others to know the nearest."""
        met = self._met[what]
        for value in values:
            if value not in met and (len(met) < _KNOWN_VALUES or value in self.labels | self.tags | self.splits):
                met.add(value)


def draw(samples: Iterable[Sample], count: int, seed: int) -> list[Sample]:
    """Return `count` samples, each set of that size equally likely, in the order in which they came.

    Reservoir sampling (Vitter's algorithm R): holds no more than `count` samples.
    """
    generator = random.Random(seed)
    reservoir: list[tuple[int, Sample]] = []
    for number, sample in enumerate(samples):
        if number < count:
            reservoir.append((number, sample))
        # With chance count / (number + 1) a later sample takes the place of one that is held.
        elif (place := generator.randrange(number + 1)) < count:
            reservoir[place] = (number, sample)
    return [sample for _, sample in sorted(reservoir, key=lambda drawn: drawn[0])]


def draw_per_class(samples: Iterable[Sample], count: int, seed: int) -> list[Sample]:
    """Return at most `count` samples of each label, as `draw` does of all, in the order in which they came.

    Holds no more than `count` samples a label; those without a label are a class of their own.
    """
    generator = random.Random(seed)
    reservoirs: dict[str | None, list[tuple[int, Sample]]] = {}
    met: dict[str | None, int] = {}
    for number, sample in enumerate(samples):
        reservoir = reservoirs.setdefault(sample.label, [])
        seen = met[sample.label] = met.get(sample.label, 0) + 1
        if seen <= count:
            reservoir.append((number, sample))
        elif (place := generator.randrange(seen)) < count:
            reservoir[place] = (number, sample)
    drawn = [one for reservoir in reservoirs.values() for one in reservoir]
    return [sample for _, sample in sorted(drawn, key=lambda one: one[0])]
