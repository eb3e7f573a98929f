"""`burnish drift REFERENCE LOG --every day|week|N`: a log window by window, its history and its dashboard."""

import resource
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cli.io import reports, streams
from cli.io.terminal import say
from cli.watch.asked import Asked, file_of
from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from curate.drift.history import OverTime, WindowReport
    from curate.drift.windows import Every, Log


def compare_over_time(asked: Asked, every: str, field: str | None, history: str | None) -> None:
    """Judge the windows that are new, append them to the history, report, and hold the verdict against the gate."""
    from cli.views.drift.dashboard import page
    from cli.views.drift.over_time import report
    from cli.views.kit.page import Links
    from curate.drift.history import write_history

    began = time.monotonic()
    found, before = _judged(asked, every, field, history, began)
    of = f"{asked.new or '-'} against {asked.reference}"
    # The history last: a page that cannot be written must not cost windows that no run will judge again.
    reports.write(
        found, asked.formats, f"Drift of {of}", report, lambda one: page(one, of, Links(asked.root, asked.formats.html))
    )
    if history and found.new:
        write_history(history, found.windows)
        say(f"appended {found.new:,} windows to {history}, which has {before + found.new:,}")
    asked.end(found.verdict, found)


def _judged(asked: Asked, every: str, field: str | None, history: str | None, began: float) -> "tuple[OverTime, int]":
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
    windows = _with_run(watch(shared, log.windows, len(before), endless=history is not None), log, began)
    verdict = verdict_of_all(one.verdict for one in windows)
    return OverTime(verdict, (*before, *windows), len(windows), log.waiting, log.passed, asked.alpha), len(before)


def _read_log(asked: Asked, every: "Every", field: str | None, after: int | None) -> "Log":
    from curate.drift.rows import view
    from curate.drift.windows import part

    with streams.records(file_of(asked.new) if asked.new else None, view(field)) as samples:
        timed = field is not None
        return part(samples, every, after=after, timed=timed, grouping=asked.grouping(), seed=asked.seed)


def _with_run(windows: "list[WindowReport]", log: "Log", began: float) -> "list[WindowReport]":
    """Return the windows with what it took to judge them."""
    from curate.drift.history import Run

    samples = sum(one.rows.seen for one in log.windows) + log.waiting + log.passed
    # In kilobytes on Linux, in bytes on macOS.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    run = Run(at, samples, round(time.monotonic() - began, 3), round(memory, 1))
    return [replace(one, run=run) for one in windows]
