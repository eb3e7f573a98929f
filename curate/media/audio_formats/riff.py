"""The family of WAV: RIFF, RIFX (big-endian), RF64 and Sony Wave64, read chunk by chunk."""

import struct
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec.structs import replace

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, another_stream, error, uncounted, undecoded
from curate.media.audio_formats.libsndfile import decode
from curate.media.audio_formats.pcm import Pcm, decode_pcm

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS: dict[int, Literal["i", "f"]] = {1: "i", 3: "f"}
_EXTENSIBLE = 0xFFFE
_UNKNOWN = 0xFFFFFFFF
_UNKNOWN_64 = (1 << 63) - 1 - 24
"""From here on the size in a Wave64 file was not known: all ones, or the largest number, less the head of its chunk."""
_SLACK_BYTES = 8
"""Some writers count the first eight bytes into the RIFF size, and some leave out a last byte of padding."""


class _Chunk(NamedTuple):
    name: bytes
    offset: int
    size: int


class _Data(NamedTuple):
    """The data chunk: where it begins, how long it claims to be, how long it is."""

    offset: int
    claimed: int
    present: int


def decode_riff(data: Buffer) -> DecodedAudio:
    """Decode a file of the WAV family, plain PCM without the help of a library."""
    name = {b"RF64": "RF64", b"riff": "W64"}.get(data[:4], "WAV")
    order: Literal["<", ">"] = ">" if data[:4] == b"RIFX" else "<"
    if name == "W64" and (again := data.find(data[:40], 40, 256)) > 0:
        # SoX, which cannot go back in a pipe, writes its header again behind the first one, and behind the samples.
        last = data.rfind(data[:40])
        data = data[again : last if last > again else len(data)]
    chunks: dict[bytes, _Chunk] = {}
    for chunk in _walk_w64(data) if name == "W64" else _walk(data, order):
        chunks.setdefault(chunk.name, chunk)
    fmt, found = chunks.get(b"fmt "), _locate(data, chunks, order)
    if fmt is None or found is None:
        return undecoded(AudioFacts(format=name), _headless(data, order))
    findings = _ends_early(data, found, order)
    pcm = _pcm(data, fmt, found, name, order)
    decoded = decode(data, name, *findings) if pcm is None else decode_pcm(data, pcm, findings)
    return decoded._replace(header=replace(decoded.header, channel_mask=_mask(data, fmt, order)))


def _mask(data: Buffer, fmt: _Chunk, order: str) -> int | None:
    if (
        fmt.size < 40
        or fmt.offset + 24 > len(data)
        or data[fmt.offset : fmt.offset + 2] not in {b"\xfe\xff", b"\xff\xfe"}
    ):
        return None
    (mask,) = struct.unpack_from(f"{order}I", data, fmt.offset + 20)
    return mask or None


def _walk(data: Buffer, order: str, at: int = 12) -> "Iterator[_Chunk]":
    header = struct.Struct(f"{order}4sI")
    while at + 8 <= len(data):
        name, size = header.unpack_from(data, at)
        yield _Chunk(name, at + 8, size)
        # A size that was never filled in, or that leads out of the file, leaves nowhere to go on.
        at += 8 + size + (size & 1)


def _walk_w64(data: Buffer) -> "Iterator[_Chunk]":
    at = 40
    while at + 24 <= len(data):
        size = int.from_bytes(data[at + 16 : at + 24], "little")
        if size < 24:
            return
        yield _Chunk(data[at : at + 4], at + 24, size - 24)
        at += (size + 7) & ~7


def _riff_size(data: Buffer, order: str) -> int:
    return int.from_bytes(data[4:8], "little" if order == "<" else "big")


def _locate(data: Buffer, chunks: dict[bytes, _Chunk], order: str) -> _Data | None:
    chunk = chunks.get(b"data")
    if chunk is None:
        return None
    rest = max(0, len(data) - chunk.offset)
    size = chunk.size
    sizes = chunks.get(b"ds64")
    if sizes is not None and size == _UNKNOWN and sizes.offset + 16 <= len(data):
        (size,) = struct.unpack_from(f"{order}Q", data, sizes.offset + 8)
        # Into a pipe ffmpeg writes this chunk full of zeros.
        size = size or rest
    elif _is_stream(data, chunk, order) or size >= _UNKNOWN_64:
        size = rest
    return _Data(chunk.offset, size, min(size, rest))


