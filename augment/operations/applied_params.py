"""What a library's class drew for one sample, reduced to JSON for the origin."""

import math
from typing import Any

_MAX_VALUES = 16


def reduced(value: Any) -> Any:
    """Return a value as JSON: scalars and short lists as they are, arrays and long lists as their shape.

    What is neither, such as a function, becomes None, and so does a number that is not finite.
    """
    if isinstance(value, dict):
        return {str(key): reduced(part) for key, part in value.items()}
    if hasattr(value, "shape") and value.shape:
        return value.tolist() if value.size <= _MAX_VALUES and value.dtype.kind in "biuf" else {"shape": [*value.shape]}
    if isinstance(value, list | tuple | set | frozenset):
        return [reduced(part) for part in value] if len(value) <= _MAX_VALUES else {"shape": [len(value)]}
    return _scalar(value.item() if hasattr(value, "item") else value)


def _scalar(value: Any) -> bool | int | float | str | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool | int | str) else None
