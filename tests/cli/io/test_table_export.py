import pytest

from cli.io.table import Column, Drawing, Report, Row, Table, Worded
from cli.io.table_export import csv_bytes, in_markdown, markdown

COLUMNS = [
    Column("name", "tag, %"),
    Column("samples", "n", "count"),
    Column("share", "share", "share"),
    Column("interval", "95 % interval", "interval"),
    Column("bar", "", "drawing"),
    Column("p", "p", "number"),
]
BAR = Drawing(lambda width: "#" * width, lambda: "")
ROWS = [
    Row(("a|b", 1234, 0.25, (0.1, 0.4), BAR, Worded(0.0001, "< 0.001"))),
    Row(("=1+1,\n\"x\"", 0, None, None, None, None)),
]  # fmt: skip
ONE = Report([Table("tag", "Tags", COLUMNS, ROWS)], ["a_b and <c>"])
EMPTY = Table("class", "Classes", [Column("name", "class"), Column("f1", "F1", "share")], [])


def test_markdown_has_all_rows_in_words() -> None:
    assert markdown(ONE, "Weak *tags*").split("\n") == [
        "### Weak \\*tags\\*",
        "",
        "| tag, % | n | share | 95 % interval | p |",
        "|---|--:|--:|--:|--:|",
        "| a\\|b | 1,234 | 25.0 | 10.0 to 40.0 | \\< 0.001 |",
        '| =1+1,\\\\n"x" | 0 |  |  |  |',
        "",
        "- a_b and \\<c\\>",
        "",
    ]


def test_csv_has_raw_values_in_one_rectangle() -> None:
    assert csv_bytes(ONE) == (
        b'name,samples,share,interval_low,interval_high,p\r\na|b,1234,0.25,0.1,0.4,0.0001\r\n"=1+1,\n""x""",0,,,,\r\n'
    )


def test_the_columns_of_csv_do_not_depend_on_what_was_found() -> None:
    both = Report([ONE.tables[0], EMPTY])
    assert csv_bytes(both).split(b"\r\n")[:2] == [
        b"table,name,samples,share,interval_low,interval_high,p,f1",
        b"tag,a|b,1234,0.25,0.1,0.4,0.0001,",
    ]
    assert "Classes" not in markdown(both, "x")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("na\udcffme", b"na\xffme"), ("\ud800", b"\\ud800"), ("\x1b[31m", b"\x1b[31m"), ("é", "é".encode())],
    ids=["bytes", "half a character", "control", "letter"],
)
def test_names_in_csv_keep_their_bytes(name: str, expected: bytes) -> None:
    table = Table("x", "x", [Column("name", "name")], [Row((name,))])
    assert csv_bytes(Report([table])) == b"name\r\n" + expected + b"\r\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("noise=car", "noise=car"),
        ("mix_noise", "mix_noise"),
        ("_x_", "\\_x\\_"),
        ("[a](b) `c` ~d~ $e$", "\\[a\\](b) \\`c\\` \\~d\\~ \\$e\\$"),
        ("\x1b\u202e", "\\\\x1b\\\\u202e"),
    ],
)
def test_markdown_leaves_names_as_they_are(text: str, expected: str) -> None:
    assert in_markdown(text) == expected
