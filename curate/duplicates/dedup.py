"""Find duplicates in a set: the same bytes first, then candidates by their hashes, confirmed on what is decoded."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

from curate.check.checks import REVIEW_CHECKS
from curate.duplicates.comparison import Comparison
from curate.duplicates.groups import Group, Member, Verdict
from curate.duplicates.item import Item
from curate.duplicates.packed_items import PackedItems
from curate.duplicates.search import Search
from curate.engine.worker import hold_threads
from curate.facts.records import KINDS, Finding
from curate.ground.errors import InputError
from curate.records.reader import parse
from curate.records.writer import change_line


def find_groups(
    samples: Iterable[Item], search: Search, ask: "Callable[[Sequence[Item]], Sequence[Verdict]] | None" = None
) -> list[Group]:
    """Return the groups of duplicates, by their first member; what is only the same in part is in `search.parts`.

    Args:
        samples: Of the manifest.
        search: How to look; counts what it meets.
        ask: From the samples to what people said of pairs of them; None: nobody was asked.

    Raises:
        InputError: No sample has a digest: this is no manifest of a full scan.
        UsageError: No sample has the tag that a limit names.
    """
    # Before the samples are read, which in a pipe are still on their way. The products here are of small matrices, on
    # which threads of the linear algebra wait for each other and for the workers, and took twice the processor time.
    hold_threads()
    importlib.import_module("curate.duplicates.image.hash_candidates")
    packed = PackedItems(_check_measured(samples, search), grids=not search.exact)
    search.samples = len(packed)
    verdicts = ask(packed) if ask else ()
    return Comparison(packed, search).groups(verdicts)


def without_copies(lines: Iterable[bytes], groups: Sequence[Group], rejected: IO[bytes] | None) -> Iterator[bytes]:
    """Yield the lines of the samples that stay; those with a label conflict that are kept get a finding that says so.

    Args:
        lines: Of the manifest that the groups were found in.
        groups: As `find_groups` returns them.
        rejected: Where the dropped samples go, with a finding that names the copy that stands for them.
    """
    # Only what these two name is decoded; all other lines go on as the bytes that they are.
    gone = {member.index: (group, member) for group in groups for member in group.dropped}
    disputed = {member.index: group for group in groups if group.label_conflict for member in group.kept}
    for index, line in enumerate(lines):
        if index in gone:
            if rejected:
                rejected.write(_with_finding(line, _why_dropped(*gone[index])) + b"\n")
        else:
            yield _with_finding(line, _conflict(disputed[index])) if index in disputed else line


def with_copies_named(lines: Iterable[bytes], groups: Sequence[Group]) -> Iterator[bytes]:
    """Yield the lines of all samples; each copy names the one that stands for it in `duplicate_of`.

    Where copies with different labels leave none standing, the first stands for the group.
    """
    stands = {member.index: group.stand_in(member) for group in groups for member in (*group.kept, *group.dropped)}
    for index, line in enumerate(lines):
        # A cheap look at the bytes, before anything is decoded. What an earlier run named and this one did not find is
        # taken out again.
        if index not in stands and b"duplicate_of" not in line:
            yield line
            continue
        sample = parse(line)
        path = stands.get(index)
        # The one that stands for the others names nobody.
        name = path if path != sample.path else None
        yield line if name == sample.duplicate_of else change_line(line, duplicate_of=name)


def _why_dropped(group: Group, member: Member) -> Finding:
    if rejecting := group.rejecting(member):
        detail = f"{', '.join(rejecting)} rejected it beside a copy"
        return Finding("rejected", REVIEW_CHECKS["rejected"].severity, detail=detail)
    # Where people decided, a copy of it stays in spite of the labels.
    if group.label_conflict and not group.verdicts:
        return _conflict(group)
    detail = f"{group.stand_in(member)} stands for it"
    if member.label in group.no_class:
        detail += "; no sample but such copies has its label"
    return Finding("duplicate", "warning", group.distance, detail=detail)


def _conflict(group: Group) -> Finding:
    detail = f"copies of it have the labels {', '.join(group.label_conflict)}"
    return Finding("label-conflict", "warning", group.distance, detail=detail)


def _with_finding(line: bytes, new: Finding) -> bytes:
    # Of an earlier run only the finding of the same name goes, or repeating the command would pile them up.
    findings = (finding for finding in parse(line).findings if finding.check != new.check)
    return change_line(line, findings=(*findings, new))


def _check_measured(items: Iterable[Item], search: Search) -> Iterator[Item]:
    """Pass samples on, and count those that were never measured.

    Raises:
        InputError: At the end, if none was; a file that could not be decoded has an error that says so.
    """
    sound = 0
    for item in items:
        # A file that cannot be decoded has no digest for a reason that is told; only the others say that scan was
        # shallow.
        if item.kind in KINDS:
            if not any(found.severity == "error" for found in item.findings):
                sound += 1
                search.unmeasured += item.digest is None
        elif item.kind:
            search.others[item.kind] += 1
        yield item
    if search.unmeasured and search.unmeasured == sound:
        raise InputError(
            "no sample has a digest, so nothing can be compared; measure the files first: "
            "burnish scan FOLDER (without --shallow)"
        )
