"""Tables that people make, and what is wrong with them."""

from pathlib import Path

import pytest

from curate.ground.csv import Row, read_table
from curate.ground.errors import InputError


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "t.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_rows_know_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufefftag , human,more\n"a, b", 0.5 ,1\n\nc,"0.\n7",\n')
    assert read_table(path, ("tag", "human")) == [
        Row(2, {"tag": "a, b", "human": "0.5", "more": "1"}),
        Row(5, {"tag": "c", "human": "0.\n7", "more": ""}),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty; its first line has to be tag,human"),
        ("tag,human\n", "has a header (tag,human) and no rows"),
        ("tag,humen\nx,1\n", "has no column 'human' (did you mean 'humen'?); it needs tag,human"),
        ("tag;human\nx;1;2\n", ":2: more values than columns; put values with a ';' in them in quotes"),
        ("tag,human,tag\nx,1,y\n", "has the column 'tag' twice"),
        ("tag,human\nx\n", ":2: fewer values than columns"),
        ("tag,human\nx,0,9\n", ":2: more values than columns; put values with a comma in them in quotes"),
        ('tag,human\n"x"y,1\n', ":2: not CSV: "),
        (
            b"tag,human\n\xff,1\n",
            ":2: no text in UTF-8; save the file as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8",
        ),
    ],
    ids=["empty", "header", "misspelt", "semicolons", "twice", "short", "long", "quotes", "latin1"],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str | bytes, problem: str) -> None:
    with pytest.raises(InputError) as error:
        read_table(written(tmp_path, text), ("tag", "human"))
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*gone.csv: No such file"):
        read_table(str(tmp_path / "gone.csv"), ("tag",))


def test_a_table_that_a_program_wrote_is_read_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, b'file_name,label\n" a.jpg", x \n\ncaf\xe9.jpg,\n')
    assert read_table(path, ("file_name",), exact=True) == [
        Row(2, {"file_name": " a.jpg", "label": " x "}),
        Row(4, {"file_name": "caf\udce9.jpg", "label": ""}),
    ]
    assert read_table(written(tmp_path, "file_name\n"), ("file_name",), exact=True) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
def test_what_spreadsheets_save(tmp_path: Path, separator: str, encoding: str) -> None:
    text = f'tag{separator}human\r\n"a{separator}\u00e4"{separator}1\r\n'
    assert read_table(written(tmp_path, text.encode(encoding)), ("tag", "human")) == [
        Row(2, {"tag": f"a{separator}\u00e4", "human": "1"})
    ]


def test_the_separator_is_the_one_that_gives_the_columns_that_are_needed(tmp_path: Path) -> None:
    path = written(tmp_path, "path;prediction;p:a,b;p:c,d\nx;y;1;0\n")
    assert read_table(path, ("path", "prediction"))[0].cells == {
        "path": "x",
        "prediction": "y",
        "p:a,b": "1",
        "p:c,d": "0",
    }


def test_blanks_behind_commas_that_a_person_typed_belong_to_no_value(tmp_path: Path) -> None:
    path = written(tmp_path, "file_name, label\na.jpg, x \n")
    assert read_table(path, ("file_name",), exact=True) == [Row(2, {"file_name": "a.jpg", "label": "x"})]
