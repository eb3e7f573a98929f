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
            "nom,label\na,b\n",
            r"m.csv has no column 'file_name' \(it has 'nom', 'label'\); say which one names the files: --path-column",
        ),
        ("m.csv", "", "m.csv is empty; its first line has to be file_name,label"),
        ("m.csv", "file_name,label\na\n", "m.csv:2: fewer values than columns"),
        ("m.csv", "file_name\n\na\na\n", "m.csv:4: a stands in it twice"),
        ("m.csv", 'file_name\n"a\n', "m.csv:2: not CSV: unexpected end of data"),
        ("m.jsonl", '{"file_name": "a"}\n{"file": "b"}\n', "m.jsonl:2: no file_name"),
        ("m.jsonl", "nonsense\n", "m.jsonl:1: JSON is malformed"),
        ("m.txt", "", r"cannot read .*m.txt as metadata: it has to end in .csv, .tsv, .jsonl or .parquet"),
        ("m.parquet", "PAR1 and no more", r"cannot read .*m.parquet as Parquet: "),
        ("m.csv", "file_name,label,label\na,b,c\n", "m.csv has the column 'label' twice"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(BurnishError, match=message):
        load(write(tmp_path, name, text))
    with pytest.raises(BurnishError, match=r"cannot read .*gone.csv: No such file"):
        load(str(tmp_path / "gone.csv"))


def labels(tmp_path: Path, table: bytes, *paths: str, name: str = "m.csv", **columns: str) -> list[str | None]:
    (tmp_path / name).write_bytes(table)
    metadata = Metadata(str(tmp_path / name), **columns)
    root = f"{tmp_path}/set"
    files = [(f"{root}/{path}", root) for path in paths]
    metadata.prepare(files)
    rows = [metadata.lookup(path, root)[1] for path, root in files]
    return [row and row.label for row in rows]


FILES = ("Bilder/U\u0308bung.jpg", "Bilder/\u00c4hre.png", "Plain.JPG")
SPELT = {
    "composed": "Bilder/\u00dcbung.jpg,a\nBilder/\u00c4hre.png,b\nPlain.JPG,c\n",
    "decomposed": "Bilder/U\u0308bung.jpg,a\nBilder/A\u0308hre.png,b\nPlain.JPG,c\n",
    "case": "bilder/\u00fcbung.JPG,a\nBILDER/\u00c4HRE.PNG,b\nplain.jpg,c\n",
    "backslashes": "Bilder\\\u00dcbung.jpg,a\nBilder\\\u00c4hre.png,b\n.\\Plain.JPG,c\n",
    "blanks": "Bilder/\u00dcbung.jpg , a\n Bilder/\u00c4hre.png, b \nPlain.JPG, c\n",
    "absolute": "/mnt/old/set/Bilder/\u00dcbung.jpg,a\n/mnt/old/set/Bilder/\u00c4hre.png,b\n/mnt/old/set/Plain.JPG,c\n",
    "windows": "C:\\data\\Bilder\\\u00dcbung.jpg,a\nC:\\data\\Bilder\\\u00c4hre.png,b\nC:\\data\\Plain.JPG,c\n",
    "names": "\u00dcbung.jpg,a\n\u00c4hre.png,b\nPlain.JPG,c\n",
    "no endings": "\u00dcbung,a\n\u00c4hre,b\nPlain,c\n",
    "no endings, folders": "Bilder/\u00dcbung,a\nBilder/\u00c4hre,b\nPlain,c\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("spelt", SPELT)
def test_names_are_found_however_they_are_spelt(tmp_path: Path, spelt: str, separator: str, encoding: str) -> None:
    if encoding == "cp1252" and spelt == "decomposed":
        pytest.skip("Windows-1252 has no combining marks")
    text = f"file_name,label\n{SPELT[spelt]}".replace(",", separator)
    assert labels(tmp_path, text.encode(encoding), *FILES) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("filename,class", {}),
        ("image_id,category", {}),
        ("Path,Label", {}),
        ("x,y", {"path_column": "x", "label_column": "y"}),
        ("file_name,what", {"label_column": "what"}),
    ],
)
def test_columns_of_other_names(tmp_path: Path, header: str, columns: dict[str, str]) -> None:
    assert labels(tmp_path, f"{header}\na.jpg,1\n".encode(), "a.jpg", **columns) == ["1"]


