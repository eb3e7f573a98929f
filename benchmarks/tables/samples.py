"""Does a file cost the same among many as among few? Scans of many small files, new and unchanged."""

from collections.abc import Iterator

from benchmarks import inputs, manifests
from benchmarks.measure import job, measure, peak_mib
from benchmarks.peers import burnish
from benchmarks.row import Sized, time_shown

_SIZES = (1_000, 10_000, 100_000)
_LINKED = (10_000, 100_000, 1_000_000)


def table(sized: Sized) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "Scans of many small files (WAVs of 50 ms), by their number:\n"
    yield "| files | scan | per file | memory of all processes | again, unchanged | per file | memory |"
    yield "|---|---|---|---|---|---|---|"
    for count in map(sized, _SIZES):
        tree = inputs.many_files(count)
        first = measure(job(burnish("scan", tree, "-q")), tree=True)
        again = measure(job(burnish("scan", tree, "-q", "-o", manifests.scanned(tree))), tree=True)
        cells = [
            f"{time_shown(run.seconds)} | {run.seconds / count * 1e6:.0f} µs | {peak_mib(run):.0f} MiB"
            for run in (first, again)
        ]
        yield f"| {count:,} | {' | '.join(cells)} |"
    yield ""


def linked(sized: Sized) -> Iterator[str]:
    """Yield the lines of a table of full scans of up to a million files, links of a thousand: is the memory flat?"""
    yield "Scans of many small files, links of a thousand of them: memory of all processes together.\n"
    yield "| files | time | processor | processor time per file | memory |"
    yield "|---|---|---|---|---|"
    for count in map(sized, _LINKED):
        run = measure(job(burnish("scan", inputs.linked_files(count), "-q", "-j2")), tree=True)
        cells = f"{time_shown(run.seconds)} | {time_shown(run.cpu_s)} | {run.cpu_s / count * 1e6:.0f} µs"
        yield f"| {count:,} | {cells} | {peak_mib(run):.0f} MiB |"
    yield ""
