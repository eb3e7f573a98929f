"""Metadata files: what we write is what we, and others, read."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from curate.ground.errors import UsageError
from curate.organize.metadata_files import MOST_COLUMNS, MetadataFiles, Style
from curate.records.sample import Sample
from curate.scan.entry import Row
from curate.scan.metadata import load

PLACED = [
    ("train/cat/1.jpg", Sample("1", "cat", ("dark", "who=ann"), "train")),
    ("train/dog/2.jpg", Sample("2", "dog", (), "train")),
    ("test/cat/3.jpg", Sample("3", "cat", ("who=bob", "new"), "test")),
]


def metadata_files(placed: Sequence[tuple[str, Sample]], style: Style, notes: list[str]) -> dict[str, bytes]:
    files = MetadataFiles(style)
    files.survey(iter(placed), notes)
    contents = files.contents(iter(placed))
    assert tuple(contents) == files.names
    return contents


@pytest.mark.parametrize(("style", "ending"), [("hf", "jsonl"), ("csv", "csv"), ("parquet", "parquet")])
def test_what_is_written_is_read_as_it_was_meant(tmp_path: Path, style: Style, ending: str) -> None:
    files = metadata_files(PLACED, style, [])
    assert sorted(files) == [f"test/metadata.{ending}", f"train/metadata.{ending}"]
    (tmp_path / f"m.{ending}").write_bytes(files[f"train/metadata.{ending}"])
    assert load(str(tmp_path / f"m.{ending}")).rows == {
        "cat/1.jpg": Row("cat", ("who=ann", "dark"), None),
        "dog/2.jpg": Row("dog", (), None),
    }


def test_one_file_at_the_top_where_folders_are_no_splits() -> None:
    placed = [(target.split("/", 1)[1], sample) for target, sample in PLACED]
    files = metadata_files(placed, "hf", [])
    assert list(files) == ["metadata.jsonl"]
    rows = [json.loads(line) for line in files["metadata.jsonl"].splitlines()]
    assert rows[0] == {"file_name": "cat/1.jpg", "label": "cat", "split": "train", "who": "ann", "tags": ["dark"]}
    assert rows[1] == {"file_name": "dog/2.jpg", "label": "dog", "split": "train", "who": None, "tags": []}


def test_all_splits_have_the_same_columns_with_a_type() -> None:
    files = metadata_files(PLACED[1:], "hf", [])
    train, test = (json.loads(files[f"{split}/metadata.jsonl"]) for split in ("train", "test"))
    # `datasets` compares the types of the splits, and null is another one than text.
    assert train == {"file_name": "dog/2.jpg", "label": "dog", "who": "", "tags": [""]}
    assert test == {"file_name": "cat/3.jpg", "label": "cat", "who": "bob", "tags": ["new"]}


def test_a_csv_that_cannot_tell_a_type_says_so() -> None:
    notes: list[str] = []
    metadata_files(PLACED[1:], "csv", notes)
    assert notes == [
        "the column who has no value in train, and a CSV says nothing of its type: load_dataset of Hugging Face will "
        "refuse it; --metadata hf has no such trouble"
    ]


def test_a_csv_with_formulas_is_kept_as_it_is_and_said() -> None:
    notes: list[str] = []
    placed = [("a.jpg", Sample("1", "=1+1", ("who=@SUM(A1)",)))]
    files = metadata_files(placed, "csv", notes)
    assert files["metadata.csv"].splitlines()[1] == b"a.jpg,=1+1,@SUM(A1)"
    assert notes == ["2 values begin like a formula, and a spreadsheet may compute them"]
    assert metadata_files(placed, "hf", notes)
    assert len(notes) == 1


def test_the_lists_of_speech_commands() -> None:
    files = metadata_files(
        [("bed/1.wav", Sample("1", split="val")), ("bed/2.wav", Sample("2", split="train"))], "speech-commands", []
    )
    assert files == {"validation_list.txt": b"bed/1.wav\n", "testing_list.txt": b""}


def test_a_tag_with_the_name_of_a_column_is_refused() -> None:
    with pytest.raises(UsageError, match="the tag 'label=x' has the name of a column"):
        metadata_files([("a", Sample("a", tags=("label=x",)))], "hf", [])
    assert metadata_files(PLACED, "none", []) == {}


@pytest.mark.parametrize(("style", "ending"), [("hf", "jsonl"), ("csv", "csv"), ("parquet", "parquet")])
def test_a_transcript_comes_back_as_one(tmp_path: Path, style: str, ending: str) -> None:
    placed = [("a.wav", Sample("a", "x", ("text=a tag",), text="what was, said")), ("b.wav", Sample("b", "y"))]
    files = metadata_files(placed, style, [])  # type: ignore[arg-type]
    (tmp_path / f"m.{ending}").write_bytes(files[f"metadata.{ending}"])
    assert load(str(tmp_path / f"m.{ending}")).rows == {
        "a.wav": Row("x", ("text=a tag",), None, "what was, said"),
        "b.wav": Row("y", (), None),
    }


def test_keys_beyond_what_a_table_holds_stay_together() -> None:
    many = tuple(f"k{number:03}=x" for number in range(MOST_COLUMNS + 1))
    placed = [("a.jpg", Sample("a", tags=many)), ("b.jpg", Sample("b", tags=(f"k{MOST_COLUMNS}=y", "dark")))]
    notes: list[str] = []
    first, second = (json.loads(line) for line in metadata_files(placed, "hf", notes)["metadata.jsonl"].splitlines())
    assert notes == [
        "of 101 keys of tags the 100 that most samples have get a column of metadata; "
        "the others stand in the column tags"
    ]
    assert len(first) == len(second) == MOST_COLUMNS + 2
    # The last key is that of both samples, so it has a column, and the last of those that one sample has has none.
    assert (first[f"k{MOST_COLUMNS}"], second[f"k{MOST_COLUMNS}"]) == ("x", "y")
    assert (first["tags"], second["tags"]) == ([f"k{MOST_COLUMNS - 1:03}=x"], ["dark"])


def test_thousands_of_keys_are_no_table_of_thousands_of_columns() -> None:
    placed = [(f"{number}.jpg", Sample(str(number), tags=(f"k{number}=x",))) for number in range(2000)]
    assert len(metadata_files(placed, "hf", [])["metadata.jsonl"]) < 2000 * (MOST_COLUMNS + 1) * 20


@pytest.mark.parametrize("style", ["hf", "csv"])
def test_a_set_of_nothing_has_no_metadata(style: Style) -> None:
    assert metadata_files([], style, []) == {}


def test_a_name_that_is_not_utf_8_gets_its_bytes_back() -> None:
    placed = [("a\udcff.jpg", Sample("a\udcff.jpg", "cat"))]
    assert metadata_files(placed, "csv", []) == {"metadata.csv": b"file_name,label\na\xff.jpg,cat\n"}
    assert b"\\udcff" in metadata_files(placed, "hf", [])["metadata.jsonl"]
