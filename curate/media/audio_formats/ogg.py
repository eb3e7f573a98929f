"""Ogg: pages with a checksum, a number and an end mark (RFC 3533)."""

import zlib
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, another_stream, error, undecoded
from curate.media.audio_formats.flac import decode_flac
from curate.media.audio_formats.libsndfile import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_OPUS_BLOCK = 5760
"""Samples at 48 kHz of the longest packet, 120 ms."""
_BEGIN_OF_STREAM, _END_OF_STREAM = 2, 4
_CONVERT = "convert it first: ffmpeg -i FILE FILE.flac"
_SPEEX = f"Speex cannot be decoded here; {_CONVERT}"


class _Page(NamedTuple):
    serial: int
    number: int
    first: bool
    last: bool
    end: int
    intact: bool


def decode_ogg(data: Buffer) -> DecodedAudio:
    """Decode Vorbis, Opus or FLAC in Ogg, and check every page."""
    findings, end = check_pages(data)
    first = _payload(data, 0)
    if first.startswith(b"\x7fFLAC"):
        # libsndfile cannot read it inside Ogg, but what the pages carry is, 9 bytes on, a plain FLAC file.
        decoded = decode_flac(b"".join(_payload(data, at) for at in _offsets(data))[9:])
        return decoded._replace(header=replace(decoded.header, format="OGG"), findings=findings or decoded.findings)
    if first.startswith(b"Speex"):
        return undecoded(AudioFacts(format="OGG"), error("unreadable", _SPEEX))
    # libsndfile, to find the length, seeks from the end, and stumbles over what does not belong there.
    data = data if end == len(data) else data[:end]
    decoded = decode(data, "OGG", *findings)
    if first.startswith(b"OpusHead") and not findings:
        decoded = _renumbered(data, decoded)
    if not findings and any(found.check == "damaged" for found in decoded.findings):
        # Every page has its checksum, so that the bytes are those that were written: it is the decoder that gives up.
        why = f"its pages are whole, but this decoder stops after {decoded.header.duration_s or 0:.3f} s; {_CONVERT}"
        return decoded._replace(findings=(error("unreadable", why),))
    return decoded


def _renumbered(data: Buffer, decoded: DecodedAudio) -> DecodedAudio:
    """Decode an intact Opus stream again with positions made anew, where fewer samples came out than its packets hold.

    opusfile, whose rules libsndfile takes over, stops where the positions of pages do not add up, as in what ffmpeg
    copies out of the middle of a WebM. Every packet says how long it is (RFC 6716, section 3.1).

    Args:
        data: The stream; its pages are whole.
        decoded: What came out of it as it is.
    """
    offsets = list(_offsets(data))
    ends = _opus_ends(data, offsets)
    granules = [int.from_bytes(data[at + 6 : at + 14], "little", signed=True) for at in offsets]
    # What was cut out of a longer stream begins late; its last page may leave out the end of its last packets.
    start = granules[2] - ends[2] if len(offsets) > 3 else 0
    last = granules[-1] - start if start >= 0 else ends[-1]
    kept = last if ends[-1] - _OPUS_BLOCK < last <= ends[-1] else ends[-1]
    rate, skipped = decoded.header.sample_rate or 48000, int.from_bytes(_payload(data, 0)[10:12], "little")
    frames = 0 if decoded.samples is None else len(decoded.samples)
    # Positions count in 48 kHz, whatever the rate of the decoder.
    if not decoded.findings and (kept - skipped) * rate // 48000 - frames < _OPUS_BLOCK * rate // 48000:
        return decoded
    anew = [
        rewritten_page(data, at, granule=b"" if end == 0 else min(end, kept).to_bytes(8, "little"))
        for at, end in zip(offsets, ends, strict=True)
    ]
    again = decode(b"".join(anew), "OGG")
    return again if again.samples is not None and len(again.samples) > frames else decoded


def _opus_ends(data: Buffer, offsets: list[int]) -> list[int]:
    """Return how many samples at 48 kHz the packets hold that end on each page or before it."""
    total, ends, packet = 0, [], b""
    packets = 0
    for at in offsets:
        start = at + 27 + data[at + 26]
        for length in data[at + 27 : start]:
            packet += data[start : start + length]
            start += length
            if length < 255:
                # The first two packets are the head and the tags; all behind them are sound (RFC 7845, section 3).
                packets += 1
                total += _opus_samples(packet) if packets > 2 else 0
                packet = b""
        ends.append(total)
    return ends


