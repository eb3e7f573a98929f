"""Metadata files: what we write is what we, and others, read."""

import json
from pathlib import Path

import pytest

from curate.ground.errors import UsageError
from curate.organize.metadata_files import metadata_files
from curate.records.sample import Sample
from curate.scan.metadata import Row, load

PLACED = [
    ("train/cat/1.jpg", Sample("1", "cat", ("dark", "who=ann"), "train")),
    ("train/dog/2.jpg", Sample("2", "dog", (), "train")),
    ("test/cat/3.jpg", Sample("3", "cat", ("who=bob", "new"), "test")),
]


@pytest.mark.parametrize(("style", "ending"), [("hf", "jsonl"), ("csv", "csv")])
def test_what_is_written_is_read_as_it_was_meant(tmp_path: Path, style: str, ending: str) -> None:
    files = metadata_files(PLACED, style)  # type: ignore[arg-type]
    assert sorted(files) == [f"test/metadata.{ending}", f"train/metadata.{ending}"]
    (tmp_path / f"m.{ending}").write_bytes(files[f"train/metadata.{ending}"])
    assert load(str(tmp_path / f"m.{ending}")).rows == {
        "cat/1.jpg": Row("cat", ("who=ann", "dark"), None),
        "dog/2.jpg": Row("dog", (), None),
    }


def test_one_file_at_the_top_where_folders_are_no_splits() -> None:
    placed = [(target.split("/", 1)[1], sample) for target, sample in PLACED]
    files = metadata_files(placed, "hf")
    assert list(files) == ["metadata.jsonl"]
    rows = [json.loads(line) for line in files["metadata.jsonl"].splitlines()]
    assert rows[0] == {"file_name": "cat/1.jpg", "label": "cat", "split": "train", "who": "ann", "tags": ["dark"]}
    assert rows[1] == {"file_name": "dog/2.jpg", "label": "dog", "split": "train", "who": None, "tags": []}


def test_the_lists_of_speech_commands() -> None:
    files = metadata_files(
        [("bed/1.wav", Sample("1", split="val")), ("bed/2.wav", Sample("2", split="train"))], "speech-commands"
    )
    assert files == {"validation_list.txt": b"bed/1.wav\n", "testing_list.txt": b""}


def test_a_tag_with_the_name_of_a_column_is_refused() -> None:
    with pytest.raises(UsageError, match="the tag 'label=x' has the name of a column"):
        metadata_files([("a", Sample("a", tags=("label=x",)))], "hf")
    assert metadata_files(PLACED, "none") == {}
