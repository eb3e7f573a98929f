"""From nothing to an organized set and a first verdict, as README says it, on a folder as messy as life."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Burnish
from tests.messy import CLASSES, FILES, make_messy

HEADING = "## From a messy folder to a first verdict"
MOST_COMMANDS = 12
NAMES = {"photos/fixes.csv": "photos/Korrekturen.csv", "column file": "column Datei", "column class": "column Klasse"}


def commands() -> list[list[str]]:
    """Return the commands of README, with the names of the table's columns as they are in the folder."""
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text().partition(HEADING)[2], re.DOTALL)
    assert block
    text = block[1]
    for name, own in NAMES.items():
        assert name in text
        text = text.replace(name, own)
    return [line.split() for line in text.splitlines()]


def manifest(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def test_the_messy_folder_is_made_the_same_each_time(messy: Path, tmp_path: Path) -> None:
    first = make_messy(messy)
    files = {path.relative_to(messy): path.read_bytes() for path in messy.rglob("*") if path.is_file()}
    assert sum(path.is_file() for path in messy.rglob("*")) == FILES
    again = tmp_path / "again"
    again.mkdir()
    assert make_messy(again) == first
    # An archive has the time in it when it was made.
    assert all((again / path).read_bytes() == data for path, data in files.items() if path.suffix != ".zip")


def test_from_nothing_to_a_first_verdict(messy: Path, burnish: Burnish, tmp_path: Path) -> None:
    made = make_messy(messy)
    before = {path: path.read_bytes() for path in messy.rglob("*") if path.is_file()}
    steps = commands()
    assert len(steps) <= MOST_COMMANDS
    said = {}
    for program, *words in steps:
        assert program == "burnish"
        said[words[0]] = burnish(*words).stderr
    assert {path: path.read_bytes() for path in messy.rglob("*") if path.is_file()} == before, "nothing is touched"

    everything = {one["path"].removeprefix("photos/"): one for one in manifest(tmp_path, "all.jsonl")}
    assert len(everything) == made.media
    assert {one["label"] for one in everything.values()} == set(CLASSES), "umlauts in both forms are one class"
    assert {path: everything[path]["label"] for path in made.misfiled} == made.misfiled
    findings = {path: {one["check"] for one in found.get("findings", [])} for path, found in everything.items()}
    assert {path for path, checks in findings.items() if "wrong-extension" in checks} == made.wrong_endings
    assert f"labels: {len(made.misfiled)} from the metadata" in said["scan"]

    broken = {one["path"].removeprefix("photos/") for one in manifest(tmp_path, "broken.jsonl")}
    assert broken == made.broken
    unique = manifest(tmp_path, "unique.jsonl")
    assert len({one["digest"] for one in unique}) == len(unique)
    # Of the doubles one stays; of those in two classes none, for nobody knows which is right.
    assert len(unique) == made.media - len(made.broken) - made.copies - 6

    organized = manifest(tmp_path, "set.jsonl")
    assert len(organized) == len(unique)
    assert {one["split"] for one in organized} == {"train", "val", "test"}
    for one in organized:
        assert (tmp_path / one["path"]).is_file()
        assert one["path"].startswith(f"organized/{one['split']}/{one['label']}/")
    tree = [path for path in (tmp_path / "organized").rglob("*") if path.suffix in {".jpg", ".png"}]
    assert len(tree) == len(organized)

    metrics = json.loads((tmp_path / "runs" / "first" / "metrics.json").read_text())
    assert metrics["accuracy"] > 0.9 > metrics["majority_accuracy"]
    assert "looks like a group" not in said["split"] + said["train"], "IMG, DSC and Foto are no groups"
    assert (tmp_path / "report.html").stat().st_size > 10_000
