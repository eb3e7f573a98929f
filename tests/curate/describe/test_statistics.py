"""Input metrics: exact tiny cases, groups, what is missing, and the table of facts."""

import json
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from msgspec.structs import fields

from curate.describe import statistics
from curate.describe.column_blocks import Measured, blocks
from curate.describe.statistics import Statistics, describe, edges_between
from curate.facts.fact_schema import CATEGORIES, KEYS, NUMBERS
from curate.facts.records import AudioFacts, ImageFacts
from curate.ground.errors import ManifestError, UsageError
from curate.records.reader import read_as

SET: list[dict[str, Any]] = [
    {"path": "a.jpg", "label": "cat", "split": "train", "kind": "image", "bytes": 1000, "tags": ["who=1", "who=2"],
     "image": {"format": "JPEG", "width": 10, "brightness": 0.5, "orientation": 1}},
    {"path": "b.jpg", "label": "cat", "kind": "image", "bytes": 2000, "image": {"format": "JPEG", "width": 20}},
    {"path": "c.jpg", "label": "dog", "kind": "image", "bytes": 4000, "image": {"format": "PNG", "width": 20,
     "brightness": 0.1}},
    {"path": "d.jpg", "kind": "image", "bytes": 0},
    {"path": "e.wav", "label": "dog", "kind": "audio", "audio": {"sample_rate": 8000, "duration_s": 2.5}},
]  # fmt: skip


def describe_lines(samples: list[dict[str, Any]], by: str | None = None) -> Statistics:
    text = "".join(json.dumps(sample) + "\n" for sample in samples)
    return describe(read_as(BytesIO(text.encode()), Measured), by)


def test_five_samples() -> None:
    found = describe_lines(SET)
    assert (found.samples, found.by, found.groups, found.without, found.others) == (5, None, {}, 0, 0)
    width = found.whole.numbers["image.width"]
    assert (width.number, width.missing, width.min, width.q1, width.median, width.q3, width.max) == (
        3, 1, 10, 15, 20, 20, 20)  # fmt: skip
    assert width.mean == pytest.approx(50 / 3)
    assert width.error == 0
    size = found.whole.numbers["bytes"]
    assert (size.number, size.missing, size.min, size.max) == (4, 1, 0, 4000)
    assert size.histogram is not None
    assert not size.histogram.logarithmic, "a ratio to nothing is none"


def test_only_facts_of_the_kinds_that_are_there() -> None:
    assert not any(name.startswith("audio.") for name in describe_lines(SET[:3]).whole.numbers)
    loudness = describe_lines(SET).whole.numbers["audio.loudness_lufs"]
    assert (loudness.number, loudness.missing, loudness.median, loudness.histogram) == (0, 1, None, None)


def test_a_sample_without_kind_has_that_of_its_facts() -> None:
    found = describe_lines([{"path": "x", "image": {"width": 3}}, {"path": "y"}])
    assert found.whole.categories["kind"].values == {"image": 1}
    assert found.whole.categories["kind"].missing == 1
    assert found.whole.numbers["image.width"].missing == 0


def test_categories_largest_first() -> None:
    categories = describe_lines(SET).whole.categories
    assert list(categories["image.format"].values.items()) == [("JPEG", 2), ("PNG", 1)]
    assert categories["image.format"].missing == 1
    assert categories["audio.sample_rate"].values == {"8000": 1}
    assert (categories["split"].values, categories["split"].missing) == ({"train": 1}, 4)


def test_a_column_of_free_text_is_bounded() -> None:
    found = describe_lines([{"path": "x", "split": f"s{number}"} for number in range(1203)])
    split = found.whole.categories["split"]
    assert (len(split.values), split.others, split.missing) == (1000, 203, 0)


def test_groups_by_label() -> None:
    found = describe_lines(SET, "label")
    assert list(found.groups) == ["cat", "dog"]
    assert found.without == 1
    cat, dog = found.groups["cat"], found.groups["dog"]
    assert (cat.samples, dog.samples) == (2, 2)
    assert (cat.numbers["image.width"].median, dog.numbers["image.width"].median) == (15, 20)
    assert "audio.duration_s" not in cat.numbers
    assert dog.numbers["audio.duration_s"].median == 2.5
    assert cat.categories["image.format"].values == {"JPEG": 2}
    shared, own = found.whole.numbers["image.width"].histogram, dog.numbers["image.width"].histogram
    assert shared is not None
    assert own is not None
    assert shared.edges == own.edges


