"""The page about releasing a model: its commands say what it shows."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash

PAGE = ROOT / "docs" / "release.md"


def plain(row: str) -> str:
    """Return a row without what each call gives anew: when, and digests."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "WHEN", re.sub(r"sha256:[0-9a-f]+", "DIGEST", " ".join(row.split())))


@pytest.mark.soak
def test_the_commands_say_what_the_page_shows(client: str, tmp_path: Path) -> None:
    said: list[str] = []
    for language, text in blocks(PAGE):
        if language == "python":
            (tmp_path / "logs.py").write_text(text)
        elif language == "sh":
            said.append(bash(client, text, tmp_path))
        elif language == "text":
            lines = {plain(row) for row in said[-1].splitlines()}
            assert {plain(row) for row in text.splitlines()} <= lines, said[-1]
    whole = "\n".join(said)
    assert "promote: not worse than by 2 points" in whole
    assert "step 1 of 2, 0.05 of the traffic: promote; next: 1 of the traffic" in whole
    assert "step 2 of 2, 1 of the traffic: promote; all steps are done" in whole
    for page in ("gate.html", "automation.html"):
        assert (tmp_path / page).read_bytes().startswith(b"<!doctype html>")
    assert json.loads((tmp_path / "releases" / "current").read_text())["release"] == "v1"
    assert "the current release is v1 (120 samples, exchange 3)" in whole
    assert "partial: it decides where it is sure" in whole
