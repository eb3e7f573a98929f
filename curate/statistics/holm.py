"""Many tests at once: p values that hold for all of them together."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(p_values: "Sequence[float]", weights: "Sequence[float] | None" = None) -> list[float]:
    """Return the adjusted p values of a family of tests: with all below a level rejected, any is wrong that rarely.

    In the order of p / weight, each p is multiplied by the weights not yet passed over its own weight, is at least the
    one before it, and 1 at most (Holm 1979; weights in section 4). Without weights, the k-th smallest of m is
    multiplied by m - k + 1. It holds however the tests depend on each other, as tags and classes of the same samples
    do.

    Args:
        p_values: Of the tests.
        weights: How much each matters, above 0, chosen without a look at what is tested; None: all alike.
    """
    weights = [1] * len(p_values) if weights is None else weights
    adjusted, least, left = [1.0] * len(p_values), 0.0, sum(weights)
    for index in sorted(range(len(p_values)), key=lambda at: p_values[at] / weights[at]):
        least = max(least, min(1.0, p_values[index] * left / weights[index]))
        adjusted[index] = least
        left -= weights[index]
    return adjusted
