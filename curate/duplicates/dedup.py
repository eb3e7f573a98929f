"""Find duplicates in a set: the same bytes first, then candidates by their hashes, confirmed on what is decoded."""

import importlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, TypeVar

from msgspec import Struct, structs

from curate.check.checks import REVIEW_CHECKS
from curate.duplicates.answered import answered_pairs, decide_answered
from curate.duplicates.groups import Copies, Group, Member, OnConflict, Pair, Verdict, decide
from curate.duplicates.item import Item, limits
from curate.duplicates.keep import Worth, extent, rank
from curate.duplicates.packed_items import PackedItems
from curate.duplicates.same_bytes import Present, same_bytes
from curate.facts.records import KINDS, Finding
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.storage.address import join
from curate.records.reader import parse
from curate.records.writer import change_line

if TYPE_CHECKING:
    from curate.duplicates.audio import AudioMatch
    from curate.duplicates.crop_candidates import Window
    from curate.duplicates.feature_candidates import Guess
    from curate.duplicates.features import Features
    from curate.duplicates.image import ImageMatch
    from curate.duplicates.image_candidates import Hashes
    from curate.duplicates.image_pairs import Look

AnyMatch = TypeVar("AnyMatch", "ImageMatch", "AudioMatch")

_AUDIBLE_DB = 0.5
_SHIFTED_S = 0.002
_BLOCK = 1 << 14
_OTHER_SPEED = 0.05  # percent
_LAZY_ROUNDS, _FEW = 5, 64
_ROUNDS, _CENTRES = 3, 4
"""Of a chain of copies the first four that would stay are compared with all others of it, and that again as the chain
changes: the hashes bring together what is near, and need not bring together what is near to both ends of a chain."""


class Part(Struct, frozen=True):
    """Two samples that are the same in a part: one holds more than the other, or was changed somewhere.

    Attributes:
        first: Path of one, the earlier in the manifest.
        second: Path of the other.
        share: Of the picture, or of the sound, that both have; of the one that holds less of it: 0 to 1.
        change: What else was done, such as `flipped`.
        labels: Their labels, where they differ.
        splits: Their splits, where they differ.
    """

    first: str
    second: str
    share: float
    change: str = ""
    labels: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()


@dataclass(slots=True)
class Search:
    """How to look, and what was met.

    Attributes:
        exact: Only the same bytes or the same decoded content.
        distance: Bits in which the hashes of candidates may differ; None: the default of the kind.
        keep: Which copy stays: rules, the most important first.
        on_conflict: What becomes of copies with different labels.
        base: What the paths are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.
        flips: Whether a mirror image is a copy; never where the labels differ.
        turns: Whether a turned or rotated picture is one; never where the labels differ.
        across: Compare only samples of different folders, labels, splits or values of a tag.
        within: Compare only samples of the same.
        reference: Samples that never go: what equals one of them does.
        progress: Is told how far it is.
        in_part: Whether to look closer, at every file, for what has only a part in common with another.
        parts: What has only a part in common with another.
        unconfirmed: Pairs that could not be compared, with the reason.
        unmeasured: Samples without a digest and without an error that explains it.
        others: Samples of other kinds, of which only the bytes are compared.
        samples: How many the manifest has.
    """

    exact: bool = False
    distance: int | None = None
    keep: tuple[str, ...] = ("best",)
    on_conflict: OnConflict = "drop"
    base: str = ""
    jobs: int | None = None
    flips: bool = True
    turns: bool = True
    across: str | None = None
    within: str | None = None
    reference: Sequence[Item] = ()
    progress: Progress = unseen
    in_part: bool = False
    parts: list[Part] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    unmeasured: int = 0
    others: Counter[str] = field(default_factory=Counter)
    samples: int = 0


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
    # Before the samples are read, which in a pipe are still on their way.
    importlib.import_module("curate.duplicates.image_candidates")
    packed = PackedItems(_check_measured(samples, search), grids=not search.exact)
    search.samples = len(packed)
    verdicts = ask(packed) if ask else ()
    return _Comparison(packed, search).groups(verdicts)


