"""Find duplicates in a set: the same bytes first, then candidates by their hashes, confirmed on what is decoded."""

import importlib
import os
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, TypeVar

from curate.check.checks import REVIEW_CHECKS
from curate.duplicates.answered import answered_pairs, decide_answered
from curate.duplicates.groups import SAME_BYTES, Group, Keep, Member, OnConflict, Pair, Verdict, components, decide
from curate.duplicates.item import Item
from curate.duplicates.packed_items import PackedItems
from curate.facts.records import KINDS, Finding
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.records.reader import parse
from curate.records.writer import change_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from curate.duplicates.audio import AudioMatch
    from curate.duplicates.image import ImageMatch
    from curate.duplicates.image_candidates import Hashes

AnyMatch = TypeVar("AnyMatch", "ImageMatch", "AudioMatch")

_AUDIBLE_DB = 0.5
_SHIFTED_S = 0.002
_BLOCK = 1 << 14
_LOSSLESS = {"PNG", "BMP", "TIFF", "WAV", "FLAC", "AIFF", "AU", "W64", "RF64", "CAF"}


@dataclass(slots=True)
class Search:
    """How to look, and what was met.

    Attributes:
        exact: Only the same bytes or the same decoded content.
        distance: Bits in which the hashes of candidates may differ; None: the default of the kind.
        keep: Which copy stays.
        on_conflict: What becomes of copies with different labels.
        base: What the paths are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.
        progress: Is told how far it is.
        unconfirmed: Pairs that could not be compared, with the reason.
        unmeasured: Samples without a digest and without an error that explains it.
        others: Samples of other kinds, of which only the bytes are compared.
    """

    exact: bool = False
    distance: int | None = None
    keep: Keep = "best"
    on_conflict: OnConflict = "drop"
    base: str = ""
    jobs: int | None = None
    progress: Progress = unseen
    unconfirmed: list[str] = field(default_factory=list)
    unmeasured: int = 0
    others: Counter[str] = field(default_factory=Counter)


