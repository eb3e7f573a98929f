"""A table for spreadsheets: what goes out comes back."""

from pathlib import Path

from curate.exchange.table import COLUMNS, line_of, looks_like_formula, read_back, row_of
from curate.facts.records import Finding
from curate.records.sample import Sample


def test_rows_come_back(tmp_path: Path) -> None:
    samples = [
        Sample('a,"b".png', "x, y", ("k=v", "t"), "train", digest="sha256:1", findings=(Finding("dark", "warning"),)),
        Sample("caf\udce9.png", " padded ", text='say "a;b"'),
    ]
    rows = [row_of(samples[0], {"prediction": "z", "confidence": 0.5}), row_of(samples[1], {})]
    assert rows[0] == b'"a,""b"".png","x, y",train,k=v;t,sha256:1,z,0.5,dark,,\n'
    (tmp_path / "t.csv").write_bytes(line_of(list(COLUMNS)) + b"".join(rows))
    found = list(read_back(str(tmp_path / "t.csv")))
    assert [(one.path, one.label, one.split, one.tags, one.text) for one in found] == [
        (one.path, one.label, one.split, one.tags, one.text) for one in samples
    ]
    assert not any(one.person for one in found)


def test_whoever_is_named_is_a_person(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("path,label,annotator\na,x,anna\nb,,\n")
    assert [(one.label, one.person, one.annotator) for one in read_back(str(tmp_path / "t.csv"))] == [
        ("x", True, "anna"),
        (None, False, ""),
    ]


def test_what_a_spreadsheet_would_compute() -> None:
    assert looks_like_formula(Sample("a.png", "=1+1"))
    assert not looks_like_formula(Sample("a.png", "1=1"))
