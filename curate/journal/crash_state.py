"""After a crash: how far each change came that was under way, told from what is on the disk."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from curate.journal.fs import digest_in, sync
from curate.journal.steps import step_back, step_forward

if TYPE_CHECKING:
    from curate.journal.journal_file import JournalFile
    from curate.journal.records import Change, State
    from curate.journal.steps import Step
    from curate.journal.tree import Tree


def recover(file: "JournalFile", tree: "Tree") -> None:
    """Settle the changes that were under way, mark them, and throw away what was only staged.

    Raises:
        OSError: The disk, or the journal, cannot be written.
    """
    file.flush()
    found: dict[State, list[int]] = {}
    folders: set[str] = set()
    for number in file.ids("pending", "undoing"):
        change = file.change(number)
        found.setdefault(_settled(change, tree, undoing=file.state(number) == "undoing"), []).append(number)
        folders |= {os.path.dirname(tree.absolute(path)) for path in (change.source, change.target) if path}
    sync(tree, (folder for folder in folders if tree.is_folder(folder)))
    for state, numbers in found.items():
        file.mark(state, numbers)
    file.commit()
    tree.remove_staging()


def _settled(change: "Change", tree: "Tree", *, undoing: bool) -> "State":
    if change.kind == "folder":
        is_there = tree.is_folder(tree.absolute(change.target))
        return "done" if is_there else "undone" if undoing else "dropped"
    if undoing:
        return "undone" if settle(tree, step_back(change, tree)) else "done"
    return "done" if settle(tree, step_forward(change, tree)) else "dropped"


def settle(tree: "Tree", step: "Step") -> bool:
    """Find out whether a step that was under way in a crash has happened; clean up after it.

    One that was half done is taken back, so that every byte exists exactly once.
    """
    if step.act == "remove":
        return tree.status(step.target) is None
    if tree.status(step.temporary) is not None:
        return _settle_copied(tree, step)
    if step.act == "move":
        # Renamed by a hard link, and stopped before the old name was removed. Where names ignore case, two spellings
        # can be one name of one file: that one has no second name to remove.
        there = tree.status(step.target)
        if there is not None and there.st_nlink > 1 and same_file(tree, step.source, step.target):
            tree.unlink(step.target)
        return tree.status(step.target) is not None and tree.status(step.source) is None
    return is_made(tree, step)


def is_made(tree: "Tree", step: "Step") -> bool:
    """Return whether the target of a copy or a link is what was, or would be, made."""
    if step.act == "copy":
        return same_content(tree, step.target, step.digest)
    if step.act == "hardlink":
        return same_file(tree, step.source, step.target)
    return step.link is not None and tree.link_of(step.target) == step.link


def same_content(tree: "Tree", path: str, digest: str | None) -> bool:
    """Return whether a regular file is there and has this digest."""
    with suppress(OSError):
        return digest_in(tree, path) == digest
    return False


def same_file(tree: "Tree", one: str, other: str) -> bool:
    """Return whether two names are those of one file; links are not followed."""
    here, there = tree.status(one), tree.status(other)
    return here is not None and there is not None and os.path.samestat(here, there)


def _settle_copied(tree: "Tree", step: "Step") -> bool:
    """Settle a step that left its temporary copy."""
    placed = same_file(tree, step.temporary, step.target)
    there = tree.status(step.source) is not None
    if step.act == "move" and placed and there and same_content(tree, step.source, digest_in(tree, step.target)):
        tree.unlink(step.target)
        placed = False
    # Where the source of a move is gone, or another file has its name, the copy is the file now: it stays.
    if placed or there or step.act != "move":
        tree.unlink(step.temporary)
    return placed
