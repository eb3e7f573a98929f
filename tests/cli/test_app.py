"""The process as a whole: streams that are closed, and Ctrl-C."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROGRAM = [sys.executable, str(ROOT / "burnish.py")]


def test_cycles_are_collected_again_when_a_command_is_loaded() -> None:
    # In a process of its own: what is frozen stays so.
    code = "import gc, burnish; gc.disable(); from cli.app import load; load('balance'); print(gc.isenabled())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def closed(arguments: str, redirections: str, folder: Path) -> tuple[int, str]:
    """Run the program by a shell that closes some of its streams."""
    (folder / "set.jsonl").write_text('{"path": "a.jpg", "label": "x"}\n')
    command = f'exec "$0" "$1" {arguments} {redirections}'
    result = subprocess.run(
        ["sh", "-c", command, *PROGRAM], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=False
    )
    return result.returncode, result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "redirections", "code", "said"),
    [
        ("balance", "<&-", 2, "burnish balance: standard input is closed; give it a place, such as </dev/null"),
        ("balance set.jsonl", ">&-", 2, "burnish balance: standard output is closed; give it a place, such as"),
        ("select set.jsonl", "<&- >&-", 2, "standard input and standard output is closed; give it a place"),
        ("select set.jsonl -o new.jsonl -q", "<&- >&-", 0, ""),
        ("balance set.jsonl", "2>&-", 0, ""),
        ("balance gone.jsonl", "2>&-", 2, ""),
    ],
)
def test_closed_streams_are_one_line(tmp_path: Path, arguments: str, redirections: str, code: int, said: str) -> None:
    ended, errors = closed(arguments, redirections, tmp_path)
    assert (ended, errors.count("\n")) == (code, 1 if said else 0)
    assert said in errors


# After the first lines that it keeps, whatever the machine does meanwhile.
_INTERRUPTED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from cli.app import run
from curate.scan.unfinished import _Keeper
keep = _Keeper.keep
def keep_and_interrupt(keeper, lines):
    keep(keeper, lines)
    if lines:
        os.kill(os.getpid(), signal.SIGINT)
_Keeper.keep = keep_and_interrupt
# A shell may have it ignored in what it starts in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(run(sys.argv[2:]))
"""


def test_an_interrupted_scan_says_so_and_goes_on(tmp_path: Path, picture: Callable[..., Path]) -> None:
    picture(tmp_path / "d" / "a" / "0.png")
    for number in range(1, 40):
        os.link(tmp_path / "d" / "a" / "0.png", tmp_path / "d" / "a" / f"{number}.png")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = ["scan", "d", "-o", "set.jsonl", "--jobs", "1"]
    interrupted = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, str(ROOT), *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert interrupted.returncode == 130
    assert interrupted.stderr == (
        "burnish scan: interrupted; with -o FILE what was measured is kept, and the same command goes on there; "
        "nothing else was written\n"
    )
    assert not (tmp_path / "set.jsonl").exists()
    again = subprocess.run(
        [*PROGRAM, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert " unchanged)" in again.stderr
    assert "(0 unchanged)" not in again.stderr
    assert len((tmp_path / "set.jsonl").read_text().splitlines()) == 40
    assert not list((tmp_path / "cache" / "burnish" / "scans").iterdir())
