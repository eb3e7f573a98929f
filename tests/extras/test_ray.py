"""The same on a Ray cluster as here: three machines on this one, of which some are lost meanwhile.

Without the extra a test is skipped; `make test-extras` installs it beside the environment. A cluster takes 15 s to
start, so there is one for all tests of a process.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.engine import Failure, Ready, nodes, run
from curate.engine.cluster import _CHUNKS, _RUNNING, run_on_cluster
from curate.ground.errors import BurnishError, InputError
from tests.baselines.samples import tones
from tests.conftest import ROOT, Burnish
from tests.curate.engine.stubs import end_with_parent, misbehave, noted_square, slow_square, square
from tests.extras.ray_nodes import add_node, three_machines
from tests.machine import PATIENCE_S

pytestmark = pytest.mark.slow
LEAST_BATCHES = 700
"""Items of a chunk each: as many batches as the tests of lost machines need to be among."""


@pytest.fixture(scope="session")
def machines() -> Iterator[Any]:
    """Three machines of one processor each."""
    with three_machines() as cluster:
        yield cluster


@pytest.fixture
def address(machines: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of the cluster, which knows of every machine that was lost; the connection ends with the test."""
    nodes.disconnect()
    monkeypatch.setattr(nodes, "_PROBE_S", 600.0)
    machines.wait_for_nodes(PATIENCE_S)
    yield machines.address
    nodes.disconnect()
    nodes.use_local()


@pytest.fixture
def cluster(address: str) -> str:
    nodes.use_cluster(address, [])
    return address


def test_results_are_in_order_and_each_machine_did_some(cluster: str) -> None:
    items = [Ready("known") if number % 10 == 3 else number for number in range(300)]
    end, rounds = time.monotonic() + PATIENCE_S, 0
    # A machine that is slow to start its workers finds nothing left of the first ones.
    while len(nodes.work_of_nodes()) < 3 and time.monotonic() < end:
        rounds += 1
        with closing(run_on_cluster(slow_square, iter(items), chunk_size=2)) as results:
            found = list(results)
        assert found == ["known" if number % 10 == 3 else number * number for number in range(300)]
    work = nodes.work_of_nodes()
    assert len(work) == 3
    assert sum(one.items for one in work) == 270 * rounds
    assert all(one.seconds > 0 for one in work)
    assert list(run_on_cluster(square, [])) == []


def test_what_breaks_costs_itself(cluster: str) -> None:
    found = list(run_on_cluster(misbehave, range(40), chunk_size=1, timeout_s=15.0))
    here = list(run(misbehave, range(40), chunk_size=1, timeout_s=15.0, jobs=1))
    assert found == here
    assert {at: one.reason for at, one in enumerate(found) if isinstance(one, Failure)} == {
        5: "crashed",
        13: "crashed",
        27: "timeout",
    }


def test_what_takes_machines_along_is_found(cluster: str) -> None:
    found = list(run_on_cluster(end_with_parent, range(16), chunk_size=2))
    failed = {at: one for at, one in enumerate(found) if isinstance(one, Failure)}
    assert list(failed) == [13]
    assert failed[13].detail == "every machine that worked on it was lost (WorkerCrashedError)"


def test_machines_that_are_lost_change_nothing(cluster: str, machines: Any) -> None:
    chance = random.Random(2)
    lost_at = sorted(chance.sample(range(20, LEAST_BATCHES - 50), 5))
    found = []
    with closing(run_on_cluster(slow_square, iter(range(LEAST_BATCHES)), chunk_size=1)) as results:
        for number, result in enumerate(results):
            found.append(result)
            if number in lost_at:
                victim = machines.list_all_nodes()[chance.choice([1, 2])]
                machines.remove_node(victim, allow_graceful=False)
                add_node(machines)
    assert found == [number * number for number in range(LEAST_BATCHES)]


def test_a_machine_that_was_lost_just_now_is_not_waited_for(address: str, machines: Any) -> None:
    """It is listed as alive still, and asked whether it sees the data."""
    victim = machines.list_all_nodes()[1]
    nodes.use_cluster(address, [])
    machines.remove_node(victim, allow_graceful=False)
    try:
        assert list(run_on_cluster(square, range(5), chunk_size=1)) == [n * n for n in range(5)]
    finally:
        add_node(machines)


def test_who_stops_reading_stops_the_work(cluster: str) -> None:
    results = run_on_cluster(slow_square, iter(range(10_000)), chunk_size=1)
    assert next(results) == 0
    results.close()
    assert list(run_on_cluster(square, [3], chunk_size=1)) == [9], "the processors are free again"


def test_a_driver_that_is_killed_loses_what_it_was_not_given_yet(cluster: str, tmp_path: Path) -> None:
    """What arrived outlives the driver in its order or not: two batches for each processor are under way at most."""
    count, file = 400, tmp_path / "notes"
    code = (
        "import sys; from curate.engine import nodes; from curate.engine.cluster import run_on_cluster; "
        "from tests.curate.engine.stubs import noted_square; nodes._PROBE_S = 600.0; "
        "nodes.use_cluster(sys.argv[1], []); "
        "items = [(sys.argv[2], number) for number in range(int(sys.argv[3]))]; "
        "keep = lambda results: print(*results, sep=chr(10), flush=True); "
        "[one for one in run_on_cluster(noted_square, items, chunk_size=1, arrived=keep)]"
    )
    words = [sys.executable, "-c", code, cluster, str(file), str(count)]
    given: list[int] = []
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        for line in driver.stdout:
            given.append(int(line))
            if len(given) == count // 2:
                driver.kill()
    assert driver.returncode == -signal.SIGKILL
    rest = [(str(file), number) for number in range(count) if number * number not in {*given}]
    given += run_on_cluster(noted_square, rest, chunk_size=1)
    assert sorted(given) == [number * number for number in range(count)]
    again = len(file.read_bytes()) - count
    print(f"{again} of {count} items were done again")
    assert 0 <= again <= _RUNNING * _CHUNKS * 3


