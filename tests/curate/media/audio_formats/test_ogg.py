"""Ogg: pages with a checksum, a number and an end mark; FLAC and Speex inside."""

import io
import itertools

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio
from curate.media.audio_formats.ogg import check_pages

NOISE = np.random.default_rng(0).normal(size=80000) / 8


def encode(subtype: str = "VORBIS") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, NOISE, 16000, format="OGG", subtype=subtype)
    return file.getvalue()


def starts(data: bytes) -> list[int]:
    found = [at for at in range(len(data)) if data.startswith(b"OggS\0", at)]
    return [*found, len(data)]


def checks(data: bytes) -> list[str]:
    return [found.check for found in decode_audio(data, "OGG").findings]


def crc(page: bytes) -> int:
    """The checksum as RFC 3533 defines it, bit by bit."""
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register >> 31 else 0)) & 0xFFFFFFFF
    return register


def page(payload: bytes, number: int, flags: int) -> bytes:
    segments = [255] * (len(payload) // 255) + [len(payload) % 255]
    head = b"OggS\0" + bytes([flags]) + bytes(8) + b"\1\2\3\4" + number.to_bytes(4, "little")
    tail = bytes([len(segments), *segments]) + payload
    return head + crc(head + bytes(4) + tail).to_bytes(4, "little") + tail


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_every_bit_of_a_page_counts(subtype: str) -> None:
    data = encode(subtype)
    begin, end = starts(data)[2:4]
    for at in range(begin + 5, end, 97):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        assert check_pages(bytes(changed))[0] != (), at


def test_a_page_is_missing() -> None:
    data = encode()
    pages = [data[a:b] for a, b in itertools.pairwise(starts(data))]
    assert checks(b"".join(pages[:3] + pages[4:])) == ["damaged"]


def test_bytes_between_pages() -> None:
    data = encode()
    at = starts(data)[3]
    assert checks(data[:at] + bytes(50) + data[at:]) == ["damaged"]


def test_no_last_page() -> None:
    data = encode()
    assert checks(data[: starts(data)[-2]]) == ["truncated"]


def test_flac_inside() -> None:
    file = io.BytesIO()
    soundfile.write(file, NOISE[:8000], 16000, format="FLAC", subtype="PCM_16")
    native = file.getvalue()
    data = page(b"\x7fFLAC\1\0\0\1" + native[:42], 0, 2)
    data += b"".join(
        page(native[at : at + 4000], 1 + i, 4 if at + 4000 >= len(native) else 0)
        for i, at in enumerate(range(42, len(native), 4000))
    )
    samples, header, findings = decode_audio(data, "OGG")
    assert findings == ()
    assert (header.format, header.subtype) == ("OGG", "PCM_16")
    assert np.array_equal(samples, decode_audio(native, "FLAC").samples)  # type: ignore[arg-type]


def test_speex_comes_with_advice() -> None:
    (found,) = decode_audio(page(b"Speex   1.2", 0, 6), "OGG").findings
    assert found.check == "unreadable"
    assert "Speex" in found.detail
