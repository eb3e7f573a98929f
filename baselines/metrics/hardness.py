"""Is what was made as hard as what is real? What one model says of both, and which draws are out of the real range."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from baselines.metrics.clusters import share_interval
from baselines.metrics.significance import newcombe

Verdict = Literal["too easy", "too hard", "cannot tell"]

FEWEST_REAL = 20
"""Real samples that a range is taken from: of fewer, the least probable twentieth is one sample or none."""

_HARDEST = 0.05


class Answer(NamedTuple):
    """What a model says of one sample that it was not trained on, nor on anything that the sample comes from.

    Attributes:
        prediction: The class.
        confidence: Its probability, 0 to 1.
        label_probability: That of the sample's label.
        right: Whether the prediction is the label.
        unit: What the sample belongs to: with its source, its copies and its group it is one.
    """

    prediction: str
    confidence: float
    label_probability: float
    right: bool
    unit: int


class Share(Struct, frozen=True):
    """How many of some samples are right.

    Attributes:
        right: How many.
        samples: Of how many.
        interval: 95 % interval of the share, by unit where several samples are of one.
    """

    right: int
    samples: int
    interval: tuple[float, float]

    @property
    def share(self) -> float:
        """The accuracy, 0 to 1."""
        return self.right / self.samples


class Hardness(Struct, frozen=True):
    """The accuracy on what was made beside that on the real samples.

    Attributes:
        made: On what was made.
        real: On the real samples; None where there are none.
        difference: 95 % interval of made - real; None without real ones.
        verdict: `too easy` where the interval is above 0, `too hard` where it is below, else `cannot tell`.
    """

    made: Share
    real: Share | None
    difference: tuple[float, float] | None
    verdict: Verdict


def share_of(answers: Sequence[Answer]) -> Share:
    """Return how many answers are right, of one or more."""
    right = [one.right for one in answers]
    units = [str(one.unit) for one in answers]
    interval = share_interval(right, units if len(set(units)) < len(units) else None)
    return Share(sum(right), len(right), interval.ends)


def hardness(made: Sequence[Answer], real: Sequence[Answer]) -> Hardness:
    """Return how hard what was made is beside the real samples.

    Args:
        made: Of one or more.
        real: May be empty.
    """
    mine = share_of(made)
    if not real:
        return Hardness(mine, None, None, "cannot tell")
    other = share_of(real)
    low, high = newcombe(mine.share, mine.interval, other.share, other.interval)
    verdict: Verdict = "too easy" if low > 0 else "too hard" if high < 0 else "cannot tell"
    return Hardness(mine, other, (low, high), verdict)


def out_of_range(made: Sequence[Answer], real: Sequence[Answer], most: int) -> tuple[list[int], list[int]]:
    """Return which of the made samples are too easy and which too hard to be like the real ones, by their index.

    Too easy: only where the whole is, and then as many of the right ones as bring the accuracy to the real one's,
    (R - a n) / (1 - a) of R right ones of n with a the real accuracy, the surest first. Too hard: those to whose label
    the model gives less than to all but a twentieth of the real ones, as far as they are more than a twentieth. That
    the model gets them wrong is no fault: it is what they are made for.

    Args:
        made: What the model says of them.
        real: What it says of real samples; of fewer than 20 no range is known, and nothing is out of it.
        most: How many may be named at most; the too hard ones come first, as their labels are in doubt.
    """
    if len(real) < FEWEST_REAL or not made or most <= 0:
        return [], []
    order = sorted(range(len(made)), key=lambda index: made[index].label_probability)
    edge = sorted(one.label_probability for one in real)[int(_HARDEST * len(real))]
    below = [index for index in order if made[index].label_probability < edge]
    hard = below[: min(most, max(0, len(below) - math.ceil(_HARDEST * len(made))))]
    found = hardness(made, real)
    if found.verdict != "too easy" or found.real is None:
        return [], hard
    surplus = (found.made.right - found.real.share * len(made)) / (1 - found.real.share)
    surest = [index for index in reversed(order) if made[index].right]
    return surest[: min(most - len(hard), int(surplus))], hard
