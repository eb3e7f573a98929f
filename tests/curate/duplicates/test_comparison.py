"""Which pairs are compared, once some of them are known to be copies."""

from collections.abc import Sequence

import pytest

from curate.duplicates import comparison as module
from curate.duplicates.comparison import Comparison
from curate.duplicates.copies import Copies, Pair
from curate.duplicates.groups import Member, OnConflict
from curate.duplicates.image.crop_candidates import Window
from curate.duplicates.item import ImageKey, Item
from curate.duplicates.packed_items import PackedItems
from curate.duplicates.search import Search


def pictures(*sides: int) -> list[Item]:
    """Return pictures of no files, each with a digest of its own."""
    return [
        Item(path=f"{side}.jpg", kind="image", digest=f"sha256:{side:064x}", image=ImageKey(width=side, height=side))
        for side in sides
    ]


def compared(comparison: Comparison, candidates: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is compared of candidates, in order, where all that are compared are copies."""
    met: list[tuple[int, int]] = []

    def compare(pairs: Sequence[tuple[int, int]]) -> None:
        met.extend(pairs)
        comparison.pairs += [Pair(first, second, "near") for first, second in pairs]

    comparison.compare_lazily(candidates, compare)
    return met


def test_a_copy_of_a_copy_is_compared_with_what_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", 1)
    comparison = Comparison(PackedItems(pictures(400, 300, 200)), Search())
    # The hash of the smallest is near that of the middle one only, which goes for the largest.
    assert compared(comparison, [(0, 1), (1, 2)]) == [(0, 1), (0, 2)]


def test_what_may_not_be_compared_with_what_stays_is_compared_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", 1)
    items = pictures(400, 300, 200)
    comparison = Comparison(PackedItems(items), Search())
    monkeypatch.setattr(comparison, "within_limits", lambda one, other: (one, other) != (0, 2))
    assert compared(comparison, [(0, 1), (1, 2)]) == [(0, 1), (1, 2)]


def test_where_one_was_cut_out_of_a_copy_goes_over_to_what_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy may be the later of the two, and what stays for it the earlier: 0 is always the first of a pair."""
    monkeypatch.setattr(module, "_FEW", 1)
    comparison = Comparison(PackedItems(pictures(400, 200, 300)), Search())
    known = comparison.candidates
    box = (0.1, 0.9, 0.1, 0.9)
    # 1 was cut out of 2, which is a copy of 0.
    known.windows[1, 2] = (Window(1, 0, box, mirrored=False),)
    known.only_windows.add((1, 2))
    assert compared(comparison, [(0, 2), (1, 2)]) == [(0, 2), (0, 1)]
    assert known.windows[0, 1] == (Window(0, 1, box, mirrored=False),)


def test_what_is_in_a_frame_is_never_taken_for_the_original() -> None:
    framed = Item("framed.png", image=ImageKey(width=900, height=900, phash_trimmed="0" * 16))
    photo = Item("photo.png", image=ImageKey(width=300, height=300))
    comparison = Comparison(PackedItems([framed, photo]), Search())
    assert comparison.extent(1) > comparison.extent(0)


def chained(on_conflict: OnConflict = "drop") -> tuple[Comparison, Copies, dict[int, Member]]:
    """Return five pictures, each a copy of the one before it and compared with no other; the first is the best."""
    items = pictures(500, 400, 300, 200, 100)
    comparison = Comparison(PackedItems(items), Search(on_conflict=on_conflict))
    pairs = [Pair(index, index + 1, "near") for index in range(4)]
    comparison.compared = {(pair.first, pair.second) for pair in pairs}
    members = {index: Member(index, item.path, rank=(-index,)) for index, item in enumerate(items)}
    return comparison, Copies(5, pairs), members


def test_of_a_chain_only_what_stays_first_is_compared_with_what_is_left() -> None:
    comparison, copies, members = chained()
    assert comparison.uncompared(copies, members, set()) == [(0, 2), (0, 3), (0, 4)]
    # None is one of the first: then 2 stays, 3 goes for it, and 4 is asked.
    comparison.compared |= {(0, 2), (0, 3), (0, 4)}
    assert comparison.uncompared(copies, members, set()) == [(2, 4)]
    comparison.compared.add((2, 4))
    assert comparison.uncompared(copies, members, set()) == []


def test_where_more_than_one_may_stay_the_first_four_are_compared_with_all() -> None:
    comparison, copies, members = chained("keep")
    all_of_four = {(0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (2, 4)}
    assert set(comparison.uncompared(copies, members, set())) == all_of_four
    comparison, copies, members = chained()
    assert set(comparison.uncompared(copies, members, {3})) == all_of_four


@pytest.mark.parametrize("on_conflict", ["drop", "keep"])
def test_features_are_asked_of_what_stands_for_its_copies(
    on_conflict: OnConflict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of pairs that were compared before: now it is known where one may lie on the other."""
    items = [
        Item(
            path=f"{side}.jpg",
            kind="image",
            digest=f"sha256:{side:064x}",
            image=ImageKey(width=side, height=side, phash="0" * 16),
        )
        for side in (400, 300, 200, 100)
    ]
    monkeypatch.setattr(module, "_FEW", 1)
    comparison = Comparison(PackedItems(items), Search(in_part=True, on_conflict=on_conflict))
    asked: list[int] = []
    met: list[tuple[int, int]] = []

    def compare(pairs: Sequence[tuple[int, int]]) -> None:
        met.extend(pairs)
        comparison.pairs += [Pair(*pair, "near") for pair in pairs if pair == (0, 1)]

    def by_features(some: Sequence[int]) -> list[tuple[int, int]]:
        asked.extend(some)
        return [(0, 2), (2, 3)]

    monkeypatch.setattr(comparison.candidates, "of_pictures", lambda _: [(0, 1), (0, 2), (2, 3)])
    monkeypatch.setattr(comparison.candidates, "by_features", by_features)
    monkeypatch.setattr(comparison, "compare_images", compare)
    comparison.groups()
    assert asked == ([0, 2, 3] if on_conflict == "drop" else [0, 1, 2, 3])
    assert met.count((0, 2)) == met.count((2, 3)) == 2
