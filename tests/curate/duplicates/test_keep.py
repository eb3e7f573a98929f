"""Which copy stays: rules of the user, then what is in a file."""

import pytest

from curate.duplicates.item import AudioKey, ImageKey, Item
from curate.duplicates.keep import Worth, check_keep, extent, rank
from curate.facts.records import Finding
from curate.ground.errors import UsageError


def picture(path: str = "a.jpg", width: int = 100, **more: object) -> Item:
    return Item(path=path, image=ImageKey(format="JPEG", width=width, height=100), **more)  # type: ignore[arg-type]


def sound(**facts: object) -> Item:
    key = AudioKey(**{"format": "WAV", "sample_rate": 16000, "duration_s": 1.0, **facts})  # type: ignore[arg-type]
    return Item(path="a.wav", audio=key)


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
    assert stays([mono, sound(channels=2, channel_gap_db=3.0, mono_loss_db=1.0)], "best") == 1
    assert stays([mono, sound(channels=2, channel_gap_db=3.0)], "best") == 1, "of an older manifest"


WORD = {
    "channels": 1, "sample_rate": 16000, "duration_s": 1.0, "bandwidth_hz": 7600.0, "rms_dbfs": -20.0,
    "silence_ratio": 0.0, "clipping_ratio": 0.0, "snr_db": 35.0, "mono_loss_db": 0.0, "channel_gap_db": 0.0,
    "subtype": "PCM_16",
}  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"duration_s": 3.0, "silence_ratio": 0.653, "rms_dbfs": -25.0}, id="padded"),
        pytest.param({"clipping_ratio": 0.1, "snr_db": 30.0, "rms_dbfs": -10.0, "bandwidth_hz": 8000.0}, id="clipped"),
        pytest.param({"snr_db": 20.0, "bandwidth_hz": 8000.0}, id="noise"),
        pytest.param({"snr_db": 29.0, "bandwidth_hz": 8000.0}, id="faint-noise"),
        pytest.param({"channels": 2, "mono_loss_db": 90.0}, id="one-channel-turned-round"),
        pytest.param({"channels": 2}, id="mono-as-stereo"),
        pytest.param(
            {"channels": 2, "channel_gap_db": 100.0, "mono_loss_db": 3.01, "rms_dbfs": -23.0}, id="dead-channel"
        ),
        pytest.param({"sample_rate": 44100}, id="upsampled"),
        pytest.param({"format": "MP3", "subtype": "MPEG_LAYER_III", "snr_db": 36.0}, id="mp3"),
        pytest.param(
            {"format": "MP3", "subtype": "MPEG_LAYER_III", "silence_ratio": 0.02, "snr_db": 41.0}, id="mp3-gates"
        ),
        pytest.param({"subtype": "ULAW", "rms_dbfs": -20.01}, id="u-law"),
        pytest.param({"rms_dbfs": -40.0}, id="quieter"),
        pytest.param({"bandwidth_hz": 3400.0, "snr_db": 40.0, "rms_dbfs": -21.0}, id="telephone"),
        pytest.param({"duration_s": 0.66, "snr_db": 36.0}, id="excerpt"),
    ],
)
def test_the_original_stays_beside_a_copy_that_was_worsened(changed: dict[str, object]) -> None:
    original, copy = sound(**WORD), sound(**{**WORD, **changed})
    assert stays([original, copy], "best") == 0
    assert stays([copy, original], "best") == 1


def test_of_two_channels_that_differ_the_better_wired_stays() -> None:
    wide = {**WORD, "channels": 2, "mono_loss_db": 1.5, "channel_gap_db": 2.0}
    assert stays([sound(**WORD), sound(**wide)], "best") == 1
    assert stays([sound(**{**wide, "mono_loss_db": 5.0}), sound(**wide)], "best") == 1


def test_one_silent_channel_of_six_leaves_five() -> None:
    surround = sound(channels=6, bandwidth_hz=8000.0, channel_gap_db=90.0, mono_loss_db=7.0)
    stereo = sound(channels=2, bandwidth_hz=8000.0, mono_loss_db=2.5)
    assert stays([stereo, surround], "best") == 1
    half = sound(channels=2, bandwidth_hz=8000.0, channel_gap_db=90.0, mono_loss_db=3.0)
    assert stays([half, sound(channels=1, bandwidth_hz=8000.0)], "best") == 1


def test_extent_is_pixels_or_samples() -> None:
    assert extent(picture(width=30)) == 3000
    assert extent(sound(channels=2)) == 32000
    assert extent(Item(path="a.txt")) == 0


def test_a_damaged_copy_is_no_better_for_a_user_who_keeps_it() -> None:
    kept = Finding("truncated", "warning")  # as `clean --keep truncated` leaves it
    assert stays([picture(width=300, findings=(kept,)), picture(findings=(Finding("dark", "warning"),))], "best") == 1
