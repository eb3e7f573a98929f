"""What a library's class drew for one sample, reduced to JSON for the origin."""

from math import isfinite
from typing import Any

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

# A short list is a drawn colour or position, which people want to read; a longer one is a mask or the sound itself.
_MAX_VALUES = 16


def reduced(value: Any) -> Json:
    """Return a value as JSON: scalars and short lists as they are, arrays and long lists as their shape.

    What is neither, such as a function, becomes None, and so does a number that is not finite.
    """
    if isinstance(value, dict):
        return {str(key): reduced(part) for key, part in value.items()}
    # numpy's arrays and numbers are known by what they have: `burnish transforms` comes here without importing numpy.
    if hasattr(value, "shape") and value.shape:
        array: Json = {"shape": [*value.shape]}
        if value.size <= _MAX_VALUES and value.dtype.kind in "biuf":
            array = value.tolist()
        return array
    if isinstance(value, list | tuple | set | frozenset):
        return [reduced(part) for part in value] if len(value) <= _MAX_VALUES else {"shape": [len(value)]}
    scalar = value.item() if hasattr(value, "item") else value
    if isinstance(scalar, float) and not isfinite(scalar):
        return None  # JSON has neither infinity nor `not a number`
    return scalar if isinstance(scalar, bool | int | float | str) else None
