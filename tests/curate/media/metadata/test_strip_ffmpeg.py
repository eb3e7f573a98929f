"""Files as ffmpeg writes them, and ffmpeg as the judge of whether they still sound the same."""

import shutil
import subprocess
from pathlib import Path

import pytest

from curate.media.metadata.strip import strip

FFMPEG = shutil.which("ffmpeg")
TAGS = ["title=Ann Smith", "artist=Ann Smith", "comment=Ann Smith", "location=+48.2+16.3/", "date=2024-05-06"]
FILES = {
    "aac.m4a": ["-c:a", "aac"],
    "front.mp4": ["-c:a", "aac", "-movflags", "+faststart"],
    "alac.m4a": ["-c:a", "alac"],
    "flac.oga": ["-c:a", "flac"],
    "opus.opus": ["-c:a", "libopus"],
    "vorbis.ogg": ["-c:a", "libvorbis"],
    "id3.mp3": ["-id3v2_version", "4", "-write_id3v1", "1"],
    "id3.aif": ["-write_id3v2", "1"],
    "info.wav": [],
    "info.caf": [],
    "tags.flac": [],
}


def ffmpeg(*words: str) -> bytes:
    assert FFMPEG is not None
    done = subprocess.run([FFMPEG, "-loglevel", "error", "-y", *words], capture_output=True, check=True)
    return done.stdout


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", FILES)
def test_what_ffmpeg_wrote_says_nothing_and_sounds_the_same_to_it(tmp_path: Path, name: str) -> None:
    path, bare = tmp_path / name, tmp_path / f"bare-{name}"
    tags = [word for tag in TAGS for word in ("-metadata", tag)]
    source = ["-f", "lavfi", "-i", "sine=440:duration=0.5"]
    ffmpeg(*source, *tags, *FILES[name], str(path))
    data = path.read_bytes()
    assert b"Ann Smith" in data
    stripped = strip(data, name)
    bare.write_bytes(stripped.data)
    assert b"Ann Smith" not in stripped.data
    assert b"+48.2" not in stripped.data
    assert {"person", "text"} <= {one.what for one in stripped.found} or name == "info.caf"
    decoded = [ffmpeg("-i", str(file), "-f", "f32le", "-") for file in (path, bare)]
    assert len(decoded[0]) > 40_000
    assert decoded[0] == decoded[1]
