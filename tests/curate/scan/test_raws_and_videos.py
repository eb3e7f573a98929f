"""Camera raws and videos are called what they are, and no advice is given that would hide it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from curate.media.sniff import VIDEO
from curate.records.sample import Sample
from curate.scan.measure import measure


def look(path: Path) -> tuple[list[str], str]:
    sample = measure(Sample(path=path.name), str(path))
    assert sample is not None
    return [found.check for found in sample.findings], " ".join(found.detail for found in sample.findings)


@pytest.mark.parametrize("ending", ["nef", "cr2", "dng", "arw", "NEF"])
def test_camera_raw_is_no_tiff_to_be_renamed(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo.{ending}"
    Image.new("RGB", (32, 32), "red").save(path, "TIFF")
    checks, details = look(path)
    assert checks == ["unreadable"]
    assert "camera raw" in details
    assert "rename" not in details


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("ending", ["mov", "mp4", "mkv", "webm", "m4v", "wmv"])
@pytest.mark.parametrize("sound", [True, False])
def test_video_is_called_a_video(ending: str, sound: bool, tmp_path: Path) -> None:
    path = tmp_path / f"film.{ending}"
    codecs = ["-c:v", "libvpx" if ending == "webm" else "mpeg4"]
    audio = ["-f", "lavfi", "-i", "sine=duration=0.2"] if sound else []
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc=duration=0.2:size=64x64",
        *audio,
        *codecs,
        str(path),
    ]
    subprocess.run(command, check=True)
    checks, details = look(path)
    assert checks == ["unreadable"]
    assert VIDEO in details
    assert "rename" not in details


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("ending", ["m4a", "mka", "mov", "mp4"])
def test_sound_alone_is_no_video(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"speech.{ending}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=0.2", "-c:a", "aac", str(path)], check=True
    )
    checks, details = look(path)
    assert checks == ["unreadable"]
    assert "AAC" in details or "WebM" in details
    assert "this is a video" not in details
    assert "rename" not in details
