"""What the memory of three runs says: flat or linear."""

import pytest

from benchmarks.measure import Measured
from benchmarks.tables.memory import line

SIZES = [10_000, 100_000, 1_000_000]


@pytest.mark.parametrize(
    ("peaks", "verdict"),
    [
        ((40, 40, 40), "flat"),
        ((40, 41, 45), "flat"),
        ((40, 41, 57), "linear, 19 bytes a sample"),
        ((40, 140, 1140), "linear, 1,165 bytes a sample"),
    ],
    ids=["same", "noise", "a little", "much"],
)
def test_verdict(peaks: tuple[int, int, int], verdict: str) -> None:
    runs = [Measured(1.0, 1.0, float(peak)) for peak in peaks]

    assert line("clean", SIZES, runs).split(" | ")[4] == verdict


def test_time_per_sample_between_the_sizes() -> None:
    runs = [Measured(0.2, 1.0, 40.0, 44.0), Measured(1.1, 1.0, 40.0, 44.0), Measured(19.1, 1.0, 40.0, 44.0)]

    assert line("clean", SIZES, runs) == (
        "| clean | 44 MiB, 0.200 s | 44 MiB, 1.10 s | 44 MiB, 19.10 s | flat | 20.0 / 10.0 µs |"
    )
