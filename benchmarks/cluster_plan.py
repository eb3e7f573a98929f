"""How long would a large set take on n machines, what does the driver hold, and where does it become the narrow place?

    python -m benchmarks.cluster_plan [--machines 1,4,16,64] [--processors 16] [--mb-per-s 100]

Measured here, on files of BURNISH_DATA: the processor time that a scan takes for a file of its worker, and the time
that the driver takes for a batch on a real Ray cluster of one machine (Ray has to be installed). Simulated from it: a
queue of batches whose files cost what drawn measured files cost, machines with a disk or network of so many MB/s each,
and a driver that deals with one answer at a time. Not in it: the start of the machines, the listing of the files, and a
store that gives all machines together less than each alone.
"""

import argparse
import heapq
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.inputs import photos, real_data
from curate.engine import cluster, nodes
from curate.records.sample import Sample
from curate.records.writer import encode
from curate.scan.measure import measure

BATCH = 128
_MEASURED = 400
_BATCHES = 4000
"""Simulated; the rest of a large set goes on at the same rate."""
SETS = {
    "10 million photos of 112 KB": ("photos", 10_000_000, 112_000, 0.0),
    "1 million hours of speech in clips of 10 s": ("voice_prompts", 360_000_000, 320_000, 10.0),
}
"""Folder that is measured, files, bytes of each; for sounds, seconds of each."""


class Cost(NamedTuple):
    """What files cost, and their lines.

    Attributes:
        seconds: Processor time of a worker for each measured file, scaled to the size that is asked for.
        line: Bytes of a line of the manifest.
    """

    seconds: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    line: float


def measured(folder: str, size: int, seconds: float) -> Cost:
    """Measure files one by one, and scale by bytes (pictures) or by length (sounds)."""
    place = real_data() / folder if seconds else photos(_MEASURED)
    files = [path for path in sorted(place.rglob("*")) if path.suffix.lower() in {".jpg", ".wav"}]
    chosen = files[:: max(1, len(files) // _MEASURED)][:_MEASURED]
    found, lines = [], []
    for path in chosen:
        began = time.process_time()
        sample = measure(Sample(str(path)), str(path))
        took = time.process_time() - began
        if sample is None:
            continue
        has = sample.audio.duration_s if sample.audio and sample.audio.duration_s else None
        scale = seconds / has if has else size / path.stat().st_size
        # What a file costs whatever its size is not scaled: a clip of 10 s is no ten clips of 1 s.
        found.append(_FIXED_S + max(took - _FIXED_S, 0.0) * scale)
        lines.append(len(encode(sample)))
    return Cost(np.array(found), float(np.mean(lines)))


_FIXED_S = 2e-4
"""To open, name and encode: what a file of next to nothing takes."""


def echo(line: bytes) -> bytes:
    """Return what a worker would."""
    return line


def driver_seconds(line: int, address: str) -> float:
    """Return what the driver takes for a file on a real cluster: to send its path, to get its line, in order."""
    nodes.use_cluster(address, [])
    items = [b"x" * line] * (BATCH * 50)
    list(cluster.run_on_cluster(echo, items[:BATCH], chunk_size=BATCH // 8))
    began = time.process_time()
    count = sum(1 for _ in cluster.run_on_cluster(echo, items, chunk_size=BATCH // 8))
    return (time.process_time() - began) / count


class Outcome(NamedTuple):
    """What a simulation came to: files a second, and which share of the time driver and disks were at work."""

    rate: float
    driver: float
    disks: float


def simulate(cost: Cost, size: int, machines: int, processors: int, disk_mb_s: float, driver_s: float) -> Outcome:
    """Simulate `_BATCHES` batches.

    A batch waits for a processor, then for its machine's disk, which serves one after the other; its answer waits for
    the driver. Processors are given a batch ahead, as the program does.
    """
    draw = np.random.default_rng(0)
    means = cost.seconds[draw.integers(len(cost.seconds), size=(_BATCHES, BATCH))].sum(axis=1)
    disk_s = BATCH * size / (disk_mb_s * 1e6)
    free = [(0.0, place) for place in range(machines * processors)]
    disk = [0.0] * machines
    answers: list[float] = []
    for work_s in means.tolist():
        at, place = heapq.heappop(free)
        machine = place % machines
        disk[machine] = max(disk[machine], at) + disk_s
        end = max(disk[machine], at) + work_s
        heapq.heappush(free, (end, place))
        answers.append(end)
    driver = 0.0
    for end in sorted(answers):
        driver = max(driver, end) + driver_s * BATCH
    files = _BATCHES * BATCH
    return Outcome(files / driver, files * driver_s / driver, _BATCHES * disk_s / machines / driver)


def main(words: Sequence[str] | None = None) -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", default="1,4,16,64")
    parser.add_argument("--processors", type=int, default=16, help="of each machine")
    parser.add_argument("--mb-per-s", type=float, default=500.0, help="that a machine reads")
    wish = parser.parse_args(words)
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    start = import_module("ray.cluster_utils").Cluster

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        one = start(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        for title, (name, files, size, seconds) in SETS.items():
            cost = measured(name, size, seconds)
            driver_s = driver_seconds(int(cost.line), one.address)
            print(
                f"\n{title}: a file takes {1000 * cost.seconds.mean():.1f} ms of a worker, "
                f"{1e6 * driver_s:.0f} us of the driver"
            )
            print("machines  files/s     hours  driver  disk")
            for machines in map(int, wish.machines.split(",")):
                found = simulate(cost, size, machines, wish.processors, wish.mb_per_s, driver_s)
                hours = files / found.rate / 3600
                print(f"{machines:8} {found.rate:8,.0f} {hours:9.2f} {found.driver:7.0%} {found.disks:5.0%}")
        held = 4 * max(map(int, wish.machines.split(","))) * wish.processors * BATCH
        held_mb = held * cost.line / 1e6
        print(f"\nwith the most machines the driver holds {held:,} lines, {held_mb:,.0f} MB: 4 batches a processor")
        nodes.disconnect()
        one.shutdown()


if __name__ == "__main__":
    sys.exit(main())
