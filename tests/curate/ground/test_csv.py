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
        ("tag;human\nx;1\n", "the columns have to be separated by commas, like tag,human"),
        ("tag,human,tag\nx,1,y\n", "has the column 'tag' twice"),
        ("tag,human\nx\n", ":2: fewer values than columns"),
        ("tag,human\nx,0,9\n", ":2: more values than columns; put values with a comma in them in quotes"),
        ('tag,human\n"x"y,1\n', ":2: not CSV: "),
        (b"tag,human\n\xff,1\n", "is no text in UTF-8"),
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
