"""How a budget is shared among weak tags, and what more or less of it would bring: a curve with diminishing returns.

The model: n new samples of a tag bring n / (n + k) of all that such samples can bring it; k, where half of that is
reached, is taken to be in proportion to the sources that they are made from, whose variety is what runs out. Measured,
k is between 0.04 and 1.1 of the sources: on five sets half of a budget brought 82 to 96 % of its rise (k of 0.04 to
0.28), on two more (`benchmarks/effect`, spoken digits and small photos, six budgets each) least squares gave 1.1 and
0.7. So the curve is good enough to share by, and what it says of another budget is a range.
"""

import math
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF_AT = (0.04, 1.1)
"""Smallest and largest k that was measured, as shares of the sources."""
MIDDLE = math.sqrt(HALF_AT[0] * HALF_AT[1])
"""Their geometric mean, which a budget is shared by."""
_HALVINGS = 200


class Estimate(Struct, frozen=True):
    """What another budget would bring, as shares of what this one brings: by the smallest and the largest k.

    Attributes:
        half: Of half the samples of each tag.
        twice: Of twice as many.
    """

    half: tuple[float, float]
    twice: tuple[float, float]


def shares_by_gain(total: float, gains: "Sequence[float]", sources: "Sequence[int]") -> list[float]:
    """Return the shares of a budget with which the model's rise is greatest.

    The rise Σ gain · n / (n + k) is concave, so at its greatest one more sample brings the same everywhere:
    n = √(gain · k / λ) - k, and nothing where that is below zero. λ is found by halving.

    Args:
        total: How many samples there are, 0 or more.
        gains: What each tag can gain, above 0.
        sources: How many sources each has, 1 or more.

    Returns:
        Samples of each, not yet whole; their sum is the total.
    """
    halves = [MIDDLE * number for number in sources]

    def spent(root: float) -> list[float]:
        # By √(1 / λ), in which each share is a straight line once it is above zero.
        return [max(0.0, math.sqrt(gain * k) * root - k) for gain, k in zip(gains, halves, strict=True)]

    low, high = 0.0, (total + sum(halves)) / min(math.sqrt(gain * k) for gain, k in zip(gains, halves, strict=True))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(spent(middle)) < total else (low, middle)
    return spent(high)


def estimate(numbers: "Sequence[int]", gains: "Sequence[float]", sources: "Sequence[int]") -> Estimate | None:
    """Return what half and twice as many samples would bring; None where there are none.

    Args:
        numbers: New samples of each tag.
        gains: What each can gain.
        sources: How many sources each has.
    """

    def rise(times: float, share: float) -> float:
        return math.fsum(
            gain * times * number / (times * number + share * of)
            for number, gain, of in zip(numbers, gains, sources, strict=True)
            if number
        )

    if not any(number * gain for number, gain in zip(numbers, gains, strict=True)):
        return None
    half, twice = (sorted(rise(times, share) / rise(1, share) for share in HALF_AT) for times in (0.5, 2))
    return Estimate((half[0], half[1]), (twice[0], twice[1]))


def in_words(found: Estimate, samples: int) -> str:
    """Return an estimate in a sentence that says what it is."""
    half, twice = ([f"{100 * end:.0f}" for end in ends] for ends in (found.half, found.twice))
    return (
        f"estimate, by a model and not from these data: half of these {samples:,} samples would bring "
        f"{half[0]} to {half[1]} % of their rise, twice as many {twice[0]} to {twice[1]} %"
    )
