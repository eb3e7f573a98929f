"""A step: what has to be done to the disk for a change of the journal, or to take one back."""

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from curate.journal.operations import Status
    from curate.journal.records import Change, Kind
    from curate.journal.tree import Tree

Act = Literal["move", "copy", "hardlink", "symlink", "remove"]

_ACTS: "dict[Kind, Act]" = {
    "move": "move",
    "create": "move",
    "copy": "copy",
    "hardlink": "hardlink",
    "symlink": "symlink",
}


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
        stage: How far it came; `unsettled`: it failed, and so did the attempt to take it back.
    """

    number: int
    act: Act
    source: str
    target: str
    temporary: str
    digest: str | None = None
    link: str | None = None
    status: "Status | None" = None
    detail: str = ""
    stage: Literal["planned", "copied", "placed", "unsettled"] = "planned"

    def is_under_way(self) -> bool:
        """Return whether it was neither done nor taken back, so that only `settle` can tell."""
        return self.status != "done" and self.stage != "planned"


def step_forward(change: "Change", tree: "Tree") -> Step:
    """Return what makes a change."""
    source, target = tree.absolute(change.source), tree.absolute(change.target)
    temporary = tree.temporary(change.id, target)
    return Step(change.id, _ACTS[change.kind], source, target, temporary, change.digest, change.link)


def step_back(change: "Change", tree: "Tree") -> Step:
    """Return what takes a change back."""
    source, target = tree.absolute(change.source), tree.absolute(change.target)
    if change.kind == "move":
        return Step(change.id, "move", target, source, tree.temporary(change.id, source))
    return Step(change.id, "remove", "", target, "")
