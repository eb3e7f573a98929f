"""A history only grows, and alpha lasts for all of it."""

from pathlib import Path

import pytest

from curate.drift.history import WindowReport, check_continues, read_history, share_of_alpha, write_history
from curate.drift.tests import OneTest
from curate.ground.errors import InputError, ManifestError


def window(number: int) -> WindowReport:
    test = OneTest("label", "label", 0.5, 0.001, 0.002, "drifted", (100, 50), middle=(0.1, 0.2))
    return WindowReport(
        number,
        f"w{number}",
        "week",
        number,
        50,
        50,
        "drifted",
        share_of_alpha(0.01, number, None),
        0.1,
        (test,),
        "sha256:1",
    )


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = str(tmp_path / "h.jsonl")
    assert read_history(file) == []
    write_history(file, [window(1), window(2)])
    assert read_history(file) == [window(1), window(2)]
    assert [one.name for one in window(1).alarms] == ["label"]


def test_shares_of_alpha_never_add_up_to_more() -> None:
    assert sum(share_of_alpha(0.05, number, None) for number in range(1, 100_000)) == pytest.approx(0.05, rel=1e-4)
    assert sum(share_of_alpha(0.05, number, 52) for number in range(1, 53)) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("?", r"h\.jsonl:2: no line of a history"),
        ('{"path":"a"}', r"h\.jsonl:2: no line of a history"),
        ("[" * 5000, r"h\.jsonl:2: no line of a history"),
    ],
)
def test_a_line_of_something_else_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "h.jsonl"
    write_history(str(file), [window(1)])
    file.write_text(f"{file.read_text()}{text}\n")
    with pytest.raises(ManifestError, match=words):
        read_history(str(file))


def test_lines_that_are_missing_are_seen(tmp_path: Path) -> None:
    write_history(str(tmp_path / "h"), [window(1), window(3)])
    with pytest.raises(InputError, match="not numbered from 1 on"):
        read_history(str(tmp_path / "h"))


def test_a_history_goes_on_only_as_it_began() -> None:
    check_continues([], "h", "day", "sha256:2", 0.5)
    check_continues([window(1), window(2)], "h", "week", "sha256:1", 0.01)
    with pytest.raises(InputError, match="windows of week, not of day"):
        check_continues([window(1)], "h", "day", "sha256:1", 0.01)
    with pytest.raises(InputError, match="another reference"):
        check_continues([window(1)], "h", "week", "sha256:2", 0.01)
    with pytest.raises(InputError, match=r"made with --alpha 0\.01, not 0\.05"):
        check_continues([window(1), window(2)], "h", "week", "sha256:1", 0.05)
