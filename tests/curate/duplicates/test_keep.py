"""Which copy stays: rules of the user, then what is in a file."""

import pytest

from curate.duplicates.item import AudioKey, ImageKey, Item
from curate.duplicates.keep import Worth, check_keep, extent, rank
from curate.facts.records import Finding
from curate.ground.errors import UsageError


def picture(path: str = "a.jpg", width: int = 100, **more: object) -> Item:
    return Item(path=path, image=ImageKey(format="JPEG", width=width, height=100), **more)  # type: ignore[arg-type]


def sound(**facts: object) -> Item:
    return Item(path="a.wav", audio=AudioKey(format="WAV", sample_rate=16000, duration_s=1.0, **facts))  # type: ignore[arg-type]


def stays(items: list[Item], *rules: str, worth: list[Worth | None] | None = None) -> int:
    """Return the place of the one that stays."""
    worth = worth or [None] * len(items)
    ranks = [rank(i, item, rules, worth[i], there=True) for i, item in enumerate(items)]
    return ranks.index(max(ranks))


@pytest.mark.parametrize(("text", "rules"), [("best", ("best",)), ("oldest, a/", ("oldest", "a/"))])
def test_rules_are_words_and_folders(text: str, rules: tuple[str, ...]) -> None:
    assert check_keep(text) == rules


@pytest.mark.parametrize("text", ["older", "folder", "", "best,"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--keep"):
        check_keep(text)


def test_rules_decide_in_order() -> None:
    items = [picture("x/1", mtime_ns=5), picture("y/2", mtime_ns=3), picture("y/3", mtime_ns=9, width=90)]
    assert stays(items, "oldest") == 1
    assert stays(items, "newest") == 2
    assert stays(items, "first") == 0
    assert stays(items, "y/", "newest") == 2
    assert stays(items, "y", "largest") == 1
    assert stays([picture(mtime_ns=None), picture(mtime_ns=7)], "oldest") == 1


def test_a_folder_is_no_beginning_of_a_name() -> None:
    assert stays([picture("ab/1"), picture("a/1", width=50)], "a/") == 1


def test_a_file_that_is_gone_never_stays() -> None:
    ranks = [
        rank(0, picture(width=999), ("largest",), None, there=False),
        rank(1, picture(), ("largest",), None, there=True),
    ]
    assert ranks[1] > ranks[0]


def test_of_pictures_the_detail_goes_before_the_size() -> None:
    blown_up, original = Worth(9_000, 0.8, True), Worth(90_000, 0.8, True)
    assert stays([picture(width=1280), picture(width=320)], "best", worth=[blown_up, original]) == 1
    grey = Worth(90_000, 0.8, False)
    assert stays([picture(), picture()], "best", worth=[grey, original]) == 1
    coarse = Worth(88_000, 0.2, True)
    assert stays([picture(bytes=9000), picture(bytes=90)], "best", worth=[coarse, original]) == 1
    blown_up = Worth(90_000, 0.9, True, needed=False)
    assert stays([picture(width=1280), picture(width=320)], "best", worth=[blown_up, original]) == 1
    webp = Item(path="a.webp", bytes=90, image=ImageKey(format="WEBP", width=100, height=100))
    assert stays([webp, picture(bytes=9)], "best", worth=[original, original]) == 1
    assert stays([webp, picture(bytes=9)], "best", worth=[original, Worth(30_000, 0.9, True)]) == 0
    framed = Worth(91_000, 0.9, True, unframed=False)
    assert stays([picture(width=1280), picture(width=320)], "best", worth=[framed, original]) == 1


def test_of_recordings_live_channels_and_bandwidth_count() -> None:
    dead, mono = sound(channels=2, channel_gap_db=60.0), sound(channels=1)
    assert stays([dead, mono], "best") == 1
    narrow, wide = sound(channels=1, bandwidth_hz=3400.0), sound(channels=1, bandwidth_hz=7800.0)
    assert stays([narrow, wide], "best") == 1
    assert stays([mono, sound(channels=2, channel_gap_db=3.0)], "best") == 1


def test_extent_is_pixels_or_samples() -> None:
    assert extent(picture(width=30)) == 3000
    assert extent(sound(channels=2)) == 32000
    assert extent(Item(path="a.txt")) == 0


def test_a_damaged_copy_is_no_better_for_a_user_who_keeps_it() -> None:
    kept = Finding("truncated", "warning")  # as `clean --keep truncated` leaves it
    assert stays([picture(width=300, findings=(kept,)), picture(findings=(Finding("dark", "warning"),))], "best") == 1
