"""Measure burnish beside what people would use instead, whole process against whole process.

    make bench                       all rows
    make bench ROWS="scan-images"    some of them

Each row runs its commands in alternation (five times unless --runs says otherwise) and prints medians and their
ratio. The peers live in an environment of their own (.venv-peers), made on the first run. BURNISH_DATA names the
folder of real data.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import inputs
from cli.catalog import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
PROGRAMS = Path(__file__).resolve().parent / "programs"
PEER_PACKAGES = ("cleanvision", "soundfile", "pillow", "typer")


class Measured(NamedTuple):
    """One run: wall-clock seconds and peak memory of the largest process in MiB."""

    seconds: float
    peak_mib: float


class Row(NamedTuple):
    """Two commands that do the same job.

    Attributes:
        name: What is measured.
        ours: Our command line.
        theirs: The other one; empty where there is only a rate to state.
        count: Things per run, for the rate.
        goal: What the row has to reach, in words.
    """

    name: str
    ours: list[str]
    theirs: list[str]
    count: int
    goal: str


def burnish(*arguments: str | Path) -> list[str]:
    """Return the command line of the burnish that is installed beside this interpreter."""
    return [str(Path(sys.executable).parent / "burnish"), *map(str, arguments)]


def peer(program: str, *arguments: str | Path) -> list[str]:
    """Return the command line of a program in `programs/`, run by the peers' interpreter."""
    return [str(PEERS / "bin" / "python"), str(PROGRAMS / program), *map(str, arguments)]


def rows() -> dict[str, Row]:
    """Return the rows by their short names; inputs are made when they are first needed."""
    photos, clips, many = inputs.photos(), inputs.clips(), inputs.many_files()
    million, ten = inputs.manifest(1_000_000), inputs.manifest(10)
    again = many.with_suffix(".jsonl")
    subprocess.run(burnish("scan", many, "-o", again, "--quiet"), check=True)
    commands = str(len(COMMANDS))
    return {
        "scan-images": Row("scan 1,000 JPEGs / cleanvision", burnish("scan", photos, "-j2"),
                           peer("cleanvision_find_issues.py", photos), 1000, "cleanvision >= 10 times"),
        "scan-images-limit": Row("scan 1,000 JPEGs / bare Pillow load, 2 processes", burnish("scan", photos, "-j2"),
                                 peer("bare_image_load.py", photos), 1000, "<= 1.4 times"),
        "scan-audio-limit": Row("scan 3,000 WAVs / bare soundfile.read + SHA-256, 2 processes",
                                burnish("scan", clips, "-j2"), peer("bare_audio_read.py", clips), 3000, "<= 2.5 times"),
        "rescan": Row("scan 100,000 unchanged files again", burnish("scan", many, "-o", again), [], 100_000,
                      ">= 20,000 files/s"),
        "help": Row("--help / bare typer app", burnish("--help"), peer("bare_typer_app.py", commands, "--help"), 1,
                    "<= 1.25 times"),
        "start": Row("balance of 10 lines / empty command of a bare typer app", burnish("balance", ten),
                     peer("bare_typer_app.py", commands, "command0"), 1, "<= 1.5 times"),
        "balance": Row("balance of 1,000,000 samples", burnish("balance", million), [], 1_000_000,
                       ">= 150,000 samples/s, < 150 MB"),
    }  # fmt: skip


def measure(command: list[str]) -> Measured:
    """Run a command once, its output thrown away; it must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{errors.decode()}")
    return Measured(seconds, usage.ru_maxrss / 1024)


def compare(row: Row, runs: int) -> str:
    """Return the row of the table."""
    measure(row.ours)
    if row.theirs:
        measure(row.theirs)
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(measure(row.ours))
        if row.theirs:
            theirs.append(measure(row.theirs))
    seconds = statistics.median(run.seconds for run in ours)
    peak = max(run.peak_mib for run in ours)
    rate = f"{row.count / seconds:,.0f}/s" if row.count > 1 else ""
    if not theirs:
        return f"| {row.name} | {seconds:.2f} s | | | {rate} | {peak:.0f} MiB | {row.goal} |"
    other = statistics.median(run.seconds for run in theirs)
    ratio = statistics.median(a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True))
    shown = f"{ratio:.2f}" if ratio > 0.5 else f"1/{1 / ratio:.1f}"
    return f"| {row.name} | {seconds:.2f} s | {other:.2f} s | {shown} | {rate} | {peak:.0f} MiB | {row.goal} |"


def prepare_peers() -> None:
    """Make the peers' environment if there is none."""
    if not (PEERS / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PEER_PACKAGES], check=True)


def main() -> None:
    """Measure the rows that were asked for and print them as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="short names of rows; all if none is given")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    prepare_peers()
    known = rows()
    if unknown := set(arguments.rows) - known.keys():
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    sys.stdout.write("| row | burnish | other | ratio | rate | peak memory, largest process | goal |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|\n")
    for name in arguments.rows or known:
        sys.stdout.write(f"{compare(known[name], arguments.runs)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
