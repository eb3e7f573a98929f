"""Counts in words."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, in the form that goes with it: `1 finding`, `2 findings`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
