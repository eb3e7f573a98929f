"""Bounds in seconds: they hold on a quiet machine, and grow with what slows this one down just now."""

import time

_QUIET_S = 0.05
"""What the loop takes on the machine for which the bounds were chosen."""


def in_time(took_s: float, bound_s: float) -> bool:
    """Return whether something took less than its bound, times how much longer a loop takes now than it should."""
    if took_s < bound_s:
        return True
    began, total = time.monotonic(), 0
    for number in range(1_000_000):
        total += number
    return took_s < bound_s * (time.monotonic() - began) / _QUIET_S
