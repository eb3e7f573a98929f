"""What sets a weak slice apart, in facts: the goals that generated samples are brought to, and how far they got."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import nsmallest
from math import floor, log10
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from augment.operations.registry import Kind
    from curate.records.sample import Sample

FACTS: "dict[Kind, tuple[str, ...]]" = {
    "audio": ("snr_db", "bandwidth_hz", "loudness_lufs", "duration_s", "clipping_ratio", "silence_ratio"),
    "image": ("brightness", "contrast", "acutance", "chroma", "noise_sd"),
}
"""The facts that describe a condition; those that identify a file or say how it is stored do not."""

FEWEST = 8
"""Real samples that a slice needs: of fewer, the quartiles that distances are measured in are chance."""

_MOST = 500
_APART = 0.35
_EDGE = 1e-3
_REACH = 0.125

Values = Mapping[str, float | None]
"""Facts of one sample, by name."""


class Goal(NamedTuple):
    """What a fact is to become: a value that a real sample of the slice has, give or take an eighth of its spread.

    Attributes:
        fact: Its name, such as `snr_db`.
        low: Lower end, in the fact's unit.
        high: Upper end.
        spread: Between the quartiles of the slice, rounded: what a distance is measured in; above 0.
    """

    fact: str
    low: float
    high: float
    spread: float

    @property
    def middle(self) -> float:
        """The value in the middle."""
        return (self.low + self.high) / 2

    def distance(self, value: float | None) -> float:
        """Return how far a value lies outside, in spreads; 0 inside, infinite where the fact is not known."""
        if value is None:
            return float("inf")
        return max(self.low - value, value - self.high, 0.0) / self.spread


class Reference(NamedTuple):
    """A real sample of a slice: its digest (its path where that is not known), its class and its facts."""

    name: str
    label: str | None
    facts: Values


@dataclass(slots=True)
class Slice:
    """The real samples that carry a tag.

    Attributes:
        tag: The tag.
        known: Those of the training and validation part, which generated samples may be made like.
        tested: How many belong to the test part, which nothing may be fitted to.
    """

    tag: str
    known: "dict[Kind, list[Reference]]" = field(default_factory=dict)
    tested: int = 0


def facts_of(sample: "Sample", kind: "Kind") -> Values:
    """Return the facts of a sample that describe a condition."""
    measured = sample.audio if kind == "audio" else sample.image
    return {name: getattr(measured, name, None) for name in FACTS[kind]}


def known_values(fact: str, several: Iterable[Values]) -> list[float]:
    """Return the values of a fact, of the samples that have it."""
    return [value for one in several if (value := one.get(fact)) is not None]


def largest_difference(first: Iterable[float], second: Iterable[float]) -> float:
    """Return D of Kolmogorov and Smirnov, the largest difference of two distribution functions; 0 to 1.

    Args:
        first: Values of one side, of which there is one or more.
        second: Of the other.
    """
    import numpy as np

    one, other = np.sort(np.fromiter(first, float)), np.sort(np.fromiter(second, float))
    places = np.concatenate([one, other])
    # At every value both functions are taken after their step, so that ties step together.
    steps = [np.searchsorted(side, places, side="right") / side.size for side in (one, other)]
    return float(np.abs(steps[0] - steps[1]).max())


class FactMatch(Struct, frozen=True):
    """How one fact of what is made lies beside the real slice, as a trial found it; medians in the fact's unit.

    Attributes:
        fact: Its name.
        real: Of the real samples of training and validation.
        sources: Of what is augmented.
        drawn: As the recipe draws by itself; None where it was not tried.
        matched: When it is matched; None for a fact that cannot be.
        drawn_d: Kolmogorov-Smirnov D between real and drawn, 0 to 1.
        matched_d: Between real and matched.
        samples: How many real and how many tried samples these are of.
    """

    fact: str
    real: float
    sources: float | None
    drawn: float | None
    matched: float | None
    drawn_d: float | None
    matched_d: float | None
    samples: tuple[int, int]


def part_of_slice(references: Sequence[Reference]) -> list[Reference]:
    """Return the real samples that goals are taken from: of a large slice a part, always the same one.

    All else is told of the same part. The goals of a sample cost a hash for each.
    """
    return sorted(references, key=lambda one: _rank("", one.name))[:_MOST]


class Goals:
    """The goals of one target: for each sample to make, a real sample of the slice to be like.

    A whole sample is drawn, not each fact by itself, so that what belongs together stays together: a far voice is both
    softer and noisier. It is of the same class where the slice has enough of them.

    Args:
        references: The real samples.
        facts: Those that are matched.
    """

    def __init__(self, references: Sequence[Reference], facts: Sequence[str]) -> None:
        import numpy as np

        self.facts = tuple(facts)
        self.references = references
        self._spread: dict[str, float] = {}
        for fact in facts:
            values = known_values(fact, (one.facts for one in self.references))
            low, first, median, third, high = (float(at) for at in np.quantile(values, (0, 0.25, 0.5, 0.75, 1)))
            # Where half of the slice agrees to the last digit (all clips are 1 s long), a thousandth is still the same.
            self._spread[fact] = _rounded(max(third - first, (high - low) / 10, _EDGE * abs(median), 1e-6))
        self._by_label: dict[str | None, list[Reference]] = {}
        for one in self.references:
            self._by_label.setdefault(one.label, []).append(one)

    def of(self, key: str, label: str | None, attempts: int) -> tuple[tuple[Goal, ...], ...]:
        """Return the goals of one sample, for each attempt another real sample.

        Each sample has an order of all real ones of its own (highest random weight), so that a real sample more or
        less changes few goals, and a sample more or less none: what was made before is not made again.

        Args:
            key: Names the sample.
            label: Its class.
            attempts: How many.
        """
        same = self._by_label.get(label, [])
        pool = same if len(same) >= FEWEST else self.references
        chosen = nsmallest(attempts, pool, key=lambda one: _rank(key, one.name))
        return tuple(self._goals(chosen[attempt % len(chosen)]) for attempt in range(attempts))

    def _goals(self, reference: Reference) -> tuple[Goal, ...]:
        known = ((fact, reference.facts.get(fact), self._spread[fact]) for fact in self.facts)
        return tuple(
            Goal(fact, value - spread * _REACH, value + spread * _REACH, spread)
            for fact, value, spread in known
            if value is not None
        )


def _rank(key: str, name: str) -> bytes:
    return sha256(f"{key} {name}".encode("utf-8", "surrogatepass")).digest()


def _rounded(spread: float) -> float:
    """Return a spread as 1, 2 or 5 times a power of ten: one real sample more must not move every goal."""
    power = 10.0 ** floor(log10(spread))
    nearest: float = min((1.0, 2.0, 5.0, 10.0), key=lambda step: abs(log10(step * power / spread)))
    return nearest * power


@dataclass(slots=True)
class TargetMatch:
    """How one target is matched.

    Attributes:
        goals: By kind.
        facts: Of each fact, slice and sources and what is made; complete after the trial.
        notes: What the user should hear.
    """

    goals: "dict[Kind, Goals]" = field(default_factory=dict)
    facts: list[FactMatch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def real(self, fact: str) -> list[float]:
        """Return the values of a fact among the real samples."""
        return known_values(fact, (one.facts for goals in self.goals.values() for one in goals.references))


def sets_apart(slice_facts: Sequence[Values], source_facts: Sequence[Values], facts: Sequence[str]) -> dict[str, float]:
    """Return D of the facts by which a slice differs plainly from what would be augmented, the largest first."""
    found = {}
    for fact in facts:
        sides = [known_values(fact, side) for side in (slice_facts, source_facts)]
        if all(len(side) >= FEWEST for side in sides) and (apart := largest_difference(*sides)) >= _APART:
            found[fact] = round(apart, 4)
    return dict(sorted(found.items(), key=lambda one: -one[1]))
