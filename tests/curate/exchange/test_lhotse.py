"""lhotse's manifests: what goes out comes back, and what a stranger wrote is checked."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from curate.exchange.annotated import Left, Part, sample_of
from curate.exchange.lhotse import LONGEST_LINE, files_of, read_back
from curate.exchange.named_files import NamedFiles
from curate.facts.records import AudioFacts
from curate.ground.errors import BurnishError, InputError
from curate.records.sample import Sample

FACTS = AudioFacts(sample_rate=16000, channels=1, duration_s=1.5)
RECORDING = {
    "id": "r",
    "sources": [{"type": "file", "channels": [0], "source": "a.wav"}],
    "sampling_rate": 8000,
    "num_samples": 16000,
    "duration": 2.0,
}
SUPERVISION = {"id": "s", "recording_id": "r", "start": 0.0, "duration": 2.0, "channel": 0}


def out(samples: Sequence[Sample], *, plain: bool = False) -> dict[str, bytes]:
    return files_of(((one, {}) for one in samples), "", "speaker", plain=plain)


def write(folder: Path, files: dict[str, bytes]) -> str:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return str(folder)


def lines(*objects: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


@pytest.mark.parametrize("plain", [False, True])
def test_what_goes_out_comes_back(tmp_path: Path, *, plain: bool) -> None:
    samples = [
        Sample("w/a.wav", "yes", ("speaker=an", "gender=f", "noise"), "train", audio=FACTS, text="tiefes Öl\n"),
        Sample("w/b.wav", None, ("speaker=bo", "speaker=an", "language=de"), "val", audio=FACTS),
        Sample("w/c.wav", "no", (), "test", audio=AudioFacts(sample_rate=8000, channels=2, duration_s=1 / 3)),
    ]
    files = out(samples, plain=plain)
    ending = "jsonl" if plain else "jsonl.gz"
    assert sorted(files) == [
        f"{kind}_{split}.{ending}" for kind in ("recordings", "supervisions") for split in ("test", "train", "val")
    ]
    assert plain or all(data[4:8] == bytes(4) for data in files.values()), "the time is in no file"
    items = list(read_back(write(tmp_path / "l", files), NamedFiles("", ""), Left()))
    assert [one.part for one in items] == [None, None, None]
    found = {one.path: one for one in items}
    for one in samples:
        same = found[one.path]
        assert (same.label, same.split, same.text, set(same.tags)) == (one.label, one.split, one.text, set(one.tags))


def test_a_recording_has_what_lhotse_asks_for() -> None:
    stereo = Sample("w/c.wav", audio=AudioFacts(sample_rate=8000, channels=2, duration_s=1.5))
    files = out([stereo], plain=True)
    assert json.loads(files["recordings.jsonl"]) == {
        "id": "w-c",
        "sources": [{"type": "file", "channels": [0, 1], "source": "w/c.wav"}],
        "sampling_rate": 8000,
        "num_samples": 12000,
        "duration": 1.5,
        "channel_ids": [0, 1],
    }
    supervision = json.loads(files["supervisions.jsonl"])
    assert supervision == {"id": "w-c", "recording_id": "w-c", "start": 0.0, "duration": 1.5, "channel": [0, 1]}


def test_names_are_taken_once() -> None:
    samples = [Sample(path, audio=FACTS) for path in ("a/b.wav", "a-b.wav", "a-b-2.wav", "a/b.flac")]
    names = [json.loads(line)["id"] for line in out(samples, plain=True)["recordings.jsonl"].splitlines()]
    assert len(set(names)) == 4


def test_what_was_not_measured_cannot_go_out() -> None:
    with pytest.raises(InputError, match="lhotse needs its length, rate and channels; measure it: burnish scan"):
        out([Sample("a.wav")])


def test_segments_are_parts_unless_they_are_all(tmp_path: Path) -> None:
    second = {**RECORDING, "id": "q", "sources": [{"type": "file", "channels": [0], "source": "b.wav"}]}
    third = {**RECORDING, "id": "p", "sources": [{"type": "file", "channels": [0], "source": "c.wav"}]}
    files = {
        "x_recordings_dev.jsonl.gz": gzip.compress(lines(RECORDING, second, third)),
        "x_supervisions_dev.jsonl": lines(
            {**SUPERVISION, "duration": 1.0, "text": "eins"},
            {**SUPERVISION, "id": "t", "start": 1.0, "duration": 1.5},
            {**SUPERVISION, "id": "u", "recording_id": "q", "duration": 1.999, "custom": {"label": "l", "mood": 3}},
            {**SUPERVISION, "id": "v", "recording_id": "gone"},
        ),
        "cuts.jsonl.gz": b"",
    }
    left = Left()
    items = list(read_back(write(tmp_path / "l", files), NamedFiles("", ""), left))
    assert [(one.path, one.part, one.split, one.text, one.label) for one in items] == [
        ("a.wav", Part("s", 0, 1), "val", "eins", None),
        ("a.wav", Part("t", 1, 2), "val", None, None),
        ("b.wav", None, "val", None, "l"),
        ("c.wav", None, "val", None, None),
    ]
    assert items[2].fields == {"lhotse": {"supervision": "u", "recording": "q", "custom": {"mood": 3}}}
    assert b'"custom":{"mood":3}' in sample_of(items[2]).__dict__["line"]
    notes = "; ".join(left.notes())
    assert "cuts.jsonl.gz" in notes
    assert "recordings that the manifest does not have: 1" in notes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"sources": [{"type": "command", "channels": [0], "source": "rm -rf x"}]},
            "of type 'command', which is not run",
        ),
        ({"sources": [{"type": "file", "channels": [0], "source": "/etc/passwd"}]}, "leads out"),
        ({"sources": [{"type": "file", "channels": [0], "source": "../../x.wav"}]}, "leads out"),
        ({"sources": [{"type": "url", "source": "ftp://x/y.wav"}]}, "no store that burnish speaks"),
        ({"sources": []}, "it has no sources"),
        ({"sources": [{}, {}]}, "it has 2 sources"),
        ({"id": 7}, "it has no id"),
        ({"duration": "2"}, "its duration is no number"),
        ({"duration": -1}, "its duration is no number"),
    ],
)
def test_recordings_of_a_stranger_are_checked(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    folder = write(tmp_path / "l", {"recordings.jsonl": lines({**RECORDING, **change})})
    with pytest.raises(BurnishError, match=message):
        list(read_back(folder, NamedFiles("", ""), Left()))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("recordings.jsonl", b"no json\n", "recordings.jsonl:1: no JSON"),
        ("recordings.jsonl", b"[1]\n", "recordings.jsonl:1: no object"),
        ("recordings.jsonl.gz", gzip.compress(lines(RECORDING))[:-9], "cannot read"),
        ("recordings.jsonl.gz", gzip.compress(b"\0" * (LONGEST_LINE + 2)), "a line of more than 4 MB"),
        ("recordings.jsonl", lines(RECORDING, RECORDING), "recordings.jsonl:2: the recording r stands in it twice"),
        ("other.jsonl", b"", "has no manifest of recordings"),
    ],
)
def test_files_of_a_stranger_are_checked(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    folder = write(tmp_path / "l", {name: data})
    with pytest.raises(InputError, match=message):
        list(read_back(folder, NamedFiles("", ""), Left()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": 3.0}, "no part of 2 s"),
        ({"duration": 0}, "no part of 2 s"),
        ({"duration": True}, "its duration is no number"),
        ({"text": ["a"]}, "its text is no text"),
    ],
)
def test_supervisions_of_a_stranger_are_checked(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    files = {"recordings.jsonl": lines(RECORDING), "supervisions.jsonl": lines({**SUPERVISION, **change})}
    with pytest.raises(InputError, match=message):
        list(read_back(write(tmp_path / "l", files), NamedFiles("", ""), Left()))
