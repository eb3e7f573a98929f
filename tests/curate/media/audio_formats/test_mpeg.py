"""MPEG audio: the chain of frames, its count in the header, and tags around it."""

import io

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio
from curate.media.audio_formats.mpeg import walk_frames

NOISE = np.random.default_rng(0).normal(size=44100) / 8


def encode(rate: int = 44100, mode: str = "CONSTANT") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, NOISE, rate, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode=mode)
    return file.getvalue()


def checks(data: bytes) -> list[str]:
    return [found.check for found in decode_audio(data, "MP3").findings]


def frame_starts(data: bytes) -> list[int]:
    at = [0]
    while at[-1] < len(data):
        at.append(next(end for end in range(at[-1] + 24, len(data) + 1) if walk_frames(data, at[-1], end).frames))
    return at


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE", "AVERAGE"])
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 32000, 44100, 48000])
def test_whole(rate: int, mode: str) -> None:
    data = encode(rate, mode)
    assert checks(data) == []
    assert checks(data[: len(data) - 2]) == ["truncated"]


def test_frames_of_a_constant_bit_rate_without_a_count() -> None:
    data = encode()
    bare = data[frame_starts(data)[1] :]
    assert checks(bare) == []
    assert checks(bare[:-40]) == ["truncated"]


def test_fewer_frames_than_counted() -> None:
    data = encode()
    assert checks(data[: frame_starts(data)[-3]]) == ["truncated"]


def test_more_frames_than_counted() -> None:
    data = bytearray(encode())
    at = max(data.find(b"Info"), data.find(b"Xing")) + 8
    data[at : at + 4] = (7).to_bytes(4, "big")
    assert checks(bytes(data)) == ["length-mismatch"]


@pytest.mark.parametrize("hole", [700, 3])
def test_bytes_are_missing(hole: int) -> None:
    data = encode()
    middle = len(data) // 2
    assert checks(data[:middle] + data[middle + hole :]) == ["damaged"]


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        pytest.param(b"ID3\4\0\0\0\0\1\0" + bytes(128), b"", id="id3v2"),
        pytest.param(b"ID3\4\0\0\0\0\1\0" + bytes(128) + bytes(300), b"", id="id3v2-and-padding"),
        pytest.param(b"", b"TAG" + b"\xff\xfb" * 62 + b"\0", id="id3v1"),
        pytest.param(b"", b"x" * 40 + b"APETAGEX\xd0\7\0\0\x48\0\0\0\1\0\0\0\0\0\0\0" + bytes(8), id="ape"),
        pytest.param(b"", b"LYRICSBEGINabc000014LYRICS200" + b"TAG" + bytes(125), id="lyrics"),
    ],
)
def test_tags(before: bytes, behind: bytes) -> None:
    assert checks(before + encode() + behind) == []


def test_only_a_tag() -> None:
    assert checks(b"ID3\4\0\0\0\0\1\0" + bytes(128)) == ["empty"]


def test_something_else_before_the_first_frame() -> None:
    assert checks(b"RUBBISH!" * 40 + encode()) == ["damaged"]


def test_end_was_never_written() -> None:
    data = encode()
    bare = data[frame_starts(data)[1] :]
    assert checks(bare + bytes(8192)) == ["truncated"]
    assert checks(bare + bytes(100)) == []


def test_what_the_decoder_prints_does_not_reach_the_user(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(encode())
    data[len(data) // 2 : len(data) // 2 + 700] = bytes(700)
    decoded = decode_audio(bytes(data), "MP3")
    assert decoded.samples is not None
    assert capfd.readouterr() == ("", "")
