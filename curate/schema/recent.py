"""The newest samples of a manifest: those of the last day or week, or the last N.

A folder that only grows dilutes what is wrong with its newest files: a hundred clips of a dead microphone are nothing
among a hundred thousand of the years before.
"""

import math
import re
import time
from heapq import nlargest
from typing import TYPE_CHECKING

import msgspec

from curate.ground.errors import InputError, UsageError
from curate.ground.json import Decoder
from curate.ground.moments import seconds_of
from curate.records.reader import decode_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PERIODS_S = {"day": 86_400.0, "week": 604_800.0}


class _Timed(msgspec.Struct, frozen=True, gc=False):
    path: str


class Recent:
    """Keeps the newest lines of a manifest.

    Args:
        last: `day`, `week`, or a number of samples. A day is the 24 hours before the newest sample, whatever the clock
            says, so that the same manifest gives the same samples.
        field: That has the time: ISO 8601, or seconds to nanoseconds since 1970.

    Attributes:
        older: Samples that were left out.

    Raises:
        UsageError: `last` is neither.
        InputError: The field has another meaning.
    """

    def __init__(self, last: str, field: str) -> None:
        self._period_s = _PERIODS_S.get(last, 0.0)
        if not self._period_s and not re.fullmatch(r"[1-9][0-9]{0,8}", last):
            raise UsageError(f"--last {last!r}: say day, week, or a number of samples")
        if field == "path":
            raise InputError("--time path: that is no time; name the field that has it, such as mtime_ns")
        self._count = 0 if self._period_s else int(last)
        made = msgspec.defstruct(
            "Timed", [("named", str | int | float | None, None)], bases=(_Timed,), rename={"named": field}, gc=False
        )
        assert issubclass(made, _Timed)
        self._decoder = Decoder(made)
        self._since = float("-inf")
        self.older = 0

    def look(self, lines: "Iterable[bytes]") -> None:
        """Read all times.

        Raises:
            LineError: A line is no sample.
            InputError: A time is none, or there is none.
        """
        times = map(self._time, lines)
        if self._count:
            self._since = min(nlargest(self._count, times), default=float("-inf"))
            return
        now, newest, newest_of_all = time.time(), float("-inf"), float("-inf")
        for moment in times:
            newest_of_all = max(newest_of_all, moment)
            # One camera whose clock is years ahead would make the files of all others old.
            if moment <= now:
                newest = max(newest, moment)
        begin = (newest_of_all if newest == float("-inf") else newest) - self._period_s
        # After that moment, not at it: of files of two Mondays at noon, one is of the last week.
        self._since = math.nextafter(begin, math.inf)

    def kept(self, lines: "Iterable[bytes]") -> "Iterator[bytes]":
        """Yield those that are new enough, of equal times all; `older` are then the others."""
        self.older = 0
        for line in lines:
            if self._time(line) >= self._since:
                yield line
            else:
                self.older += 1

    def _time(self, line: bytes) -> float:
        found = decode_line(line, self._decoder)
        return seconds_of(getattr(found, "named", None), found.path)
