"""One run of a pipe: time, processor, memory, folders, failures."""

import resource
import sys
from pathlib import Path

import pytest

from benchmarks import inputs
from benchmarks.measure import WORK, job, measure, shown


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "HERE", tmp_path / "inputs")


def own_peak_mib() -> float:
    """The peak of this process: between fork and exec a child counts what it has from its parent, here all tests."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 + 1


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


def test_stages_are_connected_and_all_counted(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = python("x = bytearray(60 << 20); print('through the pipe')")
    second = python("import sys; open(sys.argv[1], 'w').write(sys.stdin.read())", str(out))

    run = measure(job(first, second))

    assert out.read_text() == "through the pipe\n"
    assert 60 < run.largest_mib < max(120, own_peak_mib())
    assert run.tree_mib == 0
    assert run.cpu_s > 0
    assert run.seconds > 0


def test_memory_of_all_processes_is_added_up() -> None:
    child = "x = bytearray(40 << 20); x[::4096] = b'1' * len(x[::4096]); print(flush=True); input()"
    # Both are there at once, for many of the looks of the sampler.
    program = f"import subprocess, sys, time; P = subprocess.PIPE; c = [sys.executable, '-c', {child!r}]; "
    program += "both = [subprocess.Popen(c, stdin=P, stdout=P) for _ in range(2)]; "
    program += "[one.stdout.readline() for one in both]; time.sleep(3); [one.communicate(b'\\n') for one in both]"

    run = measure(job(python(program)), tree=True)

    assert 40 < run.largest_mib < max(80, own_peak_mib())
    if Path("/proc/self/smaps_rollup").exists():
        assert run.tree_mib > 80


def test_each_run_has_an_empty_folder_that_goes_away(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = (
        "import os, sys; w, s = sys.argv[1:]; open(s, 'a').write(w + str(os.listdir(w)) + '\\n'); open(w + '/f', 'w')"
    )

    measure(job(python(program, WORK, str(seen))))
    measure(job(python(program, WORK, str(seen))))

    one, other = seen.read_text().splitlines()
    assert one.endswith("[]")
    assert other.endswith("[]")
    assert one != other
    assert list((tmp_path / "inputs").iterdir()) == []


@pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
def test_a_stage_that_fails_stops_the_benchmark(place: int) -> None:
    stages = [python("pass"), python("pass")]
    stages[place] = python("import sys; sys.exit('no such thing')")

    with pytest.raises(SystemExit, match=r"(?s)failed:.*no such thing"):
        measure(job(*stages))


def test_commands_are_shown_without_the_folders_of_this_machine() -> None:
    what = job(
        ["/opt/bin/burnish", "scan", "/tmp/photos", "-j2", "--set", "noise=/tmp/n"],
        ["/opt/bin/burnish", "train", "--run", f"{WORK}/run"],
    )

    assert shown(what) == "burnish scan photos -j2 --set noise=n | burnish train --run {work}/run"
