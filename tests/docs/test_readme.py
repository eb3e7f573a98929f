"""The ten lines of the README work as they stand, on the recordings of the demo."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

from augment.demo.folder import MAKERS, claim, fill
from tests.conftest import ROOT
from tests.docs.pages import blocks


def test_the_loop_in_ten_lines(tmp_path: Path) -> None:
    # The first are of a messy folder, which tests/test_messy.py plays.
    [_, lines] = [text for language, text in blocks(ROOT / "README.md") if language == "sh"]
    assert len(lines.splitlines()) == 10
    folder = str(tmp_path / "demo")
    claim(folder, 0)
    fill(folder, MAKERS["speech"](0))
    program = shlex.join([sys.executable, str(ROOT / "burnish.py")])
    command = ["bash", "-euo", "pipefail", "-c", f'burnish() {{ {program} "$@"; }}\n{lines}']
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-2000:]}"
    before, after = (
        json.loads((tmp_path / f"demo/runs/{run}/metrics.json").read_text()) for run in ("before", "after")
    )
    assert after["accuracy"] > before["accuracy"] + 0.1
    assert (tmp_path / "demo" / "report.html").stat().st_size > 50_000
    assert (tmp_path / "demo" / "pairs.html").is_file()
