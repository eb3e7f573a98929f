"""What is larger than is sensible is said so from its header: in little time, with little memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.curate.media.image_bombs import BOMBS
from tests.machine import in_time

MAX_BYTES = 200_000_000
MAX_SECONDS = 2.0
NOT_OVERSIZED = {
    "pcx": "unreadable",
    "png-more-data-than-rows": "length-mismatch",
    "tiff-strip": "length-mismatch",
}
"""What a decoder refuses for another reason before any pixel, and what holds more than its header promises."""


@pytest.fixture(scope="module")
def told() -> dict[str, list[str]]:
    """What each bomb was found to be, and what that cost."""
    command = [sys.executable, "-m", "tests.curate.media.image_bombs", *BOMBS]
    root = Path(__file__).parents[3]
    lines = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=600).stdout
    return {name: rest for name, *rest in (line.split("\t") for line in lines.splitlines())}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_at_once(told: dict[str, list[str]], name: str) -> None:
    check, grown, seconds, size, detail = told[name]
    assert check == NOT_OVERSIZED.get(name, "oversized"), detail
    assert int(grown) < MAX_BYTES + int(size)
    assert in_time(float(seconds), MAX_SECONDS)
