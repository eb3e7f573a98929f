"""Do gates stop and promote as rarely, and as often, as they say?

`python -m benchmarks.gates [QUESTION] [TRIALS]` draws series of cases of two systems, and asks the functions behind
`burnish gate`. `false` looks every 50 of 1,000 cases at systems of which each is the only right one in 5 of 100 cases.
`shadow` and `canary` draw as many cases as `gate --plan` names (`exact` for one look, `sequential` for 20, told at any
of them), of an equal system and of one that is worse by 5 points, at a margin of .03. `plain` is what McNemar's test
does that is looked at as often. Of the planned ones .8 are to be told, and of the equal ones no more than .05 stopped.
"""

import sys
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from baselines.gates.gate import Decision, Design, Rules, gate_arms, gate_shadow
from baselines.gates.sample_size import Needed, plan_arms, plan_pairs
from baselines.runs.prediction_log import Logged

MARGIN, DROP, DISCORDANT, ACCURACY = 0.03, 0.05, 0.1, 0.95
LOOKS = 20
SAID = (("no", "yes"), ("yes", "no"), ("yes", "yes"), ("no", "no"))
"""What the old and the new system say of a case whose label is yes: only the new one is right, only the old, both."""


def shares(design: Design, difference: float) -> list[float]:
    """Return how often each of `SAID` is; `difference` is the true one, new - old."""
    if design == "shadow":
        return [(DISCORDANT + difference) / 2, (DISCORDANT - difference) / 2, 1 - DISCORDANT, 0.0]
    old, new = ACCURACY, ACCURACY + difference
    return [(1 - old) * new, old * (1 - new), old * new, (1 - old) * (1 - new)]


@cache
def verdict(design: Design, rules: Rules, counts: tuple[int, ...]) -> Decision:
    """Return what a gate says of logs with so many cases of each of `SAID`: their order makes no difference to it."""
    said = [pair for pair, number in zip(SAID, counts, strict=True) for _ in range(number)]
    key = "{0}" if design == "shadow" else "{0} {1}"
    old, new = (
        [Logged(key.format(at, side), pair[side], "yes", time=2.0 * at) for at, pair in enumerate(said)]
        for side in (0, 1)
    )
    if design == "shadow":
        return gate_shadow(old, new, {}, rules).gate.verdict
    return gate_arms(design, old, new, {}, rules).verdict


def told(design: Design, rules: Rules, difference: float, ends: list[int], trials: int) -> dict[Decision, float]:
    """Return the shares of the trials with each verdict, at the first look that says something."""
    draw, said = np.random.default_rng(0), dict.fromkeys(("promote", "stop", "keep collecting"), 0)
    steps = np.diff([0, *ends])
    for _ in range(trials):
        seen = np.cumsum([draw.multinomial(step, shares(design, difference)) for step in steps], axis=0)
        looks = (verdict(design, rules, _counts(row, rules)) for row in seen)
        said[next((one for one in looks if one != "keep collecting"), "keep collecting")] += 1
    return {"promote": said["promote"] / trials, "stop": said["stop"] / trials}


def _counts(row: NDArray[np.int64], rules: Rules) -> tuple[int, ...]:
    gained, lost, right, wrong = row.tolist()
    # Over and over only the cases count that one of the two gets right alone, so fewer logs have to be made.
    return (gained, lost, right + wrong, 0) if rules.sequential else (gained, lost, right, wrong)


def false_stops(trials: int) -> None:
    """Print how often equal systems are stopped that are looked at every 50 of 1,000 cases."""
    print("| gate | looks | promoted | stopped |\n|---|---|---|---|")
    designs: tuple[Design, ...] = ("shadow", "canary")
    for design in designs:
        one = told(design, Rules(sequential=True), 0.0, list(range(50, 1001, 50)), trials)
        print(f"| {design} --sequential | {LOOKS} | {one['promote']:.3f} | {one['stop']:.3f} |", flush=True)


def plain_test(trials: int) -> None:
    """Print how often the exact test of McNemar, looked at as often, calls equal systems different."""
    draw, false = np.random.default_rng(0), 0
    p_of = cache(lambda gained, number: binomtest(gained, number).pvalue if number else 1.0)
    for _ in range(trials):
        seen = np.cumsum(draw.multinomial(50, shares("shadow", 0.0), size=LOOKS), axis=0).tolist()
        false += any(p_of(gained, gained + lost) < 0.05 for gained, lost, *_ in seen)
    print(f"McNemar's exact test, {LOOKS} looks: {false / trials:.3f} of {trials:,} series without a difference")


def planned_shadow(trials: int) -> None:
    """Print how often the planned number of pairs tells."""
    _planned("shadow", plan_pairs(MARGIN, DROP, DISCORDANT, 0.05, 0.8), trials)


def planned_canary(trials: int) -> None:
    """Print how often the planned number of cases of each arm tells."""
    _planned("canary", plan_arms(MARGIN, DROP, ACCURACY, 0.05, 0.8), trials)


def _planned(design: Design, needed: list[Needed], trials: int) -> None:
    print(f"| gate | true difference | n | looks | told, of {trials:,} |\n|---|---|---|---|---|")
    for one in needed:
        for sequential, number in ((False, one.exact), (True, one.sequential)):
            ends = [number * look // LOOKS for look in range(1, LOOKS + 1)] if sequential else [number]
            found = told(design, Rules(margin=MARGIN, sequential=sequential), one.difference, ends, trials)
            share = found["promote" if one.answer == "promote" else "stop"]
            row = f"{design}, {one.answer} | {one.difference:+.2f} | {number:,} | {len(ends)} | {share:.3f}"
            print(f"| {row} |", flush=True)


QUESTIONS = {"false": false_stops, "plain": plain_test, "shadow": planned_shadow, "canary": planned_canary}


def main() -> None:
    """Answer one question, or all of them."""
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    trials = next((int(word) for word in sys.argv[1:] if word.isdigit()), 1000)
    for name in words or QUESTIONS:
        QUESTIONS[name](trials)


if __name__ == "__main__":
    main()
