"""`burnish FOLDER`: what is there, and three commands that work when they are pasted."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import Burnish

Write = Callable[..., Path]


def commands(text: str) -> list[list[str]]:
    lines = text[text.index("next:\n") :].splitlines()[1:4]
    return [shlex.split(line)[1:] for line in lines]


def test_a_folder_of_classes(burnish: Burnish, tmp_path: Path, picture: Write, recording: Write) -> None:
    for number in range(4):
        picture(tmp_path / "my data" / "ab"[number % 2] / f"{number}.png", seed=number)
    recording(tmp_path / "my data" / "a" / "x.wav")
    (tmp_path / "my data" / "notes.txt").write_text("x")
    result = burnish("my data")
    assert result.stdout.splitlines()[:2] == [
        "my data: 4 pictures and 1 recording (.png 4, .wav 1), 1 other file",
        "  2 classes by folders: a 3, b 2",
    ]
    for words in commands(result.stdout):
        burnish(*words)
    assert (tmp_path / "unique.jsonl").exists()


def test_a_flat_folder_is_scanned_by_its_names(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(8):
        picture(tmp_path / "d" / f"{'ab'[number % 2]}_{number}.png", seed=number)
    result = burnish("d")
    assert "  labels by names: a 4, b 4\n" in result.stdout
    burnish(*commands(result.stdout)[0])
    assert {json.loads(line)["label"] for line in (tmp_path / "set.jsonl").read_text().splitlines()} == {"a", "b"}


def test_manifests_and_runs_lead_on(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(12):
        picture(tmp_path / "d" / "ab"[number % 2] / f"{number}.png", seed=number)
    burnish("scan", "d", "-o", "set.jsonl")
    (tmp_path / "journal.jsonl").write_text('{"record": "journal", "version": 1}\n')
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "broken.jsonl").write_bytes(b"\xff\xfe\n")
    code, output, errors = in_process.call([], b"", tmp_path)
    assert (code, errors) == (0, b"")
    assert "  manifests of earlier scans: set.jsonl\n" in output.decode()
    for words in commands(output.decode()):
        burnish(*words)
    burnish("train", "set.jsonl", "--run", "r", "--model", "knn", "--feature", "base")
    run = burnish("r")
    assert run.stdout.startswith("r is a run of a model\n")
    for words in commands(run.stdout):
        burnish(*words)


def test_nothing_there_is_said_and_alone_it_is_the_help(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = "empty: no pictures, no recordings, no manifests and no run\n"
    assert burnish("empty").stdout == said
    assert "Usage: burnish" in in_process.call([], b"", tmp_path)[1].decode()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("set.jsonl", "'set.jsonl' is a file and no command; perhaps: burnish balance set.jsonl\n"),
        ("a b.png", "'a b.png' is a file and no command; perhaps: burnish scan 'a b.png'\n"),
        ("gone", "No such command 'gone'; all of them: burnish --help\n"),
    ],
)
def test_what_is_no_folder_is_one_line(burnish: Burnish, tmp_path: Path, name: str, message: str) -> None:
    if name != "gone":
        (tmp_path / name).write_text("")
    assert burnish(name, code=2).stderr == f"burnish: {message}"
