"""The tutorial about labels: its commands say what it shows, and every planted error is found and mended."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash

PAGE = ROOT / "docs" / "tutorial-labels.md"


def answer(folder: Path) -> None:
    """Answer as a person would who hears what is said: with the label before the planting."""
    lines = [json.loads(line) for line in (folder / "clean.jsonl").read_text().splitlines()]
    truth = {sample["path"]: sample["label"] for sample in lines}
    with (folder / "answers.jsonl").open("w") as file:
        for line in (folder / "flagged.jsonl").read_text().splitlines():
            sample = json.loads(line)
            if {finding["check"] for finding in sample.get("findings", [])} & {"wrong-label", "ambiguous-label"}:
                given = {
                    "path": sample["path"], "digest": sample["digest"], "annotator": "ann", "question": "label",
                    "label": truth[sample["path"]], "seconds": 2.0, "at": "2026-11-26T12:00:00Z",
                    "seen": {"label": sample["label"]},
                }  # fmt: skip
                file.write(json.dumps(given) + "\n")


@pytest.mark.soak
def test_the_commands_say_what_the_page_shows(client: str, tmp_path: Path, data: Path) -> None:
    shutil.copytree(data / "fsdd", tmp_path / "fsdd")
    said = ""
    for language, text in blocks(PAGE):
        if language == "python":
            (tmp_path / "plant.py").write_text(text)
        elif language == "sh":
            if "answers.jsonl" in text:
                answer(tmp_path)
            said = bash(client, text, tmp_path)
        elif language == "text":
            shown = {row.strip() for row in text.splitlines()} - {"…"}
            assert shown <= {row.strip() for row in said.splitlines()}, said
    mended, clean = (
        {one["path"]: one["label"] for one in map(json.loads, (tmp_path / name).read_text().splitlines())}
        for name in ("corrected.jsonl", "clean.jsonl")
    )
    assert mended == clean
