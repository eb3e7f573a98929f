"""Moments as text: ISO 8601, in UTC unless they say otherwise."""

from datetime import UTC, datetime


def seconds_of_text(text: str) -> float | None:
    """Return the seconds since 1970 of a moment in ISO 8601; None where the text is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
