"""Measure burnish beside what people would use instead, whole process against whole process.

    make bench                                 everything
    make bench ROWS="scan-images memory"       some of it
    python benchmarks/run.py --small --runs 1  all of it with a twentieth of the data, to see that it works

Each row runs its commands in alternation (five times unless --runs says otherwise) and prints medians, and medians of
the ratios of runs that followed each other. The peers live in an environment of their own (.venv-peers), made on the
first run. BURNISH_DATA names the folder of real data; inputs are made from it once and kept in a folder of the system's
temporary files.
"""

import argparse
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import machine
from benchmarks.peers import prepare_peers
from benchmarks.row import HEADER, Sized, commands, compare
from benchmarks.rows import ROWS
from benchmarks.tables import TABLES


def full(count: int) -> int:
    """Leave a number of things as it is."""
    return count


def small(count: int) -> int:
    """Return a twentieth, at least 20."""
    return max(20, count // 20)


def say(text: str) -> None:
    """Print a part of the page."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_rows(names: list[str], sized: Sized, runs: int) -> None:
    """Measure rows and print the table, then their commands."""
    say(HEADER.rstrip())
    explained = []
    for name in names:
        row = ROWS[name](sized)
        explained.append(commands(name, row))
        say(compare(row, runs))
    say("\nThe commands, by the names of the rows:\n\n```text\n" + "\n".join(explained) + "\n```\n")


def main() -> None:
    """Measure what was asked for and print it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="rows and tables by their short names; all if none is given")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="a twentieth of the data")
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - ROWS.keys() - TABLES.keys():
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are: {', '.join((*ROWS, *TABLES))}")
    prepare_peers()
    wanted, sized = arguments.rows or [*ROWS, *TABLES], small if arguments.small else full
    say(machine.description(arguments.runs))
    if rows := [name for name in ROWS if name in wanted]:
        print_rows(rows, sized, arguments.runs)
    for name, table in TABLES.items():
        if name in wanted:
            for part in table(sized):
                say(part)
    say(machine.load())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
