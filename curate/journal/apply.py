"""Doing a batch of changes to files so that a crash at any point leaves a state that `settle` can tell.

A batch is done in phases with one sync for many files between them: rename or copy; sync the copies; give them their
names; sync the folders; remove the sources of what was moved across file systems. While such a move is under way, the
temporary copy and the target are two names of one file, which tells our own work from a file of someone else's.
"""

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from curate.journal.crash_state import same_content, settle
from curate.journal.fs import NOT_SUPPORTED, copy, digest_of, rename_exclusive, sync
from curate.journal.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors after which it is pointless to go on."""


def perform(steps: "Sequence[Step]") -> OSError | None:
    """Do a batch of changes that do not depend on each other, and set the status of each.

    Returns:
        The error that makes it pointless to go on (the disk is full); steps that were not tried have no status.

    Raises:
        OSError: Something could not be made durable; `settle` tells how far each step came.
    """
    fatal = _each(steps, _make)
    copies = [step for step in steps if step.stage == "copied"]
    if copies:
        sync(step.temporary for step in copies)
        fatal = _each(copies, _place) or fatal
    sync({os.path.dirname(step.target) for step in steps if step.status == "done" or step.stage == "placed"})
    moved = [step for step in copies if step.stage == "placed" and step.act == "move"]
    fatal = _each(moved, _let_go) or fatal
    sync({os.path.dirname(step.source) for step in steps if step.status == "done" and step.act == "move"})
    return fatal


def _each(steps: "Iterable[Step]", act: "Callable[[Step], None]") -> OSError | None:
    for step in steps:
        try:
            act(step)
        except OSError as error:
            _refuse(step, error)
            if error.errno in DISK_IS_FULL:
                return error
    return None


def _make(step: Step) -> None:
    if step.act == "move":
        try:
            rename_exclusive(step.source, step.target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            if os.path.islink(step.source):
                raise OSError(errno.EXDEV, "a link is not moved to another file system") from None
            _copy(step)
            return
    elif step.act == "copy":
        _copy(step)
        return
    elif step.act == "hardlink":
        os.link(step.source, step.target, follow_symlinks=False)
    elif step.act == "symlink":
        os.symlink(step.link or "", step.target)
    else:
        os.unlink(step.target)
    step.status = "done"


def _copy(step: Step) -> None:
    """Copy to the temporary file, and compare its digest with the one that was planned with, or with the source's."""
    wanted = step.digest or digest_of(step.source)
    if copy(step.source, step.temporary) != wanted:
        os.unlink(step.temporary)
        step.status, step.detail = "changed", "its content is not what was planned with"
    else:
        step.digest, step.stage = wanted, "copied"


def _place(step: Step) -> None:
    """Give the copy its name; a moved one keeps the temporary name as well, until the source is gone."""
    if step.act == "move":
        try:
            os.link(step.temporary, step.target)
        except OSError as error:
            if error.errno not in NOT_SUPPORTED:
                raise
            rename_exclusive(step.temporary, step.target)
    else:
        rename_exclusive(step.temporary, step.target)
        step.status = "done"
    step.stage = "placed"


def _let_go(step: Step) -> None:
    """Remove the source of a move, unless it was written to since it was copied."""
    if _written_to(step):
        os.unlink(step.target)
        raise OSError(errno.EBUSY, "it was written to while it was copied")
    with suppress(FileNotFoundError):  # where someone else removed it, what we have is the only copy now
        os.unlink(step.source)
    with suppress(FileNotFoundError):  # where there are no hard links, it was renamed
        os.unlink(step.temporary)
    step.status = "done"


def _written_to(step: Step) -> bool:
    ours = os.lstat(step.target)
    try:
        theirs = os.lstat(step.source)
    except FileNotFoundError:
        return False
    unchanged = (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)
    return not unchanged and not same_content(step.source, step.digest)


def _refuse(step: Step, error: OSError) -> None:
    """Set the status that an error stands for, and leave nothing half-made."""
    step.detail = error.strerror or str(error)
    try:
        is_done = settle(step)
    except OSError:
        step.status, step.stage = "failed", "unsettled"
        return
    step.stage = "planned"
    if is_done:
        step.status, step.detail = "done", ""
    elif isinstance(error, FileExistsError):
        step.status, step.detail = "exists", "something else is there by now"
    elif isinstance(error, FileNotFoundError) and not os.path.lexists(step.source):
        step.status, step.detail = "vanished", "it is not there any more"
    else:
        step.status = "failed"