def _is_stream(data: Buffer, chunk: _Chunk, order: str) -> bool:
    """Tell whether the writer could not go back to fill in the size, as at the end of a pipe.

    Seen in the wild: all ones (ffmpeg), all ones less the header, 0x7FFFF000 and a little more (SoX, espeak),
    2^31 - 1 and 2^31 (arecord), and 0 with more bytes behind it. What is there is then all there is.
    """
    if data[:4] == b"riff":
        return chunk.size == 0 and not any(data[16:24])
    riff_size = _riff_size(data, order)
    if chunk.size == 0:
        return riff_size in {0, _UNKNOWN, chunk.offset - 8} and len(data) > chunk.offset
    return (
        chunk.size == _UNKNOWN
        or 0x7FFFF000 <= chunk.size <= 0x80000000
        or (riff_size == _UNKNOWN and chunk.size >= _UNKNOWN - chunk.offset)
    )


def _headless(data: Buffer, order: str) -> Finding:
    riff_size = _riff_size(data, order)
    if riff_size + 8 > len(data):
        return error("truncated", "the file ends before its first sample", len(data), riff_size + 8)
    return error("unreadable", "the file has no format chunk or no data chunk")


def _ends_early(data: Buffer, found: _Data, order: str) -> tuple[Finding, ...]:
    end = found.offset + found.claimed
    if found.present < found.claimed:
        return (error("truncated", "the data chunk is longer than the file", len(data), end),)
    riff_size = _riff_size(data, order)
    cut_behind = data[:4] in {b"RIFF", b"RIFX"} and len(data) + _SLACK_BYTES < riff_size + 8
    if cut_behind and riff_size < 0x7FFFF000:
        detail = "the samples are all there, but the file ends inside what follows them"
        return (error("truncated", detail, len(data), riff_size + 8),)
    if data[:4] not in _CHUNKED:
        return ()
    behind = _behind(data, end + (end & 1), order)
    if _is_file(data, behind):
        return (another_stream(behind),)
    return uncounted(data, behind, found.claimed)


_CHUNKED = {b"RIFF", b"RIFX", b"RF64"}


def _behind(data: Buffer, at: int, order: str) -> int:
    """Return where the chunks behind the sound end: the first place at which none begins."""
    for chunk in _walk(data, order, at):
        # Names are four printable characters (the RIFF specification, 1991); samples hardly ever are, with a size
        # behind them that stays within the file.
        is_name = all(32 <= byte < 127 for byte in chunk.name)
        if not is_name or chunk.offset + chunk.size > len(data) or _is_file(data, chunk.offset - 8):
            break
        at = chunk.offset + chunk.size + (chunk.size & 1)
    return at


def _is_file(data: Buffer, at: int) -> bool:
    return data[at : at + 4] in _CHUNKED and data[at + 8 : at + 12] == b"WAVE"


def _pcm(data: Buffer, fmt: _Chunk, found: _Data, name: str, order: Literal["<", ">"]) -> Pcm | None:
    """Return the layout of plain samples, or None for everything that is left to libsndfile."""
    if fmt.size < 16 or fmt.offset + 16 > len(data):
        return None
    tag, channels, rate, _, align, bits = struct.unpack_from(f"{order}HHIIHH", data, fmt.offset)
    if tag == _EXTENSIBLE and fmt.size >= 40 and fmt.offset + 40 <= len(data):
        (tag,) = struct.unpack_from(f"{order}H", data, fmt.offset + 24)
    kind = _KINDS.get(tag)
    width, odd = divmod(align, channels) if channels else (0, 1)
    if kind is None or odd or not rate or not 0 < bits <= 8 * width <= 64:
        return None
    if kind == "f" and width not in {4, 8}:
        return None
    stored = "u" if kind == "i" and width == 1 else kind
    return Pcm(name, stored, width, order, rate, channels, found.offset, found.present // align)
