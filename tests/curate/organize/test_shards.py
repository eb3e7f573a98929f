"""Shards that organize writes: read back the same, byte-reproducible, read by the libraries that they are for."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.ground.errors import InputError, UsageError
from curate.journal import Outcome
from curate.organize.shards import ShardPlan, arrange_in_shards
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.scan.labels import Labeller
from curate.scan.scan import Options, ScanTally, scan
from tests.curate.media.storage.test_remote import memory

__all__ = ["memory"]

Write = Callable[..., Path]


def scanned(*roots: str) -> list[Sample]:
    return [parse(line) for line in scan(roots, Labeller(), Options(jobs=1), ScanTally())]


@pytest.fixture
def samples(tmp_path: Path, picture: Write) -> list[Sample]:
    names = ("train/cat/a.b.png", "train/dog/a.c.JPG", "train/cat/3.png", "test/cat/1.png", "test/dog/3.png")
    for number, name in enumerate(names):
        picture(tmp_path / "set" / name, seed=number, **({"format": "JPEG"} if name.endswith("JPG") else {}))
    return scanned(str(tmp_path / "set"))


def told(samples: list[Sample]) -> list[tuple[Any, ...]]:
    return sorted((one.digest, one.label, one.split, one.tags, one.image, one.bytes, one.findings) for one in samples)


def written(samples: list[Sample], into: str, form: Any, size: int = 2) -> Iterator[Sample]:
    plan, failures = ShardPlan(into, form, size), list[Outcome]()
    plan.gather(samples)
    yield from arrange_in_shards(plan, samples, failures)
    assert not failures


@pytest.mark.parametrize("form", ["webdataset", "parquet"])
def test_read_back_they_are_the_same_samples(samples: list[Sample], tmp_path: Path, form: Any) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `shards` is not installed")
    made = list(written(samples, str(tmp_path / "out"), form))
    plan = ShardPlan(str(tmp_path / "out"), form, 2)
    plan.gather(samples)
    found = scanned(*(f"{tmp_path}/out/{name}" for name in plan.shards()))
    assert told(found) == told(made) == told(samples)
    assert sorted(one.path for one in found) == sorted(one.path for one in made)
    assert len(plan.shards()) == 3


@pytest.mark.parametrize("form", ["webdataset", "parquet"])
def test_into_a_store_they_are_the_same_bytes(samples: list[Sample], tmp_path: Path, memory: str, form: Any) -> None:
    from curate.media.storage import read_media

    if form == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `shards` is not installed")
    list(written(samples, str(tmp_path / "out"), form))
    list(written(samples, f"{memory}/out", form))
    # Again, over what is there: completed by repeating.
    assert len(list(written(samples, f"{memory}/out", form))) == 5
    for path in sorted((tmp_path / "out").glob("t*")):
        data = read_media(f"{memory}/out/{path.name}") or b""
        assert hashlib.sha256(data).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_a_shard_that_is_another_is_not_taken_for_ours(samples: list[Sample], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/test-000000.tar").write_bytes(b"theirs")
    plan, failures = ShardPlan(str(tmp_path / "out"), "webdataset", 2), list[Outcome]()
    plan.gather(samples)
    made = list(arrange_in_shards(plan, samples, failures))
    assert {one.split for one in made} == {"train"}
    assert [one.status for one in failures] == ["exists"]
    assert (tmp_path / "out/test-000000.tar").read_bytes() == b"theirs"


def test_files_that_changed_or_went_are_left_out_and_told(samples: list[Sample], tmp_path: Path) -> None:
    Path(samples[0].path).unlink()
    Path(samples[1].path).write_bytes(b"other")
    plan, failures = ShardPlan(str(tmp_path / "out"), "webdataset", 10), list[Outcome]()
    plan.gather(samples)
    assert len(list(arrange_in_shards(plan, samples, failures))) == 3
    assert [one.status for one in failures] == ["vanished", "changed"]


def test_refusals(samples: list[Sample], tmp_path: Path) -> None:
    plan = ShardPlan(str(tmp_path / "out"), "webdataset", 2)
    with pytest.raises(InputError, match="twice"):
        plan.gather([samples[0], samples[0]])
    with pytest.raises(UsageError, match="the split"):
        ShardPlan("x", "webdataset", 2).gather([Sample("a.png", split="../x")])
    with pytest.raises(UsageError, match="a table has pictures or recordings"):
        ShardPlan("x", "parquet", 2).gather([Sample("a.png", kind="image"), Sample("a.wav", kind="audio")])


def test_datasets_reads_the_tables(samples: list[Sample], tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    list(written(samples, str(tmp_path / "out"), "parquet"))
    found = datasets.load_dataset(
        "parquet",
        data_files={"train": f"{tmp_path}/out/train-*.parquet"},
        cache_dir=str(tmp_path / "cache"),
        split="train",
    )
    assert found.features["label"].names == ["cat", "dog"]
    assert [found.features["label"].int2str(row["label"]) for row in found] == ["cat", "cat", "dog"]
    assert found[0]["image"].size == (64, 48)