def _opus_samples(packet: bytes) -> int:
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        size = (480, 960, 1920, 2880)[config & 3]
    else:
        size = (480, 960)[config & 1] if config < 16 else (120, 240, 480, 960)[config & 3]
    return size * (1, 2, 2, packet[1] & 63 if len(packet) > 1 else 0)[code]


def rewritten_page(data: Buffer, at: int, *, granule: bytes = b"", serial: bytes = b"", number: bytes = b"") -> bytes:
    """Return the page at an offset with another position, serial or page number, and the checksum to match.

    Args:
        data: A file in which a whole page begins there.
        at: The offset.
        granule: 8 bytes, little-endian; empty: as it was.
        serial: 4 bytes, likewise.
        number: 4 bytes, likewise.
    """
    page = page_of(data, at)
    assert page is not None
    parts = (granule or data[at + 6 : at + 14], serial or data[at + 14 : at + 18], number or data[at + 18 : at + 22])
    head = data[at : at + 6] + b"".join(parts)
    rest = data[at + 26 : page.end]
    return head + _checksum(head, rest).to_bytes(4, "big").translate(_REVERSED) + rest


def _offsets(data: Buffer) -> "Iterator[int]":
    at = 0
    while (at := data.find(b"OggS", at)) >= 0:
        page = page_of(data, at)
        if page is not None and page.intact:
            yield at
        at += 27 if page is None else page.end - at


def _payload(data: Buffer, at: int) -> bytes:
    segments = data[at + 27 : at + 27 + data[at + 26]] if at + 27 <= len(data) else b""
    start = at + 27 + len(segments)
    return data[start : start + sum(segments)]


def check_pages(data: Buffer) -> tuple[tuple[Finding, ...], int]:
    """Return what the pages give away, and where the last one ends.

    `damaged` is a page that is broken or missing, `truncated` a stream without a last one.
    """
    expected: dict[int, int] = {}
    open_streams: set[int] = set()
    problem = ""
    second = -1
    at = 0
    while (page := page_of(data, at)) is not None:
        if page.first and expected and not open_streams and second < 0 and not problem:
            # All streams before it have ended: not another track beside them, but another recording behind them.
            second = at
        if second < 0:
            problem = problem or _problem(page, expected.get(page.serial), at)
        expected[page.serial] = page.number + 1
        (open_streams.discard if page.last else open_streams.add)(page.serial)
        at = page.end
        found = data.find(b"OggS", at)
        if found > at:
            problem = problem or f"{found - at} bytes at offset {at} belong to no page"
            at = found
    if problem:
        return (error("damaged", problem),), at
    if second >= 0:
        return (another_stream(second),), second
    if open_streams or data[at : at + 4] == b"OggS":
        return (error("truncated", "the file ends before the last page of its stream"),), at
    return (), at


def _problem(page: _Page, expected: int | None, at: int) -> str:
    if not page.intact:
        return f"the checksum of the page at offset {at} differs"
    if expected is not None and page.number != expected:
        return f"pages are missing before offset {at}: number {page.number} follows {expected - 1}"
    return ""


def page_of(data: Buffer, at: int) -> _Page | None:
    """Return the page that begins at an offset, or None where the file ends inside it or none begins there."""
    head = data[at : at + 27]
    if len(head) < 27 or not head.startswith(b"OggS"):
        return None
    segments = data[at + 27 : at + 27 + head[26]]
    end = at + 27 + head[26] + sum(segments)
    if len(segments) < head[26] or end > len(data):
        return None
    intact = _checksum(head[:22], data[at + 26 : end]) == int.from_bytes(head[22:26].translate(_REVERSED), "big")
    serial, number = (int.from_bytes(head[i : i + 4], "little") for i in (14, 18))
    return _Page(serial, number, bool(head[5] & _BEGIN_OF_STREAM), bool(head[5] & _END_OF_STREAM), end, intact)


def _checksum(head: bytes, rest: bytes) -> int:
    """Return the checksum of a page with the bits reversed.

    Ogg's is the CRC-32 of zlib with the bits of every byte, and of the result, in the other order; it starts at
    zero and is not inverted. So zlib, which is much faster than a loop, computes it on reversed bytes.
    """
    crc = zlib.crc32((head + bytes(4)).translate(_REVERSED), 0xFFFFFFFF)
    return zlib.crc32(rest.translate(_REVERSED), crc) ^ 0xFFFFFFFF


def with_serial(data: bytes, serial: int) -> bytes:
    """Return an intact stream with another serial number in all its pages, and checksums to match."""
    number = serial.to_bytes(4, "little")
    return b"".join(rewritten_page(data, at, serial=number) for at in _offsets(data))
