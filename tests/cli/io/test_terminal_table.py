import io

import pytest
from rich.console import Console

from cli.io.table import Column, Drawing, Report, Row, Table
from cli.io.terminal_table import Drawn, fitting

COLUMNS = [
    Column("name", "tag"),
    Column("samples", "samples", "count", 2),
    Column("accuracy", "accuracy", "share"),
    Column("interval", "95 % interval", "interval", 1),
    Column("bar", "", "drawing", 9),
]
BAR = Drawing(lambda width: "#" * width, lambda: "")
ROWS = [Row((f"a tag with a long name {number}", 10, 0.5, (0.25, 0.75), BAR), weight=number) for number in range(3)]


def shown(table: Table, width: int, *, titled: bool = False) -> list[str]:
    text = io.StringIO()
    Console(width=width, highlight=False, markup=False, file=text).print(Drawn(Report([table], titled=titled)))
    return [line.rstrip() for line in text.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("width", "head", "left_out"),
    [
        (80, "tag samples accuracy 95 % interval", ""),
        (45, "tag samples accuracy 95 % interval", ""),
        (40, "tag accuracy 95 % interval", "left out on 40 columns: samples; --csv has all"),
        (22, "tag accuracy", "left out on 22 columns: samples, 95 % interval; --csv"),
    ],
)
def test_the_least_important_columns_go_first_and_are_named(width: int, head: str, left_out: str) -> None:
    lines = shown(Table("tag", "Tags", COLUMNS, ROWS), width)
    assert max(map(len, lines)) <= width
    assert " ".join(lines[0].split()) == head
    assert left_out in " ".join(" ".join(lines).split())
    assert ("#" * 8 in "".join(lines)) == (width == 80)


def test_of_many_rows_the_heaviest_stand_in_their_order() -> None:
    lines = shown(Table("tag", "Tags", COLUMNS, ROWS, most=2), 100)
    assert lines[0].startswith("tag (2 of 3) ")
    assert [line.split("name ")[1][0] for line in lines if "name" in line] == ["1", "2"]


def test_columns_without_a_value_are_not_shown() -> None:
    rows = [Row(("a", None, 0.5, None, None))]
    assert shown(Table("tag", "Tags", COLUMNS, rows), 80)[0].split() == ["tag", "accuracy"]


def test_a_table_that_needs_all_of_its_columns_is_left_out_whole() -> None:
    assert shown(Table("tag", "Tags", COLUMNS, ROWS, whole=True), 30, titled=True) == []


def test_names_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in "".join(shown(Table("x", "x", [Column("name", "\x1b[1m")], [Row(("\x1b[31m\u202e",))]), 80))


def test_what_cannot_go_stays() -> None:
    assert fitting([Column("a", "a"), Column("b", "b")], [50, 50], [0, 1], 80, 1) == [0, 1]
