"""`burnish release` and its family: what they say, how they end, and errors of one line."""

import json
import os
from pathlib import Path

import pytest

from cli.catalog import function_of
from cli.effects import Effect, effects_of
from tests.conftest import Burnish
from tests.curate.release.sets import files_of, line, some


def write(folder: Path, name: str, lines: list[bytes]) -> None:
    (folder / name).write_bytes(b"".join(one + b"\n" for one in lines))


@pytest.fixture
def two(burnish: Burnish, tmp_path: Path) -> Path:
    """Make a set and two releases of it."""
    files_of(tmp_path, [*some(), line("d/new.png")])
    write(tmp_path, "set.jsonl", some())
    write(tmp_path, "more.jsonl", [*some()[1:], line("d/new.png", label="bird", split="train", tags=["dark"])])
    burnish("release", "set.jsonl", "--as", "v1")
    burnish("release", "--as", "v2", stdin=(tmp_path / "more.jsonl").read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", ["list", "diff", "check", "restore", "path"])
def test_a_folder_that_may_not_be_written_to_can_be_read(name: str) -> None:
    assert effects_of(function_of(f"release {name}"))["into"] is Effect.READS


def test_what_was_released_is_said(burnish: Burnish, two: Path) -> None:
    shown = burnish("release", "set.jsonl", "--as", "v1").stdout
    assert "v1 is there with the same content; nothing was changed" in shown
    assert "the current release is v2" in shown
    assert "no schema, so nothing was validated" in shown
    write(two, "third.jsonl", [*some()[:2], line("d/3.png", label="cat", split="test")])
    shown = burnish("release", "third.jsonl", "--as", "v3", "--media", "trust").stdout
    assert "v2 (4 samples) to v3 (3): 1 added, 2 removed; 2 are the same" in shown
    assert "no file was read" in shown
    found = json.loads(burnish("release", "third.jsonl", "--as", "v3", "--json").stdout)
    assert found["made"]["release"]["name"] == found["made"]["pointer"]["release"] == "v3"
    assert (found["made"]["state"], found["difference"]) == ("same", None)


def test_the_list_and_the_way_back(burnish: Burnish, two: Path) -> None:
    found = json.loads(burnish("release", "list", "--json").stdout)
    assert [one["name"] for one in found["releases"]] == ["v1", "v2"]
    assert found["pointer"]["release"] == "v2"
    assert "the current release is v1 (4 samples, exchange 3)" in burnish("release", "rollback").stderr
    assert burnish("release", "path").stdout == "releases/v1/manifest.jsonl\n"
    assert burnish("release", "path", "v2").stdout == "releases/v2/manifest.jsonl\n"
    assert "v1       current" in burnish("release", "list").stdout
    assert "it was already" in burnish("release", "rollback", "v1").stderr
    burnish("release", "rollback", "v2", "--into", "releases")
    assert json.loads((two / "releases/current").read_text())["release"] == "v2"
    # What it prints is a manifest like any other.
    assert json.loads(burnish("balance", "releases/v2/manifest.jsonl", "--json").stdout)["samples"] == 4


def test_the_difference(burnish: Burnish, two: Path) -> None:
    found = json.loads(burnish("release", "diff", "v1", "--json").stdout)
    assert (found["old"], found["new"], found["same"]) == ("v1", "v2", 3)
    assert found["per_label"]["bird"]["added"] == found["per_tag"]["dark"]["added"] == 1
    shown = burnish("release", "diff", "v2", "v1").stdout
    assert "v2 (4 samples) to v1 (4): 1 added, 1 removed; 3 are the same" in shown
    assert "By class" in shown


def test_a_release_that_is_damaged_fails_the_check(burnish: Burnish, two: Path) -> None:
    assert "sound" in burnish("release", "check").stdout
    (two / "d/2.png").write_text("changed")
    shown = burnish("release", "check", code=1)
    assert shown.stderr == "burnish release check: not as released: v1, v2\n"
    assert "v1: d/2.png: other bytes than were released" in shown.stdout
    assert "no file of a sample was read" in burnish("release", "check", "--records-only").stdout
    assert json.loads(burnish("release", "check", "v2", "--json", code=1).stdout)["releases"][0]["changed"] == [
        "d/2.png"
    ]


def test_copies_bring_files_back(burnish: Burnish, two: Path) -> None:
    burnish("release", "set.jsonl", "--as", "v1", "--media", "copy")
    (two / "d/2.png").unlink()
    assert "v1: put back 1 files of 4" in burnish("release", "restore", "v1").stderr
    assert (two / "d/2.png").read_text() == "d/2.png"
    assert "put back 4 files" in burnish("release", "restore", "v1", "--root", "there").stderr
    assert burnish("release", "check", "v1", "--root", "there").returncode == 0


def test_relabelled_by_adjudication_is_released(burnish: Burnish, two: Path) -> None:
    """The way round that the refusal names: relabel with a rule that may change test labels."""
    for rule, code in (("majority", 1), ("adjudicated", 0)):
        (two / "fix.csv").write_text("path,label,annotator\nd/3.png,dog,ann\n")
        burnish("relabel", "more.jsonl", "--table", "fix.csv", "--rule", rule, "-o", "fixed.jsonl")
        if rule == "majority":
            # relabel itself holds test labels; what was changed by hand is refused here.
            text = (two / "fixed.jsonl").read_text().splitlines()
            bent = [one.replace('"cat"', '"dog"') if '"d/3.png"' in one else one for one in text]
            (two / "fixed.jsonl").write_text("\n".join(bent) + "\n")
        done = burnish("release", "fixed.jsonl", "--as", "v3", code=code)
        assert ("test labels of v2 changed without adjudication" in done.stderr) is bool(code)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["release", "set.jsonl"], "burnish release: which name? --as NAME"),
        (["release", "lst"], "lst is no manifest, and no command here (did you mean 'list'?)"),
        (["release", "set.jsonl", "--as", "../v3"], "burnish release: --as '../v3': a release is named by letters"),
        (["release", "set.jsonl", "--as", "current"], "the folder has a file of that name already"),
        (["release", "more.jsonl", "--as", "v1"], "there is a release of that name with other content"),
        (
            ["release", "set.jsonl", "--as", "v3", "--media", "coppy"],
            "--media 'coppy' is unknown (did you mean 'copy'?)",
        ),
        (["release", "set.jsonl", "--as", "v3", "--into", "set.jsonl"], "cannot make the folder set.jsonl"),
        (["release", "none.jsonl", "--as", "v3"], "cannot read none.jsonl: No such file"),
        (["release", "rollback", "v9"], "burnish release rollback: releases has no release v9 (known: v1, v2)"),
        (["release", "rollback", "../../etc"], "a release is named by letters"),
        (["release", "rollback", "--into", "none"], "there is no folder none with releases"),
        (["release", "list", "--into", "none"], "burnish release list: cannot read none"),
        (["release", "path", "--into", "d"], "burnish release path: d has no release yet; make one"),
        (["release", "diff", "v1", "v9"], "releases has no release v9"),
        (["release", "restore", "v1", "--root", "else"], "has no copy of d/0.png"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_wrong_call_is_one_line(burnish: Burnish, two: Path, words: list[str], problem: str) -> None:
    before = sorted(path for path in two.rglob("*"))
    errors = burnish(*words, code=1 if "restore" in words else 2).stderr
    assert problem in errors
    assert errors.count("\n") == 1
    assert sorted(path for path in two.rglob("*")) == before


def test_a_manifest_named_like_a_command_needs_its_folder(burnish: Burnish, two: Path) -> None:
    os.rename(two / "set.jsonl", two / "list")
    assert "no such file" not in burnish("release", "list").stdout.lower()
    assert "v1 is there" in burnish("release", "./list", "--as", "v1").stdout
