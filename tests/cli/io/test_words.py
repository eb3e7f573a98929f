"""Counts in words."""

import pytest

from cli.io.words import counted, in_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 findings", "1 finding"),
        ("2 findings", "2 findings"),
        ("21 samples, 2,001 files, 0.1 samples", "21 samples, 2,001 files, 0.1 samples"),
        ("1 samples have no label and are in no group", "1 sample has no label and are in no group"),
        ("1 samples are in a only and were left out", "1 sample is in a only and were left out"),
        ("3 groups; 1 label conflicts, 1 leaks across splits", "3 groups; 1 label conflict, 1 leak across splits"),
        ("logged 1 of 1 runs", "logged 1 of 1 runs"),
        ("1 names do not match", "1 name does not match"),
        ("1 classes are short", "1 class is short"),
        ("scan 1 sample", "scan 1 sample"),
    ],
)
def test_one_is_told_in_the_singular(text: str, expected: str) -> None:
    assert in_number(text) == expected


def test_a_noun_goes_with_its_count() -> None:
    assert [counted(n, "finding") for n in (0, 1, 2, 1000)] == [
        "0 findings",
        "1 finding",
        "2 findings",
        "1,000 findings",
    ]
    assert counted(1, "copy", "copies") == "1 copy"
