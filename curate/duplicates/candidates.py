"""Which samples to compare: those that hashes, grids, features, fingerprints or landmarks bring together."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from curate.duplicates.packed_items import PackedItems
from curate.duplicates.search import Search
from curate.media.storage.address import join

if TYPE_CHECKING:
    from curate.duplicates.image.crop_candidates import Window
    from curate.duplicates.image.feature_candidates import Guess
    from curate.duplicates.image.features import Features
    from curate.duplicates.image.hash_candidates import Hashes
    from curate.duplicates.image.looks import Look

_BLOCK = 1 << 14


class Candidates:
    """The pairs that are worth comparing, and what is known of them before.

    Attributes:
        looks: Of pictures, by their paths.
        guessed: How pictures may lie on each other by the features that they share.
        windows: Where pictures may have been cut out of others; 0 is the first of a pair, 1 the second.
        only_windows: Pairs that nothing else brings together.
        small_overlap: Pairs that can be no more than a part of each other.
        shows: Of how many others a picture seems to show more, less those that show more of it.
    """

    def __init__(self, items: PackedItems, search: Search, comparable: Callable[[int, int], bool]) -> None:
        """Take the samples, how to look, and whether two of them may be compared."""
        self.items = items
        self.search = search
        self.comparable = comparable
        self.looks: dict[str, Look] = {}
        self.guessed: dict[tuple[int, int], tuple[Guess, ...]] = {}
        self.windows: dict[tuple[int, int], tuple[Window, ...]] = {}
        self.only_windows: set[tuple[int, int]] = set()
        self.small_overlap: set[tuple[int, int]] = set()
        self.shows: Counter[int] = Counter()

    def of_pictures(self, pictures: Sequence[int]) -> list[tuple[int, int]]:
        """Return the pairs of pictures that their hashes bring together, or their grids."""
        if len(pictures) < 2:
            return []
        pairs = self.images(pictures)
        self.windows = self.cut_out(pictures)
        self.only_windows = set(self.windows).difference(pairs)
        return list(dict.fromkeys([*pairs, *self.windows]))

    def by_features(self, pictures: Sequence[int]) -> list[tuple[int, int]]:
        """Return the pairs of pictures that share features in one place relative to each other."""
        if len(pictures) < 2:
            return []
        self.guessed = self.guesses(pictures, *self.look_closely(pictures))
        return list(self.guessed)

    def look_closely(self, pictures: Sequence[int]) -> "tuple[list[Features], list[tuple[int, int]]]":
        """Return the features and the sizes of pictures."""
        from curate.duplicates.image.features import NONE
        from curate.duplicates.image.looks import MOST_LOOKS, look_at

        paths = [join(self.search.base, self.items[index].path) for index in pictures]
        looks = look_at(paths, self.search.jobs, self.search.progress, features=True)
        features, sizes = [], []
        for path, look in zip(paths, looks, strict=True):
            features.append(look.features if look else NONE)
            sizes.append(look.size if look else (1, 1))
            # Descriptors of more pictures than that are made again, block by block: they would fill the memory.
            if look and len(pictures) <= MOST_LOOKS:
                self.looks[path] = look
        return features, sizes

    def cut_out(self, pictures: Sequence[int]) -> dict[tuple[int, int], tuple["Window", ...]]:
        """Return where pictures may have been cut out of others, by pairs, of which 0 is the first and 1 the other."""
        import numpy as np

        from curate.duplicates.image.crop_candidates import crops
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
        from curate.duplicates.image.feature_candidates import candidates, lay
        from curate.duplicates.image.parts import MOST_OF_PART

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
        from curate.duplicates.image.hash_candidates import DISTANCE, candidates

        (whole, inner, disc), trimmed = self.hashes(pictures, "phash", "phash_inner", "phash_disc")
        distance = DISTANCE if self.search.distance is None else self.search.distance
        pairs = candidates(whole, inner, disc, distance, trimmed)
        return [(pictures[i], pictures[j]) for i, j in pairs.tolist()]

    def of_same_pictures(self, pictures: Sequence[int]) -> list[int]:
        """Return the pictures of which another may have the same content.

        The same pixels give nearly the same hash of the whole picture; the other hashes are for crops, frames and
        turns.
        """
        if len(pictures) < 2:
            return []
        from curate.duplicates.image.hash_candidates import EXACT_DISTANCE, exact_candidates

        distance = EXACT_DISTANCE if self.search.distance is None else self.search.distance
        return [pictures[place] for place in exact_candidates(self.whole(pictures), distance).tolist()]

    def whole(self, pictures: Sequence[int]) -> "Hashes":
        """Return `phash` of pictures, for which no sample has to be made."""
        import numpy as np

        hashes = np.frombuffer(self.items.hashes, ">u8").astype(np.uint64)
        return hashes[np.searchsorted(np.asarray(self.items.pictures), np.asarray(pictures))]

    def hashes(self, pictures: Sequence[int], *names: str) -> "tuple[list[Hashes], list[str | None]]":
        """Return hashes of each name, and those of what is in a frame, from one reading of the samples.

        In blocks: of a million pictures, the texts that hashes come from would take 300 MB. Few have a frame.
        """
        import numpy as np

        from curate.duplicates.image.hash_candidates import hashes

        blocks: list[list[Hashes]] = [[] for _ in names]
        trimmed: list[str | None] = []
        for begin in range(0, len(pictures), _BLOCK):
            facts = [image for index in pictures[begin : begin + _BLOCK] if (image := self.items[index].image)]
            trimmed += [one.phash_trimmed for one in facts]
            # A manifest of an older scan has only the first of the three.
            for name, found in zip(names, blocks, strict=True):
                found.append(hashes(getattr(one, name) or one.phash or "" for one in facts))
        return [np.concatenate(found) for found in blocks], trimmed

    def of_recordings(self, sounds: Sequence[int]) -> list[tuple[int, int]]:
        """Return the candidates among recordings."""
        # Where there are not two, nothing of the comparison is imported.
        if len(sounds) < 2:
            return []
        from curate.duplicates.audio.fingerprint_candidates import near_fingerprints
        from curate.facts.fingerprint import RADIUS_BITS

        keys = [audio.fingerprint if (audio := self.items[index].audio) else None for index in sounds]
        distance = RADIUS_BITS if self.search.distance is None else self.search.distance
        pairs = [(i, j) for i, j in near_fingerprints(keys, distance).tolist()]
        if self.search.in_part and not self.search.exact:
            from curate.duplicates.audio.landmarks import landmark_candidates
            from curate.duplicates.audio.pairs import landmarks_of_files

            paths = [join(self.search.base, self.items[index].path) for index in sounds]
            heard = list(landmarks_of_files(paths, self.search.jobs, self.search.progress))
            pairs += landmark_candidates(*zip(*heard, strict=True))
        return [(sounds[i], sounds[j]) for i, j in dict.fromkeys(pairs)]
