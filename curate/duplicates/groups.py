"""Groups of duplicates: which samples are copies of each other, and which one stands for all."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct, structs

from curate.duplicates.copies import Copies, Pair, Relation

OnConflict = Literal["drop", "keep", "fail"]
Stays = Literal["first", "second", "both", "neither", "open"]

ON_CONFLICT: tuple[OnConflict, ...] = get_args(OnConflict)

PROTECTED = {"test": 2, "val": 1}
"""Of copies in several splits the one that is evaluated on stays: a training copy would make it worthless."""


class Member(Struct, frozen=True):
    """A sample as far as duplicates are concerned.

    Attributes:
        index: Its place in the manifest; of a sample of a reference set, behind all of those.
        path: Of the sample.
        label: Of the sample.
        split: Of the sample.
        rank: By which one stays, larger first: what `--keep` asked for.
        reference: Of a reference set, whose samples never go.
    """

    index: int
    path: str
    label: str | None = None
    split: str | None = None
    rank: tuple[float, ...] = ()
    reference: bool = False


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
    """A sample and those that were compared with it and found to be copies of it.

    Attributes:
        kept: Those that stay; one, unless copies with different labels are kept.
        dropped: Those that go. Each was confirmed against one that stays, or, of a label conflict, against the best.
        relation: `exact` if all of them are, else `near`, unless only people say so.
        distance: The largest of a confirmed pair; None: nothing was measured.
        changes: What was done, over all pairs.
        label_conflict: The different labels of the copies.
        leak: The different splits of the copies.
        linked: Paths of samples that stay too: each is a copy of one that goes here, but not of the one that stays.
        no_class: Labels of copies that go because no other sample has them, such as that of a folder of examples.
        chain: Number of the chain of copies that it is of: groups of one chain are linked.
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
    linked: tuple[str, ...] = ()
    no_class: tuple[str, ...] = ()
    chain: int = 0
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


class Star(Struct, frozen=True):
    """One of a chain of copies, and those of the rest that were confirmed against it.

    Attributes:
        centre: It stays.
        copies: They go for it.
    """

    centre: Member
    copies: list[Member]


def decide(
    members: Mapping[int, Member],
    copies: Copies,
    on_conflict: OnConflict,
    samples_of: Mapping[str, int],
    comparable: Callable[[int, int], bool] = lambda _one, _other: True,
) -> list[Group]:
    """Decide which of all copies stay: the best first, and each of the others that was confirmed against it goes.

    Where copies are in several splits, the one of the test split stays (then validation): the training copy goes.
    Where their labels differ, those whose label no sample has that is not such a copy go: it is no class. Of the rest
    all go, or with `keep` one for each label stays.

    Args:
        members: All samples that are copies of another, by index.
        copies: Which are copies of which.
        on_conflict: What becomes of copies with different labels; `fail` decides like `drop`, and the caller fails.
        samples_of: How many samples have a label.
        comparable: Whether one may go for the other; takes their indexes.
    """
    chains, no_class = stars_of(members, copies, samples_of, comparable)
    groups = []
    for number, stars in enumerate(chains):
        of_chain = [_group(star, copies, on_conflict, no_class) for star in stars if star.copies]
        gone = {member.index for group in of_chain for member in group.dropped}
        # What hangs together with a group without being a copy of what stays in it is named, so that the chain is seen.
        # Of copies with different labels the centre itself goes.
        centre_of = {
            copies.content(star.centre.index): star.centre.path for star in stars if star.centre.index not in gone
        }
        groups += [structs.replace(_linked(group, copies, centre_of), chain=number) for group in of_chain]
    return sorted(groups, key=lambda group: min(member.index for member in (*group.kept, *group.dropped)))


