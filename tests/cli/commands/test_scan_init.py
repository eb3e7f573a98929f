"""`burnish scan --init`: the project file that names give, and nothing that was there is touched."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.project import FILE
from tests.conftest import Burnish

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, picture: Write) -> Path:
    """Two classes by six cameras, three of each, in one folder."""
    seed = 0
    for label in ("ok", "crack"):
        for camera in ("ada", "bob", "cyd", "dee", "eli", "fay"):
            for _ in range(3):
                seed += 1
                picture(tmp_path / "d" / f"{label}_{camera}_{seed:03}.png", size=(8, 8), seed=seed)
    return tmp_path


def read(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / FILE).read_text())


def test_it_writes_what_names_give_and_uses_it_at_once(burnish: Burnish, folder: Path) -> None:
    result = burnish("scan", "d", "--init", "-o", "set.jsonl")
    assert read(folder) == {"pattern": "{label}_{}_{}", "group": "{}_{group}_{}"}
    assert f"wrote {FILE}, which every command here reads from now on" in result.stderr
    assert '  pattern = "{label}_{}_{}": guessed: crack 18, ok 18\n' in result.stderr
    assert '  group = "{}_{group}_{}": 6 of them, ' in result.stderr
    labels = {json.loads(line)["label"] for line in (folder / "set.jsonl").read_text().splitlines()}
    assert labels == {"ok", "crack"}
    said = burnish("split", "set.jsonl", "-o", "split.jsonl").stderr
    assert said.startswith("by burnish.toml: group={}_{group}_{}\n")
    assert "6 groups by {}_{group}_{}, none in two splits" in said


def test_what_is_typed_is_written(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "d", "--pattern", "{label}_{camera}_{}", "--init", "-o", "set.jsonl")
    assert read(folder) == {"pattern": "{label}_{camera}_{}", "group": "camera"}


def test_folders_that_give_labels_give_no_pattern(burnish: Burnish, folder: Path) -> None:
    for path in sorted((folder / "d").iterdir()):
        label, rest = path.name.split("_", 1)
        (folder / "d" / label).mkdir(exist_ok=True)
        path.rename(folder / "d" / label / rest)
    burnish("scan", "d", "--init", "-o", "set.jsonl")
    assert read(folder) == {"group": "{group}_{}"}


def test_nothing_found_writes_nothing(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(3):
        picture(tmp_path / "d" / f"{number}.png", size=(8, 8))
    assert "--init: nothing to write down" in burnish("scan", "d", "--init", "-o", "set.jsonl").stderr
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("there", ["file", "link", "folder"])
def test_what_is_there_stays(burnish: Burnish, folder: Path, there: str) -> None:
    place = folder / FILE
    if there == "file":
        place.write_text("jobs = 1\n")
    elif there == "link":
        place.symlink_to("nowhere")
    else:
        place.mkdir()
    errors = burnish("scan", "d", "--init", "-o", "set.jsonl", code=2).stderr
    assert "--init: burnish.toml is here already and stays as it is" in errors
    assert not (folder / "set.jsonl").exists(), "said before the scan"
    assert there != "file" or place.read_text() == "jobs = 1\n"


def test_a_store_has_no_project_file(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "d.tar").write_bytes(bytes(10240))
    errors = burnish("scan", "d.tar", "--init", code=2).stderr
    assert errors.count("\n") == 1
    assert "on a disk" in errors


def test_odd_separators_are_written_as_toml(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(8):
        picture(tmp_path / "d" / f'{"ab"[number % 2]}" \\={number}.png', size=(8, 8))
    burnish("scan", "d", "--init", "-o", "set.jsonl")
    assert read(tmp_path)["pattern"] == '{label}" \\={}'
