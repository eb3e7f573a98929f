"""The page about privacy and cards: its commands say what it shows; and the pipeline of DVC runs, once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash


def shell(client: str, text: str, folder: Path) -> str:
    """Run the lines of a block with `burnish` on the path, where other programs find it, and return what they say."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "burnish").write_text(f'#!/bin/sh\nexec {client} "$@"\n')
    (folder / "bin" / "burnish").chmod(0o755)
    path = f"{folder / 'bin'}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    return bash(client, text, folder, PATH=path, DVC_NO_ANALYTICS="1")


@pytest.mark.slow
def test_the_commands_say_what_the_page_shows(client: str, tmp_path: Path) -> None:
    said: list[str] = []
    for language, text in blocks(ROOT / "docs" / "cards.md"):
        if language == "python":
            subprocess.run([sys.executable, "-c", text], cwd=tmp_path, check=True)
        elif language == "sh":
            said.append(shell(client, text, tmp_path))
        elif language == "text":
            lines = {row.strip() for row in said[-1].splitlines()}
            assert {row.strip() for row in text.splitlines()} <= lines, said[-1]
    readme = (tmp_path / "public" / "README.md").read_text()
    shown = next(text for language, text in blocks(ROOT / "docs" / "cards.md") if language == "markdown")
    assert all(line in readme for line in shown.splitlines())
    assert "`age`, named as protected: 20-29 (10), 30-39 (2)." in readme
    for path in (tmp_path / "public").rglob("*"):
        if path.is_file():
            assert not any(word in path.read_bytes() for word in (b"anna", b"Miller", b"Canon")), path
    with Image.open(next((tmp_path / "public").rglob("*.jpg"))) as picture:
        assert dict(picture.getexif()) == {0x0112: 6}


@pytest.mark.slow
def test_the_pipeline_of_dvc_runs_once(client: str, tmp_path: Path) -> None:
    if shutil.which("dvc", path=f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}") is None:
        pytest.skip("dvc is not installed")
    for number in range(24):
        folder = tmp_path / "data" / ("dark", "bright")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((32, 32), 20).point(lambda at, up=number % 2: at // 2 + 100 * up).save(
            folder / f"{number}.png"
        )
    page = blocks(ROOT / "docs" / "ci.md")
    at = next(at for at, (language, text) in enumerate(page) if language == "yaml" and text.startswith("stages:"))
    (tmp_path / "dvc.yaml").write_text(page[at][1])
    said = shell(client, page[at + 1][1], tmp_path)
    assert said.count("Running stage") == 4
    assert "Stage 'train' didn't change, skipping" in said
    assert "Data and pipelines are up to date." in said
    assert "accuracy" in said