def test_a_column_of_another_name_is_a_label_only_in_a_file_that_was_named(tmp_path: Path) -> None:
    path = write(tmp_path, "metadata.csv", "file_name,category\na.jpg,x\n")
    assert load(path).rows == {"a.jpg": Row(None, ("category=x",), None)}
    assert load(path, named=True).rows == {"a.jpg": Row("x", (), None)}


@pytest.mark.parametrize(
    ("table", "files", "expected"),
    [
        ("2/1.wav,two\n", ["digits2/1.wav"], [None]),
        ("2/1.wav,two\n", ["digits/2/1.wav"], ["two"]),
        ("1.wav,two\n", ["a/1.wav", "b/1.wav"], [None, None]),
        ("1.wav,two\nb/1.wav,bee\n", ["a/1.wav", "b/1.wav"], ["two", "bee"]),
        ("a.jpg,small\nA.jpg,large\n", ["a.jpg", "A.jpg"], ["small", "large"]),
        ("a.jpg,small\nA.jpg,large\n", ["a.JPG"], [None]),
        ("x/1.jpg,x\ny/1.jpg,y\n", ["1.jpg"], [None]),
        ("/old/x/1.jpg,x\n", ["1.jpg"], ["x"]),
        ("cat/1.jpg,x\n", ["dog/1.jpg"], [None]),
        ("1.jpg,x\n", ["1.png"], [None]),
    ],
)
def test_names_are_compared_part_by_part(
    tmp_path: Path, table: str, files: list[str], expected: list[str | None]
) -> None:
    assert labels(tmp_path, f"file_name,label\n{table}".encode(), *files) == expected


def test_what_a_name_could_mean_twice_is_kept_to_be_said(tmp_path: Path) -> None:
    write(tmp_path, "m.csv", "file_name,label\n1.wav,x\n2.wav,y\nb\\3.wav,z\n")
    metadata = Metadata(f"{tmp_path}/m.csv")
    files = [(f"{tmp_path}/{name}", str(tmp_path)) for name in ("a/1.wav", "b/1.wav", "b/3.wav")]
    metadata.prepare(files)
    assert [metadata.lookup(*file)[1] for file in files] == [None, None, Row("z", (), None)]
    table = metadata.tables[0]
    assert (table.index.ambiguous, table.unused) == ({"1.wav"}, {"1.wav", "2.wav"})
    assert table.index.respelt == {"b/3.wav": "b/3.wav"} or list(table.index.respelt) == ["b\\3.wav"]


def test_names_in_bytes_that_are_no_text_stay_bytes_where_such_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9.jpg").touch()
    (tmp_path / "m.csv").write_bytes(b"file_name,label\ncaf\xe9.jpg,x\n")
    table = load(f"{tmp_path}/m.csv")
    assert (list(table.rows), table.notes) == (["caf\udce9.jpg"], [])


def test_a_transcript_is_a_field_and_no_tag(tmp_path: Path) -> None:
    table = load(write(tmp_path, "cv.tsv", 'path\tsentence\tage\na.mp3\tHe said "no".\tteens\n'), named=True)
    assert table.rows == {"a.mp3": Row(None, ("age=teens",), None, 'He said "no".')}


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    pandas.DataFrame({"file_name": ["a.jpg", "b.jpg"], "label": [7, None], "age": [3.5, None]}).to_parquet(
        tmp_path / "metadata.parquet"
    )
    assert load(f"{tmp_path}/metadata.parquet").rows == {
        "a.jpg": Row("7.0", ("age=3.5",), None),
        "b.jpg": Row(None, (), None),
    }


@pytest.mark.parametrize("named", [True, False])
def test_a_folder_is_not_the_beginning_of_another_name(tmp_path: Path, named: bool) -> None:
    (tmp_path / "digits").mkdir()
    table = write(tmp_path, "digits/metadata.csv", "file_name,label\n2/1.wav,two\n")
    metadata, root = Metadata(table if named else None), str(tmp_path)
    files = [(f"{root}/{name}", root) for name in ("digits2/1.wav", "digits/2/1.wav")]
    metadata.prepare(files)
    assert [metadata.lookup(*file)[1] for file in files] == [None, Row("two", (), None)]
