"""FLAC: MD5, miscounting headers, streams without a count, metadata around the sound."""

import io

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio
from curate.media.audio_formats.flac_frames import last_frame

NOISE = np.random.default_rng(0).normal(size=(20000, 2)).clip(-3, 3) / 4


def encode(subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, NOISE, 16000, format="FLAC", subtype=subtype)
    return file.getvalue()


def with_stream_info(data: bytes, frames: int, md5: bytes | None = None) -> bytes:
    packed = int.from_bytes(data[18:26], "big") >> 36 << 36 | frames
    return data[:18] + packed.to_bytes(8, "big") + (data[26:42] if md5 is None else md5) + data[42:]


def checks(data: bytes) -> list[str]:
    return [found.check for found in decode_audio(data, "FLAC").findings]


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
def test_same_as_libsndfile(subtype: str) -> None:
    data = encode(subtype)
    expected, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    assert np.array_equal(decode_audio(data, "FLAC").samples, expected)  # type: ignore[arg-type]


def test_md5_differs() -> None:
    assert checks(with_stream_info(encode(), 20000, md5=b"\1" * 16)) == ["damaged"]


def test_no_md5_is_legal() -> None:
    assert checks(with_stream_info(encode(), 20000, md5=bytes(16))) == []


def test_header_counts_too_few() -> None:
    (found,) = decode_audio(with_stream_info(encode(), 10000), "FLAC").findings
    assert (found.check, found.value, found.threshold) == ("length-mismatch", 20000, 10000)


def test_header_counts_too_many() -> None:
    (found,) = decode_audio(with_stream_info(encode(), 30000), "FLAC").findings
    assert (found.check, found.value, found.threshold) == ("length-mismatch", 20000, 30000)


@pytest.mark.parametrize("md5", [None, bytes(16)], ids=["md5", "no-md5"])
def test_streamed(md5: bytes | None) -> None:
    samples, header, findings = decode_audio(with_stream_info(encode(), 0, md5), "FLAC")
    assert findings == ()
    assert samples is not None
    assert (len(samples), header.duration_s) == (20000, 1.25)


def test_streamed_and_cut() -> None:
    data = with_stream_info(encode(), 0, bytes(16))
    assert checks(data[: len(data) - 2032]) == ["truncated"]


def test_flipped_without_md5() -> None:
    data = bytearray(with_stream_info(encode(), 20000, bytes(16)))
    data[len(data) // 2] ^= 1
    assert checks(bytes(data)) == ["damaged"]


def test_behind_an_id3_tag() -> None:
    assert checks(b"ID3\4\0\0\0\0\1\0" + bytes(128) + encode()) == []


def test_cut_inside_the_header() -> None:
    assert checks(encode()[:30]) == ["truncated"]
    assert checks(b"ID3\4\0\0\0\0\1\0" + bytes(128) + b"fLaC") == ["truncated"]


def test_last_frame() -> None:
    frame = last_frame(encode())
    assert frame is not None
    assert (frame.start % 4096, frame.end, frame.whole) == (0, 20000, True)
    assert last_frame(b"\xff\xf8" * 100) is None


@pytest.mark.parametrize("bits", [12, 15, 20, 32])
def test_bits_that_libsndfile_does_not_know_are_no_damage(bits: int) -> None:
    data = encode()
    packed = int.from_bytes(data[18:26], "big") & ~(31 << 36) | (bits - 1) << 36
    (found,) = decode_audio(data[:18] + packed.to_bytes(8, "big") + data[26:], "FLAC").findings
    assert found.check == "unreadable"
    assert f"{bits} bits" in found.detail
    assert "ffmpeg" in found.detail
