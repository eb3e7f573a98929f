"""Validating whole groups: a hundred clips of one speaker are one fact about speakers."""

import json
from pathlib import Path

import pytest

from curate.ground.errors import UsageError
from curate.schema.anomalies import Anomaly, Validation
from curate.schema.groups import Groups
from curate.schema.records import Schema
from curate.schema.validate import validate
from curate.split.grouping import make_grouping
from tests.conftest import Burnish
from tests.curate.schema.samples import Line, encoded, line, read_text

SCHEMA = """\
kind: schema
version: 1
facts_version: 5
image: {brightness: {range: [0.3, 0.6], outside: 0.01}}
label: {values: {dog: 0.4, cat: 0.6}, outside: 0.02}
"""


def speakers(dark: dict[int, int], groups: int = 12, size: int = 50) -> list[Line]:
    """Return samples of groups, of each so many too dark."""
    return [
        line(
            number,
            tags=[f"speaker={group}"],
            image={"width": 32, "brightness": 0.05 if at < dark.get(group, 0) else 0.45},
        )
        for group in range(groups)
        for at, number in enumerate(range(group * size, (group + 1) * size))
    ]


def checked(samples: list[Line], schema: str | Schema = SCHEMA, group: str | None = "speaker") -> Validation:
    lines = encoded(samples)
    rules = read_text(schema) if isinstance(schema, str) else schema
    groups = Groups(make_grouping(group)) if group else None
    return validate(lambda: iter(lines), rules, (), groups)[0]


def named(found: Validation, name: str) -> Anomaly:
    return next(one for one in found.anomalies if one.name == name)


def test_one_speaker_is_a_note_and_is_listed() -> None:
    samples = speakers({3: 50})
    alone = named(checked(samples, group=None), "out-of-range")
    assert (alone.severity, alone.groups) == ("error", None)
    grouped = named(checked(samples), "out-of-range")
    assert (grouped.severity, grouped.samples, grouped.groups) == ("note", 50, 1)
    assert grouped.detail.startswith("cannot tell: only 1 of 12 groups have it, which chance explains; 0.3 to 0.6")
    assert grouped.p is not None
    assert alone.p is not None
    assert grouped.p > 0.05 > alone.p


def test_what_many_speakers_have_alarms() -> None:
    found = named(checked(speakers(dict.fromkeys(range(12), 10))), "out-of-range")
    assert (found.severity, found.groups) == ("error", 12)
    assert named(checked(speakers(dict.fromkeys(range(5), 50))), "out-of-range").severity == "error"


def test_too_few_speakers_cannot_tell_and_it_is_said_how_many_could() -> None:
    found = named(checked(speakers({0: 50}, groups=1)), "out-of-range")
    assert found.severity == "note"
    assert "cannot tell: no share in 1 group is beyond chance, in 2 it could be; " in found.detail
    assert named(checked(speakers({0: 50, 1: 50}, groups=2)), "out-of-range").severity == "error"


def test_what_is_not_allowed_at_all_needs_no_test() -> None:
    samples = [*speakers({}), line(9999, label="fox", tags=["speaker=1"])]
    closed = SCHEMA.replace("outside: 0.02", "closed: true")
    assert named(checked(samples, closed), "new-label").severity == "error"


def test_a_label_that_one_speaker_does_not_say_is_not_lost() -> None:
    samples = [one | {"label": "cat"} for one in speakers({}, groups=3)]
    assert named(checked(samples, group=None), "lost-label").severity == "warning"
    assert named(checked(samples), "lost-label").severity == "note", "(1 - .4)³ = .22"


def test_samples_of_no_group_are_one_each() -> None:
    samples = speakers({0: 50}, groups=2)
    for one in samples[:50]:
        one["tags"] = []
    found = checked(samples)
    assert (found.groups, found.alone) == (1, 50)
    assert named(found, "out-of-range").severity == "error"
    with pytest.raises(UsageError, match=r"--group 'speakr'.*did you mean 'speaker'"):
        checked(samples, group="speakr")


def test_duplicates_are_counted_by_group() -> None:
    schema = "duplicates: 0.01\n" + SCHEMA
    samples = speakers({})
    again = [*samples, *samples[:50]]
    assert named(checked(again, schema, None), "duplicate-path").severity == "error"
    found = named(checked(again, schema), "duplicate-path")
    assert (found.severity, found.groups, found.samples) == ("note", 1, 50)
    assert checked(again, schema).alone == 0


def test_the_command_says_groups(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    (tmp_path / "set.jsonl").write_bytes(b"\n".join(encoded(speakers({3: 50}))) + b"\n")
    words = ("validate", "set.jsonl", "--schema", "schema.yaml", "--fail-on", "error")
    assert "out-of-range of image.brightness (50)" in burnish(*words, code=1).stderr
    for group in ("speaker", "{speaker}_{}"):
        if group == "speaker":
            shown = burnish(*words, "--group", group).stdout
            assert "12 groups" in shown
            assert "if groups are independent of each other" in shown
        else:
            assert "matches no sample" in burnish(*words, "--group", group, code=2).stderr
    found = json.loads(burnish(*words, "--group", "speaker", "--json").stdout)
    assert (found["groups"], found["anomalies"][0]["groups"]) == (12, 1)
