"""Tags: by expression, by what is usual, by metadata."""

from pathlib import Path

import pytest

from curate.check.checks import CHECKS
from curate.facts.records import AudioFacts, ImageFacts
from curate.ground.errors import UsageError
from curate.query.tags import AUTO_TAGS, add_tags, auto_rules, compile_tag
from curate.records.sample import Sample
from curate.scan.metadata import Metadata


@pytest.mark.parametrize(
    ("text", "tag", "expression"),
    [
        ("tiny=image.width < 32", "tiny", "image.width < 32"),
        ("size=small=image.width < 32", "size=small", "image.width < 32"),
        ("is=cat=label == 'cat'", "is=cat", "label == 'cat'"),
        ("odd = kind != 'audio'", "odd", " kind != 'audio'"),
    ],
)
def test_a_tag_ends_where_an_expression_begins(text: str, tag: str, expression: str) -> None:
    name, compiled = compile_tag(text)
    assert (name, compiled.text) == (tag, expression)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tiny", "is not TAG=EXPR"),
        ("=image.width < 3", "is not TAG=EXPR"),
        ("tiny=image.widht < 3", "did you mean 'image.width'"),
        ("tiny=image.width <", "is not TAG=EXPR"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compile_tag(text)


def test_tags_are_added_once_and_none_is_taken_away() -> None:
    samples = [Sample("a", tags=("old", "wide"), image=ImageFacts(width=9)), Sample("b", image=ImageFacts(width=1))]
    tagged = list(add_tags(samples, [compile_tag("wide=image.width > 5"), compile_tag("any=image.width > 0")]))
    assert [sample.tags for sample in tagged] == [("old", "wide", "any"), ("any",)]


def test_the_usual_tags() -> None:
    samples = [
        Sample("a", image=ImageFacts(width=10, height=10, brightness_p99=0.1, brightness_p5=0.0, acutance=0.9)),
        Sample("b", audio=AudioFacts(duration_s=0.2, loudness_lufs=-5, snr_db=1, bandwidth_hz=3400, sample_rate=16000)),
        Sample("c", audio=AudioFacts(duration_s=99, loudness_lufs=-55, snr_db=40, bandwidth_hz=0, sample_rate=16000)),
    ]
    assert [set(sample.tags) for sample in add_tags(samples, auto_rules())] == [
        {"dark", "small"},
        {"short", "loud", "noisy", "narrow-band"},
        {"long", "quiet"},
    ]


def test_tags_and_checks_of_one_name_agree() -> None:
    for name in AUTO_TAGS.keys() & {"blurry", "dark", "noisy", "quiet"}:
        assert AUTO_TAGS[name].endswith(f"{CHECKS[name].fact} < {CHECKS[name].threshold:g}")


def test_columns_of_metadata_become_tags(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file_name,weather\na.jpg,rain\nd/b.jpg,sun\n")
    samples = [Sample(f"{tmp_path}/a.jpg"), Sample("d/b.jpg"), Sample("c.jpg")]
    tagged = list(add_tags(samples, [], Metadata(str(tmp_path / "m.csv"))))
    assert [sample.tags for sample in tagged] == [("weather=rain",), ("weather=sun",), ()]


def test_a_rule_that_asks_for_the_other_kind_counts_each_sample_as_missing_and_is_not_asked() -> None:
    quiet, wide, any_kind = (
        compile_tag(text) for text in ("q=audio.snr_db < 5", "w=image.width > 8", "n=label == 'cat'")
    )
    samples = [
        Sample("a.jpg", label="cat", image=ImageFacts(width=9)),
        Sample("b.jpg", image=ImageFacts()),
        Sample("c.wav", audio=AudioFacts(snr_db=3.0)),
        Sample("d.txt", kind="text"),
    ]
    tagged = list(add_tags(samples, [quiet, wide, any_kind]))
    assert [one.tags for one in tagged] == [("w", "n"), (), ("q",), ()]
    assert [rule.missing for _, rule in (quiet, wide, any_kind)] == [3, 3, 3]
