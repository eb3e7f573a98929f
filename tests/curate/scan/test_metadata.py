"""Metadata files: what they say, and what is wrong with them by file and line."""

from pathlib import Path

import pytest

from curate.ground.errors import BurnishError
from curate.scan.entry import Row
from curate.scan.metadata import Metadata, load


def write(tmp_path: Path, name: str, text: str) -> str:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / name)


def test_csv_and_jsonl_say_the_same(tmp_path: Path) -> None:
    as_csv = write(tmp_path, "metadata.csv", 'file_name,label,age\n./a b.jpg,7,3\nc.jpg,"x, y",\n')
    as_jsonl = write(
        tmp_path,
        "metadata.jsonl",
        '{"file_name": "a b.jpg", "label": 7, "age": 3}\n\n{"file_name": "c.jpg", "label": "x, y", "age": null}\n',
    )
    expected = {"a b.jpg": Row("7", ("age=3",), None), "c.jpg": Row("x, y", (), None)}
    assert load(as_csv).rows == load(as_jsonl).rows == expected


def test_lists_and_objects_are_no_tags_and_are_named(tmp_path: Path) -> None:
    table = load(write(tmp_path, "m.jsonl", '{"file_name": "a", "objects": {"bbox": []}, "ok": true}\n'))
    assert table.rows["a"].tags == ("ok=true",)
    assert table.left_out == {"objects"}


def test_a_named_file_may_be_relative_to_itself_or_to_the_scanned_folder(tmp_path: Path) -> None:
    metadata = Metadata(write(tmp_path, "labels.csv", "file_name,label\ndata/a.jpg,1\nb.jpg,2\ngone.jpg,3\n"))
    root = f"{tmp_path}/data"
    rows = [metadata.lookup(f"{root}/{name}", root)[1] for name in ("a.jpg", "b.jpg", "c.jpg")]
    assert [row and row.label for row in rows] == ["1", "2", None]
    assert metadata.tables[0].unused == {"gone.jpg"}


def test_the_nearest_metadata_counts_and_none_above_the_root(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    write(tmp_path, "metadata.csv", "file_name,label\nin/a.jpg,above\nin/deep/b.jpg,above\n")
    write(tmp_path, "in/deep/metadata.csv", "file_name,label\nb.jpg,nearest\n")
    whole, part = Metadata(), Metadata()
    assert whole.lookup(f"{tmp_path}/in/a.jpg", str(tmp_path))[1] == Row("above", (), None)
    assert whole.lookup(f"{tmp_path}/in/deep/b.jpg", str(tmp_path))[1] == Row("nearest", (), None)
    assert part.lookup(f"{tmp_path}/in/a.jpg", f"{tmp_path}/in") == (None, None)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "m.csv",
            "name,label\na,b\n",
            r"m.csv has no column 'file_name' \(did you mean 'name'\?\); it needs file_name",
        ),
        ("m.csv", "", "m.csv is empty; its first line has to be file_name"),
        ("m.csv", "file_name,label\na\n", "m.csv:2: fewer values than columns"),
        ("m.csv", "file_name\n\na\na\n", "m.csv:4: a stands in it twice"),
        ("m.csv", 'file_name\n"a\n', "m.csv:2: not CSV: unexpected end of data"),
        ("m.jsonl", '{"file_name": "a"}\n{"file": "b"}\n', "m.jsonl:2: no file_name"),
        ("m.jsonl", "nonsense\n", "m.jsonl:1: JSON is malformed"),
        ("m.txt", "", r"cannot read .*m.txt as metadata: it has to end in .csv or .jsonl"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(BurnishError, match=message):
        load(write(tmp_path, name, text))
    with pytest.raises(BurnishError, match=r"cannot read .*gone.csv: No such file"):
        load(str(tmp_path / "gone.csv"))
