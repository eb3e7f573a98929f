"""Packed samples are the samples that were packed."""

import base64
import tracemalloc

import pytest
from msgspec.structs import astuple

from curate.duplicates.dedup import find_groups
from curate.duplicates.item import AudioKey, ImageKey, Item
from curate.duplicates.packed_items import PackedItems
from curate.duplicates.same_bytes import sharing_a_digest
from curate.duplicates.search import Search
from curate.facts.luma_grid import BYTES
from curate.facts.records import Finding
from curate.ground.errors import InputError

PHASH = "0123456789abcdef"
ITEMS = [
    Item(
        "a.jpg",
        label="cat",
        tags=("dark",),
        split="train",
        kind="image",
        bytes=5,
        digest="sha256:aa",
        image=ImageKey("JPEG", 4, 3, PHASH, None, PHASH),
    ),
    Item(
        "b\udcff.wav",
        kind="audio",
        bytes=2**40,
        digest="sha256:bb",
        audio=AudioKey("WAV", 16000, 1, 0.5, "00" * 16),
    ),
    Item("c.txt", kind="text"),
    Item(
        "d.jpg",
        label="",
        split="val",
        kind="image",
        bytes=0,
        digest="sha256:aa",
        image=ImageKey(),
        findings=(Finding("dark", "warning", 0.1, 0.2, "x"),),
    ),
]


def test_each_is_what_it_was() -> None:
    packed = PackedItems(iter(ITEMS))
    assert len(packed) == 4
    for found, item in zip(packed, ITEMS, strict=True):
        assert [getattr(found, name) for name in Item.__struct_fields__ if name not in {"image", "audio"}] == [
            getattr(item, name) for name in Item.__struct_fields__ if name not in {"image", "audio"}
        ]
        assert (found.image is None, found.audio is None) == (item.image is None, item.audio is None)
        assert not found.image or not item.image or astuple(found.image) == astuple(item.image)
        assert not found.audio or not item.audio or astuple(found.audio) == astuple(item.audio)
    assert [one.path for one in packed[1:3]] == ["b\udcff.wav", "c.txt"]
    assert (packed[-1].path, packed[0].path) == ("d.jpg", "a.jpg")
    with pytest.raises(IndexError):
        packed[4]


def test_what_a_search_asks_of_all_is_known_without_making_them() -> None:
    packed = PackedItems(ITEMS)
    # The last has a picture without a hash: it was not decoded.
    assert (list(packed.pictures), list(packed.sounds)) == ([0], [1])
    assert sharing_a_digest(packed) == sharing_a_digest(ITEMS) == [0, 3]


def test_samples_without_a_digest_are_no_copies_of_each_other() -> None:
    items = [Item("a", digest="sha256:x", kind="image"), Item("b", kind="text"), Item("c", kind="text")]
    assert find_groups(items, Search(exact=True)) == []
    assert find_groups([], Search(exact=True)) == []


def test_a_sample_takes_a_quarter_of_a_kilobyte() -> None:
    count = 5_000
    made = (
        Item(
            f"photos/dress/{n:08}.jpg",
            label="dress",
            kind="image",
            bytes=n,
            digest=f"sha256:{n:064x}",
            image=ImageKey("JPEG", 4, 3, PHASH),
        )
        for n in range(count)
    )
    tracemalloc.start()
    packed = PackedItems(made)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(packed) == count
    assert held / count < 250


def test_grids_are_kept_beside_the_samples() -> None:
    grid = base64.b64encode(bytes(range(BYTES))).decode()

    def items() -> list[Item]:
        keys = ImageKey(phash=PHASH, luma_grid=grid), ImageKey(phash=PHASH), ImageKey(phash=PHASH, phash_trimmed=PHASH)
        keys[2].luma_grid = grid
        return [Item(f"{place}.jpg", kind="image", image=key) for place, key in enumerate(keys)]

    packed = PackedItems(items(), grids=True)
    # What has margins, too: of a photo on a plain ground, a crop has some where its original has none.
    assert bytes(packed.grids) == bytes(range(BYTES)) + bytes(BYTES) + bytes(range(BYTES))
    assert [one.image and one.image.luma_grid for one in packed] == [None] * 3
    assert not PackedItems(items()).grids


@pytest.mark.parametrize("grid", ["", "AAAA", "?" * 96, "A" * 100])
def test_a_grid_that_is_none_is_refused(grid: str) -> None:
    item = Item("a.jpg", kind="image", image=ImageKey(phash=PHASH, luma_grid=grid))
    with pytest.raises(InputError, match="scan the folder again"):
        PackedItems([item], grids=True)