class _Comparison:
    """The samples of a manifest and of the reference set behind them, and what was compared of them so far."""

    def __init__(self, samples: PackedItems, search: Search) -> None:
        self.search = search
        self.items = samples
        self.count = len(samples)
        self.within_limits = limits(samples, search.across, search.within)
        for item in search.reference:
            samples.add(item)
        self.present = Present(self.items, search.base)
        self.pairs = list(same_bytes(self.items, self.present))
        search.unconfirmed += self.present.problems
        self.compared: set[tuple[int, int]] = set()
        self.parts: dict[tuple[int, int], tuple[float, str]] = {}
        self.looks: dict[str, Look] = {}
        self.worth: dict[int, Worth | None] = {}
        self.small_overlap: set[tuple[int, int]] = set()
        self.shows: Counter[int] = Counter()
        self.guessed: dict[tuple[int, int], tuple[Guess, ...]] = {}
        self.windows: dict[tuple[int, int], tuple[Window, ...]] = {}
        self.only_windows: set[tuple[int, int]] = set()

    def groups(self, verdicts: Sequence[Verdict] = ()) -> list[Group]:
        """Look for copies, and decide which stay; what people said of pairs goes before that."""
        copies = {pair.second for pair in self.pairs}
        # Only one of the same bytes goes on to be decoded: its copies share whatever is found of it, through their
        # content. Where limits part them, each has pairs of its own.
        limited = bool(self.search.across or self.search.within)
        left_out = self.present.changed if limited else copies | self.present.changed
        pictures, sounds = (
            array("I", (index for index in places if index not in left_out))
            for places in (self.items.pictures, self.items.sounds)
        )
        self.find_images(pictures)
        self.compare_lazily(self.recordings(sounds), self.compare)
        self.pairs += answered_pairs(self.pairs, verdicts)
        found = Copies(len(self.items), self.pairs)
        members = self.members(found)
        for _ in range(_ROUNDS):
            wanted = [] if self.search.exact else self.uncompared(found, members)
            if not wanted:
                break
            self.compared.update(wanted)
            self.compare(wanted)
            found = Copies(len(self.items), self.pairs)
        answered = self.answered(found, members, verdicts)
        samples_of = Counter(item.label for item in self.items if item.label is not None)
        decided = [*decide(members, found, self.search.on_conflict, samples_of, self.comparable), *answered]
        decided.sort(key=lambda group: min(member.index for member in (*group.kept, *group.dropped)))
        self.search.parts = self.parts_of_what_stays(decided)
        return decided

    def answered(self, copies: Copies, members: Mapping[int, Member], verdicts: Sequence[Verdict]) -> list[Group]:
        """Return what becomes of the chains in which people answered, and take these from the others."""
        if not verdicts:
            return []
        chain_of = {index: number for number, chain in enumerate(copies.chains) for index in chain}
        said: defaultdict[int, list[Verdict]] = defaultdict(list)
        for one in verdicts:
            if one.first in chain_of and chain_of[one.first] == chain_of.get(one.second):
                said[chain_of[one.first]].append(one)
        inside: defaultdict[int, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            inside[chain_of[pair.first]].append(pair)
        groups = [
            structs.replace(
                decide_answered([members[index] for index in copies.chains[number]], inside[number], found),
                # Behind all others, which are numbered without these.
                chain=len(copies.chains) + number,
            )
            for number, found in sorted(said.items())
        ]
        copies.chains = [chain for number, chain in enumerate(copies.chains) if number not in said]
        return groups

    def members(self, copies: Copies) -> dict[int, Member]:
        """Return all samples that are copies of another, ranked by what is in them."""
        involved = [index for chain in copies.chains for index in chain]
        worth: dict[int, Worth | None] = {}
        # What is in a picture is measured only where it decides: not of the same bytes, and not where no rule asks.
        near = [index for index in involved if self.items[index].image and copies.near(copies.content(index))]
        if near:
            from curate.duplicates.image_pairs import worth_of_files

            # Of most it was measured when they were compared at full size.
            worth = dict(self.worth)
            rest = [index for index in near if index not in worth]
            paths = [join(self.search.base, self.items[index].path) for index in rest]
            worth |= zip(rest, worth_of_files(paths, self.search.jobs, self.search.progress), strict=True)
        return {
            index: Member(
                index,
                (item := self.items[index]).path,
                item.label,
                item.split,
                rank(index, item, self.search.keep, worth.get(index), there=index not in self.present.gone),
                index >= self.count,
            )
            for index in involved
        }

    def uncompared(self, copies: Copies, members: Mapping[int, Member]) -> list[tuple[int, int]]:
        """Return the pairs that have to be compared before it can be said what goes for what.

        The hashes bring together what is near, but not always both ends of a chain: each that would stay is compared
        with all others of its chain.
        """
        wanted = []
        for chain in copies.chains:
            contents = {copies.content(index) for index in chain}
            if len(contents) < 3:
                continue
            order = sorted(contents, key=lambda index: (members[index].reference, members[index].rank), reverse=True)
            for place, centre in enumerate(order[:_CENTRES]):
                for other in order[place + 1 :]:
                    pair = (min(centre, other), max(centre, other))
                    if pair not in self.compared and self.comparable(*pair):
                        wanted.append(pair)
        return wanted

    def parts_of_what_stays(self, groups: Sequence[Group]) -> list[Part]:
        """Return what has only a part in common, each pair once: of copies, the one that stays stands for them."""
        standing = {one.index: group.kept[0].index for group in groups if group.kept for one in group.dropped}
        gone = {one.index for group in groups for one in group.dropped}
        found: dict[tuple[int, int], Part] = {}
        for (first, second), (share, change) in sorted(self.parts.items()):
            one, other = sorted((standing.get(first, first), standing.get(second, second)))
            if one == other or (one, other) in found or {one, other} & gone:
                continue
            a, b = self.items[one], self.items[other]
            labels, splits = _different(a.label, b.label), _different(a.split, b.split)
            found[one, other] = Part(a.path, b.path, round(share, 4), change, labels, splits)
        return list(found.values())

    def comparable(self, one: int, other: int) -> bool:
        """Tell whether one of two samples may go for the other."""
        if max(one, other) < self.count:
            return self.within_limits(one, other)
        # Of two samples of the reference set neither goes; and one that is in the set, too, is the reference.
        return min(one, other) < self.count and not self.present.same_file(one, other)

    def find_images(self, pictures: Sequence[int]) -> None:
        """Compare the pictures that their hashes bring together, or the features that they share."""
        if len(pictures) < 2:
            return
        pairs = self.images(pictures)
        self.windows = {} if self.search.exact else self.cut_out(pictures)
        guesses: dict[tuple[int, int], tuple[Guess, ...]] = {}
        if self.search.in_part:
            from curate.duplicates.features import NONE
            from curate.duplicates.image_pairs import MOST_LOOKS, look_at

            paths = [join(self.search.base, self.items[index].path) for index in pictures]
            features, sizes = [], []
            for path, look in zip(
                paths, look_at(paths, self.search.jobs, self.search.progress, features=True), strict=True
            ):
                features.append(look.features if look else NONE)
                sizes.append(look.size if look else (1, 1))
                # Descriptors of more pictures than that are made again, block by block: they would fill the memory.
                if look and len(pictures) <= MOST_LOOKS:
                    self.looks[path] = look
            guesses = self.guessed = self.guesses(pictures, features, sizes)
        self.only_windows = set(self.windows).difference(pairs, guesses)
        self.compare_lazily(
            list(dict.fromkeys([*pairs, *guesses, *self.windows])), lambda some: self.compare_images(some, guesses)
        )

    def cut_out(self, pictures: Sequence[int]) -> dict[tuple[int, int], tuple["Window", ...]]:
        """Return where pictures may have been cut out of others, by pairs, of which 0 is the first and 1 the other."""
        import numpy as np

        from curate.duplicates.crop_candidates import crops
        from curate.facts.luma_grid import BYTES

        grids = np.frombuffer(self.items.grids, np.uint8).reshape(-1, BYTES)
        grids = grids[np.searchsorted(np.asarray(self.items.pictures), np.asarray(pictures))]
        found: dict[tuple[int, int], tuple[Window, ...]] = {}
        for window in crops(grids, flips=self.search.flips):
            outer, inner = pictures[window.outer], pictures[window.inner]
            if window.mirrored and self.items[outer].label != self.items[inner].label:
                continue
            pair = (outer, inner) if outer < inner else (inner, outer)
            side = int(outer > inner)
            found[pair] = (*found.get(pair, ()), window._replace(outer=side, inner=1 - side))
        return found

    def guesses(
        self, pictures: Sequence[int], features: "Sequence[Features]", sizes: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], tuple["Guess", ...]]:
        """Return how pictures may lie on each other by the features that they share, by their places."""
        from curate.duplicates.feature_candidates import candidates, lay
        from curate.duplicates.image import MOST_OF_PART

        found: dict[tuple[int, int], tuple[Guess, ...]] = {}
        for i, j, mirrored in candidates(features, flips=self.search.flips):
            pair = pictures[i], pictures[j]
            if not self.comparable(*pair) or (mirrored and self.items[pair[0]].label != self.items[pair[1]].label):
                continue
            guess = lay(i, j, (features[i], features[j]), mirrored=mirrored)
            if guess is not None:
                of_first, of_second = guess.overlaps(sizes[i], sizes[j])
                if min(of_first, of_second) < MOST_OF_PART:
                    self.small_overlap.add(pair)
                    self.shows[pair[0]] += 1 if of_first < of_second else -1
                    self.shows[pair[1]] += 1 if of_second < of_first else -1
                found[pair] = (*found.get(pair, ()), guess)
        return found

    def images(self, pictures: Sequence[int]) -> list[tuple[int, int]]:
        """Return the candidates among pictures by their hashes."""
        from curate.duplicates.image_candidates import DISTANCE, candidates, exact_candidates

        # The same pixels give nearly the same hash of the whole picture; the other hashes, for crops, frames and turns,
        # would only bring pairs that cannot be exact.
        if self.search.exact and self.search.distance is None:
            pairs = exact_candidates(*self.hashes(pictures, "phash"))
        else:
            whole, inner, disc = self.hashes(pictures, "phash", "phash_inner", "phash_disc")
            distance = DISTANCE if self.search.distance is None else self.search.distance
            # Few pictures have a frame, so that these need no blocks.
            trimmed = [image.phash_trimmed for index in pictures if (image := self.items[index].image)]
            pairs = candidates(whole, inner, disc, distance, trimmed)
        return [(pictures[i], pictures[j]) for i, j in pairs.tolist()]

    def hashes(self, pictures: Sequence[int], *names: str) -> "list[Hashes]":
        """Return hashes, in blocks: of a million pictures, the texts that they come from would take 300 MB."""
        import numpy as np

        from curate.duplicates.image_candidates import hashes

        blocks: list[list[Hashes]] = [[] for _ in names]
        for begin in range(0, len(pictures), _BLOCK):
            facts = [image for index in pictures[begin : begin + _BLOCK] if (image := self.items[index].image)]
            # A manifest of an older scan has only the first of the three.
            for name, found in zip(names, blocks, strict=True):
                found.append(hashes(getattr(one, name) or one.phash or "" for one in facts))
        return [np.concatenate(found) for found in blocks]

    def recordings(self, sounds: Sequence[int]) -> list[tuple[int, int]]:
        """Return the candidates among recordings."""
        # Where there are not two, nothing of the comparison is imported.
        if len(sounds) < 2:
            return []
        from curate.duplicates.audio_candidates import near_fingerprints
        from curate.facts.fingerprint import RADIUS_BITS

        keys = [audio.fingerprint if (audio := self.items[index].audio) else None for index in sounds]
        distance = RADIUS_BITS if self.search.distance is None else self.search.distance
        pairs = [(i, j) for i, j in near_fingerprints(keys, distance).tolist()]
        if self.search.in_part:
            from curate.duplicates.audio_pairs import landmarks_of_files
            from curate.duplicates.landmarks import landmark_candidates

            paths = [join(self.search.base, self.items[index].path) for index in sounds]
            heard = list(landmarks_of_files(paths, self.search.jobs, self.search.progress))
            # Behind all as they are, all of them faster; two of which both are faster say nothing new.
            joined = [one for some in zip(*heard, strict=True) for one in some]
            for i, j in landmark_candidates(joined):
                first, second = sorted((i, j % len(sounds)))
                if i < len(sounds) and first < second:
                    pairs.append((first, second))
        return [(sounds[i], sounds[j]) for i, j in dict.fromkeys(pairs)]

    def compare_lazily(
        self, candidates: Sequence[tuple[int, int]], compare: "Callable[[Sequence[tuple[int, int]]], None]"
    ) -> None:
        """Compare candidates, but not what is known to be a copy already: of 21 copies 20 pairs tell it, and not 210.

        In each round those that are larger than all that they may be a copy of are compared with these.
        """
        waiting = [pair for pair in candidates if self.comparable(*pair)]
        # Where one of each label stays, what goes is compared within each label too.
        rounds = 0 if self.search.on_conflict == "keep" or self.search.exact else _LAZY_ROUNDS
        for _ in range(rounds):
            if len(waiting) < _FEW:
                break
            best: dict[int, tuple[bool, float, float, int, int]] = {}
            for pair in waiting:
                largest = max(self.extent(index) for index in pair)
                for index in pair:
                    best[index] = max(best.get(index, largest), largest)
            some = [pair for pair in waiting if any(best[index] == self.extent(index) for index in pair)]
            known = len(self.pairs)
            self.compared.update(some)
            compare(some)
            stands: dict[int, int] = {}
            for found in self.pairs[known:]:
                less, more = sorted((found.first, found.second), key=self.extent)
                stands[less] = max(stands.get(less, more), more, key=self.extent)
            wholes: dict[int, set[int]] = {}
            for pair in self.parts:
                wholes.setdefault(min(pair, key=self.extent), set()).add(max(pair, key=self.extent))
            # What may be a copy of one that goes may be one of what stays for it, which its hash need not say.
            waiting = [
                pair
                for pair in dict.fromkeys(self.instead(pair, stands) for pair in waiting)
                if pair[0] != pair[1]
                and pair not in self.compared
                # Two parts of one picture that can be no more than that of each other: it is known already.
                and not (
                    pair in self.small_overlap and wholes.get(pair[0], set()).intersection(wholes.get(pair[1], ()))
                )
            ]
        self.compared.update(waiting)
        compare(waiting)

    def instead(self, pair: tuple[int, int], stands: Mapping[int, int]) -> tuple[int, int]:
        """Return a pair with what stands for each of its samples that goes, where these two may be compared."""
        first, second = (self.standing(index, stands) for index in pair)
        other = (min(first, second), max(first, second))
        return other if first == second or self.comparable(*other) else pair

    def standing(self, index: int, stands: Mapping[int, int]) -> int:
        """Return what stands for a sample: the largest at the end of the chain."""
        while index in stands:
            index = stands[index]
        return index

    def extent(self, index: int) -> tuple[bool, float, float, int, int]:
        """Return the order in which samples are taken to be the original of others, before more is known of them.

        What is in a frame is larger than what was framed, and never its original. Of equally large ones that which
        others were cut out of goes first: two parts of it need not be compared.
        """
        item = self.items[index]
        unframed = item.image is None or item.image.phash_trimmed is None
        return unframed, extent(item), self.shows[index], item.bytes or 0, -index

    def compare(self, candidates: Sequence[tuple[int, int]]) -> None:
        """Compare pairs of one kind, and remember which are copies, which have a part in common, and which were met."""
        wanted = list(candidates)
        sounds = [pair for pair in wanted if self.items[pair[0]].audio and self.items[pair[1]].audio]
        if sounds:
            from curate.duplicates.audio_pairs import confirm_pairs

            paths = [self.paths(pair) for pair in sounds]
            heard = confirm_pairs(paths, self.search.jobs, self.search.progress, speeds=self.search.in_part)
            self.take(sounds, paths, heard, _audio_change)
        pictures = [pair for pair in wanted if self.items[pair[0]].image and self.items[pair[1]].image]
        if pictures:
            self.compare_images(pictures, self.guessed)

    def compare_images(
        self, pairs: Sequence[tuple[int, int]], guesses: Mapping[tuple[int, int], tuple["Guess", ...]]
    ) -> None:
        """Compare pairs of pictures; where features say how one may lie on the other, by that."""
        from curate.duplicates.image_pairs import Task, confirm_tasks

        paths = [self.paths(pair) for pair in pairs]
        tasks = {}
        for place, (pair, (first, second)) in enumerate(zip(pairs, paths, strict=True)):
            # A mirror image with another label is another thing: an arrow to the left, b and d, 6 and 9.
            alike = self.items[pair[0]].label == self.items[pair[1]].label
            flips, turns = self.search.flips and alike, self.search.turns and alike
            tasks[place] = Task(
                first,
                second,
                guesses=guesses.get(pair, ()),
                flips=flips,
                turns=turns,
                windows=self.windows.get(pair, ()),
                only_windows=pair in self.only_windows,
            )
        matches = confirm_tasks(tasks, self.looks, self.search.jobs, self.search.progress)
        for pair, match in zip(pairs, matches, strict=True):
            if match.worth:
                self.worth.update(zip(pair, match.worth, strict=True))
        self.take(pairs, paths, matches, lambda match: match.change)

    def take(
        self,
        candidates: Sequence[tuple[int, int]],
        paths: Sequence[tuple[str, str]],
        matches: "Iterable[AnyMatch]",
        describe: "Callable[[AnyMatch], str]",
    ) -> None:
        """Remember what comparisons found."""
        for (first, second), names, match in zip(candidates, paths, matches, strict=True):
            if match.relation == "exact" or (match.relation == "near" and not self.search.exact):
                self.pairs.append(Pair(first, second, match.relation, match.distance, describe(match)))
            elif match.relation == "part" and not self.search.exact:
                self.parts[first, second] = (match.share, describe(match))
            # A reason that begins with a path is about a file that could not be compared; others tell why two are no
            # copies, which is the rule and not worth a word. `startswith` takes both paths, as a tuple.
            elif match.relation == "none" and match.reason.startswith(names):
                self.search.unconfirmed.append(match.reason)

    def paths(self, pair: tuple[int, int]) -> tuple[str, str]:
        """Return where two files are."""
        first, second = (join(self.search.base, self.items[index].path) for index in pair)
        return first, second


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


def _audio_change(match: "AudioMatch") -> str:
    level = f"{match.gain_db:+.1f} dB" if abs(match.gain_db) >= _AUDIBLE_DB else ""
    shift = f"{1000 * abs(match.shift_s):.0f} ms shift" if abs(match.shift_s) >= _SHIFTED_S else ""
    faster = 100 * (match.speed - 1)
    speed = f"{abs(faster):.1f} % {'faster' if faster > 0 else 'slower'}" if abs(faster) >= _OTHER_SPEED else ""
    return ", ".join(filter(None, (level, shift, speed)))


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


def _different(one: str | None, other: str | None) -> tuple[str, ...]:
    """Return both values where both are known and differ."""
    return (one, other) if one is not None and other is not None and one != other else ()
