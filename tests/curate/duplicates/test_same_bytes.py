"""Samples of one digest, once their files were looked at."""

import hashlib
import os
from pathlib import Path

import pytest
from msgspec import structs

from curate.duplicates.copies import Pair
from curate.duplicates.item import Item
from curate.duplicates.same_bytes import Present, same_bytes


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    """Return the samples of three files of the same bytes and of another one."""
    found = []
    for name, text in (("a", b"same"), ("b", b"same"), ("c", b"other"), ("d", b"same")):
        (tmp_path / name).write_bytes(text)
        digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
        mtime_ns = (tmp_path / name).stat().st_mtime_ns
        found.append(Item(path=name, bytes=len(text), mtime_ns=mtime_ns, digest=digest))
    return found


def firsts(items: list[Item], present: Present) -> list[tuple[int, int]]:
    pairs = list(same_bytes(items, present))
    assert all(isinstance(pair, Pair) and pair.relation == "exact" for pair in pairs)
    return [(pair.first, pair.second) for pair in pairs]


def test_each_with_the_first(items: list[Item], tmp_path: Path) -> None:
    present = Present(items, str(tmp_path))
    assert firsts(items, present) == [(0, 1), (0, 3)]
    assert (present.gone, present.changed, present.problems) == (set(), set(), [])


def test_a_file_that_is_gone_is_known(items: list[Item], tmp_path: Path) -> None:
    (tmp_path / "a").unlink()
    assert Present(items, str(tmp_path)).gone == {0}


@pytest.mark.parametrize("text", [b"longer than before", b"emas"], ids=["another-size", "another-content"])
def test_a_file_that_was_changed_is_in_no_pair(items: list[Item], tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a").write_bytes(text)
    os.utime(tmp_path / "a", ns=(1, 1))
    present = Present(items, str(tmp_path))
    assert present.changed == {0}
    assert "changed after it was scanned" in present.problems[0]
    assert firsts(items, present) == [(1, 3)]


def test_a_file_with_another_time_and_the_same_bytes_is_the_same(items: list[Item], tmp_path: Path) -> None:
    os.utime(tmp_path / "a", ns=(1, 1))
    assert Present(items, str(tmp_path)).changed == set()


def test_one_file_by_two_names(items: list[Item], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    present = Present([*items, Item(path="link", digest=items[0].digest)], str(tmp_path))
    assert present.same_file(0, 4)
    assert not present.same_file(0, 1)


def test_a_name_with_a_nul_is_of_no_file(items: list[Item], tmp_path: Path) -> None:
    present = Present([*items, structs.replace(items[0], path="a\0b")], str(tmp_path))
    assert present.gone == {4}
