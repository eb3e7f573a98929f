"""AIFF and AIFF-C: big-endian chunks, with a count of the frames apart from the samples."""

import struct
from typing import Literal, NamedTuple

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, error, uncounted, undecoded
from curate.media.audio_formats.libsndfile import decode, length_mismatch
from curate.media.audio_formats.pcm import Pcm, decode_pcm

_CHUNK = struct.Struct(">4sI")
_UNCOUNTED_BYTES = 0x7F000000
_CODES: dict[bytes, tuple[Literal["i", "u", "f"], Literal["<", ">"]]] = {
    b"NONE": ("i", ">"),
    b"twos": ("i", ">"),
    b"sowt": ("i", "<"),
    b"in24": ("i", ">"),
    b"in32": ("i", ">"),
    b"fl32": ("f", ">"),
    b"FL32": ("f", ">"),
    b"fl64": ("f", ">"),
    b"FL64": ("f", ">"),
}


class _Common(NamedTuple):
    channels: int
    frames: int
    bits: int
    sample_rate: int
    code: bytes


def decode_aiff(data: Buffer) -> DecodedAudio:
    """Decode an AIFF or AIFF-C file, plain PCM without the help of a library."""
    chunks = _chunks(data)
    common = _common(data, *chunks.get(b"COMM", (len(data), 0)))
    if common is None:
        return undecoded(AudioFacts(format="AIFF"), _headless(data))
    offset, size = chunks.get(b"SSND", (len(data), 0))
    # The sound chunk begins with an offset and a block size, 4 bytes each.
    offset, size = offset + 8, max(0, size - 8)
    rest = max(0, len(data) - offset)
    if (not common.frames and not size and rest) or (size >= _UNCOUNTED_BYTES and rest < size):
        # From a pipe: the writer could not go back to fill in its counts, and what is there is all there is. ffmpeg
        # leaves zeros, SoX 0x7F000000 and a little more.
        size = rest
        common = common._replace(frames=rest // max(1, (common.bits + 7) // 8 * common.channels))
    present = min(size, rest)
    pcm = _pcm(common, offset, present)
    findings = _judge(data, common, size, present, pcm)
    end = offset + size
    findings = findings or uncounted(data, _behind(data, end + (end & 1)), size)
    return decode(data, "AIFF", *findings) if pcm is None else decode_pcm(data, pcm, findings)


def _chunks(data: Buffer) -> dict[bytes, tuple[int, int]]:
    found: dict[bytes, tuple[int, int]] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = _CHUNK.unpack_from(data, at)
        found.setdefault(name, (at + 8, size))
        at += 8 + size + (size & 1)
    return found


def _common(data: Buffer, at: int, size: int) -> _Common | None:
    if size < 18 or at + 18 > len(data):
        return None
    channels, frames, bits = struct.unpack_from(">HIH", data, at)
    exponent, mantissa = struct.unpack_from(">HQ", data, at + 8)
    rate = mantissa >> max(0, 16446 - exponent) if exponent < 16447 else 0
    return _Common(channels, frames, bits, rate, data[at + 18 : at + 22] if size >= 22 else b"NONE")


def _headless(data: Buffer) -> Finding:
    size = int.from_bytes(data[4:8], "big") + 8
    if size > len(data):
        return error("truncated", "the file ends before its first sample", len(data), size)
    return error("unreadable", "the file has no common chunk")


def _pcm(common: _Common, offset: int, present: int) -> Pcm | None:
    if common.code not in _CODES or not common.channels or not common.sample_rate:
        return None
    kind, order = _CODES[common.code]
    width = (common.bits + 7) // 8
    if not 1 <= width <= (8 if kind == "f" else 4) or (kind == "f" and width not in {4, 8}):
        return None
    frames = min(common.frames, present // (width * common.channels))
    return Pcm("AIFF", kind, width, order, common.sample_rate, common.channels, offset, frames)


def _judge(data: Buffer, common: _Common, size: int, present: int, pcm: Pcm | None) -> tuple[Finding, ...]:
    if present < size or (not size and len(data) < int.from_bytes(data[4:8], "big")):
        return (error("truncated", "the sound chunk is longer than the file", present, size),)
    if pcm is not None and common.frames != size // (pcm.width * pcm.channels):
        return (length_mismatch(size // (pcm.width * pcm.channels), common.frames),)
    return ()


def _behind(data: Buffer, at: int) -> int:
    """Return where the chunks behind the sound end; their names are four printable characters."""
    while at + 8 <= len(data):
        name, size = _CHUNK.unpack_from(data, at)
        if not all(32 <= byte < 127 for byte in name) or at + 8 + size > len(data):
            break
        at += 8 + size + (size & 1)
    return at
