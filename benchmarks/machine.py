"""What it was measured on: machine, versions, date, load."""

import os
import platform
import sys
from datetime import UTC, datetime

from benchmarks.peers import PEERS, versions

_OURS = ["albumentations", "audiomentations", "librosa", "numpy", "opencv-python-headless", "pillow", "scikit-learn",
         "simplejpeg", "soundfile", "typer"]  # fmt: skip
_THEIRS = ["albumentations", "audiomentations", "cleanvision", "imagededup", "librosa", "numpy",
           "opencv-python-headless", "pillow", "pyloudnorm", "scikit-learn", "soundfile", "split-folders",
           "typer"]  # fmt: skip


def description(runs: int) -> str:
    """Return machine, versions and date in words."""
    today = datetime.now(tz=UTC).date().isoformat()
    return (
        f"Measured on {today} with {_processors()} processors ({_processor()}), {platform.system()}, "
        f"Python {platform.python_version()}; {runs} runs in alternation, medians; ratios are medians of paired runs.\n"
        f"{load()}\n\nburnish with {versions(sys.executable, _OURS)}.\n\n"
        f"Beside it {versions(PEERS / 'bin' / 'python', _THEIRS)}.\n"
    )


def load() -> str:
    """Return how busy the machine is."""
    return f"Load of the last 1, 5 and 15 minutes: {', '.join(f'{one:.1f}' for one in os.getloadavg())}."


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
