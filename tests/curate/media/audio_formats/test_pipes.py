"""Sizes that a writer into a pipe left open, files behind files, and Opus cut out of a WebM."""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio

SINE = np.sin(np.arange(4800) / 10) / 2


def wav(form: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, SINE, 48000, "PCM_16", format=form)
    return file.getvalue()


@pytest.mark.parametrize("behind", [b"", b"LIST\4\0\0\0INFO"])
def test_a_wav_behind_a_wav(behind: bytes) -> None:
    data = wav()
    (found,) = decode_audio(data + behind + data, None).findings
    assert f"another stream begins at offset {len(data) + len(behind)}" in found.detail


def test_rf64_whose_sizes_are_zero() -> None:
    data = bytearray(wav("RF64"))
    at = data.index(b"ds64") + 8
    data[at : at + 24] = bytes(24)
    decoded = decode_audio(bytes(data), None)
    assert decoded.findings == ()
    assert decoded.samples is not None
    assert len(decoded.samples) == 4800


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_opus_out_of_the_middle_of_a_webm(tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.webm", tmp_path / "part.opus"
    encode = f"-f lavfi -i sine=d=6:r=48000 -c:a libopus {whole}"
    for options in (encode, f"-ss 2.5 -i {whole} -c copy {part}"):
        subprocess.run(["ffmpeg", "-v", "error", *options.split()], check=True)
    decoded = decode_audio(part.read_bytes(), None)
    assert decoded.findings == ()
    assert (decoded.header.duration_s or 0) > 3.4
