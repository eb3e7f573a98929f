"""What came of the arms: changes by slice with intervals over recordings, pooled over seeds and sets, and what sank."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from baselines.metrics.clusters import Variance, of_groups, quantile, t_test, together
from benchmarks.effect.sets import CLEAN
from curate.statistics.holm import holm

CEILING = "really so"
"""The arm that trains on the conditions themselves, as if they had been recorded."""
WEAK = "weak part"
START_BELOW = 0.10
"""A condition counts as weak where its accuracy starts so far below the clean one's."""
_LEVEL = 0.05
_RATIO_FROM = 0.02
"""The untargeted rise from which a ratio says something."""

CONTROLS = {
    "targeted": "untargeted",
    "matched": "untargeted",
    "weighted": "untargeted weighted",
    "weighted unmatched": "untargeted weighted",
}
"""Beside which arm each one that aims is held: the same recipes, budget and way of training, all targets alike."""


class Outcome(NamedTuple):
    """What one arm came to with one parting of a set.

    Attributes:
        set: Its name.
        features: `base` or `embedding`.
        seed: Of the parting and of everything else.
        arm: Its name.
        samples: Condition, label, recording, and whether it was right before and after.
    """

    set: str
    features: str
    seed: int
    arm: str
    samples: tuple[tuple[str, str, str, bool, bool], ...]

    @classmethod
    def of(
        cls, name: str, features: str, seed: int, arm: str, before: dict[str, bool], after: dict[str, bool]
    ) -> "Outcome":
        """Pair two runs by path, `…/test/CONDITION/LABEL_SPEAKER_NUMBER.suffix`."""
        samples = []
        for path, was in sorted(before.items()):
            condition, recording = Path(path).parts[-2], Path(path).stem
            samples.append((condition, recording.partition("_")[0], recording, was, after[path]))
        return cls(name, features, seed, arm, tuple(samples))


class Change(NamedTuple):
    """A mean difference of accuracies, and its variance over recordings."""

    value: float
    variance: Variance

    def ends(self) -> tuple[float, float]:
        """Return the 95 % interval."""
        half = quantile(self.variance.freedom) * math.sqrt(self.variance.value)
        return self.value - half, self.value + half

    def __str__(self) -> str:
        """Return it with its interval."""
        low, high = self.ends()
        return f"{self.value:+.3f} [{low:+.3f},{high:+.3f}]"


