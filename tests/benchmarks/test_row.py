"""The lines of the table."""

from benchmarks.measure import Measured, job
from benchmarks.row import HEADER, Row, commands, line

OURS = [Measured(1.0, 1.5, 40.2), Measured(2.0, 2.5, 50.0), Measured(9.0, 3.5, 45.0)]
INSTEAD = [Measured(20.0, 30.0, 100.0), Measured(30.0, 31.0, 99.0), Measured(9.0, 32.0, 98.0)]
LIMIT = [Measured(0.5, 0.5, 10.0), Measured(0.8, 0.6, 10.0), Measured(9.0, 0.7, 10.0)]


def test_all_three_are_compared_by_paired_runs() -> None:
    row = Row("scan", job(["a"]), ">= 9", 100, job(["b"]), job(["c"]), ("peer", "bare"))

    assert line(row, OURS, INSTEAD, LIMIT) == (
        "| scan | 2.00 s | 20.00 s peer | 15.0 times as fast | 0.800 s bare | 2.00 times | 50/s "
        "| 2.50, 31.00, 0.60 s | 50 MiB, 100 MiB, 10 MiB | >= 9 |"
    )


def test_cells_that_do_not_apply_are_empty() -> None:
    row = Row("start", job(["a"]), "")

    assert line(row, OURS, None, None) == "| start | 2.00 s |  |  |  |  |  | 2.50 s | 50 MiB |  |"
    assert (
        line(row, OURS, None, None).count("|") == HEADER.splitlines()[0].count("|") == HEADER.splitlines()[1].count("|")
    )


def test_slower_is_said_as_well() -> None:
    row = Row("split", job(["a"]), "", instead=job(["b"]), names=("peer", ""))

    assert "| 0.500 s peer | 0.25 times as fast |" in line(row, OURS[1:2], [Measured(0.5, 0.1, 1.0)], None)


def test_commands_name_what_they_are() -> None:
    row = Row("t", job(["/x/burnish", "a"], ["b"]), "", limit=job(["/y/find", "d"]))

    assert commands("row", row) == "row: burnish a | b\n    limit: find d"
