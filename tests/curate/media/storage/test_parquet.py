"""Parquet tables of Hugging Face's kind: cells, class names from the schema, what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.ground.errors import InputError
from curate.media.storage import parquet, read_media
from curate.media.storage.parquet import cells
from tests.curate.media.storage.test_remote import fsspec

pa = pytest.importorskip("pyarrow", reason="the extra `shards` is not installed")
pq = pytest.importorskip("pyarrow.parquet")

MEDIA = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
FEATURES = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}, "image": {"_type": "Image"}}


def table_of(path: Path, rows: list[dict[str, Any]], features: object = FEATURES, **columns: Any) -> str:
    kinds = {"image": MEDIA, "label": pa.int64(), "light": pa.string()} | columns
    schema = pa.schema(list(kinds.items()), metadata={"huggingface": json.dumps({"info": {"features": features}})})
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=2)
    return str(path)


def row(data: bytes | None, name: str | None, label: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"image": {"bytes": data, "path": name}, "label": label} | more


def test_cells_and_their_bytes(tmp_path: Path) -> None:
    rows = [row(bytes([n]), f"{n}.jpg", n % 2, light="dim") for n in range(5)]
    shard = table_of(tmp_path / "a.parquet", rows)
    found = list(cells(shard))
    assert [one.name for one in found] == [f"image/{n}/{n}.jpg" for n in range(5)]
    assert found[1].columns == {"label": "dog", "light": "dim"}
    assert [read_media(f"{shard}#{one.name}") for one in found] == [bytes([n]) for n in range(5)]


def test_secret_and_missing_labels(tmp_path: Path) -> None:
    shard = table_of(tmp_path / "a.parquet", [row(b"x", "1.jpg", None), row(b"x", "1.jpg", -1), row(b"x", "1.jpg", 7)])
    assert [one.columns for one in cells(shard)] == [{}, {"label": -1}, {"label": 7}]


@pytest.mark.parametrize("features", [None, [], {"label": {"_type": "ClassLabel"}}, {"label": 3}, "x"], ids=str)
def test_a_schema_that_is_not_as_datasets_writes_it(tmp_path: Path, features: object) -> None:
    shard = table_of(tmp_path / "a.parquet", [row(b"x", "1.jpg", 1)], features)
    assert [one.columns for one in cells(shard)] == [{"label": 1}]


@pytest.mark.parametrize("name", ["../../etc/x.jpg", "/etc/x.jpg", "a\\b\\x.jpg", "a#x.jpg", "..x.jpg", None, ""])
def test_no_name_leads_out(tmp_path: Path, name: str | None) -> None:
    (found,) = cells(table_of(tmp_path / "a.parquet", [row(b"x", name)]))
    last = found.name.removeprefix("image/0/")
    assert last in {"x.jpg", "ax.jpg", "media"}
    assert read_media(f"{tmp_path}/a.parquet#{found.name}") == b"x"


def test_a_path_without_bytes_is_no_file_of_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"ours")
    shard = table_of(tmp_path / "a.parquet", [row(None, str(secret))])
    with pytest.raises(OSError, match="a path and no bytes"):
        read_media(f"{shard}#image/0/secret.jpg")


@pytest.mark.parametrize("address", ["image/9/x.jpg", "other/0/x.jpg", "image/x/x.jpg", "image", "image/-1/x.jpg"])
def test_cells_that_are_not_there(tmp_path: Path, address: str) -> None:
    shard = table_of(tmp_path / "a.parquet", [row(b"x", "1.jpg")])
    with pytest.raises(FileNotFoundError):
        read_media(f"{shard}#{address}")


def test_no_table_and_no_media(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(OSError, match="no Parquet"):
        list(cells(str(tmp_path / "a.parquet")))
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "b.parquet")
    with pytest.raises(InputError, match="no column of pictures"):
        list(cells(str(tmp_path / "b.parquet")))


def test_out_of_a_store(tmp_path: Path) -> None:
    shard = table_of(tmp_path / "a.parquet", [row(bytes([n]), f"{n}.jpg") for n in range(5)])
    fsspec.filesystem("memory").pipe_file("/tables/a.parquet", Path(shard).read_bytes())
    assert read_media("memory://tables/a.parquet#image/3/3.jpg") == b"\x03"
    assert list(cells("memory://tables/a.parquet")) == list(cells(shard))


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    monkeypatch.setattr(parquet, "_tables", {})
    with pytest.raises(InputError, match=r"pip install 'burnish\[shards\]'"):
        list(cells("a.parquet"))
