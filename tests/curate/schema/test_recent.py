"""The newest samples of a manifest: by a day, a week or so many, whatever the clock of a camera says."""

import time

import pytest

from curate.ground.errors import InputError, UsageError
from curate.schema.recent import Recent
from tests.curate.schema.samples import encoded, line

DAY_S = 86_400
NOW_S = 1_762_164_000


def kept(last: str, times: list[object], field: str = "at") -> list[int]:
    lines = encoded([line(number, **{field: value}) for number, value in enumerate(times)])
    recent = Recent(last, field)
    recent.look(iter(lines))
    found = [lines.index(one) for one in recent.kept(iter(lines))]
    assert recent.older == len(lines) - len(found)
    return found


def test_a_week_is_seven_days_before_the_newest() -> None:
    times = [NOW_S - 7 * DAY_S, NOW_S - 7 * DAY_S + 1, NOW_S, NOW_S - 30 * DAY_S]
    assert kept("week", list(times)) == [1, 2]
    assert kept("day", list(times)) == [2]
    assert kept("week", [one * 10**9 for one in times], "mtime_ns") == [1, 2]
    assert kept("week", ["2025-11-03T10:00:00Z", "2025-11-10T09:59:59Z", "2025-11-10T10:00:00Z"]) == [1, 2]


def test_so_many_are_the_newest_whatever_their_order() -> None:
    assert kept("2", [3.0, 9.0, 1.0, 7.0]) == [1, 3]
    assert kept("2", [9.0, 9.0, 9.0, 1.0]) == [0, 1, 2], "of equal times all"
    assert kept("100", [3.0, 9.0]) == [0, 1]
    assert kept("week", []) == []


def test_a_camera_of_the_future_does_not_make_the_others_old() -> None:
    now = time.time()
    assert kept("day", [now - 10, now - 20, now + 3000 * DAY_S, now - 3 * DAY_S]) == [0, 1, 2]
    assert kept("day", [now + 3000 * DAY_S, now + 3001 * DAY_S, now + 3002 * DAY_S]) == [2]


@pytest.mark.parametrize("last", ["", "0", "-3", "month", "1.5", "1234567890"])
def test_what_is_no_time_is_refused(last: str) -> None:
    with pytest.raises(UsageError, match="say day, week, or a number"):
        Recent(last, "at")


def test_a_sample_without_a_time_is_named() -> None:
    with pytest.raises(InputError, match=r"1\.jpg: it has no time"):
        kept("day", [NOW_S, None])
    with pytest.raises(InputError, match=r"1\.jpg: 'soon' is no time"):
        kept("3", [NOW_S, "soon"])
    with pytest.raises(InputError, match="that is no time"):
        Recent("day", "path")
