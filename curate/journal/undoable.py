"""Whether a change can be taken back without overwriting or losing anything."""

import os
from typing import TYPE_CHECKING, Literal

from curate.journal.crash_state import is_made, same_content
from curate.journal.steps import step_forward

if TYPE_CHECKING:
    from curate.journal.paths import Places
    from curate.journal.records import Change
    from curate.journal.steps import Step

Undone = Literal["undone", "exists", "vanished", "changed", "failed"]
_EDITED = "it is not what was made there"


def undoable(change: "Change", places: "Places") -> "tuple[Undone, str]":
    """Return `undone` for what can be taken back, or was by hand; else why not."""
    step = step_forward(change, places)
    if change.kind == "move":
        return _refuse_move(step, change)
    if not os.path.lexists(step.target):
        return "undone", ""
    if change.kind == "create":
        return ("undone", "") if same_content(step.target, change.digest) else ("changed", _EDITED)
    if not is_made(step):
        return "changed", _EDITED
    if change.kind == "copy" and not _looks_unchanged(step.source, change):
        return "changed", "the file that it was copied from is gone or changed, so this is the only one left"
    return "undone", ""


def _refuse_move(step: "Step", change: "Change") -> "tuple[Undone, str]":
    """Say why a file cannot be moved back; `undone` if it can."""
    was_there = os.path.lexists(step.source)
    if not os.path.lexists(step.target):
        if was_there and _looks_unchanged(step.source, change):
            return "undone", ""
        return "vanished", "it is not there any more"
    if was_there:
        return "exists", "something with its old name appeared meanwhile"
    if os.path.isdir(step.target) and not os.path.islink(step.target):
        return "changed", "a folder is there now"
    if not os.path.isdir(os.path.dirname(step.source)):
        return "failed", "its old folder is not there any more: make it, and repeat the command"
    return "undone", ""


def _looks_unchanged(path: str, change: "Change") -> bool:
    """Return whether a file is still the one that was planned with."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    if (status.st_size, status.st_mtime_ns) == (change.bytes, change.mtime_ns):
        return True
    return change.digest is not None and same_content(path, change.digest)
