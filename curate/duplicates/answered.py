"""Groups of duplicates in which people said of some pairs what stays: their word goes before that of the program.

Nothing goes that was not confirmed against something that stays. In a chain of copies, a like b like c, the first and
the last were never compared; without answers one stands for all, with answers each is asked for itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from curate.duplicates.copies import SAME_BYTES, Copies, Pair
from curate.duplicates.groups import PROTECTED, Group, Member, Stays, Verdict, group_of


def answered_pairs(pairs: Iterable[Pair], verdicts: Iterable[Verdict]) -> list[Pair]:
    """Return the pairs that people confirmed and that the search did not find, so that they come into a group."""
    known = {(pair.first, pair.second) for pair in pairs}
    return [
        Pair(one.first, one.second, "answered", None)
        for one in verdicts
        if one.stays in {"first", "second", "neither"} and (one.first, one.second) not in known
    ]


def decide_answered(members: Sequence[Member], pairs: Sequence[Pair], verdicts: Sequence[Verdict]) -> Group:
    """Decide which of some copies stay, where people answered for pairs of them.

    What people said stays goes because of nothing that they were not asked about. Copies with different labels go
    because of each other only where people said so: nothing else can tell which of the labels is right.

    Args:
        members: In the order of the manifest.
        pairs: The confirmed pairs among them.
        verdicts: Of people, on pairs among them.
    """
    said = _Said(pairs, verdicts)
    stays: list[Member] = []
    instead: dict[int, str] = {}
    for member in _in_order([one for one in members if one.reference or not said.rejects(one.index)], said):
        # A sample of a reference set never goes.
        winner = None if member.reference else next((other for other in stays if _goes_for(member, other, said)), None)
        if winner is None:
            stays.append(member)
        else:
            instead[member.index] = winner.path
    kept = [member for member in members if member in stays]
    group = group_of(members, kept, pairs)
    disputed = any(
        one.label != two.label and None not in {one.label, two.label} and said.leaves_open(one.index, two.index)
        for place, one in enumerate(kept)
        for two in kept[place + 1 :]
    )
    conflict = group.label_conflict if disputed else ()
    return replace(group, label_conflict=conflict, verdicts=tuple(verdicts), instead=instead)


def decide_answered_chains(
    copies: Copies, members: Mapping[int, Member], pairs: Iterable[Pair], verdicts: Sequence[Verdict]
) -> list[Group]:
    """Decide the chains of copies in which people answered, and take these out of the others.

    Args:
        copies: Which samples are copies of which; loses those chains.
        members: All samples that are copies of another, by index.
        pairs: The confirmed pairs.
        verdicts: Of people.
    """
    if not verdicts:
        return []
    chain_of = {index: number for number, chain in enumerate(copies.chains) for index in chain}
    said: defaultdict[int, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        if one.first in chain_of and chain_of[one.first] == chain_of.get(one.second):
            said[chain_of[one.first]].append(one)
    inside: defaultdict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        inside[chain_of[pair.first]].append(pair)
    groups = [
        replace(
            decide_answered([members[index] for index in copies.chains[number]], inside[number], found),
            # Behind all others, which are numbered without these.
            chain=len(copies.chains) + number,
        )
        for number, found in sorted(said.items())
    ]
    copies.chains = [chain for number, chain in enumerate(copies.chains) if number not in said]
    return groups


class _Said:
    """What is known of pairs of members: confirmed by the search, or by people, who go first.

    Attributes:
        stay: Indexes of those that people said stay, in one pair or another.

    Of files with the same bytes the search compares one; what it found, and what people said, is true of the others.
    """

    def __init__(self, pairs: Sequence[Pair], verdicts: Sequence[Verdict]) -> None:
        self._content: dict[int, int] = {}
        for pair in pairs:
            if pair.change == SAME_BYTES:
                self._content[pair.second] = pair.first
        self._confirmed = {frozenset((self._of(pair.first), self._of(pair.second))) for pair in pairs}
        self._exact: dict[tuple[int, int], Verdict] = {}
        self._by_content: dict[tuple[int, int], Verdict] = {}
        for one in (turn for verdict in verdicts for turn in (verdict, verdict.turned())):
            self._exact[one.first, one.second] = one
            self._by_content.setdefault((self._of(one.first), self._of(one.second)), one)
        self._asked = {content for content, _ in self._by_content}
        self._rejected = {self._of(at) for one in verdicts if one.stays == "neither" for at in (one.first, one.second)}
        self.stay = {index for one in verdicts for index in _staying(one)}

    def of(self, one: int, other: int) -> Stays | None:
        """Return what people said of a pair, told of `one` first; None: nothing."""
        found = self._exact.get((one, other))
        # Two with the same bytes cannot be told apart by them, so that only their own answer is about them.
        if found is None and self._of(one) != self._of(other):
            found = self._by_content.get((self._of(one), self._of(other)))
        return found.stays if found else None

    def concerns(self, index: int) -> bool:
        """Return whether people were asked about a sample, or about one with the same bytes."""
        return self._of(index) in self._asked

    def rejects(self, index: int) -> bool:
        """Return whether people want a sample gone, whatever else stays."""
        return self._of(index) in self._rejected

    def is_beaten_by(self, one: int, other: int) -> bool:
        """Return whether people said that `other` stays and `one` goes."""
        found = self._exact.get((one, other))
        # What was said of a file with the same bytes does not go before what was said of this one.
        return found.stays == "second" if found else self.of(one, other) == "second" and one not in self.stay

    def may_go(self, one: int, other: int) -> bool:
        """Return whether the search alone says that `one` may go because of `other`."""
        confirmed = frozenset((self._of(one), self._of(other))) in self._confirmed
        return confirmed and self.of(one, other) is None and one not in self.stay

    def leaves_open(self, one: int, other: int) -> bool:
        """Return whether two are copies by the search, and people did not decide what that means."""
        confirmed = frozenset((self._of(one), self._of(other))) in self._confirmed
        return confirmed and self.of(one, other) in {None, "open"}

    def _of(self, index: int) -> int:
        return self._content.get(index, index)


def _staying(verdict: Verdict) -> tuple[int, ...]:
    ends: Mapping[Stays, tuple[int, ...]] = {
        "first": (verdict.first,),
        "second": (verdict.second,),
        "both": (verdict.first, verdict.second),
        "open": (verdict.first, verdict.second),
    }
    return ends.get(verdict.stays, ())


def _goes_for(member: Member, other: Member, said: _Said) -> bool:
    if said.is_beaten_by(member.index, other.index):
        return True
    conflict = member.label is not None and other.label is not None and member.label != other.label
    return not conflict and said.may_go(member.index, other.index)


def _in_order(members: Sequence[Member], said: _Said) -> list[Member]:
    """Return members so that who goes because of another comes after it; then who was said to stay, then the better.

    Answers that go round in a circle (a before b before c before a) put nobody first; the best of them begins, and
    is not dropped for one that comes later.
    """
    left = sorted(
        members,
        key=lambda one: (
            not one.reference,
            -PROTECTED.get(one.split or "", 0),
            one.index not in said.stay,
            *(-value for value in one.rank),
        ),
    )
    # Few of a large group were asked about: only those wait for anybody.
    waits = {
        one.index: {other.index for other in left if said.is_beaten_by(one.index, other.index)}
        for one in left
        if said.concerns(one.index)
    }
    ordered: list[Member] = []
    waiting = {one.index for one in left}
    while left:
        free = next((one for one in left if waiting.isdisjoint(waits.get(one.index, ()))), left[0])
        ordered.append(free)
        left.remove(free)
        waiting.remove(free.index)
    return ordered
