"""What files that promise or unpack to far too much cost a worker, beside its ceiling of memory and its time-out.

    python benchmarks/bombs.py > table

The files are those of tests/curate/media/image_bombs.py. Each goes through a worker of its own, as in a scan, with the
smallest ceiling that can be set.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from curate.engine import Failure, run
from curate.engine.memory import VARIABLE
from curate.records.sample import Sample
from curate.scan.measure import measure
from tests.curate.media.image_bombs import BOMBS

CEILING_MIB, TIMEOUT_S = 512, 60.0
ENDINGS = {"JPEG2000": "jp2", "TIFF": "tif", "WEBP": "webp", "JPEG": "jpg", "PPM": "ppm"}


class Cost(NamedTuple):
    """What a file cost.

    Attributes:
        finding: The check that the file failed, or how the worker ended.
        grown_mib: By how much the peak of its resident memory rose.
        cpu_s: Processor time of the worker.
    """

    finding: str
    grown_mib: float
    cpu_s: float


def cost(path: str) -> Cost:
    """Measure a file in this process, which is a worker."""
    # The peak of a forked worker begins with that of its parent; writing 5 sets it back to what is held now (proc(5)).
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _peak_kib(), time.process_time()
    sample = measure(Sample(path), path)
    cpu_s = time.process_time() - began
    findings = sample.findings if sample else ()
    return Cost(findings[0].check if findings else "–", (_peak_kib() - before) / 1024, cpu_s)


def _peak_kib() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])


def measured(folder: Path) -> Iterator[tuple[str, int, Cost]]:
    """Yield the name of each bomb, its size in bytes and what it cost."""
    os.environ[VARIABLE] = f"{CEILING_MIB}M"
    for name, (decoder, make) in BOMBS.items():
        data = make()
        path = folder / f"{name}.{ENDINGS.get(decoder or '', (decoder or 'jpg').lower())}"
        path.write_bytes(data)
        (found,) = run(cost, [str(path)], jobs=1, timeout_s=TIMEOUT_S, preload=("curate.media.image",))
        yield name, len(data), Cost(found.reason, CEILING_MIB, TIMEOUT_S) if isinstance(found, Failure) else found


def main() -> None:
    """Print the table."""
    print("| file | size | finding | peak of the worker | processor time |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="bombs-") as folder:
        for name, size, one in measured(Path(folder)):
            print(f"| {name} | {size / 1e3:,.1f} kB | {one.finding} | {one.grown_mib:.0f} MiB | {one.cpu_s:.2f} s |")


if __name__ == "__main__":
    main()
