"""What `burnish dedup` says: every group by name, on stderr or as a report."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from cli.io.summary import kinds_in_words
from cli.io.table import Column, Report, Row, Table
from cli.io.terminal import say
from curate.duplicates.groups import Group, Stays
from curate.duplicates.search import Part, Search
from curate.ground.command_line import call
from curate.ground.errors import GateError

if TYPE_CHECKING:
    from curate.review.pairs import PairAnswers

_SHOWN, _SHOWN_PARTS = 5, 20


class ListedVerdict(msgspec.Struct, frozen=True):
    """What people said of a pair: `stays` is first, second, both, neither or open."""

    first: str
    second: str
    stays: Stays
    by: list[str]


class ListedGroup(msgspec.Struct, frozen=True):
    """A group in the shape of `dedup --json`; `confirmed` names for each that goes the one that stays for it."""

    kept: list[str]
    dropped: list[str]
    relation: str
    distance: float | None
    changes: list[str]
    label_conflict: list[str] = msgspec.field(name="label-conflict")
    leak: list[str]
    no_class: list[str] = msgspec.field(name="no-class", default_factory=list)
    confirmed: dict[str, str] = {}
    answers: list[ListedVerdict] = []


class Groups(msgspec.Struct, frozen=True):
    """All groups, how many samples go, and what has only a part in common."""

    dropped: int
    groups: list[ListedGroup]
    parts: list[Part] = []


def report_of(groups: Sequence[Group], parts: Sequence[Part]) -> Groups:
    """Return the groups and parts as a record."""
    chains: dict[int, list[Group]] = {}
    for group in groups:
        chains.setdefault(group.chain, []).append(group)
    listed = [_listed(chain) for chain in chains.values()]
    return Groups(sum(len(group.dropped) for group in groups), listed, list(parts))


def _listed(chain: Sequence[Group]) -> ListedGroup:
    """Return the groups of one chain as one, in which each that goes names what it was confirmed against."""
    stays = dict.fromkeys(member.path for group in chain for member in group.kept)
    # Linked samples stay unless they went for a reason of their own.
    gone = {member.path for group in chain for member in group.dropped}
    stays |= dict.fromkeys(path for group in chain for path in group.linked if path not in gone)
    relations = {group.relation for group in chain}
    return ListedGroup(
        kept=list(stays),
        dropped=[member.path for group in chain for member in group.dropped],
        relation=relations.pop() if len(relations) == 1 else "near",
        distance=max((group.distance for group in chain if group.distance is not None), default=None),
        changes=_joined(group.changes for group in chain),
        label_conflict=_joined(group.label_conflict for group in chain),
        leak=_joined(group.leak for group in chain),
        no_class=_joined(group.no_class for group in chain),
        confirmed={
            member.path: stand
            for group in chain
            if group.kept
            for member in group.dropped
            if (stand := group.stand_in(member)) != member.path
        },
        answers=[verdict for group in chain for verdict in _verdicts(group)],
    )


def _joined(words: Iterable[Sequence[str]]) -> list[str]:
    return sorted({word for some in words for word in some})


def _verdicts(group: Group) -> Iterator[ListedVerdict]:
    paths = {member.index: member.path for member in (*group.kept, *group.dropped)}
    for one in group.verdicts:
        yield ListedVerdict(paths[one.first], paths[one.second], one.stays, list(one.by))


def report(found: Groups) -> Report:
    """Return the groups as a table: a row for each sample that goes, and what stands for it."""
    columns = [
        Column("dropped", "dropped"),
        Column("kept", "kept"),
        Column("relation", "relation"),
        Column("distance", "distance", "number"),
        Column("changes", "what was done"),
        Column("label_conflict", "label conflict"),
        Column("leak", "leak"),
    ]
    # A row for each sample that goes, not for each group: that is what a spreadsheet can be sorted and joined by.
    rows = [
        Row((
            path,
            group.confirmed.get(path, "none"),
            group.relation,
            group.distance,
            ", ".join(group.changes),
            " / ".join(group.label_conflict),
            " / ".join(group.leak),
        ))
        for group in found.groups
        for path in group.dropped
    ]  # fmt: skip
    note = f"{len(found.groups):,} groups of duplicates, {found.dropped:,} samples to drop"
    tables = [Table("duplicates", "Duplicates", columns, rows)]
    if found.parts:
        tables.append(_parts(found.parts))
        note += f"; {len(found.parts):,} pairs have a part in common, of which nothing goes"
    return Report(tables, [note])


def _parts(parts: Sequence[Part]) -> Table:
    columns = [
        Column("first", "sample"),
        Column("second", "and"),
        Column("share", "in common", "number"),
        Column("change", "what was done"),
        Column("labels", "different labels"),
        Column("splits", "different splits"),
    ]
    rows = [
        Row((one.first, one.second, one.share, one.change, " / ".join(one.labels), " / ".join(one.splits)))
        for one in parts
    ]
    return Table("parts", "The same in part", columns, rows)


def say_groups(
    groups: Sequence[Group], search: Search, *, dropped: bool, listed: bool, manifest: str | None = None
) -> None:
    """Say on stderr what was found: each group, what could not be compared, and the sum."""
    for group in groups if listed else ():
        say(_line(group))
    for part in search.parts[:_SHOWN_PARTS] if listed else ():
        say(_part_line(part))
    if listed and len(search.parts) > _SHOWN_PARTS:
        say(f"  … and {len(search.parts) - _SHOWN_PARTS:,} more pairs that are the same in part; all: --json")
    for reason in search.unconfirmed[:_SHOWN]:
        say(f"  not compared: {reason}")
    if len(search.unconfirmed) > _SHOWN:
        say(f"  not compared: {len(search.unconfirmed) - _SHOWN:,} more pairs")
    if search.others:
        say(f"  {kinds_in_words(search.others)}: only their bytes were compared")
    if search.unmeasured:
        say(f"  {search.unmeasured:,} samples have no digest and were not compared; measure them: burnish scan FOLDER")
    if search.samples and not search.in_part and not search.exact:
        named = () if manifest in {None, "-"} else (manifest or "",)
        say(f"  crops, frames and excerpts were not searched for: {call('dedup', *named, '--parts')}")
    count = sum(len(group.dropped) for group in groups)
    # The two counts that decide whether a set can be trusted: wrong labels, and training samples in the test.
    conflicts, leaks = sum(bool(g.label_conflict) for g in groups), sum(bool(g.leak) for g in groups)
    verb = "dropped" if dropped else "would drop"
    say(
        f"{len({group.chain for group in groups}):,} groups of duplicates; {verb} {count:,} samples; "
        f"{conflicts:,} label conflicts, {leaks:,} leaks across splits"
        + (f"; {len(search.parts):,} pairs are the same in part, and stay" if search.parts else "")
    )


def conflict_error(groups: Sequence[Group]) -> GateError:
    """Return the error of `--on-conflict fail`: how many groups, and the files and labels of them."""
    disputed = [group for group in groups if group.label_conflict]
    places = [
        (member.path, f"copies with the labels {' / '.join(group.label_conflict)}")
        for group in disputed
        for member in (*group.kept, *group.dropped)
    ]
    count = f"{len(disputed):,} group{'s have' if len(disputed) > 1 else ' has'} copies with different labels"
    return GateError(f"--on-conflict fail: {count}, such as {places[0][0]} ({places[0][1]})", places)


def say_answers(found: "PairAnswers", notes: Sequence[str]) -> None:
    """Say on stderr what the answers of people come to, and which of them decide nothing and why."""
    for note in notes:
        say(f"note: {note}")
    counts = Counter("one" if one.stays in {"first", "second"} else one.stays for one in found.verdicts)
    words = {"one": "one stays", "both": "both stay", "neither": "both go", "open": "left open, so both stay"}
    listed = ", ".join(f"{words[name]} {counts[name]:,}" for name in words if counts[name])
    say(f"answers about {len(found.verdicts):,} pairs{f': {listed}' if listed else ''}")
    for pairs, what in (
        (found.held, "rejected, but of the test split, which loses samples by --rule adjudicated only"),
        (found.void, "void, a file is not the one that was seen"),
        (found.strangers, "answers about pairs that the manifest does not have"),
    ):
        if pairs:
            say(f"  {what}: {len(pairs):,}, such as {pairs[0]}")


def _line(group: Group) -> str:
    kept = ", ".join(member.path for member in group.kept) or "none"
    measured = "" if group.distance is None else f" {group.distance:.3f}"
    words = [f"{group.relation}{measured}: kept {kept}; dropped"]
    words.append(", ".join(member.path for member in group.dropped) or "none")
    # Who said so stands beside what they decided, or a surprising line could not be traced to its answer.
    notes = []
    for word, is_open in (("decided", False), ("left open", True)):
        names = sorted({name for one in group.verdicts if (one.stays == "open") is is_open for name in one.by})
        notes += [f"({word} by {', '.join(names)})"] if names else []
    notes += [*(f"({change})" for change in group.changes)]
    if group.label_conflict:
        notes.append(f"label-conflict: {' / '.join(group.label_conflict)}")
    if group.leak:
        notes.append(f"leak: {' / '.join(group.leak)}")
    if group.no_class:
        notes.append(f"no class, since no other sample has it: {' / '.join(group.no_class)}")
    if group.linked:
        notes.append(f"near what went, but not what was kept, and kept too: {', '.join(group.linked)}")
    return " ".join((*words, *notes))


def _part_line(part: Part) -> str:
    notes = f" ({part.change})" if part.change else ""
    notes += f"; labels {' / '.join(part.labels)}" if part.labels else ""
    notes += f"; leak: {' / '.join(part.splits)}" if part.splits else ""
    return f"  part {part.share:.2f}: {part.first} and {part.second}{notes}; both stay"
