"""Where a run comes from."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from baselines.data.labelled_samples import LabelledSample
from baselines.runs.save_run import Clock, describe_machine, describe_manifest, describe_repository, describe_versions
from curate.records.origin import Origin

A = LabelledSample("a.wav", "x", ("t", "u"), "train", digest="sha256:a")
B = LabelledSample("b.wav", "y", digest="sha256:b")


def git(folder: Path, *arguments: str) -> None:
    plain = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, env=plain)


def test_order_folder_and_facts_do_not_change_the_digest_of_a_manifest() -> None:
    moved = LabelledSample("elsewhere/a.wav", "x", ("u", "t"), "train", digest="sha256:a", bytes=7)
    assert describe_manifest([A, B]).digest == describe_manifest([B, moved]).digest


@pytest.mark.parametrize(
    "change",
    [{"label": "z"}, {"split": "test"}, {"tags": ("t",)}, {"digest": "sha256:c"}],
    ids=lambda one: next(iter(one)),
)
def test_what_a_model_would_see_differently_changes_it(change: dict[str, object]) -> None:
    assert describe_manifest([A]).digest != describe_manifest([msgspec.structs.replace(A, **change)]).digest


def test_counts_and_recipes() -> None:
    made = LabelledSample("m.wav", "x", origin=Origin(recipe="r", recipe_digest="sha256:r"))
    found = describe_manifest([A, B, made, LabelledSample("n.wav")])
    assert (found.samples, found.labels, found.splits) == (4, {"x": 2, "y": 1}, {"none": 3, "train": 1})
    assert found.recipes == ("sha256:r",)


def test_names_that_are_not_utf8() -> None:
    assert describe_manifest([LabelledSample("\udcff.wav", "\udcff")]).samples == 1


def test_the_repository_and_whether_it_is_as_committed(tmp_path: Path) -> None:
    assert describe_repository(str(tmp_path)) is None
    git(tmp_path, "init", "-q")
    assert describe_repository(str(tmp_path)) is None, "without a commit there is nothing to name"
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "a")
    (tmp_path / "untracked").touch()
    clean = describe_repository(str(tmp_path))
    assert clean is not None
    assert (len(clean.commit), clean.dirty) == (40, False)
    (tmp_path / "a").write_text("2")
    dirty = describe_repository(str(tmp_path))
    assert dirty is not None
    assert (dirty.commit, dirty.dirty) == (clean.commit, True)


def test_no_git_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_repository() is None


def test_versions_and_machine() -> None:
    assert describe_versions().keys() >= {"python", "burnish", "numpy", "scikit-learn"}
    assert describe_machine().keys() == {"system", "release", "machine", "processors"}


def test_the_cost_counts_worker_processes() -> None:
    clock = Clock()
    before = clock.cost()
    subprocess.run(["python3", "-c", "sum(range(10**7))"], check=True)
    after = clock.cost()
    assert after.cpu_s > before.cpu_s
    assert after.wall_s >= before.wall_s
    assert after.peak_memory_mb > 10
