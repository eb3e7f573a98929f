"""`burnish organize`: round trips, refusals, and a way back."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Burnish
from tests.soak import SOAK

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, picture: Write) -> Path:
    for split in ("train", "test"):
        for number, label in enumerate(("cat", "dog", "cat")):
            picture(tmp_path / "data" / split / label / f"{number}.png", seed=number + 7 * (split == "test"))
    return tmp_path


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def described(manifest: str) -> set[tuple[Any, ...]]:
    records = map(json.loads, manifest.splitlines())
    return {(r["digest"], r["label"], r["split"], tuple(r.get("tags", ()))) for r in records}


@pytest.mark.parametrize("mode", ["copy", "move", "hardlink", "symlink"])
def test_scanning_what_was_organized_gives_the_same_samples(burnish: Burnish, folder: Path, mode: str) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    tagged = burnish("tag", "set.jsonl", "--set", "who=ann=image.width > 0", "--set", "wide=image.width > 0").stdout
    before = digests(folder / "data")
    emitted = burnish("organize", "--into", "out", "--mode", mode, "--apply", stdin=tagged).stdout
    again = burnish("scan", "out").stdout
    assert described(again) == described(emitted) == described(tagged)
    assert {json.loads(line)["path"] for line in again.splitlines()} == {
        json.loads(line)["path"] for line in emitted.splitlines()
    }
    assert (folder / "data" / "train" / "cat" / "0.png").exists() is (mode != "move")
    burnish("undo", "out")
    assert digests(folder / "data") == before
    assert not (folder / "out").exists()


def test_the_plan_touches_nothing(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    before = digests(folder)
    result = burnish("organize", "set.jsonl", "--into", "out")
    assert result.stdout == ""
    assert "copy 6 files" in result.stderr
    assert "do it with --apply" in result.stderr
    assert "train/cat/" in result.stderr
    assert digests(folder) == before


def test_nothing_is_overwritten(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    (folder / "out" / "train" / "cat").mkdir(parents=True)
    (folder / "out" / "train" / "cat" / "0.png").write_text("mine")
    result = burnish("organize", "set.jsonl", "--into", "out", "--apply", code=1)
    assert "not done: data/train/cat/0.png: exists" in result.stderr
    assert len(result.stdout.splitlines()) == 5
    assert (folder / "out" / "train" / "cat" / "0.png").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "where to? name the destination: --into DIR"),
        (["--into", "data/out"], "--into data/out is inside the dataset"),
        (["--into", "out", "--mode", "cpoy"], "--mode 'cpoy' is unknown (did you mean 'copy'?)"),
        (["--into", "out", "--metadata", "hff"], "--metadata 'hff' is unknown (did you mean 'hf'?)"),
        (
            ["--into", "out", "--layout", "{lable}/{name}"],
            "--layout '{lable}/{name}': 'lable' is unknown (did you mean 'label'?)",
        ),
        (["--into", "set.jsonl"], "cannot make the folder set.jsonl: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_can_get_wrong(burnish: Burnish, folder: Path, arguments: list[str], message: str) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    before = digests(folder)
    errors = burnish("organize", "set.jsonl", *arguments, "--apply", code=2).stderr
    assert errors.splitlines()[-1].startswith(f"burnish organize: {message}")
    assert digests(folder) == before


@pytest.mark.parametrize("label", ["a/b", "..", "nul\\u0000", "aux"])
def test_labels_that_could_climb_are_refused(burnish: Burnish, folder: Path, label: str) -> None:
    line = f'{{"path": "data/train/cat/0.png", "label": "{label}", "split": "train"}}\n'
    errors = burnish("organize", "--into", "out", "--apply", stdin=line, code=2).stderr
    assert "{label} is" in errors
    assert not (folder / "out").exists()


def test_torchvision_would_read_the_classes_from_the_folders(burnish: Burnish, folder: Path) -> None:
    """ImageFolder's rule: the sorted names of the folders are the classes, and every picture below one is in it."""
    burnish("scan", "data", "-o", "set.jsonl")
    burnish("organize", "set.jsonl", "--into", "out", "--apply", "-o", "out.jsonl")
    expected = {(r["path"], r["label"]) for r in map(json.loads, (folder / "out.jsonl").read_text().splitlines())}
    found = set()
    for split in ("train", "test"):
        classes = sorted(entry.name for entry in os.scandir(folder / "out" / split) if entry.is_dir())
        for name in classes:
            for path in (folder / "out" / split / name).rglob("*.png"):
                found.add((str(path.relative_to(folder)), name))
        assert classes == ["cat", "dog"]
    assert found == expected


