"""The ceiling of a worker's memory: what it is, and that going through it costs one item."""

import sys
from pathlib import Path

import pytest

from curate.engine import Failure, memory, run
from curate.ground.errors import UsageError
from curate.ground.out_of_memory import is_out_of_memory
from tests.curate.engine import stubs

GIB = 1 << 30
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="no other system has such a limit")


@linux_only
def test_an_item_that_needs_too_much_memory_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLE, "512M")
    detail = "needs more memory than a worker may have (512 MiB): run with fewer --jobs, or set " + memory.VARIABLE
    too_much = Failure("out-of-memory", detail + "=8G")
    # The same worker, for there is only one, goes on with what it was given back.
    assert [*run(stubs.fill, [100, 1000, 100, -1, 100], jobs=1)] == [
        100 << 20,
        too_much,
        100 << 20,
        too_much,
        100 << 20,
    ]


@linux_only
def test_what_the_parent_holds_and_files_read_as_maps_are_not_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(memory.VARIABLE, "512M")
    held = bytearray(700 << 20)
    assert [*run(stubs.fill, [100], jobs=1)] == [100 << 20]
    assert len(held) == 700 << 20
    with open(tmp_path / "large", "wb") as file:
        file.truncate(GIB)
    assert [*run(stubs.map_file, [str(tmp_path / "large")], jobs=1)] == [GIB]


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ("800M", 800 << 20),
        ("4G", 4 * GIB),
        ("4 GiB", 4 * GIB),
        ("4gb", 4 * GIB),
        ("1073741824", GIB),
        ("unlimited", None),
        ("Unlimited", None),
    ],
)
def test_sizes_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch, said: str, allowed: int | None) -> None:
    monkeypatch.setenv(memory.VARIABLE, said)
    assert memory.worker_memory(2) == allowed


@pytest.mark.parametrize("said", ["0", "much", "-4G", "1e9", "4 P", "\N{ARABIC-INDIC DIGIT FOUR}G", "9" * 400, "511M"])
def test_what_is_no_size_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(memory.VARIABLE, said)
    with pytest.raises(UsageError, match=f"{memory.VARIABLE}=.*: write it like 800M or 4G, or unlimited"):
        list(run(stubs.square, [1], jobs=1))


@pytest.mark.parametrize(
    ("machine_gib", "jobs", "worker_gib"),
    [(64, 1, 48), (64, 4, 12), (64, 48, 4), (16, 8, 4), (4, 1, 3), (4, 8, 3)],
)
def test_the_share_of_a_worker(monkeypatch: pytest.MonkeyPatch, machine_gib: int, jobs: int, worker_gib: int) -> None:
    monkeypatch.delenv(memory.VARIABLE, raising=False)
    monkeypatch.setattr(memory, "machine_memory", lambda: machine_gib * GIB)
    assert memory.worker_memory(jobs) == worker_gib * GIB


def test_no_limit_where_the_memory_of_the_machine_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(memory.VARIABLE, raising=False)
    monkeypatch.setattr(memory, "machine_memory", lambda: None)
    assert memory.worker_memory(2) is None


@pytest.mark.parametrize(
    ("written", "limit"), [("1048576\n", 1 << 20), ("max\n", None), ("9223372036854771712\n", None)]
)
def test_the_limit_of_a_container_is_respected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: str, limit: int | None
) -> None:
    monkeypatch.setattr(memory, "_cgroup_files", list)
    whole = memory.machine_memory()
    (tmp_path / "memory.max").write_text(written)
    monkeypatch.setattr(memory, "_cgroup_files", lambda: [str(tmp_path / "none"), str(tmp_path / "memory.max")])
    assert memory.machine_memory() == (limit or whole)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (OSError(12, "Cannot allocate memory"), True),
        (ValueError("Insufficient memory (case 4)"), True),
        (RuntimeError("OpenCV(4.10) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes"), True),
        (OSError(2, "No such file or directory"), False),
        (ValueError("broken data stream when reading image file"), False),
    ],
)
def test_a_failed_allocation_is_told_from_a_damaged_file(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected
