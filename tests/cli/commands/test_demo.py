"""The demo: what a newcomer sees with one command. Whole it is played in a soak, in CI the loop of the README is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Burnish

LOOP = "scan clean dedup split balance train weak augment balance train compare"
WEAK = {
    "images": ["writing=faint", "writing=turned"],
    "speech": ["noise=babble", "noise=street", "noise=machine"],
}


@pytest.mark.soak
def test_the_whole_demo_and_a_part_of_it_again(tmp_path: Path) -> None:
    first = _demo(tmp_path)
    _each_command_is_shown_before_it_runs(first.splitlines())
    assert "$ burnish scan speech --pattern '{label}_{speaker}_{}' -o work/speech/scanned.jsonl" in first.splitlines()
    _the_ending_says_what_was_done_and_where_the_report_is(first, tmp_path / "try")
    _speakers_of_the_test_are_strangers_to_training(tmp_path / "try" / "work" / "speech" / "set2.jsonl")
    again = _demo(tmp_path, "--only", "speech", "--quiet")
    speech = first[first.index("=== speech ===") :]
    assert again.lstrip() == speech, "the same data gives the same figures, and --quiet the ending only"


def _demo(folder: Path, *arguments: str) -> str:
    words = [sys.executable, str(ROOT / "burnish.py"), "demo", "try", *arguments]
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    result = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    assert not result.stderr or "--quiet" not in arguments
    return result.stdout


def _each_command_is_shown_before_it_runs(lines: list[str]) -> None:
    commands = [line for line in lines if line.startswith("$ ")]
    assert commands[0] == "$ cd try"
    assert all(line.startswith("$ burnish ") for line in commands[1:])
    assert [line.split()[2] for line in commands[1:]] == [*LOOP.split(), *LOOP.split(), "report"]
    weak, augment = map(lines.index, commands[7:9])
    assert any(line.startswith("writing=turned") for line in lines[weak:augment]), "it speaks after it was shown"


def _the_ending_says_what_was_done_and_where_the_report_is(text: str, folder: Path) -> None:
    ending = text[text.index("=== images ===") :]
    assert "12 broken files went (" in ending
    assert "16 copies (duplicate 12, label-conflict 4)" in ending, "all that were planted"
    assert ending.count("imbalance before: ") == ending.count("imbalance after: ") == 2
    assert ending.count("after: better over all (+") == 2
    assert ending.count("no tag and no class is shown to be worse") == 2
    assert ending.endswith("\n=== report ===\n\ntry/report.html\n")
    page = (folder / "report.html").read_text()
    assert all(text in page for text in ("writing=turned", "noise=street", "label-conflict", "handwriting"))
    for part, tags in WEAK.items():
        assert all(tag in ending for tag in tags)
        _what_was_weak_is_better(folder / "work" / part, tags)


def _what_was_weak_is_better(work: Path, tags: list[str]) -> None:
    before, after = (_accuracies(work / run) for run in ("before", "after"))
    assert all(before[tag] < before[""] for tag in tags)
    assert all(after[tag] > before[tag] + 0.05 for tag in tags)
    assert after[""] > before[""] + 0.03


def _accuracies(run: Path) -> dict[str, float]:
    metrics = json.loads((run / "metrics.json").read_text())
    return {tag: found["accuracy"] for tag, found in metrics["per_tag"].items()} | {"": metrics["accuracy"]}


def _speakers_of_the_test_are_strangers_to_training(manifest: Path) -> None:
    sides: dict[str, set[str]] = {"train": set(), "test": set()}
    for line in manifest.read_text().splitlines():
        sample = json.loads(line)
        sides[sample["split"]] |= {tag for tag in sample["tags"] if tag.startswith("speaker=")}
        assert sample["split"] == "train" or "origin" not in sample
    assert len(sides["test"]) == 6
    assert not sides["train"] & sides["test"]


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
