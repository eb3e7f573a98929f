"""After a crash: what became of the changes that were under way."""

import os
import shutil
from typing import TYPE_CHECKING

from curate.journal.crash_state import settle
from curate.journal.fs import sync
from curate.journal.steps import step_back, step_forward

if TYPE_CHECKING:
    from curate.journal.journal_file import Ledger
    from curate.journal.paths import Places
    from curate.journal.records import Change, State


def recover(ledger: "Ledger", places: "Places") -> None:
    """Settle the changes that were under way, mark them, and throw away what was only staged.

    Raises:
        OSError: The disk, or the journal, cannot be written.
    """
    ledger.flush()
    found: dict[State, list[int]] = {}
    folders: set[str] = set()
    for number in ledger.ids("pending", "undoing"):
        change = ledger.change(number)
        found.setdefault(_settled(change, places, undoing=ledger.state(number) == "undoing"), []).append(number)
        folders |= {os.path.dirname(places.absolute(path)) for path in (change.source, change.target)}
    sync(folder for folder in folders if os.path.isdir(folder))
    for state, numbers in found.items():
        ledger.mark(state, numbers)
    ledger.commit()
    shutil.rmtree(places.staging, ignore_errors=True)


def _settled(change: "Change", places: "Places", *, undoing: bool) -> "State":
    if change.kind == "folder":
        is_there = os.path.isdir(places.absolute(change.target))
        return "done" if is_there else "undone" if undoing else "dropped"
    if undoing:
        return "undone" if settle(step_back(change, places)) else "done"
    return "done" if settle(step_forward(change, places)) else "dropped"
