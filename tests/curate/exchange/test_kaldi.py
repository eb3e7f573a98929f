"""Kaldi's data directories: what goes out is as validate_data_dir.sh wants it, and comes back."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from curate.exchange.annotated import Left, Part
from curate.exchange.kaldi import read_back
from curate.exchange.kaldi_directory import files_of
from curate.exchange.named_files import NamedFiles
from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from curate.records.sample import Sample

FACTS = AudioFacts(sample_rate=16000, channels=1, duration_s=1.5)


def check_directory(files: dict[str, bytes]) -> None:
    """Check what utils/validate_data_dir.sh of Kaldi checks, without features."""
    rows = {name: [line.split(b" ") for line in data.splitlines()] for name, data in files.items()}
    keys = {name: [row[0] for row in table] for name, table in rows.items()}
    for name, data in files.items():
        assert data.endswith(b"\n"), name
        assert keys[name] == sorted(set(keys[name])), f"{name} is sorted by bytes, each id once"
    spoken = [(row[1], b" ".join(row)) for row in rows["utt2spk"]]
    assert all(len(row) == 2 for row in rows["utt2spk"])
    assert spoken == sorted(spoken), "utt2spk is sorted by speaker too: sort -k2"
    by_speaker = sorted((one, row[0]) for row in rows["spk2utt"] for one in row[1:])
    assert by_speaker == [tuple(row) for row in rows["utt2spk"]]
    for name in {"wav.scp", "text", "utt2dur", "utt2lang"} & files.keys():
        assert keys[name] == keys["utt2spk"], name
    if "spk2gender" in files:
        assert keys["spk2gender"] == keys["spk2utt"]
        assert all(row[1] in {b"m", b"f"} for row in rows["spk2gender"])
    assert not any(row[1].startswith(b"~") for row in rows["wav.scp"])


def out(samples: Sequence[Sample], left: Left | None = None, **foreign: object) -> dict[str, bytes]:
    return files_of(((one, foreign) for one in samples), "", "speaker", left or Left())


def write(folder: Path, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return str(folder)


def back(folder: str, left: Left | None = None) -> list[Sample]:
    items = read_back(folder, NamedFiles("", ""), left or Left())
    return [Sample(one.path, one.label, one.tags, one.split, text=one.text) for one in items]


def test_what_goes_out_is_valid_and_comes_back(tmp_path: Path) -> None:
    samples = [
        Sample("w/b 2.wav", "yes", ("speaker=bo", "gender=male"), "train", audio=FACTS, text="tiefes Öl"),
        Sample("w/a.wav", "no", ("speaker=an", "gender=f"), "train", audio=FACTS, text="drei  und\tvier"),
        Sample("w/c.wav", "a b", ("speaker=an",), "test", audio=FACTS, text="x"),
        Sample("v/c.wav", None, (), "test", audio=FACTS, text='say "hi"'),
    ]
    left = Left()
    files = out(samples, left)
    assert sorted({name.partition("/")[0] for name in files}) == ["test", "train"]
    for split in ("test", "train"):
        check_directory({name.partition("/")[2]: data for name, data in files.items() if name.startswith(split)})
    assert files["train/spk2gender"] == b"an f\nbo m\n"
    assert files["train/utt2dur"] == b"an-a 1.5\nbo-b_2 1.5\n"
    found = {one.path: one for one in back(write(tmp_path / "k", files))}
    for one in samples:
        same = found[one.path]
        assert (same.label, same.split, same.text) == (one.label, one.split, " ".join((one.text or "").split()))
        assert [tag for tag in same.tags if tag.startswith("speaker=")] == [
            tag for tag in one.tags if tag.startswith("speaker=")
        ]
    assert "have other white space in their text now: 1" in left.notes()


_name = st.text(st.sampled_from("ab-!_.#~ é"), min_size=1, max_size=4)


@given(st.lists(st.tuples(_name, st.none() | _name), min_size=1, max_size=12))
def test_any_names_are_sorted_as_kaldi_wants(named: list[tuple[str, str | None]]) -> None:
    samples = [
        Sample(f"d{place}/{stem}.wav", "x", () if who is None else (f"speaker={who}",), audio=FACTS)
        for place, (stem, who) in enumerate(named)
    ]
    ids = {who: re.sub(r"[ !]+", "_", who.strip()) or "_" for _, who in named if who is not None}
    assume(len(set(ids.values())) == len(ids))  # else they are refused, as below
    files = out(samples)
    check_directory(files)
    assert files["wav.scp"].count(b"\n") == len(samples)


def test_two_speakers_are_never_made_one() -> None:
    with pytest.raises(InputError, match="'a b' and 'a_b' would both be a_b"):
        out([Sample("1.wav", tags=("speaker=a b",)), Sample("2.wav", tags=("speaker=a_b",))])


def test_tables_that_must_name_all_are_left_out_where_they_cannot() -> None:
    left = Left()
    files = out(
        [
            Sample("1.wav", tags=("speaker=a", "gender=f"), audio=FACTS),
            Sample("2.wav", tags=("speaker=b", "gender=other"), text="x"),
        ],
        left,
    )
    assert not {"spk2gender", "utt2dur"} & files.keys()
    assert files["text"] == b"b-2 x\n"
    notes = "; ".join(left.notes())
    assert "spk2gender is left out" in notes
    assert "have no text, which validate_data_dir.sh wants of all: 1" in notes


@pytest.mark.parametrize("path", ["a|", "a.ark:12", "a\nb.wav", " a.wav", "s3://b/a.wav", "t.tar#a.wav"])
def test_what_kaldi_would_not_take_for_a_file_is_refused(path: str) -> None:
    with pytest.raises(InputError):
        out([Sample(path)])


@pytest.mark.parametrize(
    ("file", "data", "message"),
    [
        ("wav.scp", b"u sox a.mp3 -t wav - |\n", "wav.scp:1: u is a command (ends with |)?"),
        ("wav.scp", b"u | rm -rf x\n", "wav.scp:1: u is a command"),
        ("wav.scp", b"u a.ark:17\n", "place in an archive"),
        ("wav.scp", b"u -\n", "place in an archive or a stream"),
        ("wav.scp", b"u ../../etc/passwd\n", "wav.scp:1: ../../etc/passwd leads out"),
        ("wav.scp", b"u /etc/passwd\n", "leads out of the working directory"),
        ("wav.scp", b"u a.wav\nu b.wav\n", "wav.scp:2: u stands in it twice, first in line 1"),
        ("wav.scp", b"u a\0.wav\n", "wav.scp:1: a zero byte"),
        ("wav.scp", b"u " + b"a" * (2 << 20), "or more than 1,048,576 bytes"),
        ("wav.scp", b"u\n", "is no name of a file"),
        ("text", b"u caf\xe9\n", "text:1: no UTF-8"),
        ("segments", b"u nowhere 0 1\n", "segments:1: nowhere is not in wav.scp"),
        ("segments", b"u u 2 1\n", "from 2 to 1 s is no part"),
        ("segments", b"u u nan 1\n", "is no part"),
        ("segments", b"u u 0\n", "not UTTERANCE RECORDING START END"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, file: str, data: bytes, message: str) -> None:
    folder = write(tmp_path / "k", {"wav.scp": b"u a.wav\n", file: data})
    with pytest.raises(InputError) as raised:
        back(folder)
    assert message.removesuffix(" (ends with |)?") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_marks_of_other_editors_and_unknown_files(tmp_path: Path) -> None:
    files = {
        "wav.scp": b"\xef\xbb\xbfu a.wav\r\nv b.wav\r\n\r\n",
        "utt2spk": b"u u\r\nv s\r\nw s\n",
        "text": b"u ein Satz\r\nv\n",
        "feats.scp": b"u x.ark:1\n",
        "spk2utt": b"",
    }
    left = Left()
    assert back(write(tmp_path / "dev", files), left) == [
        Sample("a.wav", split="val", text="ein Satz"),
        Sample("b.wav", split="val", tags=("speaker=s",)),
    ]
    notes = "; ".join(left.notes())
    assert "feats.scp" in notes
    assert "utt2spk, and no utterance: 1" in notes


def test_segments_are_parts_unless_they_are_all(tmp_path: Path) -> None:
    files = {
        "wav.scp": b"r1 a.wav\nr2 b.wav\nr3 c.wav\n",
        "segments": b"u1 r1 0 1.5\nu2 r1 1.5 -1\nu3 r2 0.00 2.0\nu4 r3 0 2.0\n",
        "reco2dur": b"r2 2.005\n",
    }
    found = list(read_back(write(tmp_path / "k", files), NamedFiles("", ""), Left()))
    assert [(one.path, one.part) for one in found] == [
        ("a.wav", Part("u1", 0, 1.5)),
        ("a.wav", Part("u2", 1.5, None)),
        ("b.wav", None),
        ("c.wav", Part("u4", 0, 2.0)),
    ]


def test_a_folder_without_wav_scp_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither it nor a folder in it has a wav\.scp"):
        back(str(tmp_path))
