"""Repair by a journal: whatever happens at whatever moment, no byte is lost, and the manifest says where they are."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from curate.ground.errors import BurnishError, InputError, UsageError
from curate.journal import Journal, take_back
from curate.records.sample import Sample
from curate.repair.fixes import FIXES, may_need, parse_fixes
from curate.repair.places import Places
from curate.repair.repair import Repair
from curate.scan.measure import measure
from tests.curate.journal.test_crash import Dead, trouble
from tests.curate.media.repair.test_cut import archive
from tests.curate.media.repair.test_turn import pixels, saved

ALL = frozenset(FIXES)
EVERY = 1 if os.environ.get("BURNISH_SOAK") else 9
"""Of the calls to the system, which ones are tried."""


def grow(folder: Path) -> list[Sample]:
    """A file for each fix, one for all of them, two with one right name, and one that needs nothing."""
    folder.mkdir(parents=True)
    jpeg = saved(pixels(size=(16, 16)), "JPEG", 1)
    png = saved(pixels(size=(9, 7)), "PNG", 6)
    (folder / "turned.png").write_bytes(png)
    (folder / "long.jpg").write_bytes(jpeg + archive())
    (folder / "all.jpg").write_bytes(png + bytes(99))
    (folder / "two.gif").write_bytes(jpeg)
    (folder / "two.png").write_bytes(jpeg + b"x")
    (folder / "fine.jpg").write_bytes(jpeg)
    return scan(folder)


def scan(folder: Path) -> list[Sample]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".jsonl")
    found = [measure(Sample(path.name, label="cat"), str(path)) for path in files]
    return [sample for sample in found if sample]


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "journal.jsonl"
    }


def repaired(folder: Path, samples: Iterable[Sample], fixes: frozenset[str] = ALL) -> tuple[Repair, list[Sample]]:
    samples = list(samples)
    repair = Repair(fixes, Places.of(samples, str(folder)))
    repair.apply(samples)
    return repair, [repair.follow(sample) for sample in samples]


def undo(folder: Path) -> None:
    if (folder / "journal.jsonl").exists():
        with Journal.find(str(folder)) as journal:
            assert {taken.status for taken in take_back(journal)} <= {"undone", "gone"}


def test_every_fix_and_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    before = contents(folder)
    repair, after = repaired(folder, samples)
    names = {Path(old.path).name: Path(new.path).name for old, new in zip(samples, after, strict=True)}
    assert names["all.jpg"] == "all.png"
    assert {names["two.gif"], names["two.png"]} == {"two.jpg", "two-2.jpg"}
    assert (names["turned.png"], names["long.jpg"], names["fine.jpg"]) == ("turned.png", "long.jpg", "fine.jpg")
    assert scan(folder) == as_scanned(after), "the manifest says what a new scan would"
    assert {sample.findings for sample in after} == {()}
    one = next(sample for sample in after if sample.path.endswith("all.png"))
    was = next(sample for sample in samples if sample.path.endswith("all.jpg"))
    assert one.origin == {
        "repaired": ["trailing-bytes", "orientation", "extension"],
        "repaired_from": was.path,
        "repaired_digest": was.digest,
    }
    assert repair.report.numbered == 1
    assert repair.report.behind["a zip archive"].bytes == len(archive())
    assert contents(folder).items() >= {(name, digest) for name, digest in before.items() if name == "fine.jpg"}
    assert {*contents(folder).values()} >= {*before.values()}, "every byte is still there"
    undo(folder)
    assert contents(folder) == before


def as_scanned(samples: Iterable[Sample]) -> list[Sample]:
    """Samples without what only a repair says, in the order of a scan."""
    return sorted((replace(sample, origin=None) for sample in samples), key=lambda sample: sample.path)


def test_a_look_changes_nothing_and_counts_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    before = contents(tmp_path)
    looked = Repair(ALL, Places.of(samples, str(folder)))
    looked.look(samples)
    assert contents(tmp_path) == before
    assert list(tmp_path.rglob("journal.jsonl")) == []
    done, _ = repaired(folder, samples)
    assert (looked.report.done, looked.report.behind, looked.report.numbered) == (
        done.report.done, done.report.behind, done.report.numbered
    )  # fmt: skip


def test_repeated_with_either_manifest_there_is_nothing_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    _, after = repaired(folder, samples)
    there = contents(tmp_path)
    assert repaired(folder, samples)[1] == after, "with the old manifest the same comes out"
    again, same = repaired(folder, after)
    assert (again.report.done, same) == ({}, after)
    assert contents(tmp_path) == there


def test_what_was_repaired_once_can_be_repaired_further(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    before = contents(tmp_path)
    _, once = repaired(folder, samples, frozenset({"trailing-bytes"}))
    _, twice = repaired(folder, once, frozenset({"orientation"}))
    _, thrice = repaired(folder, twice, frozenset({"extension"}))
    assert scan(folder) == as_scanned(thrice)
    undo(tmp_path / "data")
    assert contents(tmp_path) == before


def test_what_was_made_from_a_renamed_file_still_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    two = next(sample for sample in samples if sample.path.endswith("two.gif"))
    made = Sample("made.png", duplicate_of=two.path, origin={"source": two.path, "source_digest": two.digest})
    repair, _ = repaired(folder, samples)
    new = repair.follow(made)
    assert new.duplicate_of == new.origin["source"] == repair.repaired[two.path].path  # type: ignore[index]
    assert repair.follow(samples[-1]).origin is not made.origin


@pytest.mark.slow
@pytest.mark.parametrize("resume", [True, False], ids=["repeated", "undone"])
def test_death_before_every_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resume: bool) -> None:
    samples = grow(tmp_path / "whole")
    copied(tmp_path / "whole", tmp_path / "done")
    repaired(tmp_path / "done", samples)
    wanted = contents(tmp_path / "done")
    for number in range(1, 2000, EVERY):
        folder = tmp_path / str(number)
        before = copied(tmp_path / "whole", folder)
        with trouble(monkeypatch, number, Dead, forever=True) as made, suppress(Dead):
            repaired(folder, samples)
        assert {*contents(folder).values()} >= {*before.values()}, "nothing is lost, recovered or not"
        if resume:
            _, after = repaired(folder, samples)
            assert contents(folder) == wanted
            assert all((folder / sample.path).exists() for sample in after)
        undo(folder)
        assert contents(folder) == before
        if len(made) < number:
            break
    assert number > 50


def copied(folder: Path, to: Path) -> dict[str, str]:
    """Copy a folder with the times of its files, and return what is in it."""
    shutil.copytree(folder, to)
    return contents(to)


@pytest.mark.slow
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_every_call_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    samples = grow(tmp_path / "whole")
    for number in range(error % 3 + 1, 2000, 3 * EVERY):
        folder = tmp_path / str(number)
        before = copied(tmp_path / "whole", folder)
        with trouble(monkeypatch, number, lambda: OSError(error, os.strerror(error)), forever=False) as made:
            try:
                repair, after = repaired(folder, samples)
            except (BurnishError, OSError):
                pass
            else:
                assert repair.report.failures or all((folder / sample.path).exists() for sample in after)
        assert {*contents(folder).values()} >= {*before.values()}
        undo(folder)
        assert contents(folder) == before
        if len(made) < number:
            break


@pytest.mark.parametrize(
    ("path", "message"),
    [("s3://bucket/a.jpg", "in a store or a shard"), ("shard.tar#a.jpg", "store or a shard")],
)
def test_stores_are_refused(path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Places.of([Sample(path, kind="image", digest="sha256:0")], "")


def test_a_path_twice_or_without_a_digest_is_refused() -> None:
    one = Sample("a.jpg", kind="image", digest="sha256:0")
    with pytest.raises(InputError, match="twice"):
        Places.of([one, one], "")
    with pytest.raises(InputError, match="has no digest"):
        Places.of([Sample("a.jpg", kind="image")], "")


def test_a_file_by_two_paths_and_a_path_that_is_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "e").symlink_to("d")
    one, two = (Sample(f"{folder}/a.jpg", kind="image", digest="sha256:0") for folder in "de")
    with pytest.raises(InputError, match="twice"):
        Places.of([one, two], str(tmp_path))
    with pytest.raises(InputError, match="no path of a file"):
        Places.of([Sample("a\0/b.jpg", kind="image", digest="sha256:0")], "")
    with pytest.raises(InputError, match="no folder in common"):
        Places.of([Sample(f"/{name}/a.jpg", kind="image", digest="sha256:0") for name in ("proc", "usr")], "")


def test_files_that_changed_or_went_are_left_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    (tmp_path / "data" / "two.gif").write_bytes(b"another")
    (tmp_path / "data" / "long.jpg").unlink()
    repair, after = repaired(folder, samples)
    reasons = {reason for _, reason in repair.report.refused}
    assert reasons == {"it is not the file that was scanned", "it cannot be read: No such file or directory"}
    assert {sample.path for sample in after} >= {"two.gif", "long.jpg"}


def test_a_manifest_that_lies_of_a_format_renames_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    samples = grow(folder)
    lies = [_lying(sample) for sample in samples if sample.path.endswith("two.gif")]
    repair, after = repaired(folder, lies)
    assert (after, repair.report.done) == (lies, {})
    assert "its content is JPEG, not TIFF" in next(iter(repair.report.refused))[1]


def _lying(sample: Sample) -> Sample:
    assert sample.image
    return replace(sample, image=replace(sample.image, format="TIFF"))


def test_a_link_is_not_followed_over_what_it_points_to(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    original = tmp_path / "original.jpg"
    original.write_bytes(saved(pixels(), "PNG", 6))
    (tmp_path / "data" / "a.jpg").symlink_to(original)
    samples = scan(tmp_path / "data")
    before = original.read_bytes()
    _, after = repaired(folder, samples)
    assert original.read_bytes() == before
    assert Path(after[0].path).name == "a.png"
    undo(tmp_path / "data")
    assert os.readlink(tmp_path / "data" / "a.jpg") == str(original)


def test_an_ending_is_right_for_the_next_scan_and_names_are_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with Image.new("RGB", (8, 8)) as image:
        image.save(folder / "x.jpg", "PNG")
        image.save(folder / "x.png", "PNG")
        image.save(folder / "x-2.png", "PNG")
    before = contents(folder)
    _, after = repaired(folder, scan(folder), frozenset({"extension"}))
    assert {Path(sample.path).name for sample in after} == {"x.png", "x-2.png", "x-3.png"}
    undo(folder)
    assert contents(folder) == before


def test_words_of_the_option() -> None:
    assert parse_fixes(["extension, orientation", "trailing-bytes"]) == ALL
    with pytest.raises(UsageError, match=r"--fix orientaton: .*did you mean .orientation"):
        parse_fixes(["orientaton"])


def test_only_what_may_need_it_is_read() -> None:
    plain = Sample("a.jpg", kind="image", digest="sha256:0")
    assert may_need(plain, frozenset({"trailing-bytes"}))
    assert not may_need(plain, frozenset({"extension", "orientation"}))
    assert not may_need(Sample("a.mp4", kind="video"), ALL)
