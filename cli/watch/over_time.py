"""`burnish drift REFERENCE LOG --every day|week|N`: a log window by window, its history and its dashboard."""

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cli.io import reports, streams
from cli.io.terminal import say
from cli.watch.asked import Asked, file_of
from curate.ground.command_line import call
from curate.ground.errors import InputError, UsageError
from curate.ground.moments import seconds_of_text
from curate.ground.run_stats import RunStats, Usage, read_stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.drift.history import OverTime, Scans
    from curate.drift.windows import Every, Log


def compare_over_time(
    asked: Asked, every: str, field: str | None, history: str | None, stats: "Sequence[str]" = ()
) -> None:
    """Judge the windows that are new, append them to the history, report, and hold the verdict against the gate."""
    from cli.views.drift.dashboard import page
    from cli.views.drift.over_time import report
    from cli.views.kit.page import Links
    from curate.drift.history import write_history

    usage = Usage()
    for path in stats:
        if not os.path.exists(path):
            raise InputError(
                f"--stats {path}: there is no such file; {call('scan', 'FOLDER', '--stats', path)} begins one"
            )
    noted = sorted((run for path in stats for run in read_stats(path)), key=lambda run: seconds_of_text(run.at) or 0.0)
    found, before = _judged(asked, every, field, history)
    found = _with_runs(found, before, noted, usage)
    of = f"{asked.new or '-'} against {asked.reference}"
    # The history last: neither a page that cannot be written nor an alarm that nobody was told of, because the machine
    # went down, may cost windows that no run will judge again. So an alarm is told once at least, not at most.
    reports.write(
        found, asked.formats, f"Drift of {of}", report, lambda one: page(one, of, Links(asked.root, asked.formats.html))
    )
    asked.alarm(found.verdict, found)
    if history and found.new:
        write_history(history, found.windows)
        say(f"appended {found.new:,} windows to {history}, which has {before + found.new:,}")
    asked.check_gate(found.verdict)


def _judged(asked: Asked, every: str, field: str | None, history: str | None) -> "tuple[OverTime, int]":
    """Return what became of the log, and how many windows the history had before."""
    from baselines.monitoring.over_time import Watch, digest_of, watch
    from curate.drift.history import OverTime, check_continues, read_history
    from curate.drift.verdicts import verdict_of_all
    from curate.drift.windows import parse_every

    parted = parse_every(every)
    if field is None and not parted.count:
        raise UsageError(f"--every {every}: by which time? Name the field of the log: --time at")
    if "features" in asked.on:
        raise UsageError("--on features compares two sets; leave it out with --every")
    before = read_history(history) if history else []
    reference = asked.read_reference()
    if history and reference.kept:
        check_continues(before, history, parted.unit, digest_of(reference), asked.alpha)
    log = _read_log(asked, parted, field, before[-1].place if before else None)
    shared = Watch(reference, asked.on, parted, asked.alpha, asked.margin, asked.group, asked.seed)
    windows = watch(shared, log.windows, len(before), endless=history is not None)
    verdict = verdict_of_all(one.verdict for one in windows)
    return OverTime(verdict, (*before, *windows), len(windows), log.waiting, log.passed, asked.alpha), len(before)


def _read_log(asked: Asked, every: "Every", field: str | None, after: int | None) -> "Log":
    from curate.drift.rows import view
    from curate.drift.windows import part

    with streams.records(file_of(asked.new) if asked.new else None, view(field)) as samples:
        timed = field is not None
        return part(samples, every, after=after, timed=timed, grouping=asked.grouping(), seed=asked.seed)


def _with_runs(found: "OverTime", before: int, noted: list[RunStats], usage: Usage) -> "OverTime":
    """Return what became of a log, its new windows with what it took to make and to judge them.

    Args:
        found: All windows.
        before: How many the history had.
        noted: The runs of other commands, in their order.
        usage: Of this process.
    """
    from curate.drift.history import Run

    samples = sum(one.samples for one in found.windows[before:]) + found.waiting + found.passed
    mine = usage.stats("drift", samples)
    last = found.windows[before - 1].run if before else None
    judged = (seconds_of_text(last.at) if last else None) or 0.0
    since = [run for run in noted if (seconds_of_text(run.at) or 0.0) > judged]
    scans = [run for run in since if run.files is not None]
    validated = next((run for run in reversed(noted) if run.errors is not None), None)
    run = Run(mine.at, samples, mine.seconds, mine.memory_mb)
    windows = [replace(one, run=run) for one in found.windows[before:]]
    if windows:
        # Of several windows in one call the newest: that is what was scanned, and what the last validation is about.
        with_others = replace(
            run,
            scans=_sum_of(scans) if scans else None,
            validated=validated if validated in since else None,
        )
        windows[-1] = replace(windows[-1], run=with_others)
    return replace(found, windows=(*found.windows[:before], *windows), validated=validated)


def _sum_of(scans: list[RunStats]) -> "Scans":
    from curate.drift.history import Scans

    # A scan of nothing new tells nothing of how fast files are decoded.
    busy = [run for run in scans if run.files]
    return Scans(
        len(scans),
        sum(run.files or 0 for run in busy),
        round(sum(run.seconds for run in busy), 3),
        round(sum(run.cpu_seconds for run in busy), 3),
        max(run.memory_mb for run in scans),
    )
