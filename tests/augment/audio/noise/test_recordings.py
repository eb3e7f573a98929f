"""Folders of noises: what is in them, what is left out and why."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from augment.audio.channel.bandlimit import bandlimit
from augment.audio.noise import recordings
from augment.audio.noise.recordings import find_recordings, read_part
from curate.ground.errors import InputError
from tests.augment.audio.sounds import noise


def write(path: Path, seed: int = 0, frames: int = 2000, rate: int = 16000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise(frames, seed=seed), rate)
    return path


def test_found_below_the_folder_in_the_order_of_digests(tmp_path: Path) -> None:
    for seed, name in enumerate(["a.wav", "deep/er/b.flac", "c.ogg", ".hidden.wav", ".cache/d.wav"]):
        write(tmp_path / name, seed)
    (tmp_path / "README.txt").write_text("about these noises")
    (tmp_path / "cover.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    found = find_recordings(str(tmp_path), "mix_noise: folder")
    assert {os.path.basename(one.path) for one in found.recordings} == {"a.wav", "b.flac", "c.ogg"}
    assert found.digests() == sorted(found.digests())
    assert {one.frames for one in found.recordings} == {2000}
    assert found.recordings[0].frames / found.recordings[0].sample_rate == 0.125
    assert found.notes == ()


def test_copies_count_once(tmp_path: Path) -> None:
    first = write(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(first.read_bytes())
    assert [one.path for one in find_recordings(str(tmp_path), "x").recordings] == [str(first)]


def test_audio_by_another_name(tmp_path: Path) -> None:
    os.replace(write(tmp_path / "a.wav"), tmp_path / "a.dat")
    assert len(find_recordings(str(tmp_path), "x").recordings) == 1


def test_what_cannot_be_read_is_named_and_left_out(tmp_path: Path) -> None:
    write(tmp_path / "good.wav")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "page.wav").write_text("<html>not found</html>")
    (tmp_path / "song.m4a").write_bytes(b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(100))
    (tmp_path / "gone.wav").symlink_to("nowhere")
    found = find_recordings(str(tmp_path), "x")
    assert [os.path.basename(one.path) for one in found.recordings] == ["good.wav"]
    names = [os.path.basename(note.split(" is left out: ")[0]) for note in found.notes]
    assert names == ["empty.wav", "gone.wav", "page.wav", "song.m4a"]
    assert all("\n" not in note for note in found.notes)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        pytest.param({}, "has no recording that can be read; put WAV, FLAC or OGG files there", id="empty"),
        pytest.param({"a.txt": b"x"}, "has no recording that can be read; put", id="no-audio"),
        pytest.param({"a.wav": b""}, r"has no recording that can be read \(.*a.wav is left out", id="unreadable"),
    ],
)
def test_no_recordings(tmp_path: Path, files: dict[str, bytes], problem: str) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=f"^reverb: folder: .*{problem}"):
        find_recordings(str(tmp_path), "reverb: folder")


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    assert len(find_recordings(str(write(tmp_path / "a.wav")), "x").recordings) == 1


def test_long_ones_are_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "long.wav", frames=recordings.SHORT_VALUES + 1)
    monkeypatch.setattr("curate.media.audio.decode_audio", None)
    found = find_recordings(str(tmp_path), "x").recordings
    assert [(one.path, one.frames, one.sample_rate) for one in found] == [
        (str(path), recordings.SHORT_VALUES + 1, 16000)
    ]


def test_a_file_that_ends_its_decoder_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "good.wav")
    write(tmp_path / "deadly.wav", seed=1)
    inspect = recordings._inspect
    monkeypatch.setattr(recordings, "_inspect", lambda path: os._exit(1) if "deadly" in path else inspect(path))
    found = find_recordings(str(tmp_path), "x")
    assert [os.path.basename(one.path) for one in found.recordings] == ["good.wav"]
    assert [os.path.basename(note.split(" is left out: ")[0]) for note in found.notes] == ["deadly.wav"]


@pytest.mark.parametrize("ending", ["mp3", "ogg", "flac", "wav"])
def test_a_part_is_what_it_is_in_the_whole(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    soundfile.write(path, bandlimit(noise(200000), 16000, 100, 3000), 16000)
    everything = soundfile.read(path, dtype="float32", always_2d=True)[0]
    for start in (0, 100, 30001, 64001, 123456, 150001):
        part = read_part(str(path), start, 1000)
        np.testing.assert_allclose(part, everything[start : start + 1000], atol=1e-6)


def test_a_part(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav")
    everything = soundfile.read(path, dtype="float32", always_2d=True)[0]
    np.testing.assert_array_equal(read_part(str(path), 500, 300), everything[500:800])
    with pytest.raises(InputError, match="ends 500 frames before its header says"):
        read_part(str(path), 1500, 1000)
    with pytest.raises(InputError, match="cannot be read"):
        read_part(str(tmp_path / "none.wav"), 0, 1)
