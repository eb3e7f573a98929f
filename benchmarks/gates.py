"""Do gates stop and promote as rarely, and as often, as they say?

`python -m benchmarks.gates [QUESTION] [TRIALS [SEED]]` draws logs of two systems and asks the functions that `burnish gate`
uses. `false` looks every 50 of 1,000 cases at systems of which each is the only right one in 5 of 100 cases. `shadow`
and `canary` draw as many cases as `gate --plan` names (`exact` for one look, `sequential` for 20, told at any of them),
of an equal system and of one that is worse by 5 points, at a margin of .03. `plain` is what McNemar's test does that is
looked at as often. Of the planned ones .8 are to be told, and of the equal ones no more than .05 stopped.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from scipy.stats import binomtest

from baselines.gates.gate import Design, Rules, gate_arms, gate_shadow
from baselines.gates.sample_size import Needed, plan_arms, plan_pairs
from baselines.runs.prediction_log import Logged

MARGIN, DROP, DISCORDANT, ACCURACY = 0.03, 0.05, 0.1, 0.95
LOOKS = 20
NUMBERS = [int(word) for word in sys.argv[1:] if word.isdigit()]
SEED = NUMBERS[1] if len(NUMBERS) > 1 else 0
Logs = tuple[list[Logged], list[Logged]]


class Draw(Protocol):
    """Draws the logs of two systems."""

    def __call__(self, draw: np.random.Generator, number: int, difference: float) -> Logs:
        """Return logs of so many cases; `difference` is the true one, new - old."""


class Told(NamedTuple):
    """Shares of the trials that were promoted, stopped, and told nothing at any look."""

    promote: float
    stop: float
    nothing: float


def pairs(draw: np.random.Generator, number: int, difference: float) -> Logs:
    """Return logs of two systems that saw the same cases; `difference` is the true one, new - old."""
    shares = [(DISCORDANT + difference) / 2, (DISCORDANT - difference) / 2, 1 - DISCORDANT]
    gains = draw.choice([1, -1, 0], p=shares, size=number)
    old, new = (
        [Logged(str(at), "no" if gain == wrong else "yes", "yes") for at, gain in enumerate(gains.tolist())]
        for wrong in (1, -1)
    )
    return old, new


def arms(draw: np.random.Generator, number: int, difference: float) -> Logs:
    """Return logs of two systems that saw as many different cases each, one after the other in turn."""
    rights = draw.random((2, number)) < np.array([[ACCURACY], [ACCURACY + difference]])
    old, new = (
        [Logged(f"{side} {at}", "yes" if right else "no", "yes", time=2.0 * at + side) for at, right in enumerate(row)]
        for side, row in enumerate(rights.tolist())
    )
    return old, new


def told(
    design: Design, rules: Rules, make: Callable[[np.random.Generator], Logs], ends: list[int], trials: int
) -> Told:
    """Return what a gate says of so many trials, at the first look that says something."""
    draw, said = np.random.default_rng(SEED), {"promote": 0, "stop": 0, "keep collecting": 0}
    for _ in range(trials):
        old, new = make(draw)
        verdict = "keep collecting"
        for end in ends:
            logs = old[:end], new[:end]
            found = gate_shadow(*logs, {}, rules).gate if design == "shadow" else gate_arms(design, *logs, {}, rules)
            verdict = found.verdict
            if verdict != "keep collecting":
                break
        said[verdict] += 1
    return Told(said["promote"] / trials, said["stop"] / trials, said["keep collecting"] / trials)


def false_stops(trials: int) -> None:
    """Print how often equal systems are stopped that are looked at every 50 of 1,000 cases."""
    print("| gate | looks | promoted | stopped | nothing told |\n|---|---|---|---|---|")
    ends = list(range(50, 1001, 50))
    kinds: list[tuple[Design, Draw]] = [("shadow", pairs), ("canary", arms)]
    for design, make in kinds:
        one = told(design, Rules(sequential=True), partial(make, number=1000, difference=0.0), ends, trials)
        print(f"| {design} --sequential | 20 | {one.promote:.3f} | {one.stop:.3f} | {one.nothing:.3f} |", flush=True)


def plain_test(trials: int) -> None:
    """Print how often the exact test of McNemar, looked at as often, calls equal systems different."""
    draw, false = np.random.default_rng(SEED), 0
    for _ in range(trials):
        gains = draw.choice([1, -1, 0], p=[DISCORDANT / 2, DISCORDANT / 2, 1 - DISCORDANT], size=1000)
        parts = [gains[:end] for end in range(50, 1001, 50)]
        counts = [(int((part == 1).sum()), int((part != 0).sum())) for part in parts]
        false += any(number and binomtest(gained, number).pvalue < 0.05 for gained, number in counts)
    print(f"McNemar's exact test, 20 looks: {false / trials:.3f} of {trials:,} series without a difference")


def planned_shadow(trials: int) -> None:
    """Print how often the planned number of pairs tells."""
    _planned("shadow", pairs, plan_pairs(MARGIN, DROP, DISCORDANT, 0.05, 0.8), trials)


def planned_canary(trials: int) -> None:
    """Print how often the planned number of cases of each arm tells."""
    _planned("canary", arms, plan_arms(MARGIN, DROP, ACCURACY, 0.05, 0.8), trials)


def _planned(design: Design, make: Draw, needed: list[Needed], trials: int) -> None:
    print(f"| gate | true difference | n | looks | told, of {trials:,} |\n|---|---|---|---|---|")
    for one in needed:
        for sequential, number in ((False, one.exact), (True, one.sequential)):
            rules = Rules(margin=MARGIN, sequential=sequential)
            ends = [number * look // LOOKS for look in range(1, LOOKS + 1)] if sequential else [number]
            found = told(design, rules, partial(make, number=number, difference=one.difference), ends, trials)
            share = found.promote if one.answer == "promote" else found.stop
            print(
                f"| {design}, {one.answer} | {one.difference:+.2f} | {number:,} | {len(ends)} | {share:.3f} |",
                flush=True,
            )


QUESTIONS = {"false": false_stops, "plain": plain_test, "shadow": planned_shadow, "canary": planned_canary}


def main() -> None:
    """Answer one question, or all of them."""
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    trials = NUMBERS[0] if NUMBERS else 1000
    for name in words or QUESTIONS:
        QUESTIONS[name](trials)


if __name__ == "__main__":
    main()
