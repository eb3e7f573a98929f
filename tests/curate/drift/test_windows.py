"""A log by time."""

from datetime import UTC, datetime

import pytest

from curate.drift.rows import Watched, view
from curate.drift.windows import FEWEST, MOST_OF_WINDOW, Every, parse_every, part
from curate.ground.errors import InputError, UsageError
from curate.ground.moments import seconds_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def samples(*days: tuple[str, int]) -> list[Watched]:
    """Return so many samples of each day."""
    made = view("at")
    return [made(f"{day}/{n}", named=f"{day}T12:00:00") for day, number in days for n in range(number)]  # type: ignore[call-arg]


def names(every: Every, *days: tuple[str, int], **words: object) -> tuple[list[str], int]:
    log = part(samples(*days), every, now=NOW, **words)  # type: ignore[arg-type]
    return [every.name(one.number, one.last) for one in log.windows], log.waiting


def test_days_and_weeks() -> None:
    days = (("2026-01-05", 40), ("2026-01-06", 40), ("2026-01-12", 40))
    assert names(parse_every("day"), *days) == (["2026-01-05", "2026-01-06", "2026-01-12"], 0)
    assert names(parse_every("week"), *days) == (["2026-01-05 to 2026-01-11", "2026-01-12 to 2026-01-18"], 0)


def test_a_sunday_ends_its_week() -> None:
    assert names(parse_every("week"), ("2026-01-11", 30))[0] == ["2026-01-05 to 2026-01-11"]


def test_few_join_the_next_and_the_last_few_wait() -> None:
    every = parse_every("day")
    assert names(every, ("2026-01-05", FEWEST - 1), ("2026-01-06", 1)) == (["2026-01-05 to 2026-01-06"], 0)
    assert names(every, ("2026-01-05", FEWEST), ("2026-01-06", FEWEST - 1)) == (["2026-01-05"], FEWEST - 1)
    log = part(samples(("2026-01-05", 5), ("2026-01-06", 40)), every, now=NOW)
    assert log.windows[0].rows.seen == 45
    assert log.windows[0].rows.columns["path"].tolist()[:1] == ["2026-01-05/0"]


def test_a_day_that_is_not_over_waits() -> None:
    assert names(parse_every("day"), ("2026-02-28", 40), ("2026-03-01", 50)) == (["2026-02-28"], 50)


def test_order_of_the_log_does_not_matter() -> None:
    days = (("2026-01-06", 40), ("2026-01-05", 40))
    assert names(parse_every("day"), *days)[0] == ["2026-01-05", "2026-01-06"]


def test_windows_that_were_judged_are_passed_over() -> None:
    after = datetime(2026, 1, 5, tzinfo=UTC).toordinal()
    log = part(samples(("2026-01-05", 40), ("2026-01-06", 40)), parse_every("day"), after=after, now=NOW)
    assert ([one.number for one in log.windows], log.passed) == ([after + 1], 40)


def test_so_many_at_a_time_need_no_time() -> None:
    made = [Watched(str(n)) for n in range(130)]
    log = part(made, parse_every("50"), timed=False, now=NOW)
    assert [one.rows.seen for one in log.windows] == [50, 50]
    assert log.waiting == 30
    assert Every("50", 50).name(1, 1) == "samples 51 to 100"


def test_of_a_large_window_some_are_drawn() -> None:
    log = part(samples(("2026-01-05", MOST_OF_WINDOW + 10)), parse_every("day"), now=NOW)
    assert (log.windows[0].rows.seen, log.windows[0].rows.kept) == (MOST_OF_WINDOW + 10, MOST_OF_WINDOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-01-05", 1767571200), ("2026-01-05T01:00:00+01:00", 1767571200), ("2026-01-05T00:00:00Z", 1767571200),
        (1767571200, 1767571200), (1767571200_000, 1767571200), (1767571200_000_000, 1767571200),
        (1767571200_000_000_000, 1767571200),
    ],
)  # fmt: skip
def test_times_as_people_and_programs_write_them(value: object, seconds: int) -> None:
    assert seconds_of(value, "a") == seconds


@pytest.mark.parametrize("value", [None, "yesterday", "12", True, -1, float("nan"), 1e300])
def test_what_is_no_time_is_an_error_that_names_the_sample(value: object) -> None:
    with pytest.raises(InputError, match=r"a\.jpg"):
        seconds_of(value, "a.jpg")


@pytest.mark.parametrize("text", ["hour", "0", "29", "-5", "1e3", "٣٠", ""])
def test_other_windows_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="day, week, or a number"):
        parse_every(text)
