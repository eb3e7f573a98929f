"""The WAV family: sizes that lie, sizes that were never filled in, and files without sound."""

import struct
import tracemalloc

import pytest

from curate.media.audio import decode_audio

FMT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
SOUND = struct.pack("<100h", *range(100))


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(content) if size is None else size) + content


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    content = b"WAVE" + b"".join(chunks)
    return chunk(b"RIFF", content, size)


def verdict(data: bytes) -> tuple[list[str], int]:
    samples, _, findings = decode_audio(data, "WAV")
    return [found.check for found in findings], 0 if samples is None else len(samples)


@pytest.mark.parametrize(
    ("data", "checks", "frames"),
    [
        pytest.param(riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND)), [], 100, id="whole"),
        pytest.param(riff(chunk(b"JUNK", b"abc\0"), chunk(b"fmt ", FMT), chunk(b"data", SOUND)), [], 100, id="junk"),
        pytest.param(riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND)) + bytes(99), [], 100, id="more-behind"),
        pytest.param(riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND), size=244), [], 100, id="riff-counts-itself"),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND, 0xFFFFFFFF), size=0xFFFFFFFF), [], 100, id="ffmpeg-pipe"
        ),
        pytest.param(riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND, 0), size=0), [], 100, id="zero-pipe"),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND, 0x7FFFF000), size=0x7FFFF024), [], 100, id="sox-pipe"
        ),
        pytest.param(riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND, 2147483647), size=36), [], 100, id="2147483647"),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND, 4000000000), size=4000000036), ["truncated"], 100, id="4-GB"
        ),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND, 300), size=336), ["truncated"], 100, id="early-eof"
        ),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", b"", 300), size=336), ["truncated"], 0, id="early-eof-no-data"
        ),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND), chunk(b"LIST", b"INFO", 400), size=648),
            ["truncated"],
            100,
            id="cut-behind-the-sound",
        ),
        pytest.param(riff(chunk(b"fmt ", FMT), size=336), ["truncated"], 0, id="cut-before-the-sound"),
        pytest.param(riff(chunk(b"fmt ", FMT), chunk(b"data", b"")), ["empty"], 0, id="no-sound"),
        pytest.param(
            riff(chunk(b"fmt ", FMT), chunk(b"data", b""), chunk(b"LIST", b"INFO")), ["empty"], 0, id="only-a-list"
        ),
        pytest.param(riff(chunk(b"fmt ", FMT)), ["unreadable"], 0, id="no-data-chunk"),
        pytest.param(riff(chunk(b"data", SOUND)), ["unreadable"], 0, id="no-format-chunk"),
        pytest.param(riff(chunk(b"fmt ", FMT[:8]), chunk(b"data", SOUND)), ["unreadable"], 0, id="short-format"),
        pytest.param(riff(chunk(b"fmt ", bytes(16)), chunk(b"data", SOUND)), ["unreadable"], 0, id="zero-format"),
    ],
)
def test_sizes(data: bytes, checks: list[str], frames: int) -> None:
    assert verdict(data) == (checks, frames)


def test_a_claim_of_4_gb_costs_no_memory() -> None:
    data = riff(chunk(b"fmt ", FMT), chunk(b"data", SOUND[:100], 4000000000), size=4000000036)
    tracemalloc.start()
    assert verdict(data) == (["truncated"], 50)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_more_bits_than_libsndfile_knows() -> None:
    stored = struct.pack("<2q", -(1 << 63), 1 << 62)
    fmt = struct.pack("<HHIIHH", 1, 1, 8000, 64000, 8, 53)
    samples, header, findings = decode_audio(riff(chunk(b"fmt ", fmt), chunk(b"data", stored)), "WAV")
    assert findings == ()
    assert header.subtype == "PCM_64"
    assert samples is not None
    assert samples[:, 0].tolist() == [-1, 0.5]
