"""Tuning a recipe by successive halving: many trials with few samples, the better half of them with more.

What a trial is worth is not known here: a model of `baselines` says so, which the command line brings in.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from augment.recipe.ranges import Ends

RUNGS = 3
"""Each with half as many trials as the one before, and twice as many samples for each."""

MOST_LOSS = 1.0
"""A fall of the other samples by so many standard errors counts as one, as where generated samples get their weight."""


class Score(NamedTuple):
    """What a model that learned from what a trial made gets right in validation.

    Attributes:
        weak: Share of the samples with the tag, 0 to 1.
        rest: Of the others; None where there are none.
        rest_loss: By how many standard errors these fell against no generated samples.
        weight: Of a generated sample beside a real one, chosen for this trial.
        right: Of each sample with the tag, whether it is right; the same samples in every trial.
    """

    weak: float
    rest: float | None
    rest_loss: float
    weight: float
    right: tuple[bool, ...]


@dataclass(slots=True)
class Trial:
    """One choice of ranges.

    Attributes:
        number: 0: the recipe as it is.
        ends: Of each range of the target.
        scores: One for each rung that it reached.
        made: How many samples each was made with.
    """

    number: int
    ends: tuple[Ends, ...]
    scores: list[Score] = field(default_factory=list)
    made: list[int] = field(default_factory=list)

    @property
    def worth(self) -> tuple[bool, float, float, int]:
        """What trials are ranked by: nothing else sinks, the tag rises, the rest falls least; of equals the first."""
        last = self.scores[-1]
        return last.rest_loss <= MOST_LOSS, last.weak, -last.rest_loss, -self.number


def budgets(whole: int) -> list[int]:
    """Return how many samples a trial makes on each rung; one or more, the last is the whole budget."""
    return [max(1, math.ceil(whole / 2 ** (RUNGS - 1 - rung))) for rung in range(RUNGS)]


def steps(trials: int) -> int:
    """Return how often a trial is scored in all."""
    total, left = 0, trials
    for _ in range(RUNGS):
        total += left
        left = _survivors(left)
    return total


def halve(trials: Sequence[Trial], budget: int, score: Callable[[Trial, int], Score]) -> Iterator[Trial]:
    """Score trials, the better half of them with twice the samples, and so on; yields one each time it was scored.

    The recipe as it is goes on to the end, whatever it is worth: what came out is held against it.

    Args:
        trials: The first is the recipe as it is.
        budget: Samples that are made for each of those on the last rung.
        score: Makes so many samples of a trial, and has them judged.
    """
    running = list(trials)
    for number in budgets(budget):
        for trial in running:
            trial.scores.append(score(trial, number))
            trial.made.append(number)
            yield trial
        others = sorted(running[1:], key=lambda trial: trial.worth, reverse=True)
        running = [running[0], *others[: _survivors(len(running)) - 1]]


def best(trials: Sequence[Trial]) -> Trial:
    """Return the best of those that reached the last rung."""
    return max((trial for trial in trials if len(trial.scores) == RUNGS), key=lambda trial: trial.worth)


def _survivors(running: int) -> int:
    """Return how many trials go on: half of them, but one at least beside the recipe as it is."""
    return min(running, max(2, running // 2))
