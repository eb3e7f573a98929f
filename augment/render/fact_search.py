"""Bringing the facts of a generated sample to those of a real one: parameters that move a fact are solved for."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import ceil, exp, log
from typing import TYPE_CHECKING, NamedTuple

from augment.operations.registry import find
from augment.plan.slice_facts import Goal
from augment.render.compose import Place, Setting

if TYPE_CHECKING:
    from augment.recipe.types import Step

MOST_TRIALS = 16
"""Renderings of one sample while its parameters are looked for; the last of them decides."""

_PER_DIAL = 6
_FIRST_STEP = 0.2
_INSIDE = 0.1
_BEYOND = 1e6
_NOT_WORTH = 0.25
"""Of a spread, the steps that distances are compared in: what is won within one is no reason to turn a dial."""


class Dial(NamedTuple):
    """A drawn parameter that moves a fact.

    Attributes:
        fact: That it moves, up or down the whole way between its ends.
        step: Place of its operation in the recipe.
        parameter: Its name among what the operation draws.
        low: Smallest value that makes sense.
        high: Largest one.
        log: Whether to go by ratios.
    """

    fact: str
    step: Place
    parameter: str
    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where on the dial a value of the parameter stands."""
        return log(value) if self.log else value

    def value(self, place: float) -> float:
        """Return the value of the parameter at a place, within its ends."""
        return min(max(exp(place) if self.log else place, self.low), self.high)

    def turned(self, drawn: float, value: float) -> float:
        """Return how far a value is from the drawn one, as a share of the dial; both are taken within its ends."""
        first, second, low, high = (
            self.place(min(max(one, self.low), self.high)) for one in (drawn, value, self.low, self.high)
        )
        return abs(second - first) / (high - low)


def dials_of(done: "Sequence[tuple[Place, Step]]") -> tuple[Dial, ...]:
    """Return a dial for each fact that one of some operations can be solved for.

    The last operation that moves a fact has the last word on it; a parameter is the dial of one fact only.

    Args:
        done: The operations that a sample went through: of a choice, only those of the branches that it drew.
    """
    dials: dict[str, Dial] = {}
    taken: set[tuple[Place, str]] = set()
    for place, step in reversed(done):
        if step.choice:
            continue
        for fact, (parameter, low, high, by_ratio) in find(step.kind, step.name).moves.items():
            if parameter and fact not in dials and (place, parameter) not in taken:
                dials[fact] = Dial(fact, place, parameter, low, high, by_ratio)
                taken.add((place, parameter))
    return tuple(sorted(dials.values(), key=lambda dial: dial.step))


class Tried(NamedTuple):
    """One rendering, or the best of several.

    Attributes:
        setting: What took the place of drawn parameters.
        facts: Of what came out, by name.
        distance: Largest distance of a fact from its goal, in spreads of the slice.
        solved: The same, of the facts that a dial moves only.
        turned: How far dials stand from where they were drawn, as the sum of the shares of their ranges.
    """

    setting: Setting
    facts: Mapping[str, float | None]
    distance: float
    solved: float
    turned: float = 0.0

    def rank(self) -> tuple[int, int, float]:
        """Return what settings are chosen by, the smallest first.

        A fact may be flat: in a word that was cut close, in a long room, the SNR is that of the tail, and the noise was
        turned down to 60 dB for a tenth of one. Of settings that are about as near the one least turned is taken.
        """
        return _coarse(self.solved), _coarse(self.distance), self.turned


def _coarse(distance: float) -> int:
    return ceil(min(distance, _BEYOND) / _NOT_WORTH)


def search(
    render: Callable[[Setting], Mapping[str, float | None]],
    drawn: Mapping[Dial, float],
    goals: Sequence[Goal],
    facts: Mapping[str, float | None],
) -> Tried:
    """Return the setting whose facts lie in, or nearest to, their goals.

    Dial by dial, the secant of the last two renderings says where to go, held inside the bracket once there is one
    (regula falsi by bisection), since facts are steep in one place and flat in another. A second round mends what
    later dials moved again. Facts that no dial moves only decide between settings that are equally near otherwise: haze
    came out too dense where that brought a colourful picture nearer to the chroma of a grey one. They count in the
    distance: the caller draws again for them.

    Args:
        render: What comes out for a setting; the same each time it is asked.
        drawn: Where each dial stands as it was drawn; one dial for each fact that can be solved for.
        goals: What is wanted.
        facts: Of what came out as it was drawn.
    """
    wanted = {goal.fact: goal for goal in goals}
    solvable = {dial.fact for dial in drawn}

    def judged(setting: Setting, facts: Mapping[str, float | None]) -> Tried:
        away = {goal.fact: goal.distance(facts.get(goal.fact)) for goal in goals}
        solved = max((away[fact] for fact in solvable), default=0.0)
        turned = sum(
            dial.turned(start, setting.get((dial.step, dial.parameter), start)) for dial, start in drawn.items()
        )
        return Tried(setting, facts, max(away.values(), default=0.0), solved, turned)

    best = latest = judged({}, facts)
    trials = 1
    for _ in range(2):
        for dial, start in drawn.items():
            goal, key = wanted[dial.fact], (dial.step, dial.parameter)
            walk, at = _Walk(dial, goal), latest.setting.get(key, start)
            while trials < MOST_TRIALS and goal.distance(latest.facts.get(dial.fact)) > 0:
                further = walk.next(at, latest.facts.get(dial.fact))
                if further is None:
                    break
                at, trials = further, trials + 1
                setting = {**latest.setting, key: at}
                latest = judged(setting, render(setting))
                best = min(best, latest, key=Tried.rank)
        if latest.solved == 0:
            break
        # The next round goes on from the best so far: a dial that could not help may stand far out.
        latest = best
    return best


class _Walk:
    """Where one dial has stood, and what its fact was there."""

    def __init__(self, dial: Dial, goal: Goal) -> None:
        self._dial, self._goal = dial, goal
        self._seen: list[tuple[float, float]] = []

    def next(self, at: float, value: float | None) -> float | None:
        """Return where to turn the dial; None where turning it does not help any more."""
        dial, middle = self._dial, self._goal.middle
        # A parameter may have been drawn beyond the ends of its dial; the walk itself stays inside.
        at = dial.place(max(at, dial.low) if dial.log else at)
        low, high = dial.place(dial.low), dial.place(dial.high)
        if value is None or len(self._seen) >= _PER_DIAL:
            return None
        self._seen.append((at, value - middle))
        if len(self._seen) == 1:
            # Which way is up is not known: a step towards the end that is farther away.
            step = _FIRST_STEP * (high - low)
            return dial.value(at + step if high - at > at - low else at - step)
        (before, error_before), (now, error) = self._seen[-2:]
        if error == error_before:
            return None  # flat: this parameter does not move the fact here
        wanted = now - error * (now - before) / (error - error_before)
        ends = self._bracket()
        if ends:
            first, last = ends
            # Too near to an end of the bracket the secant crawls; the middle halves it for sure.
            margin = _INSIDE * (last - first)
            wanted = wanted if first + margin < wanted < last - margin else (first + last) / 2
        wanted = min(max(wanted, low), high)
        return None if any(wanted == place for place, _ in self._seen) else dial.value(wanted)

    def _bracket(self) -> tuple[float, float] | None:
        """Return the nearest two places between which the fact passes the middle of its goal."""
        places = sorted(self._seen)
        pairs = [(a[0], b[0]) for a, b in pairwise(places) if (a[1] < 0) != (b[1] < 0)]
        return min(pairs, key=lambda pair: pair[1] - pair[0]) if pairs else None
