"""Fixtures that all tests share: real data, real files, and the real program."""

import inspect
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from types import CodeType, FunctionType
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, settings
from PIL import Image

from tests import in_process
from tests.soak import SOAK

ROOT = Path(__file__).resolve().parent.parent

# Where the tests themselves run in a workflow, errors would come with annotations for it.
for _name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(_name, None)

Burnish = Callable[..., CompletedProcess[str]]

# How long a machine takes says how busy it is, not whether the code is right.
settings.register_profile("burnish", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("burnish")

_STARTERS = {"subprocess", "pty", "multiprocessing", "fork"}
"""Names by which code of the tests starts a process."""
_UNTIL = float(os.environ.get("BURNISH_TESTS_UNTIL") or "inf")
"""When the last test may begin, s since 1970: continuous integration is ended from outside, and then says nothing."""
_TIME_IS_UP = "the time is up (BURNISH_TESTS_UNTIL)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of whole commands and those that start a process: nobody has to remember it.

    A process is seen in what the test and its fixtures call, not in what the program starts: of that, `command` warns.
    What only a soak runs is left out of the others. Files that start processes come first: what takes long begins
    early, so that all workers end at the same time.
    """
    if not SOAK and "soak" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
    known: dict[CodeType, bool] = {}
    for item in items:
        if isinstance(item, pytest.Function):
            fixtures = [one.func for found in item._fixtureinfo.name2fixturedefs.values() for one in found]
            if any(_starts_process(function, known) for function in (item.function, *fixtures)):
                item.add_marker("process")
            if "burnish" in item.fixturenames:
                item.add_marker("command")
    counts = Counter(item.path for item in items)
    long = Counter(
        item.path for item in items if item.get_closest_marker("process") or item.get_closest_marker("command")
    )
    items.sort(key=lambda item: (-round(long[item.path] / counts[item.path]), item.path))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Leave out what comes too late, before any of its fixtures is made."""
    if time.time() > _UNTIL:
        pytest.skip(_TIME_IS_UP)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was left out, so that nobody takes it for tested."""
    late = sum(_TIME_IS_UP in str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    if late:
        terminalreporter.section("NOT ALL WAS TESTED", red=True)
        terminalreporter.line(f"tests left out: {late:,}, because {_TIME_IS_UP}; make test runs all of them")


def _starts_process(function: object, known: dict[CodeType, bool]) -> bool:
    """Return whether a function of the tests, or one that it calls, names what starts a process."""
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, FunctionType) or not function.__module__.startswith("tests."):
        return False
    if function.__code__ not in known:
        known[function.__code__] = False  # where functions call each other
        names = _names(function.__code__)
        known[function.__code__] = bool(names & _STARTERS) or any(
            _starts_process(function.__globals__.get(name), known) for name in sorted(names)
        )
    return known[function.__code__]


def _names(code: CodeType) -> set[str]:
    inner = (_names(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with real public data."""
    folder = os.environ.get("BURNISH_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real data is not here: set BURNISH_DATA to its folder")
    return Path(folder)


@pytest.fixture
def burnish(tmp_path: Path) -> Burnish:
    """Run a command line in the test's folder, inside this process; workers are processes as ever."""

    return burnish_in(tmp_path)


def burnish_in(folder: Path) -> Burnish:
    """Return what runs a command line in a folder: for fixtures that make it once for all tests of a module."""

    def run(*arguments: str | Path, stdin: str | bytes = b"", code: int = 0) -> CompletedProcess[str]:
        words = list(map(str, arguments))
        return _checked(words, code, *in_process.call(words, _bytes(stdin), folder))

    return run


@pytest.fixture
def burnish_process(tmp_path: Path) -> Burnish:
    """Run the program in a process of its own: for what its start, its streams, its memory or its death are."""

    def run(*arguments: str | Path, stdin: str | bytes = b"", code: int = 0) -> CompletedProcess[str]:
        words = [sys.executable, str(ROOT / "burnish.py"), *map(str, arguments)]
        result = subprocess.run(words, input=_bytes(stdin), capture_output=True, cwd=tmp_path, timeout=600, check=False)
        return _checked(words, code, result.returncode, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Words that a shell puts before those of `burnish` to run it without its start; see tests/docs/shell.py."""
    from tests.docs.shell import serving

    with serving(tmp_path_factory.mktemp("client")) as words:
        yield words


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def _checked(words: list[str], wanted: int, code: int, stdout: bytes, stderr: bytes) -> CompletedProcess[str]:
    """Return how a command ended, if it ended with the code that the test expects."""
    output, errors = stdout.decode("utf-8", "surrogateescape"), stderr.decode()
    assert code == wanted, f"exit code {code}\n{output[:2000]}\n{errors[-3000:]}"
    return CompletedProcess(words, code, output, errors)


@pytest.fixture(scope="session")
def picture() -> Callable[..., Path]:
    """Write a picture with some structure in it."""

    def write(path: Path, size: tuple[int, int] = (64, 48), seed: int = 0, **options: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(path, **options)
        return path

    return write


@pytest.fixture(scope="session")
def recording() -> Callable[..., Path]:
    """Write a recording of a tone in a little noise."""

    def write(path: Path, duration_s: float = 0.5, sample_rate: int = 16000, seed: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        time_s = np.arange(int(duration_s * sample_rate)) / sample_rate
        noise = 0.01 * np.random.default_rng(seed).standard_normal(len(time_s))
        soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time_s) + noise, sample_rate)
        return path

    return write
