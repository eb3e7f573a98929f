"""Groups of duplicates: which samples are copies of each other, and which one stands for all."""

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from msgspec import Struct

Relation = Literal["exact", "near"]
Keep = Literal["best", "first"]
OnConflict = Literal["drop", "keep", "fail"]

KEEP: tuple[Keep, ...] = get_args(Keep)
ON_CONFLICT: tuple[OnConflict, ...] = get_args(OnConflict)

_PROTECTED = {"test": 2, "val": 1}
"""Of copies in several splits the one that is evaluated on stays: a training copy would make it worthless."""


class Member(Struct, frozen=True):
    """A sample as far as duplicates are concerned.

    Attributes:
        index: Its place in the manifest.
        path: Of the sample.
        label: Of the sample.
        split: Of the sample.
        quality: Compares copies, larger is better: sound, size, bytes.
    """

    index: int
    path: str
    label: str | None = None
    split: str | None = None
    quality: tuple[float, ...] = ()


class Pair(Struct, frozen=True):
    """Two samples that were confirmed to be copies of each other.

    Attributes:
        first: Index of one.
        second: Index of the other, larger.
        relation: `exact`: the same bytes or the same decoded content; `near`: the same thing, changed a little.
        distance: 0 (the same) to 1.
        change: What was done to it, such as `flipped`; empty where that is not known.
    """

    first: int
    second: int
    relation: Relation
    distance: float = 0.0
    change: str = ""


class Group(Struct, frozen=True):
    """Copies of one thing.

    Attributes:
        kept: Those that stay; one, unless copies with different labels are kept.
        dropped: Those that go.
        relation: `exact` if all of them are, else `near`.
        distance: The largest of a confirmed pair.
        changes: What was done, over all pairs.
        label_conflict: The different labels of the copies.
        leak: The different splits of the copies.
    """

    kept: tuple[Member, ...]
    dropped: tuple[Member, ...]
    relation: Relation
    distance: float
    changes: tuple[str, ...] = ()
    label_conflict: tuple[str, ...] = ()
    leak: tuple[str, ...] = ()


def components(count: int, pairs: Iterable[Pair]) -> list[tuple[list[int], list[Pair]]]:
    """Return the connected components of two or more samples, by their first member, each with its pairs.

    Args:
        count: Number of samples.
        pairs: Confirmed pairs.
    """
    import numpy as np

    from curate.ground.union_find import join_pairs

    pairs = list(pairs)
    # Reshaped, because an empty list has no second axis.
    ends = np.array([(pair.first, pair.second) for pair in pairs], np.int64).reshape(-1, 2)
    root = join_pairs(count, ends[:, 0], ends[:, 1])
    found: dict[int, tuple[list[int], list[Pair]]] = {}
    for index in np.unique(ends).tolist():
        found.setdefault(int(root[index]), ([], []))[0].append(index)
    for pair in pairs:
        found[int(root[pair.first])][1].append(pair)
    return [found[index] for index in sorted(found)]


def decide(members: Sequence[Member], pairs: Sequence[Pair], keep: Keep, on_conflict: OnConflict) -> Group:
    """Decide which of some copies stays.

    Where copies are in several splits, the one of the test split stays (then validation): the training copy goes.
    Where their labels differ, all of them go, or with `keep` one for each label stays.

    Args:
        members: In the order of the manifest.
        pairs: The confirmed pairs among them.
        keep: `best`: the one of the best quality, the first of several; `first`: the first.
        on_conflict: What becomes of copies with different labels; `fail` decides like `drop`, and the caller fails.
    """
    labels = sorted({member.label for member in members if member.label is not None})
    splits = sorted({member.split for member in members if member.split is not None})
    conflict = len(labels) > 1
    # One for each label, and those without a label go: nothing tells which of the labels is theirs.
    if conflict and on_conflict == "keep":
        parts = [[member for member in members if member.label == label] for label in labels]
        kept = [_representative(part, keep) for part in parts]
    else:
        # Of copies with different labels at most one label is right, and nothing here can tell which.
        kept = [] if conflict else [_representative(members, keep)]
    return Group(
        kept=tuple(kept),
        dropped=tuple(member for member in members if member not in kept),
        relation="exact" if all(pair.relation == "exact" for pair in pairs) else "near",
        distance=max(pair.distance for pair in pairs),
        changes=tuple(sorted({pair.change for pair in pairs if pair.change})),
        label_conflict=tuple(labels) if conflict else (),
        leak=tuple(splits) if len(splits) > 1 else (),
    )


def _representative(members: Sequence[Member], keep: Keep) -> Member:
    # Quality is asked only among the copies of the split that is to be protected.
    protected = max(_PROTECTED.get(member.split or "", 0) for member in members)
    eligible = [member for member in members if _PROTECTED.get(member.split or "", 0) == protected]
    # The first of the best: max returns the first of equals.
    return max(eligible, key=lambda member: member.quality) if keep == "best" else eligible[0]
