"""Telling how far a step came that was interrupted, from what is on the disk."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from curate.journal.fs import digest_of

if TYPE_CHECKING:
    from curate.journal.steps import Step


def settle(step: "Step") -> bool:
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


def is_made(step: "Step") -> bool:
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


def _settle_copied(step: "Step") -> bool:
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
