"""Drawing the parameters of operations: a fixed number, or one drawn uniformly from `[low, high]`."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Number = float | tuple[float, float]
"""A parameter in a recipe: a number, or `[low, high]`, from which one is drawn uniformly."""


def uniform(value: Number, generator: "np.random.Generator") -> float:
    """Return the number itself, or one drawn uniformly from `[low, high]`."""
    return float(generator.uniform(*value)) if isinstance(value, tuple) else float(value)


def whole(value: int | tuple[int, int], generator: "np.random.Generator") -> int:
    """Return the whole number itself, or one drawn uniformly from `[low, high]`, both included."""
    return int(generator.integers(value[0], value[1], endpoint=True)) if isinstance(value, tuple) else value


def is_finite(number: float) -> bool:
    """Return whether a number is one that can be calculated with: not NaN, not infinite, no integer beyond floats."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def check_number(name: str, value: Number | None, low: float, high: float) -> None:
    """Check a parameter of a recipe against its limits; for `__post_init__` of settings.

    Args:
        name: The parameter.
        value: What the recipe says; None is not looked at.
        low: Smallest sensible value.
        high: Largest sensible value.

    Raises:
        ValueError: It is no finite number or out of these limits, or its `[low, high]` is the wrong way round.
    """
    if value is None:
        return
    first, last = value if isinstance(value, tuple) else (value, value)
    if not (is_finite(first) and is_finite(last)):
        raise ValueError(f"{name}: a finite number is expected")
    if first > last:
        raise ValueError(f"{name}: [{first:g}, {last:g}] is the wrong way round")
    if first < low:
        raise ValueError(f"{name}: {first:g} is below {low:g}")
    if last > high:
        raise ValueError(f"{name}: {last:g} is above {high:g}")
