"""Every command of the pipes cookbook is run, in the order of the page, on a few pictures and recordings."""

import json
import shlex
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash

BLOCKS = blocks(ROOT / "docs" / "pipes.md")
SETUP, *REST = BLOCKS
_QUERY = "import duckdb, sys; print(duckdb.sql(sys.argv[2]) or 'done')"

Shell = Callable[[str, str], str]


@pytest.fixture
def shell(client: str, tmp_path: Path, picture: Callable[..., Path]) -> Shell:
    """Run a block in a folder with the data that the page speaks of, and return what it printed."""
    for number in range(6):
        picture(tmp_path / "photos" / ("cat" if number % 2 else "dog") / f"{number}.png", seed=number)
    whole = (tmp_path / "photos" / "cat" / "1.png").read_bytes()
    (tmp_path / "photos" / "cat" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "speech").mkdir()
    for digit in "012":
        for file in sorted((ROOT / "recipes" / "demo" / "speech").glob(f"{digit}_*.flac"))[:16]:
            shutil.copy(file, tmp_path / "speech")
    functions = ""
    if not shutil.which("duckdb"):
        functions = f'duckdb() {{ {shlex.join([sys.executable, "-c", _QUERY])} "$@"; }}\n'

    def run(language: str, text: str) -> str:
        line = functions + text if language == "sh" else shlex.join([sys.executable, "-c", text])
        return bash(client, line, tmp_path, together=False, PYTHONWARNINGS="ignore")

    run(*SETUP)
    return run


def uses(text: str) -> str:
    """The program that a block needs beside burnish."""
    return next((name for name in ("duckdb", "jq", "pandas") if name in text), "")


def test_the_page_has_all_three_programs() -> None:
    assert {uses(text) for _, text in BLOCKS} == {"", "duckdb", "jq", "pandas"}
    assert {language for language, _ in BLOCKS} == {"sh", "python"}


@pytest.mark.soak
def test_every_command_with_jq_and_pandas_works(shell: Shell, tmp_path: Path) -> None:
    if not shutil.which("jq"):
        pytest.skip("jq is not installed")
    if not find_spec("pandas"):
        pytest.skip("pandas is not installed")
    printed = [shell(language, text) for language, text in REST if uses(text) != "duckdb"]
    assert printed[0] == "photos/cat/cut.png\n"
    assert "truncated" in "".join(printed[1:])
    samples = (tmp_path / "speech.jsonl").read_text().splitlines()
    assert len((tmp_path / "speech.csv").read_text().splitlines()) == len(samples) == 48
    assert (tmp_path / "hundred.jsonl").read_text().splitlines() == samples
    assert (tmp_path / "rest.jsonl").read_text() == ""
    assert len((tmp_path / "both.jsonl").read_text().splitlines()) == len(samples) + 7
    assert len((tmp_path / "look.csv").read_text().splitlines()) == 21
    assert " large " in printed[-2]
    assert json.loads((tmp_path / "runs" / "mine" / "metrics.json").read_text())["accuracy"] == 1


@pytest.mark.soak
def test_every_command_with_duckdb_works(shell: Shell, tmp_path: Path) -> None:
    if not shutil.which("duckdb") and not find_spec("duckdb"):
        pytest.skip("DuckDB is not installed")
    printed = [shell(language, text) for language, text in REST if uses(text) == "duckdb"]
    assert len(printed) == 4
    assert all("accuracy" in text for text in printed[1:3])
    samples = map(json.loads, (tmp_path / "speech.jsonl").read_text().splitlines())
    long = [sample["path"] for sample in samples if sample["audio"]["duration_s"] > 0.3]
    written = map(json.loads, (tmp_path / "long.jsonl").read_text().splitlines())
    assert [sample["path"] for sample in written] == long
