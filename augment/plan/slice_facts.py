"""What sets a weak slice apart, in facts: the goals that generated samples are brought to, and how far they got."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import nsmallest
from math import floor, log10
from statistics import median
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

CANDIDATES = 16
"""Real samples that a generated one may be like: of 8, the softest and the loudest found nobody of their standing."""

_MOST = 500
_APART = 0.35
_EDGE = 1e-3
_REACH = 0.125
_FARTHEST = 3.0

Values = Mapping[str, float | None]
"""Facts of one sample, by name."""


class Goal(NamedTuple):
    """What a fact is to become: a value that a real sample of the slice has, give or take an eighth of its spread.

    Attributes:
        fact: Its name, such as `snr_db`.
        low: Lower end, in the fact's unit.
        high: Upper end.
        spread: Between the quartiles of the slice, rounded: what a distance is measured in; above 0.
        peer: The value that stands among those that the recipe draws as this one stands among those of the slice.
        peer_spread: Between the quartiles of what the recipe draws; above 0.
    """

    fact: str
    low: float
    high: float
    spread: float
    peer: float = 0.0
    peer_spread: float = 1.0

    @property
    def middle(self) -> float:
        """The value in the middle."""
        return (self.low + self.high) / 2

    def distance(self, value: float | None) -> float:
        """Return how far a value lies outside, in spreads; 0 inside, infinite where the fact is not known."""
        if value is None:
            return float("inf")
        return max(self.low - value, value - self.high, 0.0) / self.spread


def nearest_standing(candidates: Sequence[tuple[Goal, ...]], drawn: Values) -> tuple[Goal, ...]:
    """Return the goals of the real sample that stands among its like as a drawn sample stands among the drawn ones.

    Facts tell of the content as much as of the condition: a word that was cut close has no pause to hear the noise in,
    and in a far room, where the SNR is 8 to 20 dB, its estimate follows the clean word's (rank correlation .63) more
    than the room's (.48). A real sample that was chosen blindly asks a close word for the SNR of one with pauses, and
    the noise that was to lie between 8 and 20 dB came out between 2 and 60. By its standing a sample keeps its content.

    Args:
        candidates: The goals of real samples, of one or more.
        drawn: Facts of what the recipe draws by itself.
    """

    def apart(goals: tuple[Goal, ...]) -> float:
        squares = [_FARTHEST**2] * len(goals)
        for place, goal in enumerate(goals):
            if (value := drawn.get(goal.fact)) is not None:
                squares[place] = min(abs(value - goal.peer) / goal.peer_spread, _FARTHEST) ** 2
        return sum(squares) / len(squares) if squares else _FARTHEST**2

    return min(candidates, key=apart)


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
    return sorted(references, key=lambda one: rank("", one.name))[:_MOST]


class Goals:
    """The goals of one target: for each sample to make, a real sample of the slice to be like.

    A whole sample is drawn, not each fact by itself, so that what belongs together stays together: a far voice is both
    softer and noisier. It is of the same class where the slice has enough of them. Which of several it is, is decided
    when it is known what the recipe draws (`nearest_standing`).

    Args:
        references: The real samples.
        facts: Those that are matched.
        drawn: Facts of what the recipe draws by itself; none: it is taken to draw what is real.
    """

    def __init__(self, references: Sequence[Reference], facts: Sequence[str], drawn: Sequence[Values] = ()) -> None:
        self.facts = tuple(facts)
        self.references = references
        self.drawn = drawn
        self._spread: dict[str, float] = {}
        self._real: dict[str, _Standing] = {}
        self._drawn: dict[str, _Standing] = {}
        for fact in facts:
            values = known_values(fact, (one.facts for one in self.references))
            among = known_values(fact, drawn)
            self._spread[fact] = _rounded(_spread_of(values))
            self._real[fact] = _standing(values)
            self._drawn[fact] = _standing(among) if len(among) >= FEWEST else self._real[fact]
        self._by_label: dict[str | None, list[Reference]] = {}
        for one in self.references:
            self._by_label.setdefault(one.label, []).append(one)

    def of(self, key: str, label: str | None, most: int = CANDIDATES) -> tuple[tuple[Goal, ...], ...]:
        """Return the goals that one sample may have, each those of another real sample.

        Each sample has an order of all real ones of its own (highest random weight), so that a real sample more or
        less changes few goals, and a sample more or less none: what was made before is not made again.

        Args:
            key: Names the sample.
            label: Its class.
            most: How many.
        """
        same = self._by_label.get(label, [])
        pool = same if len(same) >= CANDIDATES else self.references
        return tuple(map(self._goals, nsmallest(most, pool, key=lambda one: rank(key, one.name))))

    def _goals(self, reference: Reference) -> tuple[Goal, ...]:
        goals = []
        for fact in self.facts:
            if (value := reference.facts.get(fact)) is not None:
                spread, real, drawn = self._spread[fact], self._real[fact], self._drawn[fact]
                peer = drawn.median + (value - real.median) * drawn.spread / real.spread
                reach = spread * _REACH
                goals.append(Goal(fact, value - reach, value + reach, spread, peer, drawn.spread))
        return tuple(goals)


class _Standing(NamedTuple):
    """Where the middle half of some values lies, and how wide it is; rounded: one value more seldom moves it."""

    median: float
    spread: float


def _standing(values: Sequence[float]) -> _Standing:
    spread = _spread_of(values)
    step = _rounded(spread) * _REACH / 2
    return _Standing(round(median(values) / step) * step, max(round(spread / step), 1) * step)


def _spread_of(values: Sequence[float]) -> float:
    """Return the distance between the quartiles, above 0."""
    import numpy as np

    low, first, middle, third, high = (float(at) for at in np.quantile(values, (0, 0.25, 0.5, 0.75, 1)))
    # Where half of the values agree to the last digit (all clips are 1 s long), a thousandth is still the same.
    return max(third - first, (high - low) / 10, _EDGE * abs(middle), 1e-6)


def rank(key: str, name: str) -> bytes:
    """Return where something stands in the order that a key puts names in, the smallest first (rendezvous hashing)."""
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
