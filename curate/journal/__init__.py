"""The write-ahead journal of changes to files: every change is written down, made, and can be taken back.

`journal.jsonl` lies at the root of the folder that files are moved, copied or linked into. A batch of changes is
synced to the journal before it begins and marked when it has ended; whoever opens the journal after a crash first
settles what was under way. So every byte exists exactly once, and the journal says where.
"""

from curate.journal.journal import Journal
from curate.journal.key_journal import KeyJournal, take_back_keys
from curate.journal.operations import Operation, Outcome
from curate.journal.undo import Taken, take_back
from curate.media.storage.address import is_url

__all__ = ["Journal", "KeyJournal", "Operation", "Outcome", "Taken", "open_journal", "take_back", "take_back_keys"]


def open_journal(destination: str) -> Journal | KeyJournal:
    """Open the journal of a folder, on a disk or in a store; as `Journal.open` and `KeyJournal`."""
    return KeyJournal(destination) if is_url(destination) else Journal.open(destination)
