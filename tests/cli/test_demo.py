"""The demo, whole: what a newcomer sees with one command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Burnish


def _demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(ROOT / "burnish.py"), "demo", "try", *arguments]
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    result = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    return result


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of a demo that ran, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    return folder / "try", _demo(folder).stdout


def _accuracies(folder: Path, part: str, run: str) -> dict[str, float]:
    metrics = json.loads((folder / "work" / part / run / "metrics.json").read_text())
    return {tag: found["accuracy"] for tag, found in metrics["per_tag"].items()} | {"": metrics["accuracy"]}


def test_each_command_is_shown_before_it_runs(done: tuple[Path, str]) -> None:
    commands = [line for line in done[1].splitlines() if line.startswith("$ ")]
    assert commands[0] == "$ cd try"
    assert all(line.startswith("$ burnish ") for line in commands[1:])
    assert "$ burnish scan speech --pattern '{label}_{speaker}_{}' -o work/speech/scanned.jsonl" in commands
    names = " ".join(line.split()[2] for line in commands[1:12])
    assert names == "scan clean dedup split balance train weak augment balance train compare"


def test_the_ending_says_what_was_done_and_where_the_report_is(done: tuple[Path, str]) -> None:
    folder, text = done
    ending = text[text.index("=== images ===") :]
    assert "12 broken files went (" in ending
    assert "16 copies (duplicate 12, label-conflict 4)" in ending
    assert ending.count("imbalance before: ") == ending.count("imbalance after: ") == 2
    assert "writing=turned" in ending
    assert "noise=street" in ending
    assert ending.count("after: better over all (+") == 2
    pages = ending[ending.index("=== report ===") :].split()[3:]
    assert pages
    assert all((folder.parent / page).read_bytes().startswith(b"<!") for page in pages)


@pytest.mark.parametrize(
    ("part", "weak"),
    [("images", ["writing=faint", "writing=turned"]), ("speech", ["noise=babble", "noise=street", "noise=machine"])],
    ids=["images", "speech"],
)
def test_what_was_weak_is_better_and_nothing_sank(done: tuple[Path, str], part: str, weak: list[str]) -> None:
    before, after = (_accuracies(done[0], part, run) for run in ("before", "after"))
    assert all(before[tag] < before[""] for tag in weak)
    assert all(after[tag] > before[tag] + 0.05 for tag in weak)
    assert after[""] > before[""] + 0.03


def test_test_speakers_and_noises_are_strangers_to_training(done: tuple[Path, str]) -> None:
    sides: dict[str, set[str]] = {"train": set(), "test": set()}
    for line in (done[0] / "work/speech/set2.jsonl").read_text().splitlines():
        sample = json.loads(line)
        sides[sample["split"]] |= {tag for tag in sample["tags"] if tag.startswith("speaker=")}
        assert sample["split"] == "train" or "origin" not in sample
    assert len(sides["test"]) == 6
    assert not sides["train"] & sides["test"]


def test_again_in_its_own_folder_with_the_ending_only(done: tuple[Path, str]) -> None:
    again = _demo(done[0].parent, "--only", "speech", "--quiet")
    assert again.stderr == ""
    assert again.stdout.lstrip().startswith("=== speech ===")
    assert "images" not in again.stdout
    part = done[1][done[1].index("=== speech ===") : done[1].index("=== report ===")]
    assert part.strip() in again.stdout, "the same data gives the same figures"


def test_a_folder_that_is_not_a_demos_is_refused(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").touch()
    message = "burnish demo: mine is not empty, and no earlier demo made it; name a new folder: burnish demo DIR\n"
    assert burnish("demo", "mine", code=2).stderr == message
    assert os.listdir(tmp_path / "mine") == ["photo.jpg"]


def test_a_part_that_there_is_not(burnish: Burnish, tmp_path: Path) -> None:
    errors = burnish("demo", "--only", "image", code=2).stderr
    assert errors == "burnish demo: --only 'image' is unknown (did you mean 'images'?)\n"
    assert not os.listdir(tmp_path)
