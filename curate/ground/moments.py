"""Moments as text or numbers: ISO 8601, in UTC unless they say otherwise, and times since 1970."""

from datetime import UTC, datetime

from curate.ground.errors import InputError

_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))


def seconds_of_text(text: str) -> float | None:
    """Return the seconds since 1970 of a moment in ISO 8601; None where the text is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def seconds_of(value: object, path: str) -> float:
    """Return a time in seconds since 1970.

    Args:
        value: ISO 8601 text, without a zone in UTC; or a number: seconds, or by its size milli-, micro- or nanoseconds.
        path: Of the sample, for messages.

    Raises:
        InputError: It is none.
    """
    if isinstance(value, str):
        found = seconds_of_text(value)
        if found is None:
            raise InputError(f"{path}: {value!r} is no time; write it like 2026-11-26T10:37:00Z")
        return found
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e20:
        raise InputError(f"{path}: {'it has no time' if value is None else f'{value!r} is no time'}")
    divisor = next((per_second for least, per_second in _UNITS if value >= least), 1.0)
    return float(value) / divisor
