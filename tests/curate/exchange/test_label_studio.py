"""Label Studio: tasks go out, its three exports come back; shapes as label-studio-sdk 2.1.2 writes them."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from curate.exchange.label_studio import LOCAL_FILES, configuration, read_back, task_of
from curate.ground.errors import InputError
from curate.records.reader import parse

LINE = b'{"path":"a b/\\u00fc.wav","label":"x","kind":"audio","split":"train","tags":["k=v","t"],"theirs":{"deep":[1]}}'


def annotation(label: str | None, who: int = 1, **fields: object) -> dict[str, object]:
    value = {"from_name": "label", "to_name": "media", "type": "choices", "value": {"choices": [label]}}
    return {
        "id": who,
        "completed_by": {"id": who, "email": f"u{who}@x.org"},
        "created_at": "2026-11-26T10:00:00.000000Z",
        "lead_time": 2.5,
        "was_cancelled": False,
        "result": [value] if label else [],
        **fields,
    }


def task(*annotations: dict[str, object]) -> dict[str, Any]:
    made = task_of(parse(LINE), {"prediction": "y", "confidence": 0.75}, LOCAL_FILES)
    return {"id": 7, **json.loads(json.dumps(made)), "annotations": list(annotations)}


def test_a_task_has_the_file_the_sample_and_both_opinions() -> None:
    found = task()
    assert found["data"]["audio"] == "/data/local-files/?d=a%20b/%C3%BC.wav"
    assert json.loads(found["data"]["sample"]) == json.loads(LINE)
    assert [
        (one["model_version"], one["result"][0]["value"]["choices"], one.get("score")) for one in found["predictions"]
    ] == [
        ("given label", ["x"], None),
        ("model", ["y"], 0.75),
    ]


def test_the_configuration_escapes_names_of_classes() -> None:
    root = ET.fromstring(configuration("audio", ['<a href="x">', "ü & \U0001f41f"]))
    assert [one.get("value") for one in root.iter("Choice")] == ['<a href="x">', "ü & \U0001f41f"]
    (sound,) = root.iter("Audio")
    assert sound.get("value") == "$audio"


def test_json_comes_back_with_people_and_what_they_saw() -> None:
    tasks = [task(annotation("z"), annotation("x", 2, completed_by=9), annotation("q", was_cancelled=True))]
    first, second = read_back(json.dumps(tasks).encode(), "f.json")
    assert (first.path, first.label, first.annotator, first.seconds, first.at) == (
        "a b/ü.wav", "z", "u1@x.org", 2.5, 1795687200.0,
    )  # fmt: skip
    assert first.seen == (("label", "x"), ("prediction", "y"))
    assert first.line == LINE
    assert (second.label, second.annotator) == ("x", "9")


@pytest.mark.parametrize("annotations", [(), (annotation("q", was_cancelled=True),), (annotation(None),)])
def test_a_task_that_nobody_labelled_is_there_all_the_same(annotations: tuple[dict[str, object], ...]) -> None:
    (found,) = read_back(json.dumps([task(*annotations)]).encode(), "f.json")
    assert (found.label, found.person, found.line) == (None, False, LINE)


def minimal() -> dict[str, Any]:
    """Return what JSON-MIN makes of a task; CSV has the same as cells."""
    data = task()["data"]
    said = {"label": "z", "annotator": 1, "annotation_id": 3, "created_at": "2026-11-26T10:00:00.000000Z"}
    return {**data, "id": 7, **said, "updated_at": "2026-11-26T10:00:00.000000Z", "lead_time": 2.5}


def test_json_min_comes_back() -> None:
    (found,) = read_back(json.dumps([minimal()]).encode(), "f.json")
    assert (found.path, found.label, found.annotator, found.seconds, found.line) == ("a b/ü.wav", "z", "1", 2.5, LINE)


def test_csv_comes_back() -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, sorted(minimal()))
    writer.writeheader()
    writer.writerow(minimal())
    (found,) = read_back(text.getvalue().encode(), "f.csv")
    assert (found.path, found.label, found.annotator, found.seconds, found.line) == ("a b/ü.wav", "z", "1", 2.5, LINE)


def test_a_project_that_was_not_made_here_is_read_too() -> None:
    address = "/data/local-files/?d=photos/a%20b.jpg"
    (found,) = read_back(json.dumps([{"data": {"image": address}, "annotations": [annotation("x")]}]).encode(), "f")
    assert (found.path, found.label, found.line) == ("photos/a b.jpg", "x", b"")


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([7], "f: task 1 is no object"),
        ([{"data": {}}], r"f: task 1: it names no file"),
        ([{"id": 9, "data": {"image": "x", "sample": "{"}}], "f: task 9: the field `sample`: not a sample"),
        ([{"data": {"image": "x", "sample": 7}}], "is no text"),
        ([{"data": {"image": "x"}, "annotations": 7}], "its annotations are no list"),
        (
            [
                {
                    "data": {"image": "x"},
                    "annotations": [{"result": [{"type": "choices", "value": {"choices": ["a", "b"]}}]}],
                }
            ],
            "it has 2 classes at once",
        ),
    ],
)
def test_what_cannot_be_read_is_named(tasks: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        list(read_back(json.dumps(tasks).encode(), "f"))


@pytest.mark.parametrize("data", [b"[1", b"\xff\xfe", b'{"a": NaN}'])
def test_what_is_no_export_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        list(read_back(data, "f"))
