"""Previews: small, upright, and a reason where there is nothing to show."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from curate.describe.thumbnails import MAX_SOUND_BYTES, make_preview, make_previews, shortened, waveform


def test_a_picture_is_small_and_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (800, 200), "red").save(tmp_path / "a.jpg", exif=exif)
    found = make_preview((str(tmp_path / "a.jpg"), "image"))
    assert (found.media_type, found.size, found.problem) == ("image/jpeg", (50, 200), "")
    with Image.open(io.BytesIO(found.data)) as small:
        assert small.size == (50, 200)
        assert not small.getexif()


def test_a_short_recording_is_whole(tmp_path: Path, recording: Callable[..., Path]) -> None:
    found = make_preview((str(recording(tmp_path / "a.flac")), "audio"))
    with soundfile.SoundFile(io.BytesIO(found.data)) as sound:
        assert (sound.format, sound.subtype, sound.frames, sound.samplerate) == ("WAV", "PCM_16", 8000, 16000)
    assert (found.media_type, found.note, found.problem, len(found.waveform)) == ("audio/wav", "", "", 120)
    assert max(found.waveform) == pytest.approx(0.33, abs=0.03)


def test_a_long_recording_is_cut_and_says_so(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((44100 * 12, 2)), 44100)
    found = make_preview((str(tmp_path / "a.wav"), "audio"))
    assert found.note == "first 5.7 s, mixed to mono"
    assert len(found.data) < MAX_SOUND_BYTES + 100


def test_previews_never_raise(tmp_path: Path) -> None:
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    names = {"gone.jpg": "image", "b.jpg": "image", "b.wav": "audio", "gone.wav": "audio", ".": None}
    files = [(str(tmp_path / name), kind) for name, kind in names.items()]
    found = make_previews(files)
    assert list(found) == [path for path, _ in files]
    assert all(preview.problem and not preview.data for preview in found.values())
    assert found[files[0][0]].problem == "No such file or directory"
    assert make_previews([]) == {}


def test_sound_is_mixed_before_it_is_cut() -> None:
    stereo = np.tile(np.array([[0.5, 2.0]], np.float32), (200_000, 1))
    assert shortened(stereo[:10]).tolist() == [[0.5, 1.0]] * 10
    assert shortened(stereo[:125_000]).shape == (125_000, 2), "500 KB are not too much"
    assert shortened(stereo).shape == (200_000, 1)
    assert shortened(stereo)[0, 0] == 0.75
    assert shortened(np.ones((300_000, 1), np.float32)).shape == (250_000, 1)
    assert shortened(np.array([[np.nan]], np.float32)).tolist() == [[0.0]]


def test_a_waveform_has_the_loudest_of_each_part() -> None:
    samples = np.array([[0.1], [-0.4], [0.2], [0.0], [-0.0], [0.3]], np.float32)
    assert waveform(samples, 3) == (0.4, 0.2, 0.3)
    assert waveform(samples, 100) == (0.1, 0.4, 0.2, 0.0, 0.0, 0.3)
