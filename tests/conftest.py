"""Fixtures that all tests share: real data, real files, and the real program in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent

Burnish = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with real public data."""
    folder = os.environ.get("BURNISH_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real data is not here: set BURNISH_DATA to its folder")
    return Path(folder)


@pytest.fixture
def burnish(tmp_path: Path) -> Burnish:
    """Run the program in a process of its own, in the test's folder."""

    def run(*arguments: str | Path, stdin: str | bytes = b"", code: int = 0) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [sys.executable, str(ROOT / "burnish.py"), *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        output, errors = result.stdout.decode("utf-8", "surrogateescape"), result.stderr.decode()
        assert result.returncode == code, f"exit code {result.returncode}\n{output[:2000]}\n{errors[-3000:]}"
        return subprocess.CompletedProcess(result.args, code, output, errors)

    return run


@pytest.fixture
def picture() -> Callable[..., Path]:
    """Write a picture with some structure in it."""

    def write(path: Path, size: tuple[int, int] = (64, 48), seed: int = 0, **options: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(path, **options)
        return path

    return write


@pytest.fixture
def recording() -> Callable[..., Path]:
    """Write a recording of a tone in a little noise."""

    def write(path: Path, duration_s: float = 0.5, sample_rate: int = 16000, seed: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        time_s = np.arange(int(duration_s * sample_rate)) / sample_rate
        noise = 0.01 * np.random.default_rng(seed).standard_normal(len(time_s))
        soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time_s) + noise, sample_rate)
        return path

    return write
