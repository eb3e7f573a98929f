"""Amounts: as much is decoded as there is, whatever a header makes of it; and what is left over is named."""

import io
import struct

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio
from curate.media.audio_formats.mpeg import walk_frames

RATE = 44100


def loud_then_soft(
    rate: int, channels: int, seconds: float = 3.0
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    sound = np.random.default_rng(0).standard_normal((int(rate * seconds), channels)) * 0.3
    sound[len(sound) // 2 :] *= 0.002
    return sound


def written(format_name: str, subtype: str, rate: int = RATE, channels: int = 1, **options: object) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, loud_then_soft(rate, channels), rate, subtype, format=format_name, **options)
    return file.getvalue()


def without_header_frame(data: bytes) -> bytes:
    """Take away the frame in which an encoder counts the others."""
    walk = walk_frames(data, 0, len(data))
    second = walk_frames(data, walk.first + 4, len(data))
    assert b"Xing" in data[: second.first] or b"Info" in data[: second.first]
    return data[second.first :]


@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_mpeg_without_a_count_is_decoded_to_its_end(rate: int, channels: int, mode: str) -> None:
    whole = written("MP3", "MPEG_LAYER_III", rate, channels, bitrate_mode=mode, compression_level=0.5)
    bare = without_header_frame(whole)
    for data in (bare, b"ID3\x04\x00\x00\x00\x00\x00\x05hello" + bare):
        decoded = decode_audio(data, "MP3")
        assert decoded.findings == ()
        assert decoded.header.duration_s == pytest.approx(3.0, abs=0.2)
        assert decoded.samples is not None
        loud, soft = np.abs(decoded.samples[: rate // 2]).max(), np.abs(decoded.samples[-rate // 2 :]).max()
        assert soft < loud / 20


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (written("FLAC", "PCM_16"), written("FLAC", "PCM_16")),
        (written("FLAC", "PCM_16"), written("FLAC", "PCM_16", 22050)),
        (written("OGG", "VORBIS"), written("OGG", "VORBIS", 22050)),
        (written("OGG", "OPUS", 48000), written("OGG", "OPUS", 16000)),
        (
            without_header_frame(written("MP3", "MPEG_LAYER_III", 44100)),
            without_header_frame(written("MP3", "MPEG_LAYER_III", 22050)),
        ),
    ],
    ids=["flac", "flac, another rate", "vorbis", "opus", "mp3, another rate"],
)
def test_a_recording_behind_another_is_named(first: bytes, second: bytes) -> None:
    (finding,) = decode_audio(first + second, "MP3").findings
    assert (finding.check, finding.detail[:37]) == ("damaged", f"another stream begins at offset {len(first)}"[:37])


def test_a_stream_that_begins_again_with_its_own_number_is_named() -> None:
    data = written("OGG", "VORBIS")
    (finding,) = decode_audio(data + data, "OGG").findings
    assert finding.detail.startswith(f"another stream begins at offset {len(data)}")


def halved(data: bytes, at: int, order: str) -> bytes:
    """Halve the number at an offset."""
    (size,) = struct.unpack_from(f"{order}I", data, at)
    return data[:at] + struct.pack(f"{order}I", size // 2) + data[at + 4 :]


def with_half_the_size(format_name: str) -> bytes:
    data = written("WAV", "PCM_16", endian="BIG") if format_name == "RIFX" else written(format_name, "PCM_16")
    if format_name == "AU":
        return halved(data, 8, ">" if data[:4] == b".snd" else "<")
    if format_name == "AIFF":
        return halved(halved(data, data.find(b"SSND") + 4, ">"), data.find(b"COMM") + 10, ">")
    return halved(data, data.find(b"data") + 4, ">" if format_name == "RIFX" else "<")


@pytest.mark.parametrize("format_name", ["WAV", "RIFX", "AU", "AIFF"])
def test_a_header_that_counts_half_of_the_sound(format_name: str) -> None:
    (finding,) = decode_audio(with_half_the_size(format_name), None).findings
    assert finding.check == "length-mismatch"


@pytest.mark.parametrize("more", [b"", b"\0" * 9000, b"junk" * 100, b"ID3" + b"x" * 9000, b"TAG" + b"x" * 125])
@pytest.mark.parametrize("format_name", ["WAV", "AU", "AIFF"])
def test_what_may_stand_behind_the_sound(format_name: str, more: bytes) -> None:
    assert decode_audio(written(format_name, "PCM_16") + more, None).findings == ()


def test_a_chunk_behind_the_sound_is_no_sound() -> None:
    data = written("WAV", "PCM_16")
    chunk = b"LIST" + struct.pack("<I", 9000) + b"x" * 9000
    assert (
        decode_audio(data[:4] + struct.pack("<I", len(data) + len(chunk) - 8) + data[8:] + chunk, None).findings == ()
    )


def test_files_from_a_pipe_have_no_sizes() -> None:
    sound = (loud_then_soft(RATE, 1) * 32767).clip(-32768, 32767).astype(">i2").tobytes()
    rate = struct.pack(">HQ", 16383 + 15, RATE << 48)
    aiff = b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\1\0\0\0\0\0\x10" + rate + b"SSND" + bytes(12) + sound
    description = struct.pack(">d4sIIIII", RATE, b"lpcm", 0, 2, 1, 1, 16)
    caf = b"caff\0\1\0\0desc" + struct.pack(">q", 32) + description + b"data" + b"\xff" * 8 + bytes(4) + sound
    w64 = bytearray(written("W64", "PCM_16"))
    at = w64.find(b"data")
    w64[at + 16 : at + 24] = b"\xff" * 7 + b"\x7f"
    for data in (aiff, caf, bytes(w64)):
        decoded = decode_audio(data, None)
        assert decoded.findings == ()
        assert decoded.header.duration_s == pytest.approx(3.0, abs=1e-4)
