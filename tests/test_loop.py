"""The whole loop on real data, with the commands of docs/loop.md: the weak slice is found, mended, and shown to be."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash

TEST_NOISE = ["running_tap.wav"]
TRAINING_NOISE = ["doing_the_dishes.wav", "white_noise.wav", "pink_noise.wav"]


PAGE = ROOT / "docs" / "loop.md"


def steps() -> list[tuple[str, str]]:
    """The commands of the page, block by block, and what the page shows of their output."""
    found: list[tuple[str, str]] = []
    for language, text in blocks(PAGE):
        if language == "sh":
            found.append((text, ""))
        elif language == "text":
            found[-1] = (found[-1][0], text)
    return found


@pytest.fixture(scope="module")
def outputs(client: str, tmp_path_factory: pytest.TempPathFactory, data: Path) -> tuple[Path, list[str]]:
    """A folder in which all the commands were run, one after the other, as a person would; and what they said."""
    folder = tmp_path_factory.mktemp("loop")
    shutil.copytree(data / "fsdd", folder / "fsdd")
    for name, files in (("test", TEST_NOISE), ("train", TRAINING_NOISE)):
        (folder / "noise" / name).mkdir(parents=True)
        for file in files:
            shutil.copy(data / "noise" / "background" / file, folder / "noise" / name)
    (folder / "water.yaml").write_text(next(text for language, text in blocks(PAGE) if language == "yaml"))
    return folder, [bash(client, commands, folder) for commands, _ in steps()]


@pytest.fixture(scope="module")
def folder(outputs: tuple[Path, list[str]]) -> Path:
    """Where the commands were run."""
    return outputs[0]


def test_the_page_shows_what_the_commands_say(outputs: tuple[Path, list[str]]) -> None:
    for (commands, shown), said in zip(steps(), outputs[1], strict=True):
        lines = [line.rstrip() for line in said.splitlines()]
        missing = [line for line in shown.splitlines() if line.rstrip() not in {*lines, "…"}]
        assert not missing, f"{commands}\nsaid\n{said}"


def read(folder: Path, *arguments: str) -> Any:
    code, output, errors = in_process.call(arguments, b"", folder)
    assert code == 0, errors
    return json.loads(output)


def test_the_slice_is_the_weakest(folder: Path) -> None:
    weak = read(folder, "weak", "before", "--json")
    first = weak["tags"][0]
    assert first["tag"] == "noise=water"
    assert first["samples"] == 240
    assert first["accuracy"] < 0.6 < weak["overall"]["accuracy"]


def test_the_new_samples_are_training_samples_of_that_tag_only(folder: Path) -> None:
    lines = (folder / "set2.jsonl").read_text().splitlines()
    new = [sample for sample in map(json.loads, lines) if sample.get("origin")]
    assert new
    assert {sample["split"] for sample in new} == {"train"}
    assert all("noise=water" in sample["tags"] and "noise=none" not in sample["tags"] for sample in new)
    used = {operation["noise"] for sample in new for operation in sample["origin"]["operations"]}
    assert used == {f"noise/train/{name}" for name in TRAINING_NOISE}


def test_the_slice_rises_and_nothing_else_sinks(folder: Path) -> None:
    compared = read(folder, "compare", "before", "after", "--json", "--fail-if", "worse")
    water, clean = compared["per_tag"]["noise=water"], compared["per_tag"]["noise=none"]
    assert water["verdict"] == compared["overall"]["verdict"] == "better"
    assert water["interval"][0] > 0.15
    assert clean["gate_verdict"] != "worse"
    assert clean["difference"] > -0.05
