"""What came of the arms: changes by slice with intervals over recordings, pooled over seeds and sets, and what sank."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from baselines.metrics.clusters import Variance, of_groups, quantile, t_test, together
from baselines.metrics.significance import holm
from benchmarks.effect.sets import CLEAN

CEILING = "really so"
"""The arm that trains on the conditions themselves, as if they had been recorded."""
WEAK = "weak part"
_START_BELOW = 0.10
_LEVEL = 0.05
_RATIO_FROM = 0.02
"""The untargeted rise from which a ratio says something."""


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


class Part:
    """All seeds of one set with one kind of features, by arm.

    Args:
        outcomes: Of them, of all arms.
    """

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self.arms: defaultdict[str, list[tuple[str, str, str, bool, bool]]] = defaultdict(list)
        for one in outcomes:
            self.arms[one.arm].extend(one.samples)
        first = next(iter(self.arms.values()))
        self.conditions = list(dict.fromkeys(condition for condition, *_ in first))
        self.labels = list(dict.fromkeys(label for _, label, *_ in first))
        clean = self.before(CLEAN)
        self.weak = [one for one in self.conditions if self.before(one) <= clean - _START_BELOW]

    def _wanted(self, slice_name: str) -> Callable[[tuple[str, str, str, bool, bool]], bool]:
        if slice_name == WEAK:
            return lambda sample: sample[0] in self.weak
        if slice_name in self.conditions:
            return lambda sample: sample[0] == slice_name
        return lambda sample: sample[0] == CLEAN and sample[1] == slice_name

    def _samples(self, arm: str, slice_name: str) -> list[tuple[str, str, str, bool, bool]]:
        return list(filter(self._wanted(slice_name), self.arms[arm]))

    def before(self, slice_name: str) -> float:
        """Return the accuracy before."""
        found = self._samples(next(iter(self.arms)), slice_name)
        return sum(sample[3] for sample in found) / len(found)

    def change(self, arm: str, slice_name: str, against: str | None = None) -> Change:
        """Return the change of an arm on a slice, against before or against what another arm came to."""
        samples = self._samples(arm, slice_name)
        base = [sample[3] for sample in samples]
        if against is not None:
            # The arms of a seed were tested on the same samples, and these are in the same order.
            base = [sample[4] for sample in self._samples(against, slice_name)]
        return mean_of((sample[2], sample[4] - was) for sample, was in zip(samples, base, strict=True))

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
    print(f"\n| features | set | slice | n | before | {' | '.join(arms)} |\n|{'---|' * (5 + len(arms))}")
    parts = {key: Part(found) for key, found in sorted(by_part.items())}
    for (features, name), part in parts.items():
        for slice_name in (*part.conditions, *([WEAK] if part.weak else [])):
            cells = [part.change(arm, slice_name) for arm in part.arms]
            number = len(part._samples(next(iter(part.arms)), slice_name))
            start = part.before(slice_name)
            print(f"| {features} | {name} | {slice_name} | {number} | {start:.3f} | {' | '.join(map(str, cells))} |")
    _show_claim(parts)


def _show_claim(parts: dict[tuple[str, str], Part]) -> None:
    """Print the rise of the weak part beside the untargeted one, pooled, and what sank."""
    for features in dict.fromkeys(features for features, _ in parts):
        own = {name: part for (kind, name), part in parts.items() if kind == features}
        for arm in ("targeted", "matched", "weighted"):
            able = {name: part for name, part in own.items() if part.weak and {arm, "untargeted"} <= part.arms.keys()}
            if not able:
                continue
            differences = {name: part.change(arm, WEAK, "untargeted") for name, part in able.items()}
            ratios = {
                name: part.change(arm, WEAK).value / blind
                for name, part in able.items()
                if (blind := part.change("untargeted", WEAK).value) >= _RATIO_FROM
            }
            whole = pooled(list(differences.values()))
            print(f"\n{features}, {arm} - untargeted, weak part: {whole} over {len(able)} sets")
            for name, one in differences.items():
                ratio = f", {ratios[name]:.2f} times" if name in ratios else ", untargeted below .02: no ratio"
                print(f"  {name}: {one}{ratio}")
            if ratios:
                print(f"  ratio: mean {sum(ratios.values()) / len(ratios):.2f}, least {min(ratios.values()):.2f}")
        for name, part in own.items():
            for arm in part.arms:
                if sunk := part.sunk(arm):
                    print(f"  sunk: {features} {name} {arm}: {', '.join(sunk)}")