def find_groups(
    samples: Iterable[Item], search: Search, ask: "Callable[[Sequence[Item]], Sequence[Verdict]] | None" = None
) -> list[Group]:
    """Return the groups of duplicates, by their first member.

    Args:
        samples: Of the manifest.
        search: How to look; counts what it meets.
        ask: From the samples to what people said of pairs of them; None: nobody was asked.

    Raises:
        InputError: No sample has a digest: this is no manifest of a full scan.
    """
    # Before the samples are read, which in a pipe are still on their way.
    importlib.import_module("curate.duplicates.image_candidates")
    items = PackedItems(_check_measured(samples, search))
    verdicts = ask(items) if ask else ()
    # Only one of the same bytes goes on to be decoded: its copies share whatever is found of it, through their group.
    pairs = list(same_bytes(items))
    copies = {pair.second for pair in pairs}
    pictures, sounds = (
        array("I", (index for index in places if index not in copies)) for places in (items.pictures, items.sounds)
    )
    pairs += near_images(items, pictures, search)
    pairs += near_recordings(items, sounds, search)
    pairs += answered_pairs(pairs, verdicts)
    by_first: defaultdict[int, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        by_first[one.first].append(one)
    groups = []
    for indexes, inside in components(len(items), pairs):
        members, within = [_member(index, items[index]) for index in indexes], set(indexes)
        said = [one for index in indexes for one in by_first[index] if one.second in within]
        groups.append(
            decide_answered(members, inside, said, search.keep)
            if said
            else decide(members, inside, search.keep, search.on_conflict)
        )
    return groups


def same_bytes(items: PackedItems) -> Iterator[Pair]:
    """Yield a pair for each sample whose bytes an earlier one has too."""
    import numpy as np

    # A hash tells nearly all that no other sample equals; a dictionary of a million digests takes 200 MB.
    keys = np.asarray(items.digest_hashes, np.int64)
    _, group, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    first: dict[str, int] = {}
    for index in np.flatnonzero(sizes[group] > 1).tolist():
        digest = items[index].digest
        if digest is not None and (earlier := first.setdefault(digest, index)) != index:
            yield Pair(earlier, index, "exact", change=SAME_BYTES)


def near_images(items: Sequence[Item], pictures: Sequence[int], search: Search) -> list[Pair]:
    """Return the confirmed pairs among pictures, which are given by their places."""
    if len(pictures) < 2:
        return []
    from curate.duplicates.image_candidates import DISTANCE, candidates, exact_candidates
    from curate.duplicates.image_pairs import confirm_pairs

    # The same pixels give nearly the same hash of the whole picture; the other two hashes, for crops and turns, would
    # only bring pairs that cannot be exact.
    if search.exact and search.distance is None:
        pairs = exact_candidates(*_hashes(items, pictures, "phash"))
    else:
        whole, inner, disc = _hashes(items, pictures, "phash", "phash_inner", "phash_disc")
        pairs = candidates(whole, inner, disc, DISTANCE if search.distance is None else search.distance)
    found = [(pictures[i], pictures[j]) for i, j in pairs.tolist()]
    paths = _paths(items, found, search)
    matches = confirm_pairs(paths, search.jobs, search.progress)
    return list(_confirmed(found, paths, matches, lambda match: match.change, search))


def _hashes(items: Sequence[Item], pictures: Sequence[int], *names: str) -> "list[Hashes]":
    """Return hashes of pictures, in blocks: of a million, the texts that they are made of would take 300 MB at once."""
    import numpy as np

    from curate.duplicates.image_candidates import hashes

    blocks: list[list[Hashes]] = [[] for _ in names]
    for begin in range(0, len(pictures), _BLOCK):
        facts = [image for index in pictures[begin : begin + _BLOCK] if (image := items[index].image)]
        # A manifest of an older scan has only the first of the three.
        for name, found in zip(names, blocks, strict=True):
            found.append(hashes(getattr(one, name) or one.phash or "" for one in facts))
    return [np.concatenate(found) for found in blocks]


def near_recordings(items: Sequence[Item], sounds: Sequence[int], search: Search) -> list[Pair]:
    """Return the confirmed pairs among recordings, which are given by their places."""
    # Where there are not two, nothing of the comparison is imported.
    if len(sounds) < 2:
        return []
    from curate.duplicates.audio_candidates import near_fingerprints
    from curate.duplicates.audio_pairs import confirm_pairs
    from curate.facts.fingerprint import RADIUS_BITS

    keys = [audio.fingerprint if (audio := items[index].audio) else None for index in sounds]
    distance = RADIUS_BITS if search.distance is None else search.distance
    candidates = [(sounds[i], sounds[j]) for i, j in near_fingerprints(keys, distance).tolist()]
    paths = _paths(items, candidates, search)
    matches = confirm_pairs(paths, search.jobs, search.progress)
    return list(_confirmed(candidates, paths, matches, _audio_change, search))


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
    return Finding("duplicate", "warning", group.distance, detail=f"{group.stand_in(member)} stands for it")


def _conflict(group: Group) -> Finding:
    detail = f"copies of it have the labels {', '.join(group.label_conflict)}"
    return Finding("label-conflict", "warning", group.distance, detail=detail)


def _with_finding(line: bytes, new: Finding) -> bytes:
    # Of an earlier run only the finding of the same name goes, or repeating the command would pile them up.
    findings = (finding for finding in parse(line).findings if finding.check != new.check)
    return change_line(line, findings=(*findings, new))


def _paths(items: Sequence[Item], pairs: Iterable[tuple[int, int]], search: Search) -> list[tuple[str, str]]:
    return [
        (os.path.join(search.base, items[first].path), os.path.join(search.base, items[second].path))
        for first, second in pairs
    ]


def _confirmed(
    candidates: Sequence[tuple[int, int]],
    paths: Sequence[tuple[str, str]],
    matches: "Iterable[AnyMatch]",
    describe: "Callable[[AnyMatch], str]",
    search: Search,
) -> Iterator[Pair]:
    for (first, second), names, match in zip(candidates, paths, matches, strict=True):
        if match.relation == "exact" or (match.relation == "near" and not search.exact):
            yield Pair(first, second, match.relation, match.distance, describe(match))
        # A reason that begins with a path is about a file that could not be compared; others tell why two are no
        # copies, which is the rule and not worth a word. `startswith` takes both paths, as a tuple.
        elif match.relation == "none" and match.reason.startswith(names):
            search.unconfirmed.append(match.reason)


def _audio_change(match: "AudioMatch") -> str:
    level = f"{match.gain_db:+.1f} dB" if abs(match.gain_db) >= _AUDIBLE_DB else ""
    shift = f"{1000 * abs(match.shift_s):.0f} ms shift" if abs(match.shift_s) >= _SHIFTED_S else ""
    return ", ".join(filter(None, (level, shift)))


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


def _member(index: int, item: Item) -> Member:
    """Return a sample as a member of a group; its quality is soundness, then size, then losslessness, then bytes."""
    errors = sum(finding.severity == "error" for finding in item.findings)
    size, lossless = 0.0, False
    if item.image:
        size, lossless = (item.image.width or 0) * (item.image.height or 0), item.image.format in _LOSSLESS
    elif item.audio:
        audio = item.audio
        size = (audio.sample_rate or 0) * (audio.channels or 0) * (audio.duration_s or 0)
        lossless = audio.format in _LOSSLESS
    return Member(index, item.path, item.label, item.split, (-errors, size, lossless, item.bytes or 0))
