"""Memory and time of each command that reads a manifest, at three sizes: flat, or so many bytes a sample."""

from collections.abc import Iterator

from benchmarks import manifests
from benchmarks.measure import WORK, Job, Measured, job, measure, peak_mib
from benchmarks.peers import burnish
from benchmarks.row import Sized, time_shown

_SIZES = (10_000, 100_000, 1_000_000)
_FLAT_BYTES = 8.0


def jobs_for(count: int) -> dict[str, Job]:
    """Return each command on a manifest of so many samples."""
    manifest = manifests.generated(count)
    words: dict[str, list[str]] = {
        "clean": [],
        "dedup --exact": [],
        "split": [],
        "split --method hash": [],
        "tag --auto": [],
        "select --where": ["image.width >= 64"],
        "organize (plan)": ["--into", f"{WORK}/out", "--layout", "{label}/{name}"],
        "balance": [],
        "stats": [],
    }
    found = {}
    for name, options in words.items():
        command, *more = name.replace(" (plan)", "").split()
        found[name] = job(burnish(command, manifest, *more, *options, "-q"))
    return found


def table(sized: Sized) -> Iterator[str]:
    """Yield the lines of the table."""
    sizes = [sized(count) for count in _SIZES]
    by_size = [jobs_for(count) for count in sizes]
    yield "Memory of all processes of a command together, and time, by the number of samples:\n"
    columns = [f"{count:,}" for count in sizes]
    yield f"| command | {' | '.join(columns)} | memory | time per sample, last step / one before |"
    yield "|---" * (len(sizes) + 3) + "|"
    for name in by_size[0]:
        yield line(name, sizes, [measure(jobs[name], tree=True) for jobs in by_size])
    yield ""


def line(name: str, sizes: list[int], runs: list[Measured]) -> str:
    """Return the line of a command: its runs at each size, what memory it takes, whether time grows with the size."""
    cells = [f"{peak_mib(run):.0f} MiB, {time_shown(run.seconds)}" for run in runs]
    per_sample = (peak_mib(runs[-1]) - peak_mib(runs[-2])) * 2**20 / (sizes[-1] - sizes[-2])
    memory = "flat" if per_sample < _FLAT_BYTES else f"linear, {per_sample:,.0f} bytes a sample"
    steps = [
        (later.seconds - earlier.seconds) / (more - fewer)
        for earlier, later, fewer, more in zip(runs, runs[1:], sizes, sizes[1:], strict=False)
    ]
    grows = f"{steps[-1] * 1e6:.1f} / {steps[-2] * 1e6:.1f} µs"
    return f"| {name} | {' | '.join(cells)} | {memory} | {grows} |"
