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
from curate.journal.fs import NOT_SUPPORTED, copy, digest_in, rename_exclusive, sync
from curate.journal.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from curate.journal.tree import Tree

DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors after which it is pointless to go on."""


def perform(tree: "Tree", steps: "Sequence[Step]") -> OSError | None:
    """Do a batch of changes that do not depend on each other, and set the status of each.

    Returns:
        The error that makes it pointless to go on (the disk is full); steps that were not tried have no status.

    Raises:
        OSError: Something could not be made durable; `settle` tells how far each step came.
    """
    tree.forget()
    fatal = _each(tree, steps, _make)
    copies = [step for step in steps if step.stage == "copied"]
    if copies:
        # A name must not be on the disk before the bytes are: after a crash it would be an empty file with a mark.
        sync(tree, (step.temporary for step in copies))
        fatal = _each(tree, copies, _place) or fatal
    sync(tree, {os.path.dirname(step.target) for step in steps if step.status == "done" or step.stage == "placed"})
    moved = [step for step in copies if step.stage == "placed" and step.act == "move"]
    fatal = _each(tree, moved, _let_go) or fatal
    sync(tree, {os.path.dirname(step.source) for step in steps if step.status == "done" and step.act == "move"})
    return fatal


def _each(tree: "Tree", steps: "Iterable[Step]", act: "Callable[[Tree, Step], None]") -> OSError | None:
    for step in steps:
        try:
            act(tree, step)
        except OSError as error:
            _refuse(tree, step, error)
            if error.errno in DISK_IS_FULL:
                return error
    return None


def _make(tree: "Tree", step: Step) -> None:
    if step.act == "move":
        try:
            rename_exclusive(tree, step.source, step.target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            if tree.link_of(step.source) is not None:
                raise OSError(errno.EXDEV, "a link is not moved to another file system") from None
            _copy(tree, step)
            return
    elif step.act == "copy":
        _copy(tree, step)
        return
    elif step.act == "hardlink":
        tree.link(step.source, step.target)
    elif step.act == "symlink":
        tree.symlink(step.link or "", step.target)
    else:
        tree.unlink(step.target)
    step.status = "done"


def _copy(tree: "Tree", step: Step) -> None:
    """Copy to the temporary file, and compare its digest with the one that was planned with, or with the source's."""
    wanted = step.digest or digest_in(tree, step.source)
    if copy(tree, step.source, step.temporary) != wanted:
        tree.unlink(step.temporary)
        step.status, step.detail = "changed", "its content is not what was planned with"
    else:
        step.digest, step.stage = wanted, "copied"


def _place(tree: "Tree", step: Step) -> None:
    """Give the copy its name; a moved one keeps the temporary name as well, until the source is gone."""
    if step.act == "move":
        try:
            tree.link(step.temporary, step.target)
        except OSError as error:
            if error.errno not in NOT_SUPPORTED:
                raise
            rename_exclusive(tree, step.temporary, step.target)
    else:
        rename_exclusive(tree, step.temporary, step.target)
        step.status = "done"
    step.stage = "placed"


def _let_go(tree: "Tree", step: Step) -> None:
    """Remove the source of a move, unless it was written to since it was copied."""
    ours, theirs = tree.status(step.target), tree.status(step.source)
    is_touched = ours and theirs and (ours.st_size, ours.st_mtime_ns) != (theirs.st_size, theirs.st_mtime_ns)
    if is_touched and not same_content(tree, step.source, step.digest):
        tree.unlink(step.target)
        raise OSError(errno.EBUSY, "it was written to while it was copied")
    with suppress(FileNotFoundError):  # where someone else removed it, what we have is the only copy now
        tree.unlink(step.source)
    with suppress(FileNotFoundError):  # where there are no hard links, it was renamed
        tree.unlink(step.temporary)
    step.status = "done"


def _refuse(tree: "Tree", step: Step, error: OSError) -> None:
    """Set the status that an error stands for, and leave nothing half-made."""
    step.detail = error.strerror or str(error)
    try:
        is_done = settle(tree, step)
    except OSError:
        step.status, step.stage = "failed", "unsettled"
        return
    step.stage = "planned"
    if is_done:
        step.status, step.detail = "done", ""
    elif isinstance(error, FileExistsError):
        step.status, step.detail = "exists", "something else is there by now"
    elif isinstance(error, FileNotFoundError) and tree.status(step.source) is None:
        step.status, step.detail = "vanished", "it is not there any more"
    else:
        step.status = "failed"
