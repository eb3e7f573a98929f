"""The features of many files."""

import os
from pathlib import Path

import numpy as np
import pytest

from baselines.features.extract import extract
from baselines.features.reading import Reading
from tests.baselines.samples import example, stripes, tone, tones


def test_files_are_read_once_and_then_taken_from_the_cache(tmp_path: Path) -> None:
    examples, reading = tones(tmp_path / "a", 3), Reading(cache=str(tmp_path / "cache"), jobs=2)
    first, again = extract(examples, "audio", reading), extract(examples, "audio", reading)
    assert (first.reused, again.reused) == (0, 6)
    assert first.features.shape == (6, 2142)
    np.testing.assert_array_equal(first.features, again.features)
    assert first.digests == again.digests == [one.digest for one in examples]
    assert not first.failures


def test_without_a_cache_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    examples = tones(tmp_path / "a", 1)
    assert extract(examples, "audio", Reading(cache="")).reused == 0
    assert not (tmp_path / "home").exists()


def test_a_file_that_changed_is_read_again_and_its_digest_is_the_new_one(tmp_path: Path) -> None:
    reading = Reading(cache=str(tmp_path / "cache"))
    old = tone(tmp_path / "a.wav", "low", 0)
    before = extract([old], "audio", reading)
    new = tone(tmp_path / "a.wav", "high", 1)
    os.utime(tmp_path / "a.wav", ns=(0, (old.mtime_ns or 0) + 1))
    after = extract([old], "audio", reading)
    assert (after.reused, after.changed) == (0, 1)
    assert after.digests == [new.digest] != before.digests
    assert not np.array_equal(before.features, after.features)


def test_what_cannot_be_read_is_a_failure_of_its_own(tmp_path: Path) -> None:
    good = tone(tmp_path / "good.wav", "low", 0)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    (tmp_path / "empty.wav").touch()
    broken, empty = (example(tmp_path / name, "low") for name in ("broken.wav", "empty.wav"))
    gone = tone(tmp_path / "gone.wav", "low", 1)
    os.unlink(gone.path)
    found = extract([broken, good, gone, empty], "audio", Reading(cache=""))
    assert sorted(found.failures) == [0, 2, 3]
    assert found.failures[2] == "No such file or directory"
    assert found.digests[0] is None
    assert np.any(found.features[1])


def test_a_cut_picture_is_a_failure(tmp_path: Path) -> None:
    whole = stripes(tmp_path / "whole.jpg", "down", 0)
    (tmp_path / "cut.jpg").write_bytes(Path(whole.path).read_bytes()[:-200])
    found = extract([whole, example(tmp_path / "cut.jpg", "down")], "image", Reading(cache=""))
    assert list(found.failures) == [1]


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    examples = tones(tmp_path, 4)
    one, three = (extract(examples, "audio", Reading(jobs=jobs, cache="")) for jobs in (1, 3))
    np.testing.assert_array_equal(one.features, three.features)


def test_paths_are_relative_to_the_root(tmp_path: Path) -> None:
    one = tone(tmp_path / "a" / "x.wav", "low", 0)
    one.path = "a/x.wav"
    assert not extract([one], "audio", Reading(root=str(tmp_path), cache="")).failures
