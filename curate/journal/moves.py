"""Doing a batch of changes to files so that a crash at any point leaves a state that `settle` can tell.

A batch is done in phases with one sync for many files between them: rename or copy; sync the copies; give them their
names; sync the folders; remove the sources of what was moved across file systems. While such a move is under way, the
temporary copy and the target are two names of one file, which tells our own work from a file of someone else's.
"""

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec

from curate.journal.durable import NOT_SUPPORTED, copy, digest_of, rename_exclusive, sync
from curate.journal.operations import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Act = Literal["move", "copy", "hardlink", "symlink", "remove"]
DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors after which it is pointless to go on."""


class Step(msgspec.Struct):
    """One change that is being done.

    Attributes:
        number: Of the change in the journal.
        act: What to do; a change that was taken back is a `move` back or a `remove`.
        source: Absolute path of the file; unused by `remove`.
        target: Absolute path to be.
        temporary: Where a copy is made first, beside the target.
        digest: Of the content, if known.
        link: What a symbolic link is to say.
        status: None until it is known.
        detail: Why it was not done.
        stage: How far it came.
    """

    number: int
    act: Act
    source: str
    target: str
    temporary: str
    digest: str | None = None
    link: str | None = None
    status: Status | None = None
    detail: str = ""
    stage: Literal["planned", "copied", "placed"] = "planned"


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


def settle(step: Step) -> bool:
    """Find out whether a step that was under way in a crash has happened; clean up after it.

    One that was half done is taken back, so that every byte exists exactly once.
    """
    if step.act == "remove":
        return not os.path.lexists(step.target)
    if os.path.lexists(step.temporary):
        return _settle_copied(step)
    if step.act == "move":
        if same_file(step.source, step.target):
            _unlink_one_of_two(step.target)
        return os.path.lexists(step.target) and not os.path.lexists(step.source)
    return is_made(step)


def is_made(step: Step) -> bool:
    """Return whether the target of a copy or a link is what was, or would be, made."""
    if step.act == "copy":
        return same_content(step.target, step.digest)
    if step.act == "hardlink":
        return same_file(step.source, step.target)
    return os.path.islink(step.target) and os.readlink(step.target) == step.link


def same_content(path: str, digest: str | None) -> bool:
    """Return whether a regular file is there and has this digest."""
    with suppress(OSError):
        return not os.path.islink(path) and digest_of(path) == digest
    return False


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
    try:
        os.unlink(step.source)
    except FileNotFoundError:
        pass  # someone else removed it; what we have is the only copy now
    except OSError:
        os.unlink(step.target)
        raise
    step.status = "done"
    with suppress(OSError):
        os.unlink(step.temporary)


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
    with suppress(OSError):
        if os.path.lexists(step.source):
            os.unlink(step.temporary)
    step.stage, step.detail = "planned", error.strerror or str(error)
    if isinstance(error, FileExistsError):
        step.status, step.detail = "exists", "something else is there by now"
    elif isinstance(error, FileNotFoundError) and not os.path.lexists(step.source):
        step.status = "vanished"
    else:
        step.status = "failed"


def _settle_copied(step: Step) -> bool:
    """Settle a step that left its temporary copy."""
    placed = same_file(step.temporary, step.target)
    there = os.path.lexists(step.source)
    if step.act == "move" and placed and there and same_content(step.source, digest_of(step.target)):
        os.unlink(step.target)
        placed = False
    # Where the source of a move is gone, or another file has its name, the copy is the file now: it stays.
    if placed or there or step.act != "move":
        os.unlink(step.temporary)
    return placed


def same_file(one: str, other: str) -> bool:
    """Return whether two names are those of one file; links are not followed."""
    with suppress(OSError):
        return os.path.samestat(os.lstat(one), os.lstat(other))
    return False


def _unlink_one_of_two(path: str) -> None:
    """Remove a name of a file that has another one (where names ignore case, two spellings can be one name)."""
    if os.lstat(path).st_nlink > 1:
        os.unlink(path)
