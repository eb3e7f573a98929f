"""Run burnish, and kill it with all its workers at the n-th change that Python makes to the disk.

    python die_at_change.py N SUMMARY WORDS…

Where a moment of the clock falls depends on the machine; the n-th change is the same everywhere. With N = 0 nothing is
killed, and SUMMARY gets the number of changes of the main process.
"""

import os
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # or the first run of a fresh checkout would make other changes than the next
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

CHANGES = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def main() -> int:
    """Run the command line that follows the two numbers."""
    from cli.app import run

    fatal, summary, seen = int(sys.argv[1]), sys.argv[2], 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            return
        if event == "open" or event in CHANGES:
            seen += 1
            if seen == fatal:
                os.killpg(0, signal.SIGKILL)

    sys.addaudithook(watch)
    code = 0
    try:
        code = run(sys.argv[3:])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    Path(summary).write_text(str(seen))
    return code


if __name__ == "__main__":
    sys.exit(main())
