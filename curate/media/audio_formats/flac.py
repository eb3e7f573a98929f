"""FLAC: carries the MD5 of its own samples, and checksums on every frame."""

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, another_stream, error, undecoded
from curate.media.audio_formats.flac_frames import last_frame
from curate.media.audio_formats.libsndfile import RETRY_FRAMES, Blocks, length_mismatch, read_blocks, verdict
from curate.media.audio_formats.tag_blocks import skip_id3

# libsndfile 1.2 gives up on others, though RFC 9639 allows all from 4 to 32.
_DECODED_BITS = {8, 16, 24}
_CONVERT = "ffmpeg -i FILE -c:a pcm_s32le FILE.wav"


class _StreamInfo(NamedTuple):
    bits: int
    frames: int
    md5: bytes


def decode_flac(data: Buffer) -> DecodedAudio:
    """Decode a FLAC file, and hold the samples against their MD5."""
    info = _stream_info(data)
    if info is None:
        cut = len(data) < skip_id3(data) + 42
        found = ("truncated", "the file ends inside its header") if cut else ("unreadable", "it has no stream info")
        return undecoded(AudioFacts(format="FLAC"), error(*found))
    if info.bits not in _DECODED_BITS:
        detail = f"FLAC of {info.bits} bits cannot be decoded here; convert it first: {_CONVERT}"
        return undecoded(AudioFacts(format="FLAC"), error("unreadable", detail))
    frames = info.frames or _counted(data)
    blocks = _read(data, info, frames)
    if blocks.complaint and _counted(data) not in {0, frames}:
        blocks = _read(data, info, _counted(data))
    if blocks.complaint == "oversized":
        return undecoded(blocks.header, *verdict(blocks))
    findings = _judge(data, info._replace(frames=frames), blocks)
    second = data.find(_BEGINNING, _sound_begins(data))
    if second >= 0 and not findings:
        findings = (another_stream(second),)
    if blocks.values is None:
        return undecoded(blocks.header, *findings)
    samples = blocks.values.astype(np.float32)
    samples *= np.float32(2.0 ** (1 - 8 * blocks.values.itemsize))
    return DecodedAudio(samples, blocks.header, findings)


def _stream_info(data: Buffer) -> _StreamInfo | None:
    at = skip_id3(data)
    block = data[at + 8 : at + 42]
    if data[at : at + 4] != b"fLaC" or len(block) < 34 or data[at + 4] & 0x7F:
        return None
    packed = int.from_bytes(block[10:18], "big")
    return _StreamInfo((packed >> 36 & 31) + 1, packed & ((1 << 36) - 1), block[18:])


def _counted(data: Buffer) -> int:
    """Return how many frames the last frame of a file that ends with a whole one counts; 0 for other files."""
    last = last_frame(data)
    return last.end if last is not None and last.whole else 0


def _read(data: Buffer, info: _StreamInfo, frames: int) -> Blocks:
    """Decode as many frames as there are, whatever the header says: libsndfile believes it."""
    if frames != info.frames:
        at = skip_id3(data) + 18
        packed = int.from_bytes(data[at : at + 8], "big") >> 36 << 36 | frames
        data = data[:at] + packed.to_bytes(8, "big") + data[at + 8 :]
    return read_blocks(data, "int16" if info.bits <= 16 else "int32", "FLAC")


def _sound_begins(data: Buffer) -> int:
    """Return where the first frame should be, behind the blocks of metadata."""
    at = skip_id3(data) + 4
    while at + 4 <= len(data):
        last = data[at] & 0x80
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if last:
            return at
    return max(at, len(data))


def _judge(data: Buffer, info: _StreamInfo, blocks: Blocks) -> tuple[Finding, ...]:
    frames = 0 if blocks.values is None else len(blocks.values)
    signed = any(info.md5)
    if blocks.values is not None and (_md5(blocks.values, info.bits) == info.md5 if signed else not blocks.complaint):
        # Whatever stands behind the last frame, such as a tag, is no part of the sound.
        return (length_mismatch(frames, info.frames),) if info.frames != frames else ()
    return (_broken(data, info, frames, blocks.complaint),)


# The mark of a stream and the head of the block that has to follow it: eight bytes that no compressed sound gives.
_BEGINNING = b"fLaC\x00\x00\x00\x22"


def _broken(data: Buffer, info: _StreamInfo, frames: int, complaint: str) -> Finding:
    """Tell a file that ends early from one that is damaged inside, and both from a header that miscounts."""
    last = last_frame(data)
    if last is None and not frames and _sound_begins(data) < len(data):
        return error("unreadable", f"the decoder says: {complaint}")
    if last is None and not info.frames:
        return error("empty", "the file has a header, but not one sample")
    if complaint and last is not None and frames + RETRY_FRAMES < last.start:
        return error("damaged", f"the decoder says: {complaint}")
    if last is None or not last.whole or (last.end < info.frames and not complaint):
        return error("truncated", "the file ends before its last frame does", frames, info.frames)
    if 0 < info.frames < last.end and frames == info.frames:
        return length_mismatch(last.end, info.frames)
    return error("damaged", complaint or "the samples are not those that were encoded: their MD5 differs")


def _md5(values: NDArray[Any], bits: int) -> bytes:
    """Return the MD5 of the samples as the encoder saw them: interleaved, little-endian, in whole bytes."""
    unused = 8 * values.itemsize - bits
    width = (bits + 7) // 8
    native = (values >> unused if unused else values).astype(f"<i{values.itemsize}", copy=False)
    if width == values.itemsize:
        return hashlib.md5(native.data, usedforsecurity=False).digest()
    as_bytes = native.view(np.uint8).reshape(-1, values.itemsize)[:, :width]
    return hashlib.md5(as_bytes.tobytes(), usedforsecurity=False).digest()
