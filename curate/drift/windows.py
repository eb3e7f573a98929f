"""A log by time: its samples by day, by week, or so many at a time.

A log is read once, in any order. Windows that a history has already are passed over, those with few samples join the
next, and the last one waits where more may come.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from curate.drift.rows import Reservoir, Rows, Watched, blocks, joined_rows
from curate.ground.errors import UsageError
from curate.ground.moments import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.split.grouping import Grouping

FEWEST = 30
"""Samples of a window; one with fewer joins the next, since nothing could be told of it."""
MOST_OF_WINDOW = 4000
"""Samples of a window that are kept: with a reference of as many, differences above 0.05 are told."""
_DAY, _WEEK = "day", "week"


@dataclass(slots=True)
class Window:
    """Some samples of one time.

    Attributes:
        number: The first place of it: days since the year 1, of weeks their Monday; of counted ones, the window's own.
        last: The last place, where it took in those before it.
        reservoir: Its samples.
        times: When the first and the last of them were, in seconds since 1970; None where that is not known.
    """

    number: int
    last: int
    reservoir: Reservoir
    times: tuple[float, float] | None = None

    @property
    def rows(self) -> Rows:
        """Return its samples."""
        return self.reservoir.rows

    def take(self, samples: list[Watched], times: list[float | None]) -> None:
        """Take in samples."""
        self.reservoir.add(samples)
        known = [one for one in times if one is not None]
        if known:
            before = self.times or (known[0], known[0])
            self.times = min(before[0], *known), max(before[1], *known)


@dataclass(slots=True)
class Log:
    """A log, parted.

    Attributes:
        windows: To be judged, in their order, each of `FEWEST` samples or more.
        waiting: Samples of the last window, which is not over or too small yet.
        passed: Samples of windows that were judged before.
    """

    windows: list[Window] = field(default_factory=list)
    waiting: int = 0
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Every:
    """How a log is parted.

    Attributes:
        unit: `day`, `week`, or the number of samples as text.
        count: Samples of a window; 0: by time.
    """

    unit: str
    count: int = 0

    def place(self, time: float | None, number: int) -> int:
        """Return the window of a sample.

        Args:
            time: Seconds since 1970; needed for days and weeks.
            number: How many samples of the log came before.
        """
        if self.count:
            return number // self.count
        assert time is not None
        day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time)).toordinal()
        return day if self.unit == _DAY else day - (day - 1) % 7

    def name(self, first: int, last: int) -> str:
        """Return what a window is called: a day, a Monday, or samples; of several, the first and the last."""
        if self.count:
            return f"samples {first * self.count + 1:,} to {(last + 1) * self.count:,}"
        end = last + (6 if self.unit == _WEEK else 0)
        start, stop = date.fromordinal(first).isoformat(), date.fromordinal(end).isoformat()
        return start if start == stop else f"{start} to {stop}"

    def is_over(self, window: Window, now: datetime) -> bool:
        """Return whether no more samples can come: its time has passed, or it has as many as it takes."""
        if self.count:
            return window.rows.seen >= self.count * (window.last - window.number + 1)
        return window.last + (7 if self.unit == _WEEK else 1) <= now.toordinal()


def parse_every(text: str) -> Every:
    """Return how a log is to be parted.

    Raises:
        UsageError: It is neither `day`, nor `week`, nor a number of samples of 30 or more.
    """
    if text in {_DAY, _WEEK}:
        return Every(text)
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) >= FEWEST:
        return Every(text, int(text))
    raise UsageError(f"--every {text!r}: say day, week, or a number of samples of {FEWEST} or more")


def part(
    samples: "Iterable[Watched]",
    every: Every,
    *,
    after: int | None = None,
    timed: bool = True,
    grouping: "Grouping | None" = None,
    seed: int = 0,
    now: datetime | None = None,
) -> Log:
    """Return the windows of a log.

    Args:
        samples: With a time each, unless windows are counted.
        every: How it is parted.
        after: The last window that was judged before; None: none was.
        timed: Whether samples have times.
        grouping: What makes a group; samples in none are left out.
        seed: Of what is drawn where a window has very many samples.
        now: By which it is known whether the last window is over; None: by the clock.

    Raises:
        InputError: A time is none, or there is none.
    """
    found: dict[int, Window] = {}
    log, number = Log(), 0
    for block in blocks(samples):
        parts: dict[int, tuple[list[Watched], list[float | None]]] = {}
        for one in block:
            time = seconds_of(getattr(one, "named", None), one.path) if timed else None
            place = every.place(time, number)
            number += 1
            if after is not None and place <= after:
                log.passed += 1
                continue
            if grouping is not None and not grouping.values(one.path, one.tags, one.digest):
                continue
            mine = parts.setdefault(place, ([], []))
            mine[0].append(one)
            mine[1].append(time)
        for place, (some, times) in parts.items():
            window = found.setdefault(place, Window(place, place, Reservoir(MOST_OF_WINDOW, grouping, seed)))
            window.take(some, times)
    return _joined(log, [found[place] for place in sorted(found)], every, now or datetime.now(UTC))


def _joined(log: Log, windows: list[Window], every: Every, now: datetime) -> Log:
    """Return the log with windows of few samples joined to the next, and without the last where more may come."""
    held: Window | None = None
    for window in windows:
        current = window if held is None else _together(held, window)
        held = None
        # By time a later window shows that this one is over, whatever the clock says of a log of the future.
        over = window is not windows[-1] or every.is_over(current, now)
        if current.rows.seen < FEWEST or not over:
            held = current
        else:
            log.windows.append(current)
    log.waiting = held.rows.seen if held else 0
    return log


def _together(first: Window, second: Window) -> Window:
    """Return two windows as one; the first is small, so that all of it is there."""
    rows = joined_rows(first.rows, second.rows)
    second.reservoir.rows = rows
    times = [one for window in (first, second) if window.times for one in window.times]
    return Window(first.number, second.last, second.reservoir, (min(times), max(times)) if times else None)
