"""Common Voice's corpora: clips, sentences that are not quoted, speakers, votes, splits."""

from pathlib import Path

import pytest

from curate.exchange.annotated import Annotated, Left
from curate.exchange.common_voice import read_back
from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from curate.organize.common_voice_files import CommonVoiceFiles
from curate.records.sample import Sample

HEADER = "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tlocale\tsegment\tnew column\n"


def row(clip: str, sentence: str = "Satz", who: str = "ab12", rest: str = "2\t0\ttwenties\tfemale\t\tde\t\tx") -> str:
    return f"{who}\t{clip}\t{sentence}\t{rest}\n"


def read(folder: Path, tables: dict[str, str | bytes], left: Left | None = None, path: str = "") -> list[Annotated]:
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_back(str(folder / path) if path else str(folder), "", left or Left())[1])


def test_a_corpus_as_it_is_downloaded(tmp_path: Path) -> None:
    quoted = '"""Ja"", sagte er.'  # an odd number of marks: with csv's quotes the next lines would be one cell
    tables: dict[str, str | bytes] = {
        "validated.tsv": HEADER + row("a.mp3", quoted) + row("b.mp3") + row("c.mp3", "", "cd34"),
        "train.tsv": HEADER + row("a.mp3", quoted),
        "dev.tsv": HEADER + row("b.mp3"),
        "other.tsv": HEADER + row("d.mp3"),
        "clip_durations.tsv": "clip\tduration[ms]\na.mp3\t1234\n",
    }
    left = Left()
    found = {one.path.rpartition("/")[2]: one for one in read(tmp_path, tables, left)}
    assert sorted(found) == ["a.mp3", "b.mp3", "c.mp3"]
    assert {name: one.split for name, one in found.items()} == {"a.mp3": "train", "b.mp3": "val", "c.mp3": None}
    assert found["a.mp3"].text == quoted
    assert found["c.mp3"].text is None
    assert found["a.mp3"].path == str(tmp_path / "clips/a.mp3")
    assert found["a.mp3"].tags == ("client_id=ab12", "age=twenties", "gender=female", "locale=de")
    assert found["a.mp3"].fields == {
        "common_voice": {"up_votes": 2, "down_votes": 0, "new column": "x", "duration_ms": 1234}
    }
    assert "other.tsv" in left.notes()[0]


def test_older_corpora_leave_the_ending_out(tmp_path: Path) -> None:
    tables: dict[str, str | bytes] = {"train.tsv": "\ufeffpath\tsentence\r\nabc\tSatz\r\n"}
    (one,) = read(tmp_path, tables, path="train.tsv")
    assert (one.path, one.text, one.split) == (str(tmp_path / "clips/abc.mp3"), "Satz", "train")


def test_a_table_of_clips_that_were_voted_down_is_a_slice(tmp_path: Path) -> None:
    (one,) = read(tmp_path, {"invalidated.tsv": HEADER + row("a.mp3")}, path="invalidated.tsv")
    assert "validation=invalidated" in one.tags
    assert one.split is None


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"train.tsv": HEADER + row("../../x.mp3")}, r"train\.tsv:2: \.\./\.\./x\.mp3 leads out"),
        ({"train.tsv": HEADER + row("/etc/x.mp3")}, "leads out"),
        ({"train.tsv": HEADER + row("a\0.mp3")}, r"train\.tsv:2: a zero byte"),
        ({"train.tsv": HEADER + row("a.mp3", "x" * (2 << 20))}, "more than 1,048,576 bytes"),
        ({"train.tsv": HEADER + "ab\ta.mp3\n"}, r"train\.tsv:2: 2 values for 11 columns"),
        ({"train.tsv": HEADER.encode() + row("a.mp3", "é").encode("latin-1")}, r"train\.tsv:2: no UTF-8"),
        ({"train.tsv": HEADER + row("a.mp3") * 2}, r"train\.tsv:3: a\.mp3 stands twice"),
        ({"validated.tsv": HEADER + row("a.mp3") * 2}, r"validated\.tsv:3: a\.mp3 stands twice"),
        ({"train.tsv": HEADER + row("a.mp3"), "test.tsv": HEADER + row("a.mp3")}, "a clip is in one split"),
        ({"train.tsv": "clip\tsentence\n"}, "has no column 'path'"),
        ({"train.tsv": "path\tpath\n"}, "has the column 'path' twice"),
        ({"train.tsv": ""}, "is empty"),
        ({"train.tsv": HEADER, "clip_durations.tsv": "clip\tduration[ms]\na.mp3\tlong\n"}, "no whole number of"),
        ({}, "is no corpus of Common Voice"),
    ],
)
def test_tables_of_a_stranger_are_checked(tmp_path: Path, tables: dict[str, str | bytes], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, tables)


def test_what_organize_writes_comes_back(tmp_path: Path) -> None:
    facts = AudioFacts(duration_s=1.2345)
    placed = [
        (
            "clips/a.wav",
            Sample("x/a.wav", "ja", ("speaker=an", "age=teens", "noise=car"), "train", audio=facts, text='"ö'),
        ),
        ("clips/b.wav", Sample("x/b.wav", None, ("client_id=bo",), "val", audio=facts, text="zwei\tdrei")),
        ("clips/c.wav", Sample("x/c.wav", "nein", (), None, audio=facts)),
    ]
    files, notes = CommonVoiceFiles(), list[str]()
    files.survey(placed, notes)
    contents = files.contents(placed)
    assert tuple(contents) == files.names == ("validated.tsv", "train.tsv", "dev.tsv", "clip_durations.tsv")
    assert notes == [
        "without a text, so with an empty sentence: 1",
        "tabs and line feeds in a sentence become blanks: 1",
    ]
    found = read(tmp_path / "cv", contents)  # type: ignore[arg-type]
    assert [(one.label, one.split, one.text, set(one.tags)) for one in found] == [
        ("ja", "train", '"ö', {"client_id=an", "age=teens", "noise=car"}),
        (None, "val", "zwei drei", {"client_id=bo"}),
        ("nein", None, None, set()),
    ]
    assert all(one.fields == {"common_voice": {"duration_ms": 1234}} for one in found)