def write(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write what came of all arms with one parting."""
    path.write_text(json.dumps([one._asdict() for one in outcomes]) + "\n")


def read(folder: Path) -> list[Outcome]:
    """Return what is in a folder, in the order of names."""
    return [
        Outcome(**{**one, "samples": tuple(map(tuple, one["samples"]))})
        for path in sorted(folder.glob("*.json"))
        for one in json.loads(path.read_text())
    ]


def mean_of(values: Iterable[tuple[str, float]]) -> Change:
    """Return the mean over samples; a recording under several conditions, or in several seeds, is one unit."""
    units: dict[str, tuple[float, int]] = {}
    for recording, value in values:
        total, number = units.get(recording, (0.0, 0))
        units[recording] = (total + value, number + 1)
    samples = sum(number for _, number in units.values())
    return Change(sum(total for total, _ in units.values()) / samples, of_groups(units))


class Sample(NamedTuple):
    """One tested sample: which, with which parting, and whether it was right before and after."""

    condition: str
    label: str
    recording: str
    was: bool
    now: bool
    seed: int


class Part:
    """All seeds of one set with one kind of features, by arm.

    Args:
        outcomes: Of them, of all arms; not every arm needs to have every seed.
    """

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.arms: defaultdict[str, list[Sample]] = defaultdict(list)
        for one in outcomes:
            self.arms[one.arm] += [Sample(*sample, one.seed) for sample in one.samples]
        self._longest = max(self.arms.values(), key=len)
        self.conditions = list(dict.fromkeys(one.condition for one in self._longest))
        self.labels = list(dict.fromkeys(one.label for one in self._longest))
        clean = self.before(CLEAN)
        self.weak = [one for one in self.conditions if self.before(one) <= clean - START_BELOW]

    def _wanted(self, slice_name: str) -> Callable[[Sample], bool]:
        if slice_name == WEAK:
            return lambda one: one.condition in self.weak
        if slice_name in self.conditions:
            return lambda one: one.condition == slice_name
        return lambda one: one.condition == CLEAN and one.label == slice_name

    def tested(self, slice_name: str) -> list[Sample]:
        """Return the samples of a slice, of all seeds."""
        return list(filter(self._wanted(slice_name), self._longest))

    def before(self, slice_name: str) -> float:
        """Return the accuracy before."""
        found = self.tested(slice_name)
        return sum(one.was for one in found) / len(found)

    def seeds(self, arm: str) -> int:
        """Return how many seeds an arm has."""
        return len({one.seed for one in self.arms[arm]})

    def change(self, arm: str, slice_name: str, against: str | None = None) -> Change:
        """Return the change of an arm on a slice, against before or against what another arm came to.

        Two arms are compared on the seeds that both have.
        """
        samples = list(filter(self._wanted(slice_name), self.arms[arm]))
        if against is None:
            return mean_of((one.recording, one.now - one.was) for one in samples)
        other = {(one.seed, one.condition, one.recording): one.now for one in self.arms[against]}
        places = ((one, (one.seed, one.condition, one.recording)) for one in samples)
        return mean_of((one.recording, one.now - other[place]) for one, place in places if place in other)

    def sunk(self, arm: str) -> list[str]:
        """Return the slices that are worse: clean, other conditions, classes; one family of tests (Holm)."""
        names = [one for one in (*self.conditions, *self.labels) if one not in self.weak]
        changes = [self.change(arm, name) for name in names]
        adjusted = holm([t_test(one.value, one.variance) for one in changes])
        return [
            f"{name} {one.value:+.3f}"
            for name, one, p in zip(names, changes, adjusted, strict=True)
            if p < _LEVEL and one.value < 0
        ]


def pooled(changes: Sequence[Change]) -> Change:
    """Return the mean over sets, which are other recordings."""
    scaled = [Variance(one.variance.value / len(changes) ** 2, one.variance.freedom) for one in changes]
    return Change(sum(one.value for one in changes) / len(changes), together(*scaled))


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the table, as Markdown, and what the claim comes to."""
    by_part: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_part[one.features, one.set].append(one)
    arms = list(dict.fromkeys(one.arm for one in outcomes))
    most = len({one.seed for one in outcomes})
    print(f"\n| features | set | slice | n | before | {' | '.join(arms)} |\n|{'---|' * (5 + len(arms))}")
    parts = {key: Part(found) for key, found in sorted(by_part.items())}
    for (features, name), part in parts.items():
        for slice_name in (*part.conditions, *([WEAK] if part.weak else [])):
            cells = []
            for arm in arms:
                found = f"{part.change(arm, slice_name)}" if arm in part.arms else ""
                cells.append(found + (f" ({part.seeds(arm)} seed)" if found and part.seeds(arm) < most else ""))
            number, start = len(part.tested(slice_name)), part.before(slice_name)
            print(f"| {features} | {name} | {slice_name} | {number} | {start:.3f} | {' | '.join(cells)} |")
    _show_claim(parts)


def _show_claim(parts: dict[tuple[str, str], Part]) -> None:
    """Print the rise of the weak part beside that of the control, pooled, and what sank."""
    for features in dict.fromkeys(features for features, _ in parts):
        own = {name: part for (kind, name), part in parts.items() if kind == features}
        for arm, control in CONTROLS.items():
            able = {name: part for name, part in own.items() if part.weak and {arm, control} <= part.arms.keys()}
            if not able:
                continue
            differences = {name: part.change(arm, WEAK, control) for name, part in able.items()}
            # Of the same seeds on both sides: what the difference is of.
            ratios = {
                name: 1 + differences[name].value / blind
                for name, part in able.items()
                if (blind := part.change(control, WEAK).value) >= _RATIO_FROM
            }
            whole = pooled(list(differences.values()))
            print(f"\n{features}, {arm} - {control}, weak part: {whole} over {len(able)} sets")
            for name, one in differences.items():
                ratio = f", {ratios[name]:.2f} times" if name in ratios else f", {control} below .02: no ratio"
                print(f"  {name}: {one}{ratio}")
            if ratios:
                print(f"  ratio: mean {sum(ratios.values()) / len(ratios):.2f}, least {min(ratios.values()):.2f}")
        for name, part in own.items():
            for arm in part.arms:
                if sunk := part.sunk(arm):
                    print(f"  sunk: {features} {name} {arm}: {', '.join(sunk)}")
