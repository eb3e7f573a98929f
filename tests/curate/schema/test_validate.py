"""Validating: every anomaly by its name, alarms that chance does not explain, and rejects."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from curate.schema import rules as rules_of
from curate.schema.anomalies import ANOMALIES, Anomaly, Validation
from curate.schema.columns import columns
from curate.schema.records import Schema
from curate.schema.validate import judge, validate
from tests.curate.schema.samples import Line, encoded, learn, line, many, read_text

GOOD = many(1000, weather="rain", degrees=20.5)
SCHEMA = learn(GOOD)
SOUND: Line = {
    "path": "a.wav", "label": "dog", "kind": "audio", "bytes": 10, "facts_version": 5,
    "audio": {"format": "WAV", "subtype": "PCM_16", "sample_rate": 8000, "channels": 1, "loudness_lufs": -20.0},
}  # fmt: skip


def check(samples: list[Line], schema: Schema = SCHEMA, without: tuple[str, ...] = ()) -> Validation:
    lines = encoded(samples)
    return validate(lambda: iter(lines), schema, without)[0]


def found_in(
    samples: list[Line], schema: Schema = SCHEMA, without: tuple[str, ...] = ()
) -> dict[tuple[str, str], Anomaly]:
    return {(one.name, one.of): one for one in check(samples, schema, without).anomalies if one.severity != "note"}


def sounds(count: int, **facts: object) -> list[Line]:
    return [SOUND | {"path": f"{at}.wav", "audio": SOUND["audio"] | facts} for at in range(count)]


def test_what_was_learnt_from_is_valid() -> None:
    found = check(GOOD)
    assert (found.samples, found.count("error"), found.count("warning")) == (1000, 0, 0)


def changed(change: Callable[[Line], Any], count: int = 30) -> list[Line]:
    samples: list[Line] = json.loads(json.dumps(GOOD[:200]))
    for sample in samples[:count]:
        change(sample)
    return samples


@pytest.mark.parametrize(
    ("change", "name", "of", "worst"),
    [
        (lambda one: one["image"].pop("brightness"), "missing-fact", "image.brightness", None),
        (lambda one: one.pop("split"), "missing-fact", "split", None),
        (lambda one: one.pop("weather"), "missing-fact", "weather", None),
        (lambda one: one.update(degrees="20"), "unexpected-type", "degrees", "20"),
        (lambda one: one["image"].update(brightness=0.1), "out-of-range", "image.brightness", 0.1),
        (lambda one: one.update(bytes=5), "out-of-range", "image.bytes", 5),
        (lambda one: one.update(degrees=99), "out-of-range", "degrees", 99),
        (lambda one: one["image"].update(mode="CMYK"), "unexpected-value", "image.mode", "CMYK"),
        (lambda one: one.update(split="dev"), "unexpected-value", "split", "dev"),
        (lambda one: one.update(weather="fog"), "unexpected-value", "weather", "fog"),
        (lambda one: one.update(kind="video", image=None), "unexpected-value", "kind", "video"),
        (lambda one: one.update(label="fox"), "new-label", "label", "fox"),
        (lambda one: one.pop("label"), "missing-label", "label", None),
        (lambda one: one.update(tags=["camera=7"]), "new-tag-value", "tag:camera", "7"),
        (lambda one: one.update(tags=["camera=1", "foggy"]), "new-tag-value", "tags", "foggy"),
        (lambda one: one.update(tags=[]), "missing-tag-key", "tag:camera", None),
        (lambda one: one.update(tags=["camera=1", "lens=3"]), "new-field", "tag:lens", "3"),
        (lambda one: one["image"].update(format="PNG"), "wrong-format", "image.format", "PNG"),
        (lambda one: one.update(path="same.jpg"), "duplicate-path", "path", "same.jpg"),
        (lambda one: one.update(wind=3), "new-field", "wind", 3),
    ],
)  # fmt: skip
def test_anomalies_by_name(change: Callable[[Line], Any], name: str, of: str, worst: object) -> None:
    found = found_in(changed(change))
    assert (name, of) in found, check(changed(change)).anomalies
    one = found[name, of]
    count = 29 if name == "duplicate-path" else 30
    assert (one.samples, one.worst, one.severity) == (count, worst, ANOMALIES[name].severity)
    assert one.share == pytest.approx(count / one.checked)
    assert one.path in {"same.jpg", *(f"{at}.jpg" for at in range(30))}


@pytest.mark.parametrize(
    ("facts", "name", "of"),
    [
        ({"sample_rate": 16000}, "wrong-sample-rate", "audio.sample_rate"),
        ({"channels": 2}, "wrong-channels", "audio.channels"),
        ({"format": "FLAC"}, "wrong-format", "audio.format"),
        ({"loudness_lufs": -70.0}, "out-of-range", "audio.loudness_lufs"),
    ],
)
def test_anomalies_of_recordings(facts: dict[str, object], name: str, of: str) -> None:
    assert list(found_in(sounds(100, **facts), learn(sounds(100)))) == [(name, of)]


def test_too_few_samples_and_lost_labels_are_of_the_set() -> None:
    schema = read_text("kind: schema\nversion: 1\nsamples: 50\nlabel: {values: {cat: 0.6, dog: 0.4}}\n")
    found = found_in([line(number, label="cat") for number in range(40)], schema)
    few, lost = found["too-few-samples", "samples"], found["lost-label", "label"]
    assert (few.samples, few.worst, few.path, few.severity) == (40, 40, None, "error")
    assert (lost.samples, lost.worst, lost.path, lost.severity) == (0, "dog", None, "warning")
    assert lost.p == pytest.approx(0.6**40)
    assert "of dog 16.0 were to be expected" in lost.detail
    # That none of five is a dog is chance: 0.6^5 = .08.
    (note,) = (one for one in check([line(number, label="cat") for number in range(5)], schema).anomalies
               if one.name == "lost-label")  # fmt: skip
    assert note.severity == "note"


def test_one_outlier_in_ten_thousand_is_listed_and_alarms_nothing() -> None:
    samples = [*many(9999, weather="rain", degrees=20.5), line(0, path="odd.jpg", weather="rain", degrees=20.5)]
    samples[-1]["image"] = samples[-1]["image"] | {"brightness": 0.0}
    (one,) = (one for one in check(samples).anomalies if one.of == "image.brightness")
    assert (one.severity, one.samples, one.worst, one.path) == ("note", 1, 0.0, "odd.jpg")
    assert found_in(samples) == {}


def test_the_alarm_is_the_one_sided_binomial_test_shared_out_over_all_tests() -> None:
    tests = check(changed(lambda one: None)).tests
    allowed = SCHEMA.numbers["image.brightness"].outside
    limit = next(count for count in range(200) if binom.sf(count - 1, 200, allowed) < 0.01 / tests)
    dark: Callable[[Line], Any] = lambda one: one["image"].update(brightness=0.0)  # noqa: E731
    assert ("out-of-range", "image.brightness") not in found_in(changed(dark, limit - 1))
    one = found_in(changed(dark, limit))["out-of-range", "image.brightness"]
    assert one.p == pytest.approx(binom.sf(limit - 1, 200, allowed))
    assert (one.checked, one.allowed) == (200, allowed)


def test_alarms_keep_their_level() -> None:
    """Of 1,000 batches that have just what is allowed, at most 1 % alarm: 20 of 1,000 has a chance under .3 %."""
    schema = read_text(
        "kind: schema\nversion: 1\nfields:\n"
        + "".join(f"  f{at}: {{type: number, range: [0, 1], outside: 0.05, missing: 1}}\n" for at in range(10))
    )
    chance = np.random.default_rng(0)
    alarmed = 0
    for _ in range(300):
        values = np.where(chance.random((100, 10)) < 0.05, 2.0, 0.5)
        samples = [{"path": str(at)} | {f"f{n}": float(v) for n, v in enumerate(row)} for at, row in enumerate(values)]
        alarmed += bool(found_in(samples, schema))
    assert alarmed <= 9


def test_the_worst_value_is_the_farthest_out_and_its_sample_is_named() -> None:
    schema = read_text("kind: schema\nversion: 1\nimage: {width: {range: [10, 20]}}\n")
    samples = [line(at, image={"width": width}) for at, width in enumerate([15, 9, 35, 21, 35])]
    one = found_in(samples, schema)["out-of-range", "image.width"]
    assert (one.worst, one.path, one.samples, one.checked, one.detail) == (35, "2.jpg", 4, 5, "10 to 20 expected")
    assert [(example.path, example.value) for example in one.examples] == [
        ("2.jpg", 35), ("4.jpg", 35), ("1.jpg", 9), ("3.jpg", 21)]  # fmt: skip


def test_the_order_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = changed(lambda one: one.update(label="fox", bytes=int(one["path"][:-4])))
    whole = check(samples)
    monkeypatch.setattr("curate.schema.validate.columns", lambda lines, version: columns(lines, version, size=7))
    assert check(samples) == whole


def test_in_an_environment_without_labels_a_label_is_unexpected() -> None:
    bare = [{name: value for name, value in one.items() if name not in {"label", "split"}} for one in GOOD[:100]]
    assert {name for name, _ in found_in(bare)} == {"missing-label", "missing-fact"}
    assert found_in(bare, without=("label", "split")) == {}
    one = found_in([*bare, line(0, path="x", weather="rain", degrees=20.5)], without=("label", "split"))
    assert one["unexpected-label", "label"].samples == 1


@pytest.mark.parametrize(
    ("without", "gone"),
    [("tags", "tags"), ("tag:camera", "tags"), ("weather", "weather"), ("image.brightness", "image")],
)
def test_what_an_environment_does_without(without: str, gone: str) -> None:
    bare = [{name: value for name, value in one.items() if name != gone} for one in GOOD[:100]]
    assert found_in(bare)
    assert not [place for _, place in found_in(bare, without=(without,)) if place == without]


def test_without_labels_in_the_schema_a_label_is_unexpected() -> None:
    schema = learn(many(50, label=None))
    assert list(found_in(many(50), schema)) == [("unexpected-label", "label")]


def test_sections_that_are_not_there_say_nothing() -> None:
    odd = changed(lambda one: one.update(label="fox", tags=["a=1"], wind=3, kind="video", image=None))
    assert found_in(odd, read_text("kind: schema\nversion: 1\n")) == {}


def test_an_open_set_alarms_when_more_is_new_than_was() -> None:
    schema = learn([*many(995), *(line(995 + at, label=f"rare{at}") for at in range(5))])
    assert not schema.names["label"].closed
    new = [line(at, label="new" if at < 3 else "cat") for at in range(100)]
    assert ("new-label", "label") not in found_in(new, schema)
    assert any(one.name == "new-label" and one.severity == "note" for one in check(new, schema).anomalies)
    third = [line(at, label="new" if at < 33 else "cat") for at in range(100)]
    assert ("new-label", "label") in found_in(third, schema)


def test_what_is_new_among_open_tags_is_a_note() -> None:
    schema = read_text("kind: schema\nversion: 1\ntags: {keys: {camera: {}}, flags: [dark]}\n")
    found = check([line(0, tags=["camera=1", "lens=3", "foggy"])], schema)
    assert {(one.name, one.of, one.severity) for one in found.anomalies} == {
        ("new-field", "tag:lens", "note"), ("new-tag-value", "tags", "note")}  # fmt: skip


def test_a_field_is_missing_of_all_samples_and_wrong_of_those_that_have_it() -> None:
    found = found_in(changed(lambda one: one.pop("weather")))
    assert found["missing-fact", "weather"].checked == 200
    some = changed(lambda one: one.update(weather="fog"))
    for sample in some[100:]:
        del sample["weather"]
    assert found_in(some)["unexpected-value", "weather"].checked == 100


def test_a_sample_with_two_new_tags_of_a_key_counts_once() -> None:
    one = found_in(changed(lambda one: one.update(tags=["camera=7", "camera=8"])))["new-tag-value", "tag:camera"]
    assert one.samples == 30


def test_facts_of_another_version_are_refused() -> None:
    from curate.records.reader import LineError

    with pytest.raises(LineError, match="of version 4"):
        check([line(0, facts_version=4)])


def test_generated_samples_are_left_out() -> None:
    made = [line(at, path=f"g{at}", label="fog", origin={"recipe": "fog"}, facts_version=4) for at in range(50)]
    found = check([*GOOD[:100], *made])
    assert (found.samples, found.generated, found.count("error")) == (100, 50, 0)


def test_huge_numbers_are_out_of_range() -> None:
    found = found_in(changed(lambda one: one.update(degrees=10**400)))
    assert found["out-of-range", "degrees"].samples == 30


def judged(samples: list[Line], wanted: set[tuple[str, str]]) -> list[tuple[Line, str]]:
    lines = encoded(samples)

    def again() -> Iterator[bytes]:
        return iter(lines)

    _, twice = validate(again, SCHEMA)
    return [(json.loads(one.line), one.rejected_for) for one in judge(again(), SCHEMA, (), wanted, twice)]


def test_rejects_say_why_and_the_others_keep_their_bytes() -> None:
    samples = [*GOOD[:3], line(3, label="fox", weather="rain", image={"brightness": 0.1}, findings=[
        {"check": "dark", "severity": "warning"}])]  # fmt: skip
    found = judged(samples, {("new-label", "label"), ("out-of-range", "image.brightness")})
    assert [reason for _, reason in found] == ["", "", "", "out-of-range"]
    assert [sample for sample, _ in found[:3]] == samples[:3]
    assert found[3][0]["findings"] == [
        {"check": "dark", "severity": "warning"},
        {"check": "out-of-range", "severity": "error", "value": 0.1,
         "threshold": SCHEMA.numbers["image.brightness"].low, "detail": "image.brightness: 0.1"},
        {"check": "new-label", "severity": "error", "detail": "label: fox"},
    ]  # fmt: skip


def test_of_equal_paths_the_first_stays_and_generated_samples_pass() -> None:
    samples = [GOOD[0], GOOD[1], GOOD[0], line(9, origin={"recipe": "fog"}, label="fog"), GOOD[0]]
    found = judged(samples, {("duplicate-path", "path"), ("new-label", "label")})
    assert [reason for _, reason in found] == ["", "", "duplicate-path", "", "duplicate-path"]


def test_paths_whose_hashes_meet_are_compared_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.schema.seen.Paths.repeated", lambda self: [hash("0.jpg"), hash("1.jpg")])
    assert "duplicate-path" not in {one.name for one in check(GOOD[:10]).anomalies}


def test_every_rule_yields_what_it_looked_at() -> None:
    (block,) = columns(encoded(GOOD[:10]))
    found = list(rules_of.broken(block, SCHEMA, ()))
    assert {one.checked for one in found} == {10}
    assert {one.name for one in found} == {
        "missing-fact", "out-of-range", "unexpected-value", "missing-label", "new-label", "wrong-format",
        "missing-tag-key", "new-tag-value", "unexpected-type"}  # fmt: skip
