"""Fixtures of the commands."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

_SHOWN_AT = """
import sys; sys.path.insert(0, {root!r})
from rich.console import Console
from cli.io.terminal_table import Drawn
from cli.views.{table}.table import report
from {module} import *
Console(width={columns}, highlight=False, markup=False).print(Drawn(report({report})))
"""


@pytest.fixture
def fits() -> Callable[..., str]:
    """Draw a report on a terminal of some width, check that no line is longer, and that nothing is cut off."""

    def draw(table: str, module: str, report: str, columns: int, folder: Path) -> str:
        program = _SHOWN_AT.format(root=str(ROOT), table=table, module=module, report=report, columns=columns)
        shown = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
        assert max(map(len, shown.splitlines())) <= columns
        assert "…" not in shown
        return shown

    return draw