def scan_here_and_there(burnish: Burnish, address: str, *words: str) -> tuple[str, str, str]:
    here = burnish("scan", *words).stdout
    there = burnish("scan", *words, "--engine", "ray", "--address", address)
    return here, there.stdout, there.stderr


def test_scan_augment_embed_and_train_give_the_same(burnish: Burnish, tmp_path: Path, address: str) -> None:
    tones(tmp_path / "set", 20)
    (tmp_path / "set" / "low_0.wav").rename(tmp_path / "set" / "naïve ü.wav")
    (tmp_path / "set" / "cut.wav").write_bytes((tmp_path / "set" / "low_1.wav").read_bytes()[:1000])
    # Ray puts the folder of the driver first on the path of its workers.
    (tmp_path / "json.py").write_text("raise RuntimeError('not the real one')")
    (tmp_path / "numpy").mkdir()
    options = ("set", "--pattern", "{label}_{}")
    here, there, said = scan_here_and_there(burnish, address, *options)
    assert here == there
    assert len(here.splitlines()) == 41
    assert said.count("machine ") >= 1
    assert "41 files" in said or "s of work" in said
    (tmp_path / "set.jsonl").write_text(here)
    (tmp_path / "soft.yaml").write_text("kind: augment\ntargets:\n  soft:\n    audio: [gain: {gain_db: [-9, -3]}]\n")
    engines = {"here": (), "there": ("--engine", "ray", "--address", address)}
    made: dict[str, dict[str, bytes]] = {}
    for name, engine in engines.items():
        burnish("augment", "soft.yaml", "set.jsonl", "--into", name, "-o", f"{name}.jsonl", *engine)
        burnish("train", "set.jsonl", "--run", f"run-{name}", "--model", "svm", "--no-cache", *engine)
        made[name] = {
            str(path.relative_to(tmp_path / name)): path.read_bytes() for path in (tmp_path / name).rglob("*.wav")
        }
    assert len(made["here"]) >= 39
    assert made["here"] == made["there"]
    lines = [(tmp_path / f"{name}.jsonl").read_text().replace(f'"{name}/', '"into/') for name in engines]
    assert [_without_times(text) for text in lines[:1]] == [_without_times(text) for text in lines[1:]]
    predictions = [(tmp_path / f"run-{name}" / "predictions.jsonl").read_bytes() for name in engines]
    assert predictions[0] == predictions[1]
    assert not list((tmp_path / "there").glob(".burnish*/*"))


def _without_times(text: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        one.pop("mtime_ns", None)
    return found


def test_pictures_give_the_same(burnish: Burnish, tmp_path: Path, picture: Callable[..., Path], address: str) -> None:
    for number in range(30):
        picture(tmp_path / "set" / f"c{number % 3}" / f"{number}.png", seed=number)
    here, there, _ = scan_here_and_there(burnish, address, "set")
    assert here == there
    assert len(here.splitlines()) == 30


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--engine", "ray", "--address", "127.0.0.1:1"), "there is no Ray cluster at 127.0.0.1:1"),
        (("--engine", "ray", "--address", "ray://127.0.0.1:1"), "the head of a Ray cluster is HOST:PORT"),
        (("--address", "x:1"), "--address x:1 is that of a Ray cluster: --engine ray"),
    ],
)
def test_without_a_cluster_it_is_one_line(
    burnish_process: Burnish, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    (tmp_path / "set").mkdir()
    said = burnish_process("scan", "set", *words, code=2).stderr
    assert why in said
    assert len(said.splitlines()) == 1


def test_another_burnish_and_another_disk_are_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "set").mkdir()
    nodes.use_cluster(address, [str(tmp_path / "set")])
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "program_digest", lambda: "sha256:other")
        with pytest.raises(InputError, match=r"machine .* has another burnish; install the same one"):
            list(run_on_cluster(square, [1]))
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "fingerprint", lambda _: "3 names, 12345678")
        with pytest.raises(InputError, match=r"does not see .*set as this one does \(0 names, .* there, 3 names, 1"):
            list(run_on_cluster(square, [1]))
    with monkeypatch.context() as patch:
        gone = tmp_path / "gone"
        gone.mkdir()
        patch.chdir(gone)
        shutil.rmtree(gone)
        patch.setattr(os, "getcwd", lambda: str(gone))
        with pytest.raises(InputError, match=r"machine .* has no folder .*gone; use one that all machines mount"):
            list(run_on_cluster(square, [1]))


def test_what_cannot_be_worked_on_at_all_is_one_line(cluster: str) -> None:
    assert list(run_on_cluster(square, [2])) == [4]
    with pytest.raises(BurnishError, match=r"a machine of the cluster cannot work: No module named .no_such_module"):
        list(run_on_cluster(square, [2], preload=("no_such_module",)))


def test_results_may_be_arrays(cluster: str) -> None:
    found = list(run_on_cluster(np.ones, [(100, 100)] * 20, chunk_size=1))
    assert all(one.shape == (100, 100) for one in found)
