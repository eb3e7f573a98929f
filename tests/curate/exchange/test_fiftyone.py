"""FiftyOne's classification dataset: what goes out comes back, and its documented forms are read."""

import json
from pathlib import Path

import pytest

from curate.exchange.fiftyone import DATA, LABELS, files_of, read_back
from curate.ground.errors import InputError
from curate.records.reader import parse

LINES = [b'{"path":"a/1.png","label":"x","kind":"image","theirs":1}', b'{"path":"b/1.png","kind":"image"}']


def test_two_files_of_one_name_come_back_whole(tmp_path: Path) -> None:
    pairs = [(parse(line), json.loads(line)) for line in LINES]
    for name, data in files_of(pairs, str(tmp_path)).items():
        (tmp_path / name).write_bytes(data)
    found = list(read_back(str(tmp_path)))
    assert [(one.path, one.label, one.line) for one in found] == [
        ("a/1.png", "x", LINES[0]),
        ("b/1.png", None, LINES[1]),
    ]
    # FiftyOne makes the class "None" of a label that is null.
    assert [one["label"] for one in json.loads((tmp_path / LABELS).read_text())["labels"].values()] == ["x"]
    assert list(json.loads((tmp_path / DATA).read_text()).values()) == [f"{tmp_path}/a/1.png", f"{tmp_path}/b/1.png"]


def test_confidence_goes_along_with_the_label_it_is_of() -> None:
    fields = {"prediction": "x", "confidence": 0.5}
    made = json.loads(files_of([(parse(LINES[0]), fields)], "")[LABELS])
    assert made["labels"]["00000000"]["confidence"] == 0.5
    made = json.loads(files_of([(parse(LINES[0]), {**fields, "prediction": "y"})], "")[LABELS])
    assert "confidence" not in made["labels"]["00000000"]


def test_places_in_a_list_of_classes(tmp_path: Path) -> None:
    (tmp_path / LABELS).write_text(
        json.dumps({"classes": ["x", "y"], "labels": {"u1": 1, "u2": {"label": 0}, "u3": None}})
    )
    (tmp_path / DATA).write_text(json.dumps({"u1": "/d/1.png"}))
    assert [(one.path, one.label) for one in read_back(str(tmp_path / LABELS))] == [
        ("/d/1.png", "y"),
        ("u2", "x"),
        ("u3", None),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "is no JSON"),
        ("[]", "it is no object"),
        ("{}", "no object `labels`"),
        ('{"classes": ["x"], "labels": {"u": 1}}', "u: there is no class 1"),
        ('{"labels": {"u": 1}}', "u: there is no class 1"),
        ('{"labels": {"u": {"label": [1]}}}', "no text for a label"),
        ('{"labels": {"u": {"label": "x", "attributes": {"sample": "?"}}}}', "u: the field `sample`"),
    ],
)
def test_what_is_no_dataset_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / LABELS).write_text(text)
    with pytest.raises(InputError, match=message):
        list(read_back(str(tmp_path)))
