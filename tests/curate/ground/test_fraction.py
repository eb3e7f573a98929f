"""Fractions and percent."""

import pytest

from curate.ground.csv import Row
from curate.ground.errors import InputError
from curate.ground.fraction import parse_share, share_columns


def shares(*rows: tuple[str, str]) -> list[tuple[float, float]]:
    listed = [Row(line, {"human": human, "share": share}) for line, (human, share) in enumerate(rows, start=2)]
    return [(found["human"], found["share"]) for found in share_columns("t.csv", listed, ("human", "share"))]


@pytest.mark.parametrize(("text", "share"), [("0.93", 0.93), ("1", 1.0), ("0", 0.0), ("93%", 0.93), ("0.5 %", 0.005)])
def test_a_share(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["95", "-0.1", "nan", "inf", "101 %", "x", ""])
def test_no_share(text: str) -> None:
    with pytest.raises(ValueError, match="is no share"):
        parse_share(text)


@pytest.mark.parametrize(
    "rows",
    [
        [("0.95", "0.6"), ("0.93", "0.04")],
        [("95", "60"), ("93", "4")],
        [("95", "60 %"), ("93", "4 %")],
        [("95%", "60%"), ("93%", "4%")],
        [("0.95", "60 %"), ("0.93", "4 %")],
    ],
    ids=["fractions", "percent", "one with signs", "both with signs", "fractions and signs"],
)
def test_both_are_read_alike(rows: list[tuple[str, str]]) -> None:
    assert shares(*rows) == [pytest.approx((0.95, 0.6)), pytest.approx((0.93, 0.04))]


def test_small_numbers_of_a_column_in_percent_are_percent() -> None:
    assert shares(("95", "0.5"), ("1", "99.5")) == [pytest.approx((0.95, 0.005)), pytest.approx((0.01, 0.995))]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("95", "0.6"), ("93", "0.04")], "is 0.6 in the column 'share' 0.6 % or 60 %? Write percent signs"),
        ([("950", "6")], "t.csv:2: human '950' is not within 0 to 1 or 0 to 100 %"),
        ([("0.9", "0.1"), ("-0.9", "0.1")], "t.csv:3: human '-0.9' is not within"),
        ([("0.9", "x")], "t.csv:2: share 'x' is no number"),
        ([("nan", "0.1")], "t.csv:2: human 'nan' is no number"),
    ],
    ids=["either", "above", "below", "text", "nan"],
)
def test_what_cannot_be_told_is_refused(rows: list[tuple[str, str]], problem: str) -> None:
    with pytest.raises(InputError) as error:
        shares(*rows)
    assert problem in str(error.value)