def stars_of(
    members: Mapping[int, Member],
    copies: Copies,
    samples_of: Mapping[str, int],
    comparable: Callable[[int, int], bool],
) -> tuple[list[list[Star]], frozenset[str]]:
    """Return of each chain what stays, the best first, with what goes for it; and the labels that are no classes.

    Args:
        members: All samples that are copies of another, by index.
        copies: Which are copies of which.
        samples_of: How many samples have a label.
        comparable: Whether one may go for the other; takes their indexes.
    """
    chains = [[members[index] for index in chain] for chain in copies.chains]
    disputed: Counter[str] = Counter()
    for chain in chains:
        for star in _stars(chain, copies, comparable, frozenset()):
            if len(_labels(star)) > 1:
                disputed.update(one.label for one in (star.centre, *star.copies) if one.label is not None)
    no_class = frozenset(label for label, count in disputed.items() if count >= samples_of.get(label, 0))
    return [_stars(chain, copies, comparable, no_class) for chain in chains], no_class


def _stars(
    chain: Sequence[Member], copies: Copies, comparable: Callable[[int, int], bool], no_class: Collection[str]
) -> list[Star]:
    """Return the samples of a chain that stay, the best first, each with those of the rest that go for it."""
    labelled = {member.label for member in chain if member.label is not None} - set(no_class)
    order = sorted(
        chain,
        key=lambda one: (
            one.reference,
            not (labelled and one.label in no_class),
            PROTECTED.get(one.split or "", 0),
            one.rank,
            -one.index,
        ),
        reverse=True,
    )
    waiting: dict[int, list[Member]] = {}
    for member in order:
        waiting.setdefault(copies.content(member.index), []).append(member)
    stars, gone = [], set()
    for centre in order:
        if centre.index in gone:
            continue
        gone.add(centre.index)
        content, taken = copies.content(centre.index), []
        for near in (content, *copies.near(content)):
            for one in waiting.get(near, ()):
                if one.index not in gone and not one.reference and comparable(centre.index, one.index):
                    taken.append(one)
                    gone.add(one.index)
            waiting[near] = [one for one in waiting.get(near, ()) if one.index not in gone]
        stars.append(Star(centre, sorted(taken, key=lambda one: one.index)))
    return stars


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


def _group(star: Star, copies: Copies, on_conflict: OnConflict, no_class: Collection[str]) -> Group:
    """Return what becomes of one star."""
    everyone = sorted((star.centre, *star.copies), key=lambda one: one.index)
    labels = sorted({one.label for one in everyone if one.label is not None})
    classes = [label for label in labels if label not in no_class] or labels
    conflict = len(classes) > 1
    kept = [star.centre]
    if conflict and on_conflict == "keep":
        kept = _one_of_each(star, classes, copies)
    elif conflict and not star.centre.reference:
        # Of copies with different labels at most one label is right, and nothing here can tell which.
        kept = []
    pairs = [pair for one in star.copies if (pair := copies.pair(star.centre.index, one.index))]
    return structs.replace(
        group_of(everyone, kept, pairs),
        label_conflict=tuple(classes) if conflict else (),
        no_class=tuple(label for label in labels if label not in classes),
    )


def _one_of_each(star: Star, classes: Sequence[str], copies: Copies) -> list[Member]:
    """Return, of each label, the best, and those that were not confirmed against it; others have no label to keep."""
    kept = []
    for label in classes:
        best, *others = sorted(
            (one for one in (star.centre, *star.copies) if one.label == label),
            key=lambda one: (one.reference, PROTECTED.get(one.split or "", 0), one.rank, -one.index),
            reverse=True,
        )
        kept += [best, *(one for one in others if copies.pair(best.index, one.index) is None)]
    return kept


def _linked(group: Group, copies: Copies, centre_of: Mapping[int, str]) -> Group:
    own = {copies.content(one.index) for one in group.kept}
    linked = {
        centre_of[near]
        for one in group.dropped
        for near in copies.near(copies.content(one.index))
        if near in centre_of and near not in own
    }
    return structs.replace(group, linked=tuple(sorted(linked)))


def _labels(star: Star) -> set[str]:
    return {one.label for one in (star.centre, *star.copies) if one.label is not None}
