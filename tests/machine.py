"""Bounds in seconds: what a quiet machine keeps, and how far a busy one may miss them."""

from tests.soak import SOAK

_BUSY = 1 if SOAK else 10
"""What a machine of many guests was seen to take longer (5 times), with room.

A loop timed beside the test did not do: the machine was slow while the test ran and quick a moment later. What such a
bound is there for, work that grows with a square and a program that hangs, takes much longer than ten times.
"""


def in_time(took_s: float, bound_s: float) -> bool:
    """Return whether something took less than its bound in a soak, less than ten times that elsewhere."""
    return took_s < bound_s * _BUSY
