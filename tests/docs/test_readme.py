"""The ten lines of the README work as they stand, on the recordings of the demo."""

import json
from pathlib import Path

from augment.demo.folder import MAKERS, claim, fill
from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash


def test_the_loop_in_ten_lines(client: str, tmp_path: Path) -> None:
    # The first are of a messy folder, which tests/test_messy.py plays.
    [_, lines] = [text for language, text in blocks(ROOT / "README.md") if language == "sh"]
    assert len(lines.splitlines()) == 10
    folder = str(tmp_path / "demo")
    claim(folder, 0)
    fill(folder, MAKERS["speech"](0))
    bash(client, lines, Path(folder))
    before, after = (
        json.loads((tmp_path / f"demo/runs/{run}/metrics.json").read_text()) for run in ("before", "after")
    )
    assert after["accuracy"] > before["accuracy"] + 0.1
    assert (tmp_path / "demo" / "report.html").stat().st_size > 50_000
    assert (tmp_path / "demo" / "pairs.html").is_file()
