"""Completion: a shell is given the values that there are."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import ROOT

Complete = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("burnish tra", ["train", "transforms"]),
        ("burnish train --model s", ["svm"]),
        ("burnish dedup --keep ", ["best", "first", "largest", "newest", "oldest"]),
        ("burnish clean --drop bl", ["blurry"]),
        ("burnish clean --drop dark,bl", ["dark,blurry"]),
        ("burnish clean --set da", ["dark="]),
        ("burnish clean --fail-on err", ["error"]),
        ("burnish run image-l", ["image-loop"]),
        ("burnish augment images-", ["images-standardize"]),
        ("burnish augment photos-we", ["photos-wear"]),
        ("burnish recipes speech-l", ["speech-loop"]),
        ("burnish transforms mix_", ["mix_noise"]),
        ("burnish scan --label n", ["none"]),
    ],
)
def test_values_are_completed(complete: Complete, line: str, offered: list[str]) -> None:
    assert complete(*line.split(" ")) == offered


def test_a_shell_is_answered_by_the_program(tmp_path: Path) -> None:
    asked = {"_BURNISH_COMPLETE": "complete_bash", "COMP_WORDS": "burnish train --model s", "COMP_CWORD": "3"}
    result = subprocess.run(
        [sys.executable, str(ROOT / "burnish.py")],
        env={**os.environ, **asked},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (result.stdout.split(), result.stderr) == (["svm"], "")


SAMPLES = [
    {"path": "a.wav", "label": "left", "tags": ["noise=car", "speaker=an b"], "split": "train", "fold": 0},
    {"path": "b.wav", "label": "right", "tags": ["noise=tap"], "split": "test", "fold": 1},
]


@pytest.fixture
def complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What a shell is offered; as bash passes them, words are divided by line feeds, and `=` is one of its own."""
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(one) + "\n" for one in SAMPLES))

    def offered(*words: str, shell: str = "bash") -> list[str]:
        monkeypatch.setenv("_BURNISH_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("COMP_WORDS", "\n".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", " ".join(words))
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        _, output, errors = in_process.call([], b"", tmp_path)
        assert errors == b""
        return sorted(filter(None, output.decode().splitlines()))

    return offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["select", "set.jsonl", "--tag", "no"], ["noise=car", "noise=tap"]),
        (["select", "set.jsonl", "--tag", "noise", "="], ["car", "tap"]),
        (["select", "set.jsonl", "--tag", "noise", "=", "t"], ["tap"]),
        (["select", "set.jsonl", "--tag", "=", "noise", "=", "t"], ["tap"]),
        (["select", "set.jsonl", "--not-tag", "sp"], ["'speaker=an b'"]),
        (["select", "set.jsonl", "--label", ""], ["left", "right"]),
        (["select", "set.jsonl", "--split", ""], ["test", "train"]),
        (["split", "set.jsonl", "--ensure", "noise", "=", "c"], ["car"]),
        (["train", "set.jsonl", "--test-split", "fold", "="], ["0", "1"]),
        (["train", "set.jsonl", "--test-split", ""], ["fold=0", "fold=1", "test", "train"]),
        (["compare", "run", "run", "--tag", "no"], ["noise=car"]),
        (["clean", "--set", "da"], ["dark="]),
        (["select", "gone.jsonl", "--tag", "no"], []),
        (["select", "broken.jsonl", "--tag", "no"], []),
        (["scan", "set.jsonl", "--label", ""], ["folder", "none"]),
    ],
    ids=" ".join,
)
def test_what_the_samples_of_the_line_have_is_offered(
    complete: Complete, tmp_path: Path, words: list[str], offered: list[str]
) -> None:
    (tmp_path / "broken.jsonl").write_text("{}\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "metrics.json").write_text(json.dumps({"per_tag": {"noise=car": {}}, "per_class": {}}))
    assert complete("burnish", *words) == offered


def test_other_shells_take_the_value_as_it_is(complete: Complete) -> None:
    assert complete("burnish", "select", "set.jsonl", "--tag", "sp", shell="fish") == ["speaker=an b"]


def test_nothing_but_completions_is_said_in_a_folder_of_pictures(
    complete: Complete, tmp_path: Path, picture: Callable[..., Path]
) -> None:
    picture(tmp_path / "a.png")
    assert complete("burnish", "tra") == ["train", "transforms"]
