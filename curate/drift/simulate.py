"""How often would this alarm without any change, and how large a change would it see? Tried on the user's own data."""

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from curate.drift.compare import DEFAULT, prepare
from curate.drift.rows import Rows
from curate.drift.tests import Verdict
from curate.drift.verdicts import Judge, verdict_of_all
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from curate.drift.comparisons import Subject

TRIALS = 200
SHIFTS = (0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0)
"""In standard deviations of a fact; of names, half of it is the share of samples that become the most frequent one."""
POWER = 0.8
_TRIED = 40


class Visible(Struct, frozen=True):
    """How large a change of one thing is seen.

    Attributes:
        name: Of a fact, or of names.
        alarms: Share of the trials without change in which it drifted.
        shift: The least shift that was tried and found in 8 of 10 trials, in standard deviations; of names, the share
            of the samples that took the most frequent one. None: none that was tried.
        amount: The same in the fact's own unit; of names None.
    """

    name: str
    alarms: float
    shift: float | None
    amount: float | None = None


class Simulation(Struct, frozen=True):
    """What would come of calls on this data.

    Attributes:
        samples: Of the reference.
        n: Of each new set.
        trials: Calls without change.
        alarms: Share of them that said drifted.
        steady: Share of them that said steady.
        alpha: What the alarms may be at most.
        margin: Effects below do not matter.
        groups: Key of the groups that were drawn as wholes; None: samples were.
        visible: What is seen of each fact.
        generated: Samples that a recipe made, and that were left out.
    """

    samples: int
    n: int
    trials: int
    alarms: float
    steady: float
    alpha: float
    margin: float
    groups: str | None
    visible: tuple[Visible, ...]
    generated: int = 0


def simulate(
    reference: Rows, n: int, on: "Sequence[Subject]" = DEFAULT, judge: Judge | None = None, trials: int = TRIALS
) -> Simulation:
    """Return how often a new set of `n` samples of the reference itself would be called drifted.

    The new set is drawn from the reference and taken out of it; with groups, whole groups until there are `n` samples.

    Args:
        reference: Twice as many samples as `n`, or more.
        n: Samples of the new set.
        on: What is compared.
        judge: Level, margin, seed and groups.
        trials: Calls without change.

    Raises:
        InputError: There are too few samples.
    """
    judge = judge or Judge()
    if n < 2 or reference.kept < 2 * n:
        raise InputError(
            f"--n {n:,}: of {reference.kept:,} samples, at most half can be set aside as new; give a smaller --n"
        )
    rng = np.random.default_rng(judge.seed)
    verdicts: list[Verdict] = []
    alarms: dict[str, int] = {}
    for _ in range(trials):
        sides = _parted(reference, n, rng, by_group=bool(judge.group))
        found = _judged(sides, on, judge)
        verdicts.append(verdict_of_all(found.values()))
        for name, verdict in found.items():
            alarms[name] = alarms.get(name, 0) + (verdict == "drifted")
    visible = tuple(_visible(name, count / trials, reference, n, on, judge) for name, count in sorted(alarms.items()))
    return Simulation(
        reference.seen,
        n,
        trials,
        verdicts.count("drifted") / trials,
        verdicts.count("steady") / trials,
        judge.alpha,
        judge.margin,
        judge.group or None,
        visible,
        reference.generated,
    )


def _judged(sides: tuple[Rows, Rows], on: "Sequence[Subject]", judge: Judge) -> dict[str, Verdict]:
    mine = Judge(judge.alpha, judge.margin, judge.seed, group=judge.group, explain=False)
    found = prepare(*sides, on, mine)
    return {one.name: one.verdict for one in mine.decide(mine.test(found.comparisons))}


def _parted(reference: Rows, n: int, rng: np.random.Generator, *, by_group: bool) -> tuple[Rows, Rows]:
    """Return the rest and `n` samples of the reference."""
    chosen = np.zeros(reference.kept, np.bool_)
    if not by_group:
        chosen[rng.choice(reference.kept, n, replace=False)] = True
        return reference.at(~chosen), reference.at(chosen)
    groups = reference.columns["group"]
    for name in rng.permutation(np.unique(groups.astype(str))):
        mine = groups == name
        # The last group goes where the size comes nearest to what was asked for.
        if chosen.sum() + mine.sum() / 2 <= n or not chosen.any():
            chosen |= mine
    if chosen.all():
        raise InputError("all samples are of one group, so that none can be set aside as new")
    return reference.at(~chosen), reference.at(chosen)


def _visible(name: str, alarms: float, reference: Rows, n: int, on: "Sequence[Subject]", judge: Judge) -> Visible:
    """Return the least change of one thing that is found, by bisection over those that are tried."""
    column = reference.columns.get(name)
    if column is None:
        return Visible(name, alarms, None)
    numbers = column.dtype == np.float64
    values = column[np.isfinite(column.astype(np.float64))].astype(np.float64) if numbers else None
    spread = float(values.std()) if values is not None and len(values) else 0.0
    if numbers and not spread:
        return Visible(name, alarms, None)
    low, high = 0, len(SHIFTS)
    while low < high:
        middle = (low + high) // 2
        found = _power(name, SHIFTS[middle], spread, reference, n, on, judge) >= POWER
        low, high = (low, middle) if found else (middle + 1, high)
    if low == len(SHIFTS):
        return Visible(name, alarms, None)
    shift = SHIFTS[low] if numbers else SHIFTS[low] / 2
    return Visible(name, alarms, shift, shift * spread if numbers else None)


def _power(
    name: str, shift: float, spread: float, reference: Rows, n: int, on: "Sequence[Subject]", judge: Judge
) -> float:
    """Return how often a shift of one thing is found beside all other tests."""
    rng, hits = np.random.default_rng([judge.seed, *name.encode()]), 0
    for _ in range(_TRIED):
        old, new = _parted(reference, n, rng, by_group=bool(judge.group))
        new.columns[name] = _shifted(new.columns[name], shift, spread, rng)
        mine = Judge(judge.alpha, judge.margin, judge.seed, group=judge.group, explain=False)
        all_of_it = prepare(old, new, on, mine).comparisons
        # Only the one that was shifted is tested, at the level that it has among all: those beside it cost hours.
        mine.extra = len(all_of_it) - 1
        test = mine.test([one for one in all_of_it if one.name == name])[0]
        hits += test.p * len(all_of_it) < judge.alpha and test.effect >= judge.margin
    return hits / _TRIED


def _shifted(
    column: "NDArray[np.float64] | NDArray[np.object_]", shift: float, spread: float, rng: np.random.Generator
) -> "NDArray[np.float64] | NDArray[np.object_]":
    if column.dtype == np.float64:
        return column.astype(np.float64) + shift * spread
    changed = column.copy()
    known = [one for one in column.tolist() if one is not None]
    if known:
        most = max(sorted(set(known), key=str), key=known.count)
        changed[rng.random(len(column)) < shift / 2] = most
    return changed
