"""Groups by tag, folder and pattern."""

import pytest

from curate.ground.errors import UsageError
from curate.split.columns import Seen, read_columns
from curate.split.grouping import make_grouping


@pytest.mark.parametrize(
    ("text", "path", "tags", "values"),
    [
        ("speaker", "a/b.wav", ("speaker=theo", "dark"), ("theo",)),
        ("speaker", "a/b.wav", ("speaker=theo", "speaker=ann"), ("theo", "ann")),
        ("speaker", "a/b.wav", ("speakers=theo", "speaker"), ()),
        ("folder", "a/b/c.wav", (), ("a/b",)),
        ("folder", "c.wav", (), ("",)),
        ("{speaker}_nohash_{}", "bed/0c40_nohash_0.wav", (), ("0c40",)),
        ("{}_{speaker}_{day}_{}", "7_theo_mon_1.wav", (), ("theo/mon",)),
        ("{speaker}/{}", "data/theo/7.wav", (), ("theo",)),
        ("{speaker}_nohash_{}", "bed/noise.wav", (), ()),
    ],
)
def test_groups_of_a_sample(text: str, path: str, tags: tuple[str, ...], values: tuple[str, ...]) -> None:
    assert make_grouping(text).values(path, tags, None) == values


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{}_{}", "names no field"), ("{a_b", "--group '{a_b' has no fields or unpaired braces")],
)
def test_patterns_that_make_no_sense(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_grouping(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "tags", "problem"),
    [
        (
            "speeker",
            ("speaker=theo", "take=1"),
            "--group 'speeker': no sample has such a tag (did you mean 'speaker'?)",
        ),
        (
            "speaker",
            ("dark",),
            "--group 'speaker': no sample has such a tag; no sample has a tag of the form key=value",
        ),
        ("{speaker}_nohash_{}", (), "matches no sample"),
    ],
)
def test_a_group_that_no_sample_is_in(text: str, tags: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_columns([Seen("a.wav", tags=tags)], make_grouping(text))
    assert problem in str(caught.value)
    assert read_columns([], make_grouping(text)).without == 0, "an empty manifest is no mistake"
