"""The samples of a set compared with each other: each that goes was confirmed against one that stays."""

import itertools
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from curate.duplicates.answered import answered_pairs, decide_answered_chains
from curate.duplicates.candidates import Candidates
from curate.duplicates.copies import Copies, Pair
from curate.duplicates.groups import Group, Member, Verdict, decide, stars_of
from curate.duplicates.item import limits
from curate.duplicates.keep import Worth, extent, rank
from curate.duplicates.packed_items import PackedItems
from curate.duplicates.same_bytes import Present, same_bytes
from curate.duplicates.search import Part, Search
from curate.media.storage.address import join

if TYPE_CHECKING:
    from curate.duplicates.audio.match import AudioMatch
    from curate.duplicates.image.match import ImageMatch

_LAZY_ROUNDS, _FEW = 5, 64
_ROUNDS, _CENTRES = 6, 4
"""So many that stay of a chain of copies are compared with all that is left of it: a film would never end."""


class Comparison:
    """The samples of a manifest and of the reference set behind them, and what was compared of them so far."""

    def __init__(self, samples: PackedItems, search: Search) -> None:
        """Take the samples and how to look; to the samples are added those of the reference set."""
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
        self.worth: dict[int, Worth | None] = {}
        self.candidates = Candidates(self.items, search, self.comparable)

    def groups(self, verdicts: Sequence[Verdict] = ()) -> list[Group]:
        """Look for copies, and decide which stay; what people said of pairs goes before that."""
        copies = {pair.second for pair in self.pairs}
        # Only one of the same bytes goes on to be decoded: its copies share whatever is found of it, through their
        # content. Where limits part them, each has pairs of its own.
        left_out = self.present.changed if self.search.limited else copies | self.present.changed
        pictures, sounds = (
            array("I", (index for index in places if index not in left_out))
            for places in (self.items.pictures, self.items.sounds)
        )
        if self.search.exact:
            self.compare_contents(pictures, sounds)
        else:
            self.look_for_copies(pictures, sounds)
        self.pairs += answered_pairs(self.pairs, verdicts)
        found = Copies(len(self.items), self.pairs)
        members = self.members(found)
        answered_of = {index for verdict in verdicts for index in (verdict.first, verdict.second)}
        for _ in range(_ROUNDS):
            wanted = [] if self.search.exact else self.uncompared(found, members, answered_of)
            if not wanted:
                break
            self.compared.update(wanted)
            self.compare(wanted)
            found = Copies(len(self.items), self.pairs)
        answered = decide_answered_chains(found, members, self.pairs, verdicts)
        labels = self.items.labels
        decided = [*decide(members, found, self.search.on_conflict, labels, self.comparable), *answered]
        decided.sort(key=lambda group: min(member.index for member in (*group.kept, *group.dropped)))
        self.search.parts = self.parts_of_what_stays(decided)
        return decided

    def compare_contents(self, pictures: Sequence[int], sounds: Sequence[int]) -> None:
        """Find what has the same content: by one digest of each, for of 20,000 templates all hashes are alike."""
        from curate.duplicates.content import content_of_pictures, content_of_recordings

        heard = sorted({index for pair in self.candidates.of_recordings(sounds) for index in pair})
        for indexes, contents_of in (
            (self.candidates.of_same_pictures(pictures), content_of_pictures),
            (heard, content_of_recordings),
        ):
            paths = [join(self.search.base, self.items[index].path) for index in indexes]
            first: dict[bytes, int] = {}
            found = contents_of(paths, self.search.jobs, self.search.progress) if paths else ()
            for index, content in zip(indexes, found, strict=True):
                if isinstance(content, str):
                    self.search.unconfirmed.append(content)
                elif (earlier := first.setdefault(content, index)) != index:
                    self.pairs.append(Pair(earlier, index, "exact"))

    def look_for_copies(self, pictures: Sequence[int], sounds: Sequence[int]) -> None:
        """Find what is the same or nearly so, and what has a part in common."""
        self.compare_lazily(self.candidates.of_pictures(pictures), self.compare_images)
        self.compare_lazily(self.candidates.of_recordings(sounds), self.compare_sounds)
        # In a chain of copies they are asked for again, whatever brought them together.
        self.compared -= self.candidates.only_windows
        self.candidates.only_windows.clear()
        if self.search.in_part:
            # Features of twenty copies tell no more than those of the one that shows most, and cost the square of it.
            pairs = self.candidates.by_features(self.standing(pictures))
            # Also what was compared before: now it is known where one may lie on the other.
            self.compared.difference_update(pairs)
            self.compare_lazily(pairs, self.compare_images)

    def standing(self, indexes: Sequence[int]) -> Sequence[int]:
        """Return the samples but for those of which a larger copy is known; all, where more than one may stay."""
        if self.search.limited or self.search.on_conflict == "keep":
            return indexes
        gone = {min(pair.first, pair.second, key=self.extent) for pair in self.pairs}
        return [index for index in indexes if index not in gone]

    def members(self, copies: Copies) -> dict[int, Member]:
        """Return all samples that are copies of another, ranked by what is in them."""
        involved = [index for chain in copies.chains for index in chain]
        worth: dict[int, Worth | None] = {}
        # What is in a picture is measured only where it decides: not of the same bytes, and not where no rule asks.
        near = [index for index in involved if self.items[index].image and copies.near(copies.content(index))]
        if near:
            from curate.duplicates.image.pairs import worth_of_files

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

    def uncompared(
        self, copies: Copies, members: Mapping[int, Member], answered: AbstractSet[int]
    ) -> list[tuple[int, int]]:
        """Return the pairs that have to be compared before it can be said what goes for what.

        The hashes bring together what is near, but not always both ends of a chain. What stays first of a chain is
        compared with all that would not go for it; only what is left then asks for the next.

        Args:
            copies: Which samples are copies of which, as far as is known.
            members: All of them.
            answered: Samples of which people said something.
        """
        wanted: list[tuple[int, int]] = []
        chains, _ = stars_of(members, copies, self.items.labels, self.comparable)
        for stars in chains:
            contents = [[copies.content(one.index) for one in (star.centre, *star.copies)] for star in stars]
            everyone = list(dict.fromkeys(itertools.chain.from_iterable(contents)))
            if self.search.on_conflict == "keep" or not answered.isdisjoint(everyone):
                # More than one of a star may stay: those that come first are compared with all.
                wanted += self.left(everyone[:_CENTRES], everyone)
                continue
            for place, (centre, *_) in enumerate(contents):
                if some := self.left([centre], itertools.chain.from_iterable(contents[place + 1 :])):
                    wanted += some
                    break
        return wanted

    def left(self, ones: Sequence[int], others: Iterable[int]) -> list[tuple[int, int]]:
        """Return the pairs of one and another that were not compared, and may be, each once."""
        others = list(others)
        pairs = dict.fromkeys((min(one, other), max(one, other)) for one in ones for other in others if one != other)
        return [pair for pair in pairs if pair not in self.compared and self.comparable(*pair)]

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

    def compare_lazily(
        self, candidates: Sequence[tuple[int, int]], compare: "Callable[[Sequence[tuple[int, int]]], None]"
    ) -> None:
        """Compare candidates, but not what is known to be a copy already: of 21 copies 20 pairs tell it, and not 210.

        In each round those that are larger than all that they may be a copy of are compared with these.
        """
        waiting = [pair for pair in candidates if self.comparable(*pair)]
        # Where one of each label stays, what goes is compared within each label too.
        rounds = 0 if self.search.on_conflict == "keep" else _LAZY_ROUNDS
        # Once for all rounds, as a number: of 10,000 photos each is asked a hundred times.
        ranked = (
            sorted({index for pair in waiting for index in pair}, key=self.extent)
            if rounds and len(waiting) >= _FEW
            else []
        )
        size = {index: place for place, index in enumerate(ranked)}
        for _ in range(rounds):
            if len(waiting) < _FEW:
                break
            best: dict[int, int] = {}
            for one, other in waiting:
                largest = max(size[one], size[other])
                best[one], best[other] = max(best.get(one, 0), largest), max(best.get(other, 0), largest)
            some = [(one, other) for one, other in waiting if best[one] == size[one] or best[other] == size[other]]
            known = len(self.pairs)
            self.compared.update(some)
            compare(some)
            stands: dict[int, int] = {}
            for found in self.pairs[known:]:
                less, more = sorted((found.first, found.second), key=size.__getitem__)
                stands[less] = max(stands.get(less, more), more, key=size.__getitem__)
            wholes: dict[int, set[int]] = {}
            for pair in self.parts:
                if pair[0] in size and pair[1] in size:
                    less, more = sorted(pair, key=size.__getitem__)
                    wholes.setdefault(less, set()).add(more)
            # What may be a copy of one that goes may be one of what stays for it, which its hash need not say.
            waiting = [
                pair
                for pair in dict.fromkeys(self.instead(pair, stands) for pair in waiting)
                if pair[0] != pair[1]
                and pair not in self.compared
                # Two parts of one picture that can be no more than that of each other: it is known already.
                and not (
                    pair in self.candidates.small_overlap
                    and wholes.get(pair[0], set()).intersection(wholes.get(pair[1], ()))
                )
            ]
        self.compared.update(waiting)
        compare(waiting)

    def instead(self, pair: tuple[int, int], stands: Mapping[int, int]) -> tuple[int, int]:
        """Return a pair with what stands, at the end of the chain, for each that goes, where these may be compared."""
        first, second = (_standing(index, stands) for index in pair)
        other = (min(first, second), max(first, second))
        if first == second or other == pair:
            return other
        known = self.candidates
        if pair not in known.only_windows:
            known.only_windows.discard(other)
        if not self.comparable(*other):
            return pair
        # Where one was cut out of a copy, there it was cut out of what stands for that, or nearly there.
        if pair in known.windows and other not in known.windows:
            side = other.index(first), other.index(second)
            known.windows[other] = tuple(
                one._replace(outer=side[one.outer], inner=side[one.inner]) for one in known.windows[pair]
            )
        return other

    def extent(self, index: int) -> tuple[bool, float, float, int, int]:
        """Return the order in which samples are taken to be the original of others, before more is known of them.

        What is in a frame is larger than what was framed, and never its original. Of equally large ones that which
        others were cut out of goes first: two parts of it need not be compared.
        """
        item = self.items[index]
        unframed = item.image is None or item.image.phash_trimmed is None
        return unframed, extent(item), self.candidates.shows[index], item.bytes or 0, -index

    def compare(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Compare pairs, each of one kind."""
        self.compare_sounds([pair for pair in pairs if all(self.items[index].audio for index in pair)])
        self.compare_images([pair for pair in pairs if all(self.items[index].image for index in pair)])

    def compare_sounds(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Compare pairs of recordings."""
        if not pairs:
            return
        from curate.duplicates.audio.pairs import confirm_pairs

        paths = self.paths(pairs)
        heard = confirm_pairs(paths, self.search.jobs, self.search.progress, speeds=self.search.in_part)
        self.take(pairs, paths, heard)

    def compare_images(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Compare pairs of pictures; where features or grids say how one may lie on the other, by that."""
        if not pairs:
            return
        from curate.duplicates.image.pairs import confirm_tasks
        from curate.duplicates.image.prefilter import Task

        known = self.candidates
        paths = self.paths(pairs)
        label_of = {index: self.items[index].label for index in {index for pair in pairs for index in pair}}
        tasks = []
        for pair, (first, second) in zip(pairs, paths, strict=True):
            # A mirror image with another label is another thing: an arrow to the left, b and d, 6 and 9.
            alike = label_of[pair[0]] == label_of[pair[1]]
            tasks.append(
                Task(
                    first,
                    second,
                    guesses=known.guessed.get(pair, ()),
                    flips=self.search.flips and alike,
                    turns=self.search.turns and alike,
                    same_label=alike,
                    windows=known.windows.get(pair, ()),
                    only_windows=pair in known.only_windows,
                )
            )
        matches = confirm_tasks(tasks, known.looks, self.search.jobs, self.search.progress)
        for pair, match in zip(pairs, matches, strict=True):
            if match.worth:
                self.worth.update(zip(pair, match.worth, strict=True))
        self.take(pairs, paths, matches)

    def paths(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
        """Return where the files of pairs are."""
        # Each sample is unpacked once: of 10,000 photos one is in a dozen pairs.
        involved = {index for pair in pairs for index in pair}
        path_of = {index: join(self.search.base, self.items[index].path) for index in involved}
        return [(path_of[first], path_of[second]) for first, second in pairs]

    def take(
        self,
        candidates: Sequence[tuple[int, int]],
        paths: Sequence[tuple[str, str]],
        matches: "Iterable[ImageMatch | AudioMatch]",
    ) -> None:
        """Remember what comparisons found."""
        for (first, second), names, match in zip(candidates, paths, matches, strict=True):
            if match.relation in ("exact", "near"):
                self.pairs.append(Pair(first, second, match.relation, match.distance, match.change))
            elif match.relation == "part":
                self.parts[first, second] = (match.share, match.change)
            # A reason that begins with a path is about a file that could not be compared; others tell why two are no
            # copies, which is the rule and not worth a word. `startswith` takes both paths, as a tuple.
            elif match.relation == "none" and match.reason.startswith(names):
                self.search.unconfirmed.append(match.reason)


def _standing(index: int, stands: Mapping[int, int]) -> int:
    while index in stands:
        index = stands[index]
    return index


def _different(one: str | None, other: str | None) -> tuple[str, ...]:
    """Return both values where both are known and differ."""
    return (one, other) if one is not None and other is not None and one != other else ()
