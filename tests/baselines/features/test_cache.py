"""The cache of features."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from baselines.features import cache as module
from baselines.features.cache import Computed, FeatureCache, Keeping, default_folder
from tests.conftest import ROOT

LENGTH = 2142


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def vector(number: float) -> NDArray[np.float32]:
    return np.full(LENGTH, number, np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> FeatureCache:
    return FeatureCache(str(tmp_path / "cache"), "audio")


def packs(cache: FeatureCache) -> list[str]:
    return sorted(os.listdir(cache.folder))


def test_what_was_kept_is_found_and_nothing_else(cache: FeatureCache) -> None:
    cache.keep({digest(1): vector(1), digest(2): vector(2)})
    cache.keep({digest(3): vector(3)})
    found = cache.load([digest(1), digest(3), digest(4)])
    assert {name: values[0] for name, values in found.items()} == {digest(1): 1, digest(3): 3}
    assert found[digest(1)].dtype == np.float32


def test_an_empty_cache_makes_no_folder(cache: FeatureCache) -> None:
    assert cache.load([digest(1)]) == {}
    cache.keep({})
    assert not os.path.exists(cache.folder)


def test_kinds_do_not_meet(cache: FeatureCache, tmp_path: Path) -> None:
    cache.keep({digest(1): vector(1)})
    assert FeatureCache(str(tmp_path / "cache"), "image").load([digest(1)]) == {}


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: data[:500] + b"\xff" * 500 + data[1000:]],
    ids=["cut", "empty", "overwritten"],
)
def test_a_damaged_pack_is_passed_over_and_made_again(cache: FeatureCache, damage: object) -> None:
    cache.keep({digest(1): vector(1)})
    path = Path(cache.folder, packs(cache)[0])
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert cache.load([digest(1)]) == {}
    cache.keep({digest(1): vector(7)})
    assert cache.load([digest(1)])[digest(1)][0] == 7


def test_a_pack_of_another_length_is_passed_over(cache: FeatureCache) -> None:
    cache.keep({digest(1): np.zeros(3, np.float32)})
    assert cache.load([digest(1)]) == {}


def test_a_pickle_is_never_loaded(cache: FeatureCache, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "trapped"),)

    os.makedirs(cache.folder)
    with open(os.path.join(cache.folder, "a.npz"), "wb") as file:
        np.savez(file, digests=np.array([Trap()], object), features=np.array([Trap()], object))
    assert cache.load([digest(1)]) == {}
    assert not (tmp_path / "trapped").exists()


def test_the_packs_that_were_not_used_for_longest_go(cache: FeatureCache, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        cache.keep({digest(number): vector(number)})
        os.utime(os.path.join(cache.folder, packs(cache)[0]), (1, 1))
    cache.load([digest(1)])  # used just now, though it is the older one
    size = os.stat(os.path.join(cache.folder, packs(cache)[0])).st_size
    monkeypatch.setattr(module, "MAX_BYTES", 2 * size)
    cache.keep({digest(3): vector(3)})
    assert cache.load([digest(1), digest(2), digest(3)]).keys() == {digest(1), digest(3)}


def test_digests_of_another_form_are_not_kept(cache: FeatureCache) -> None:
    cache.keep({"md5:00": vector(1), "sha256:zz": vector(1), "": vector(1)})
    assert not os.path.exists(cache.folder)


def test_a_folder_that_cannot_be_made_keeps_nothing_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = FeatureCache(str(tmp_path / "file"), "audio")
    cache.keep({digest(1): vector(1)})
    assert cache.load([digest(1)]) == {}


def test_the_usual_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert default_folder() == "/c/burnish/features"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/h")
    assert default_folder() == "/h/.cache/burnish/features"


def test_features_are_kept_while_they_are_computed(cache: FeatureCache, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping = Keeping(cache)
    keeping.add([Computed(digest(1), vector(1))])
    assert not os.path.exists(cache.folder), "not each by itself"
    monkeypatch.setattr(module, "KEEP_EVERY_S", 0.0)
    row = vector(2)
    keeping.add([Computed(digest(2), row)])
    row[:] = 9
    assert {name: values[0] for name, values in cache.load([digest(1), digest(2)]).items()} == {
        digest(1): 1,
        digest(2): 2,
    }
    monkeypatch.setattr(module, "KEEP_EVERY_S", 1e9)
    keeping.add([Computed(digest(3), vector(3))])
    assert digest(3) not in cache.load([digest(3)])
    keeping.flush()
    assert digest(3) in cache.load([digest(3)])
    assert len(packs(cache)) == 2
    Keeping(None).add([Computed(digest(4), vector(4))])


_KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from baselines.features import cache
cache.KEEP_EVERY_S = 0.0
def dies(results):
    for number, result in enumerate(results):
        yield result
        if number == 5:
            os.kill(os.getpid(), signal.SIGKILL)
from baselines.data.labelled_samples import LabelledSample
from baselines.features.extract import extract
from baselines.features.reading import Reading
names = sorted(os.listdir("d"))
extract([LabelledSample(f"d/{{name}}", "a", kind="image") for name in names], "image", Reading("", 1, "kept"), dies)
"""


def test_a_process_that_is_killed_has_kept_them(tmp_path: Path, picture: Callable[..., Path]) -> None:
    for number in range(12):
        picture(tmp_path / "d" / f"{number:02}.png", seed=number)
    command = [sys.executable, "-c", _KILLED.format(root=str(ROOT))]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == -signal.SIGKILL
    digests = [f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted((tmp_path / "d").iterdir())]
    kept = FeatureCache(str(tmp_path / "kept"), "image").load(digests)
    assert set(kept) == set(digests[:6])