def test_a_sample_with_two_tags_of_the_key_is_in_two_groups() -> None:
    found = describe_lines(SET, "tag:who")
    assert {name: group.samples for name, group in found.groups.items()} == {"1": 1, "2": 1}
    assert found.without == 4


def test_more_groups_than_anyone_reads_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MAX_GROUPS", 3)
    found = describe_lines([{"path": "x", "label": name} for name in "cabdabed"], "label")
    assert {name: group.samples for name, group in found.groups.items()} == {"a": 2, "b": 2, "c": 1}
    assert (found.others, found.without, found.whole.samples) == (3, 0, 8)


def test_examples_are_the_first_samples_at_each_end() -> None:
    found = {(example.fact, example.end): example for example in describe_lines(SET).examples}
    assert found["image.width", "highest"].path == "b.jpg"
    darkest = found["image.brightness", "lowest"]
    assert (darkest.path, darkest.value, darkest.kind) == ("c.jpg", 0.1, "image")
    assert found["bytes", "lowest"].value == 0
    assert ("audio.duration_s", "lowest") not in found, "the ends of one value are no examples"


def test_the_size_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    values = chance.random((500, 2)).round(4).tolist()
    samples = [
        {"path": f"{i}", "label": f"{i % 7}", "kind": "image", "image": {"brightness": a, "chroma": b}}
        for i, (a, b) in enumerate(values)
    ]
    whole = describe_lines(samples, "label")
    monkeypatch.setattr("curate.describe.column_blocks.blocks", lambda found: blocks(found, 13))
    for_comparison = describe_lines(samples, "label")
    brightness = whole.whole.numbers["image.brightness"]
    expected = np.quantile([a for a, _ in values], [0.25, 0.5, 0.75])
    assert [brightness.q1, brightness.median, brightness.q3] == pytest.approx(expected.tolist())
    assert for_comparison.examples == whole.examples
    for name, group in whole.groups.items():
        mine, theirs = group.numbers["image.chroma"], for_comparison.groups[name].numbers["image.chroma"]
        assert (mine.q1, mine.histogram) == (theirs.q1, theirs.histogram)
        assert mine.mean == pytest.approx(theirs.mean)


def test_an_empty_manifest_has_no_figures() -> None:
    found = describe_lines([], "label")
    assert (found.samples, found.whole.numbers, found.whole.categories, found.groups) == (0, {}, {}, {})


def test_a_fact_of_the_wrong_type_names_its_line() -> None:
    with pytest.raises(ManifestError, match=r"<stdin>:1: not a sample: .*image\.width"):
        describe_lines([{"path": "x", "image": {"width": "wide"}}])


def test_unknown_groups_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'label'"):
        describe_lines([], "lable")


@pytest.mark.parametrize("logarithmic", [False, True])
def test_edges_hold_their_ends_exactly(logarithmic: bool) -> None:
    edges = edges_between(0.1, 0.7, logarithmic=logarithmic)
    assert (len(edges), edges[0], edges[-1]) == (25, 0.1, 0.7)
    assert list(edges) == sorted(edges)
    middle = 0.07**0.5 if logarithmic else 0.4
    assert edges[12] == pytest.approx(middle)
    assert edges_between(3, 3, logarithmic=logarithmic) == (3, 3)


def test_every_fact_is_in_the_table_of_facts() -> None:
    facts = {f"image.{field.name}" for field in fields(ImageFacts)}
    facts |= {f"audio.{field.name}" for field in fields(AudioFacts)}
    assert NUMBERS.keys() | CATEGORIES.keys() == facts - KEYS | {"bytes", "kind", "split"}
    assert not NUMBERS.keys() & CATEGORIES.keys()


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        ("bytes", 18871, "18.9"),
        ("bytes", 2_500_000_000, "2,500,000"),
        ("image.width", 400.4, "400"),
        ("image.brightness", 0.5779, "0.578"),
        ("image.brightness", 0.0004, "0.0004"),
        ("audio.loudness_lufs", -23.04, "-23.0"),
        ("audio.bandwidth_hz", 3400, "3.40"),
        ("audio.snr_db", None, "-"),
    ],
)
def test_values_are_shown_with_the_decimals_that_say_something(fact: str, value: float | None, shown: str) -> None:
    assert NUMBERS[fact].show(value) == shown
