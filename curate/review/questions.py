"""What is asked, and in which order: the whole manifest, what was flagged, pairs, real beside made, or blind.

All chance comes from a seed, so that whoever comes back finds the same order and goes on where it was left.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from curate.ground.errors import InputError
from curate.ground.files import read_file
from curate.ground.json import decode
from curate.records.origin import NOWHERE
from curate.review.items import Hidden, Item, Subject, side_of

if TYPE_CHECKING:
    from curate.review.answers import Question

REPEATED = 0.1
"""Share of blind questions that are asked twice, to measure how far a person agrees with himself."""
_LEAST_APART = 20
"""So many others stand between the two: what one remembers is no agreement."""


class DuplicateGroup(msgspec.Struct, frozen=True):
    """A group as `dedup --json` writes it."""

    kept: list[str]
    dropped: list[str]
    relation: str = ""
    distance: float | None = 0.0
    changes: list[str] = []
    label_conflict: list[str] = msgspec.field(name="label-conflict", default_factory=list)
    leak: list[str] = []
    confirmed: dict[str, str] = {}


class _Groups(msgspec.Struct, frozen=True):
    groups: list[DuplicateGroup]


class Wish(NamedTuple):
    """What somebody wants to be asked.

    Attributes:
        question: Which question.
        seed: Where chance begins.
        top: At most so many items, repeats not counted; None: all.
        mix: Samples that `blind` may mix in beside those of the manifest.
        groups: What `dedup --json` found; None: copies are looked for in the manifest.
        hidden: What the person is not to see.
    """

    question: "Question"
    seed: int = 0
    top: int | None = None
    mix: Sequence[Subject] = ()
    groups: Sequence[DuplicateGroup] | None = None
    hidden: Sequence[Hidden] = ()


class Asked(NamedTuple):
    """What is going to be asked.

    Attributes:
        items: In this order, whole.
        shown: The same, without what the person is not to see.
        notes: Sentences on what was left out or chosen, for the user.
    """

    items: list[Item]
    shown: list[Item]
    notes: list[str]


def read_groups(path: str) -> list[DuplicateGroup]:
    """Read what `dedup --json` wrote.

    Raises:
        InputError: It cannot be read, or is something else.
    """
    try:
        return decode(read_file(path), _Groups).groups
    except ValueError as error:
        raise InputError(f"{path}: not what burnish dedup --json writes: {error}") from None


def ask(subjects: Sequence[Subject], wish: Wish) -> Asked:
    """Return what is asked about some samples.

    Args:
        subjects: Of the manifest, with digests.
        wish: What is wanted.

    Raises:
        InputError: There is nothing that this question can be asked about; says what to do.
    """
    notes: list[str] = []
    items = _ASKED[wish.question](subjects, wish, notes)
    blind = wish.question in {"blind", "realism"}
    hidden: Sequence[Hidden] = ("label", "prediction", "neighbours", "findings") if blind else wish.hidden
    # Names of folders tell the class, and those of generated files that they are.
    return Asked(items, [one.without(hidden, path=blind) for one in items], notes)


def _labels(subjects: Sequence[Subject], wish: Wish, notes: list[str]) -> list[Item]:
    """Ask about every file once: what was scored first, the lowest score leading, then what was flagged."""
    known = _by_name(subjects)
    several: dict[str, list[Subject]] = {}
    for one in subjects:
        several.setdefault(one.digest or "", []).append(one)
    firsts = [copies[0] for copies in several.values()]
    if len(firsts) < len(subjects):
        notes.append(f"{len(subjects) - len(firsts):,} samples have the bytes of another one, and are asked once")
    ordered = sorted(firsts, key=lambda one: (one.rank is None, one.rank or 0.0, not one.is_flagged))
    return [Item((side_of(one, known),), _why(several[one.digest or ""])) for one in ordered[: wish.top]]


def _rejects(subjects: Sequence[Subject], wish: Wish, notes: list[str]) -> list[Item]:
    flagged = [one for one in subjects if one.findings or one.duplicate_of]
    if subjects and not flagged:
        notes.append("no sample has a finding, so all of them are asked about; burnish clean names what is odd")
    return _labels(flagged or subjects, wish, notes)


def _pairs(subjects: Sequence[Subject], wish: Wish, notes: list[str]) -> list[Item]:
    """Ask about copies that `dedup` found, or about generated samples beside their sources."""
    known = _by_name(subjects)
    found: list[tuple[str, str, str, str]] = []
    if wish.groups is not None:
        found = [pair for group in wish.groups for pair in _pairs_of(group)]
    else:
        for one in subjects:
            origin = one.origin or NOWHERE
            if one.duplicate_of:
                found.append((one.duplicate_of, one.path, "burnish dedup takes them for copies", "first"))
            elif origin.recipe is not None and isinstance(origin.source, str):
                found.append((origin.source, one.path, f"the second was made of the first by {origin.recipe}", ""))
    there = [pair for pair in found if pair[0] in known and pair[1] in known and pair[0] != pair[1]]
    if lost := len(found) - len(there):
        notes.append(f"{lost:,} of {len(found):,} pairs have a sample that the manifest does not, and are not asked")
    if subjects and not there:
        raise InputError(
            "no sample has a copy to stand beside; name the groups (burnish dedup set.jsonl --json > groups.json, then "
            "--groups groups.json), or mark the copies (burnish dedup set.jsonl --report -o set.jsonl)"
        )
    sides = ((tuple(side_of(known[name], known) for name in (first, second)), why, stays)
             for first, second, why, stays in there[: wish.top])  # fmt: skip
    return [Item(both, why, stays) for both, why, stays in sides]  # type: ignore[arg-type]


def _pairs_of(group: DuplicateGroup) -> Iterable[tuple[str, str, str, str]]:
    """Yield the pairs of a group: what stays beside each that goes; of a conflict, in which all go, the first."""
    members = len(group.kept) + len(group.dropped)
    # What is known is of the group: its largest distance, and what was done to any of it.
    alone = members == 2
    measured = "" if group.distance is None else f", distance {'' if alone else 'up to '}{group.distance:.3f}"
    words = [f"{group.relation} copies{measured}" if alone else f"of {members:,} {group.relation} copies{measured}"]
    words += group.changes if alone else [f"among them {', '.join(group.changes)}"] if group.changes else []
    words += [f"labels {' / '.join(group.label_conflict)}"] if group.label_conflict else []
    words += [f"splits {' / '.join(group.leak)}"] if group.leak else []
    first, *others = [*group.kept[:1], *group.dropped]
    for second in others:
        # In a chain of copies several may stay, and only one of them was compared with what goes.
        yield group.confirmed.get(second, first), second, "; ".join(words), "first" if group.kept else ""


def _realism(subjects: Sequence[Subject], wish: Wish, notes: list[str]) -> list[Item]:
    """Ask about as many real samples as made ones, of the same kinds, shuffled."""
    chance = random.Random(wish.seed)
    unique = list({one.digest: one for one in reversed(subjects)}.values())[::-1]
    items: list[Item] = []
    for kind in sorted({one.kind or "" for one in unique}):
        of_kind = [one for one in unique if (one.kind or "") == kind]
        made, real = ([one for one in of_kind if one.is_made is wanted] for wanted in (True, False))
        count = min(len(made), len(real))
        if made and count < len(made):
            notes.append(f"there are {len(real):,} real and {len(made):,} made samples of kind {kind or 'unknown'}")
        items += [Item((side_of(one, {}),)) for part in (made, real) for one in chance.sample(part, count)]
    if subjects and not items:
        raise InputError("realism is asked of real and generated samples together; the manifest has only one of them")
    chance.shuffle(items)
    return items[: wish.top]


def _blind(subjects: Sequence[Subject], wish: Wish, notes: list[str]) -> list[Item]:
    """Ask about flagged samples among others, shuffled, and about a tenth of them twice.

    Asked of flagged samples alone, people would be measured on the hard ones, and would know it.
    """
    chance = random.Random(wish.seed)
    own = {one.digest: one for one in reversed(subjects)}
    others = {one.digest: one for one in wish.mix if one.digest not in own}
    flagged = [one for one in own.values() if one.is_flagged]
    plain = [*(one for one in own.values() if not one.is_flagged), *others.values()]
    if flagged and not plain:
        raise InputError(
            "all samples are flagged, and a person would be measured on the hard ones; "
            "name the whole manifest with --mix, or ask about it instead"
        )
    wanted = len(own) + min(len(others), len(flagged)) if wish.top is None else wish.top
    kept = chance.sample(flagged, min(len(flagged), wanted if wish.top is None else (wanted + 1) // 2))
    kept += chance.sample(plain, min(len(plain), wanted - len(kept)))
    chance.shuffle(kept)
    if flagged:
        count = sum(one.is_flagged for one in kept)
        notes.append(f"{count:,} flagged samples are mixed with {len(kept) - count:,} that are not")
    return _with_repeats([Item((side_of(one, {}),)) for one in kept], chance)


def _with_repeats(items: list[Item], chance: random.Random) -> list[Item]:
    """Return the items with a tenth of them asked again, later."""
    count = round(len(items) * REPEATED) or min(len(items) // 2, 1)
    apart = min(_LEAST_APART, len(items) // 2)
    # Only of those early enough that the second time can be far from the first.
    chosen = sorted(chance.sample(range(len(items) - apart), count)) if count else []
    places = [(chance.uniform(at + apart, len(items)), replace(items[at], round=1)) for at in chosen]
    spread: list[tuple[float, Item]] = [*((float(at), one) for at, one in enumerate(items)), *places]
    return [one for _, one in sorted(spread, key=lambda placed: placed[0])]


def _by_name(subjects: Iterable[Subject]) -> Mapping[str, Subject]:
    """Return samples by digest and by path; of several with one name, the first."""
    found: dict[str, Subject] = {}
    for one in subjects:
        for name in (one.digest, one.path):
            found.setdefault(name or "", one)
    return found


def _why(copies: Sequence[Subject]) -> str:
    """Return what is to be said of a file that stands in the manifest more than once."""
    first, *others = copies
    also = sorted({one.label or "no label" for one in others} - {first.label or "no label"})
    if also:
        return f"the same bytes are also labelled {' / '.join(also)} ({others[0].path})"
    return f"{first.duplicate_of} stands for it" if first.duplicate_of else ""


_Asker = Callable[[Sequence[Subject], Wish, list[str]], list[Item]]
_ASKED: Mapping["Question", _Asker] = {
    "label": _labels,
    "reject": _rejects,
    "pair": _pairs,
    "realism": _realism,
    "blind": _blind,
}
