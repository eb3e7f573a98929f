"""A row of the table: a job of ours, what people would use instead, and what the hardware allows.

The columns `processor` and `memory` give, for each of the three in this order, the processor time of all processes
together and the peak memory of the largest process.
"""

import statistics
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.measure import Job, Measured, measure, shown

Sized = Callable[[int], int]
"""Makes a number of things smaller for a trial."""

HEADER = (
    "| row | burnish | instead | burnish is | limit | burnish takes | rate | processor | memory | goal |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)


class Row(NamedTuple):
    """Commands that do the same job.

    Attributes:
        title: What is measured.
        ours: Our commands.
        goal: What the row has to reach, in words.
        things: Things per run, for the rate.
        instead: What people would use.
        limit: The part of the work that nobody gets around, done bare.
        names: What `instead` and `limit` are, in words.
    """

    title: str
    ours: Job
    goal: str
    things: int = 1
    instead: Job | None = None
    limit: Job | None = None
    names: tuple[str, str] = ("", "")


def compare(row: Row, runs: int) -> str:
    """Run the commands of a row in alternation, once more before for warmth, and return the line of the table."""
    jobs = [one for one in (row.ours, row.instead, row.limit) if one is not None]
    for one in jobs:
        measure(one)
    rounds = [[measure(one) for one in jobs] for _ in range(runs)]
    by_job = [[run[place] for run in rounds] for place in range(len(jobs))]
    ours = by_job[0]
    instead = by_job[1] if row.instead else None
    limit = by_job[-1] if row.limit else None
    return line(row, ours, instead, limit)


def line(row: Row, ours: list[Measured], instead: list[Measured] | None, limit: list[Measured] | None) -> str:
    """Return the line of the table for runs that were made in alternation."""
    seconds = median(ours)
    cells = [row.title, time_shown(seconds)]
    cells += (
        [f"{time_shown(median(instead))} {row.names[0]}", speed_shown(ratio(instead, ours))] if instead else ["", ""]
    )
    cells += [f"{time_shown(median(limit))} {row.names[1]}", f"{ratio(ours, limit):.2f} times"] if limit else ["", ""]
    cells.append(f"{row.things / seconds:,.0f}/s" if row.things > 1 else "")
    all_runs = [runs for runs in (ours, instead, limit) if runs]
    cells.append(", ".join(f"{statistics.median(run.cpu_s for run in runs):.2f}" for runs in all_runs) + " s")
    peaks = [f"{max(run.largest_mib for run in runs):.0f} MiB" for runs in all_runs]
    return f"| {' | '.join([*cells, ', '.join(peaks), row.goal])} |"


def commands(name: str, row: Row) -> str:
    """Return the commands of a row, for the page."""
    lines = [f"{name}: {shown(row.ours)}"]
    for word, other in zip(("instead", "limit"), (row.instead, row.limit), strict=True):
        if other is not None:
            lines.append(f"    {word}: {shown(other)}")
    return "\n".join(lines)


def median(runs: list[Measured]) -> float:
    """Return the median of the seconds."""
    return statistics.median(run.seconds for run in runs)


def ratio(one: list[Measured], other: list[Measured]) -> float:
    """Return the median of the ratios of runs that followed each other."""
    return statistics.median(a.seconds / b.seconds for a, b in zip(one, other, strict=True))


def time_shown(seconds: float) -> str:
    """Return seconds for the table."""
    return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.2f} s"


def speed_shown(times: float) -> str:
    """Return how much faster we are, in words."""
    return f"{times:.2f} times as fast" if times < 3 else f"{times:.1f} times as fast"
