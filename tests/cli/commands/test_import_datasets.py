"""`burnish import` of datasets: what `export` and `organize` write comes back, and pipes into other commands."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile

from tests.conftest import Burnish

Write = Callable[..., Path]
FOLDER = "a b'c"


@pytest.fixture
def speech(burnish: Burnish, tmp_path: Path, recording: Write) -> list[dict[str, Any]]:
    """Six words of three speakers in a folder with an odd name, measured, split and with transcripts."""
    rows = ["file_name,label,speaker,text"]
    for number in range(6):
        recording(tmp_path / FOLDER / "w" / f"{number} x.wav", seed=number)
        rows.append(f'w/{number} x.wav,{"yes" if number % 2 else "no"},s{number // 2},"Wort {number}, ""so"""')
    (tmp_path / FOLDER / "metadata.csv").write_text("\n".join(rows) + "\n")
    ratio = ("--ratio", "train=0.34,val=0.33,test=0.33", "--group", "speaker")
    burnish("scan", FOLDER, "-o", "scanned.jsonl")
    burnish("split", "scanned.jsonl", *ratio, "-o", "set.jsonl")
    return samples(tmp_path / "set.jsonl")


def samples(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def said(found: list[dict[str, Any]], key: str = "speaker") -> dict[str, Any]:
    """Return label, split, transcript and speaker of each sample."""
    tags = {one["path"]: [tag.partition("=")[2] for tag in one["tags"] if tag.startswith(f"{key}=")] for one in found}
    return {one["path"]: (one.get("label"), one.get("split"), one.get("text"), tags[one["path"]]) for one in found}


@pytest.mark.parametrize(("form", "more"), [("kaldi", ()), ("lhotse", ()), ("lhotse", ("--plain",))])
def test_what_export_writes_comes_back(
    burnish: Burnish, tmp_path: Path, speech: list[dict[str, Any]], form: str, more: tuple[str, ...]
) -> None:
    out = f"{FOLDER} {form}"
    burnish("export", "set.jsonl", "--to", form, *more, "-o", out)
    result = burnish("import", out, "--from", form, "-o", "said.jsonl")
    assert said(samples(tmp_path / "said.jsonl")) == said(speech)
    hint = next(line for line in result.stderr.splitlines() if "measure the files: " in line).partition("files: ")[2]
    burnish(*shlex.split(hint)[1:-1], "again.jsonl")
    again = samples(tmp_path / "again.jsonl")
    assert said(again) == said(speech)
    assert [one["audio"] for one in again] == [one["audio"] for one in speech]


def test_what_organize_writes_for_common_voice_comes_back(
    burnish: Burnish, tmp_path: Path, speech: list[dict[str, Any]]
) -> None:
    burnish("organize", "set.jsonl", "--into", "cv", "--metadata", "common-voice", "--apply", "-o", "cv.jsonl")
    assert sorted(path.name for path in (tmp_path / "cv").glob("*.tsv")) == [
        "clip_durations.tsv", "dev.tsv", "test.tsv", "train.tsv", "validated.tsv",
    ]  # fmt: skip
    found = [json.loads(line) for line in burnish("import", "cv", "--from", "common-voice").stdout.splitlines()]
    assert said(found, "client_id") == said(samples(tmp_path / "cv.jsonl"))
    assert len(found) == len(speech)
    burnish("undo", "cv/journal.jsonl")
    assert not (tmp_path / "cv").exists()


def test_what_organize_writes_for_ultralytics_comes_back(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number, where in enumerate(("train/no", "train/yes", "valid/no", "valid/yes", "test/no")):
        picture(tmp_path / "data" / where / f"{number}.png", seed=number)
    burnish("scan", "data", "-o", "set.jsonl")
    result = burnish("organize", "set.jsonl", "--into", FOLDER, "--metadata", "yolo", "--apply", "-o", "o.jsonl")
    assert "test/ has no file of 1 of 2 classes (yes)" in result.stderr
    assert (tmp_path / FOLDER / "data.yaml").read_text().endswith("names:\n  0: 'no'\n  1: 'yes'\n")
    organized = {(one["path"], one["label"], one["split"]) for one in samples(tmp_path / "o.jsonl")}
    for words in (("import", FOLDER, "--from", "yolo"), ("scan", FOLDER)):
        found = [json.loads(line) for line in burnish(*words).stdout.splitlines()]
        assert {(one["path"], one["label"], one["split"]) for one in found} == organized


@pytest.mark.parametrize("style", ["hf", "csv", "parquet"])
def test_metadata_of_hugging_face_comes_back_by_scan(
    burnish: Burnish, tmp_path: Path, speech: list[dict[str, Any]], style: str
) -> None:
    burnish("organize", "set.jsonl", "--into", "out", "--metadata", style, "--apply", "-o", "o.jsonl")
    burnish("scan", "out", "-o", "again.jsonl")
    assert said(samples(tmp_path / "again.jsonl")) == said(samples(tmp_path / "o.jsonl"))
    assert len(speech) == 6


def test_segments_are_cut_and_taken_back(burnish: Burnish, tmp_path: Path, recording: Write) -> None:
    recording(tmp_path / "long.wav", 2.0)
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "wav.scp").write_text("r long.wav\n")
    (tmp_path / "k" / "segments").write_text("u1 r 0.0 0.5\nu2 r 0.5 2.0\n")
    (tmp_path / "k" / "text").write_text("u1 eins\nu2 zwei\n")
    errors = burnish("import", "k", "--from", "kaldi", code=2).stderr
    assert "2 segments are parts of recordings, such as long.wav" in errors
    assert "--cut DIR" in errors
    result = burnish("import", "k", "--from", "kaldi", "--cut", FOLDER, "-o", "said.jsonl")
    found = samples(tmp_path / "said.jsonl")
    assert [(one["path"], one["text"]) for one in found] == [(f"{FOLDER}/u1.wav", "eins"), (f"{FOLDER}/u2.wav", "zwei")]
    assert found[1]["origin"] == {"source": "long.wav", "start_s": 0.5, "end_s": 2.0}
    assert soundfile.info(tmp_path / FOLDER / "u2.wav").duration == 1.5
    split = burnish("split", "said.jsonl", "--ratio", "train=0.5,test=0.5").stdout
    assert len({json.loads(line)["split"] for line in split.splitlines()}) == 1, "parts of one recording stay together"
    hint = next(line for line in result.stderr.splitlines() if "take it back" in line).partition("with: ")[2]
    burnish(*shlex.split(hint)[1:])
    assert not (tmp_path / FOLDER).exists()


def test_files_that_are_not_there_are_said_once(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "wav.scp").write_text("".join(f"u{number} gone/{number}.wav\n" for number in range(5)))
    errors = burnish("import", "k", "--from", "kaldi").stderr
    assert errors.count("gone/") == 1
    assert "warning: files that are not there: 5, such as gone/0.wav" in errors


def test_a_root_is_what_paths_are_relative_to(burnish: Burnish, tmp_path: Path, recording: Write) -> None:
    recording(tmp_path / "corpus" / "a.wav")
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "wav.scp").write_text(f"u {tmp_path}/corpus/a.wav\n")
    result = burnish("import", "k", "--from", "kaldi", "--root", "corpus")
    assert json.loads(result.stdout)["path"] == "a.wav"
    assert "not there" not in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "kaldi", "--manifest", "set.jsonl"), "--from kaldi is a dataset and no labels of a tool"),
        (("--from", "yolo", "--cut", "x"), "goes with --from kaldi and lhotse"),
        (("--from", "kaldi", "--cut", "memory://b/x"), "memory://b/x: what is made there has to be on a disk"),
        (("--from", "csv", "--cut", "x"), "--cut and --root go with datasets"),
        (("--from", "kaldi"), "k/wav.scp:2: v is a command, which is not run"),
        (("--from", "lhotse"), "k has no manifest of recordings"),
        (("--from", "common-voice"), "k is no corpus of Common Voice"),
        (("--from", "yolo"), "k has no folder train/"),
    ],
)
def test_what_makes_no_sense(burnish: Burnish, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    (tmp_path / "k").mkdir()
    (tmp_path / "k" / "wav.scp").write_text("u a.wav\nv sox b.mp3 -t wav - |\n")
    (tmp_path / "set.jsonl").write_text("")
    errors = burnish("import", "k", *words, code=2).stderr
    assert message in errors
    assert len(errors.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k", "set.jsonl"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "kaldi"), "--to kaldi makes a folder: name it with -o"),
        (("--to", "csv", "--speaker", "x"), "--speaker goes with --to kaldi and lhotse"),
        (("--to", "kaldi", "-o", "k", "--plain"), "--plain with --to lhotse"),
        (("--to", "lhotse", "-o", "l"), "lhotse holds audio files, and a.png is none"),
        (("--to", "kaldi", "-o", "full"), "-o full: the folder is not empty"),
    ],
)
def test_what_cannot_go_out(burnish: Burnish, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    kind = "audio" if "full" in words else "image"
    line = json.dumps({"path": "a.png", "kind": kind})
    assert message in burnish("export", *words, stdin=line, code=2).stderr
    assert not (tmp_path / "k").exists()
    assert not (tmp_path / "l").exists()
