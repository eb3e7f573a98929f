"""What a command answers to the `burnish run` that started it: one line of JSON on a descriptor of its own.

Sentences are for people and may be reworded; a parent that counts must not read them.
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass

VARIABLE = "BURNISH_REPORT_FD"
"""Environment variable with the descriptor's number; taken out before anything else could inherit it."""


@dataclass(slots=True)
class Outcome:
    """What became of a command; None where it does not count that.

    Attributes:
        samples_out: Samples of the manifest that it wrote.
        worked: Files that it decoded or made.
        reused: Files whose results were there already.
        rejected: Samples that were not made or not kept, whatever is tried again.
        put_off: Those that may do better the next time: a time-out, a crashed worker, a file that cannot be read now.
    """

    samples_out: int | None = None
    worked: int | None = None
    reused: int | None = None
    rejected: int | None = None
    put_off: int = 0

    @property
    def complete(self) -> bool:
        """Return whether the result is what it will be next time, as far as the command knows."""
        return not self.put_off


outcome = Outcome()
"""That of this process; commands fill it in as they work."""
_PARENT = os.environ.pop(VARIABLE, "")


def send() -> None:
    """Write the outcome to the parent that waits for it; a parent that went away gets none."""
    # Nobody asked: the command was typed by a person.
    if not _PARENT.isdigit():
        return
    # No worker without the engine: a command that never imported it has none that failed.
    engine = sys.modules.get("curate.engine")
    outcome.put_off = max(outcome.put_off, engine.failures.total() if engine else 0)
    line = json.dumps({**asdict(outcome), "complete": outcome.complete}) + "\n"
    with suppress(OSError):
        os.write(int(_PARENT), line.encode())


def parse(line: bytes) -> Outcome:
    """Return the outcome that a child wrote; an empty one where it was ended before it could."""
    try:
        content = json.loads(line)
    except ValueError:
        return Outcome()
    content.pop("complete", None)
    # Parent and child are one program, so that every key is known.
    return Outcome(**content)
