"""What a command answers to the `burnish run` that started it: one line of JSON on a descriptor of its own.

Sentences are for people and may be reworded; a parent that counts must not read them.
"""

import sys
from dataclasses import dataclass, field, replace

import msgspec

from augment.plan.remarks import Remark
from curate.ground.json import decode, encode

_MOST_BYTES = 60_000
_MOST_REMARKS = 20


@dataclass(slots=True)
class Outcome:
    """What became of a command; None where it does not count that.

    Attributes:
        samples_out: Samples of the manifest that it wrote.
        worked: Files that it decoded or made.
        reused: Files whose results were there already.
        rejected: Samples that were not made or not kept, whatever is tried again.
        put_off: Those that may do better the next time: a time-out, a crashed worker, a file that cannot be read now.
        made: Samples that are there now by the target that made them, those that were there already too.
        remarks: What was not made, or not as it was to be.
    """

    samples_out: int | None = None
    worked: int | None = None
    reused: int | None = None
    rejected: int | None = None
    put_off: int = 0
    made: dict[str, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Return whether the result is what it will be next time, as far as the command knows."""
        return not self.put_off


outcome = Outcome()
"""That of this process; commands fill it in as they work."""


def ended() -> Outcome:
    """Return the outcome of this process, with what its workers could not do."""
    # No worker without the engine: a command that never imported it has none that failed.
    engine = sys.modules.get("curate.engine")
    outcome.put_off = max(outcome.put_off, engine.failures.total() if engine else 0)
    return outcome


def line_of(counted: Outcome) -> bytes:
    """Return an outcome as a line that fits into a pipe, which the parent reads only when this process has ended.

    What takes too much room is left out, so that nobody waits for ever: remarks first, then the names of the targets.
    """
    shorter = replace(counted, remarks=counted.remarks[:_MOST_REMARKS])
    bare = replace(counted, remarks=[], made={"": sum(counted.made.values())})
    complete = {"complete": counted.complete}
    lines = (encode({**msgspec.to_builtins(one), **complete}) + b"\n" for one in (counted, shorter, bare))
    return next((line for line in lines if len(line) <= _MOST_BYTES), b"\n")


def parse(line: bytes) -> Outcome:
    """Return the outcome that a child wrote; an empty one where it was ended before it could."""
    try:
        return decode(line, Outcome)
    except ValueError:
        return Outcome()
