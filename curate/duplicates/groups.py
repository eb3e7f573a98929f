"""Groups of duplicates: which samples are copies of each other, and which one stands for all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct

Relation = Literal["exact", "near", "answered"]
Keep = Literal["best", "first"]
OnConflict = Literal["drop", "keep", "fail"]
Stays = Literal["first", "second", "both", "neither", "open"]

KEEP: tuple[Keep, ...] = get_args(Keep)
ON_CONFLICT: tuple[OnConflict, ...] = get_args(OnConflict)

PROTECTED = {"test": 2, "val": 1}
"""Of copies in several splits the one that is evaluated on stays: a training copy would make it worthless."""


SAME_BYTES = "same bytes"
"""Change of a pair of which nothing had to be decoded."""


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
        relation: `exact`: the same bytes or the same decoded content; `near`: the same thing, changed a little;
            `answered`: people say that they are copies, and the search does not.
        distance: 0 (the same) to 1; None: nothing was measured.
        change: What was done to it, such as `flipped`; empty where that is not known.
    """

    first: int
    second: int
    relation: Relation
    distance: float | None = 0.0
    change: str = ""


class Verdict(Struct, frozen=True):
    """What people said of a pair.

    Attributes:
        first: Index of one sample, the smaller.
        second: Index of the other.
        stays: Which of them; `open`: they disagree, or could not tell, so that neither goes because of the other.
        by: Who said so, sorted.
    """

    first: int
    second: int
    stays: Stays
    by: tuple[str, ...] = ()

    def turned(self) -> "Verdict":
        """Return the same, told of the second first."""
        stays: Mapping[Stays, Stays] = {"first": "second", "second": "first"}
        return Verdict(self.second, self.first, stays.get(self.stays, self.stays), self.by)


class Group(Struct, frozen=True):
    """Copies of one thing.

    Attributes:
        kept: Those that stay; one, unless copies with different labels are kept.
        dropped: Those that go.
        relation: `exact` if all of them are, else `near`, unless only people say so.
        distance: The largest of a confirmed pair; None: nothing was measured.
        changes: What was done, over all pairs.
        label_conflict: The different labels of the copies, unless people decided between them.
        leak: The different splits of the copies.
        verdicts: What people said of pairs of them.
        instead: By the index of a dropped one, the path of the copy that it was confirmed against; only where people
            were asked, and not of what they want gone itself.
    """

    kept: tuple[Member, ...]
    dropped: tuple[Member, ...]
    relation: Relation
    distance: float | None
    changes: tuple[str, ...] = ()
    label_conflict: tuple[str, ...] = ()
    leak: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    instead: Mapping[int, str] = {}

    def stand_in(self, member: Member) -> str:
        """Return the path of the copy that stands for a member: its own, where it stays or where people rejected it."""
        if self.verdicts:
            return self.instead.get(member.index, member.path)
        # Where copies with different labels leave none standing, the first.
        return (*self.kept, *self.dropped)[0].path

    def rejecting(self, member: Member) -> tuple[str, ...]:
        """Return who wants a member gone whatever else stays, sorted; empty: nobody."""
        if not self.verdicts or member in self.kept or member.index in self.instead:
            return ()
        neither = [one for one in self.verdicts if one.stays == "neither"]
        # A file with the same bytes goes with it, and was in no pair itself.
        own = [one for one in neither if member.index in {one.first, one.second}] or neither
        return tuple(sorted({name for one in own for name in one.by}))


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
    conflict = len(labels) > 1
    # One for each label, and those without a label go: nothing tells which of the labels is theirs.
    if conflict and on_conflict == "keep":
        parts = [[member for member in members if member.label == label] for label in labels]
        kept = [_representative(part, keep) for part in parts]
    else:
        # Of copies with different labels at most one label is right, and nothing here can tell which.
        kept = [] if conflict else [_representative(members, keep)]
    return group_of(members, kept, pairs)


def group_of(members: Sequence[Member], kept: Sequence[Member], pairs: Sequence[Pair]) -> Group:
    """Return what is to be told of some copies, of which some stay."""
    labels = sorted({member.label for member in members if member.label is not None})
    splits = sorted({member.split for member in members if member.split is not None})
    relations = {pair.relation for pair in pairs}
    measured = [pair.distance for pair in pairs if pair.distance is not None]
    return Group(
        kept=tuple(kept),
        dropped=tuple(member for member in members if member not in kept),
        relation="near" if len(relations) > 1 else relations.pop(),
        distance=max(measured) if measured else None,
        changes=tuple(sorted({pair.change for pair in pairs if pair.change})),
        label_conflict=tuple(labels) if len(labels) > 1 else (),
        leak=tuple(splits) if len(splits) > 1 else (),
    )


def _representative(members: Sequence[Member], keep: Keep) -> Member:
    # Quality is asked only among the copies of the split that is to be protected.
    protected = max(PROTECTED.get(member.split or "", 0) for member in members)
    eligible = [member for member in members if PROTECTED.get(member.split or "", 0) == protected]
    # The first of the best: max returns the first of equals.
    return max(eligible, key=lambda member: member.quality) if keep == "best" else eligible[0]