@pytest.mark.parametrize("kind", ["image", pytest.param("audio", marks=pytest.mark.soak)])
def test_datasets_reads_it_as_it_was_meant(
    burnish: Burnish, tmp_path: Path, picture: Write, recording: Write, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for split in ("train", "test"):
        for number, label in enumerate(("cat", "dog", "cat")):
            path = tmp_path / "data" / split / label / f"{number}.{'png' if kind == 'image' else 'wav'}"
            (picture if kind == "image" else recording)(path, seed=number)
    tagged = burnish("tag", "--set", "who=ann=bytes > 0", stdin=burnish("scan", "data").stdout).stdout
    burnish("organize", "--into", "out", "--apply", "-o", "out.jsonl", stdin=tagged)
    program = f"""
import json, sys, warnings
warnings.simplefilter("ignore")
from datasets import load_dataset
read = load_dataset("{kind}folder", data_dir="out", cache_dir="cache")
rows = {{split: part.remove_columns("{kind}") for split, part in read.items()}}
print(json.dumps({{split: [[row["label"], row["who"]] for row in part] for split, part in rows.items()}}))
"""
    pytest.importorskip("datasets", reason="needs the package datasets")
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=offline, check=False
    )
    assert result.returncode == 0, result.stderr
    read = json.loads(result.stdout.splitlines()[-1])
    assert {split: sorted(rows) for split, rows in read.items()} == {
        split: [["cat", "ann"], ["cat", "ann"], ["dog", "ann"]] for split in ("train", "test")
    }


KILLS = 100 if SOAK else 12


def test_killed_at_any_moment_it_resumes_and_comes_back(burnish: Burnish, tmp_path: Path) -> None:
    for number in range(200):
        path = tmp_path / "data" / f"label{number % 7}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89PNG" + os.urandom(50) + str(number).encode())
    before = digests(tmp_path / "data")
    burnish("scan", "data", "-o", "set.jsonl")
    command = [
        sys.executable,
        str(ROOT / "burnish.py"),
        "organize",
        "set.jsonl",
        "--into",
        "out",
        "--mode",
        "move",
        "--apply",
        "-q",
    ]
    for kill in range(KILLS):
        process = subprocess.Popen([*command, "-o", "out.jsonl"], cwd=tmp_path, stderr=subprocess.DEVNULL)
        time.sleep(0.1 + 0.3 * kill / KILLS)
        process.send_signal(signal.SIGKILL)
        process.wait()
        everywhere = [*digests(tmp_path / "data").values(), *digests(tmp_path / "out").values()]
        assert set(before.values()) <= set(everywhere), "no byte is lost"
        if kill % 2:
            burnish("organize", "set.jsonl", "--into", "out", "--mode", "move", "--apply", "-o", "out.jsonl")
            assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 200
            assert not digests(tmp_path / "data")
        if (tmp_path / "out" / "journal.jsonl").exists():
            burnish("undo", "out")
        assert digests(tmp_path / "data") == before
        assert not (tmp_path / "out").exists() or not digests(tmp_path / "out")


def test_a_label_that_climbs_is_refused_before_the_first_of_many_files_moves(burnish: Burnish, tmp_path: Path) -> None:
    # More than one batch of the journal: the first used to be moved before the last sample was looked at.
    (tmp_path / "many").mkdir()
    lines = []
    for number in range(1100):
        (tmp_path / "many" / f"{number}.txt").touch()
        label = "../../x" if number == 1099 else "a"
        lines.append(json.dumps({"path": f"many/{number}.txt", "label": label, "bytes": 0}))
    (tmp_path / "set.jsonl").write_text("\n".join(lines) + "\n")
    words = ("--into", "out", "--layout", "{label}-{name}", "--mode", "move", "--apply")
    assert "'../../x'" in burnish("organize", "set.jsonl", *words, code=2).stderr
    assert len(list((tmp_path / "many").iterdir())) == 1100
    assert not (tmp_path / "out").exists()
