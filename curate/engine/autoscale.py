"""How many workers are worth having at a time, where more are allowed than there are processors."""

import contextlib
import time
from collections.abc import Iterable

_LOOK_EVERY_S = 0.5
_SLEEPY = 0.3


class Crowd:
    """Lets in as many workers as there are processors, and more only while those wait for a disk or a network.

    A worker for which there is no processor costs its start and its caches, and finishes nothing sooner.
    """

    def __init__(self, most: int, processors: int) -> None:
        self.most = most
        self.allowed = min(most, processors)
        self._looked_at = 0.0
        self._awake_s: dict[int, float] = {}

    def grow(self, workers: Iterable[int]) -> int:
        """Return how many workers there may be now.

        Args:
            workers: Process identifiers of those that there are and that have something to do.
        """
        now = time.monotonic()
        if self.allowed < self.most and now - self._looked_at >= _LOOK_EVERY_S:
            before, self._awake_s = self._awake_s, {pid: awake_s(pid, now) for pid in workers}
            known = before.keys() & self._awake_s.keys()
            asleep = [1 - (self._awake_s[pid] - before[pid]) / (now - self._looked_at) for pid in known]
            if len(known) >= self.allowed and sum(asleep) > _SLEEPY * len(asleep):
                self.allowed = min(self.most, 2 * self.allowed)
            self._looked_at = now
        return self.allowed


def awake_s(pid: int, now: float) -> float:
    """Return the seconds that a process has had a processor, or waited for one, so far.

    Args:
        pid: Its identifier.
        now: What to return where nothing is known (not on Linux): as if it were always awake.
    """
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        running, waiting, _ = map(int, file.read().split())
        return (running + waiting) / 1e9
    return now
