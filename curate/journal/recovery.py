"""After a crash: what became of the changes that were under way."""

import os
import shutil
from typing import TYPE_CHECKING

from curate.journal.durable import sync
from curate.journal.moves import Act, Step, settle

if TYPE_CHECKING:
    from curate.journal.ledger import Ledger
    from curate.journal.places import Places
    from curate.journal.records import Change, Kind, State

_ACTS: "dict[Kind, Act]" = {
    "move": "move",
    "create": "move",
    "copy": "copy",
    "hardlink": "hardlink",
    "symlink": "symlink",
}


def step_forward(change: "Change", places: "Places") -> Step:
    """Return what makes a change."""
    source, target = places.absolute(change.source), places.absolute(change.target)
    temporary = places.temporary(change.id, target)
    return Step(change.id, _ACTS[change.kind], source, target, temporary, change.digest, change.link)


def step_back(change: "Change", places: "Places") -> Step:
    """Return what takes a change back."""
    source, target = places.absolute(change.source), places.absolute(change.target)
    if change.kind == "move":
        return Step(change.id, "move", target, source, places.temporary(change.id, source))
    return Step(change.id, "remove", "", target, "")


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
