"""Time in the tests: what comes too late is left out at once and said, and bounds are wide for a busy machine."""

import os
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from tests.machine import in_time
from tests.soak import SOAK


@pytest.mark.parametrize(("late_s", "outcome", "is_said"), [(1, "1 skipped", True), (-600, "1 passed", False)])
def test_after_the_time_tests_are_left_out_and_counted(late_s: int, outcome: str, is_said: bool) -> None:
    name = "tests/docs/test_links.py::test_every_page_can_be_reached_from_the_first"
    environment = os.environ | {"BURNISH_TESTS_UNTIL": str(int(time.time()) - late_s)}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    ended = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert outcome in ended.stdout
    assert ("tests left out: 1, because the time is up (BURNISH_TESTS_UNTIL)" in ended.stdout) is is_said


def test_a_bound_is_wide_for_a_busy_machine_and_not_without_end() -> None:
    assert in_time(0.9, 1)
    assert in_time(9, 1) is not SOAK
    assert not in_time(10, 1)
