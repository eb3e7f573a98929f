"""MPEG audio (MP1, MP2, MP3): a chain of frames, walked from header to header."""

from typing import NamedTuple

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, error, undecoded
from curate.media.audio_formats.libsndfile import decode, length_mismatch
from curate.media.audio_formats.tag_blocks import before_trailing_tags, skip_id3

_KBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_STEADY = 0xFFFE0C
"""Bits of the first three bytes that all frames of a stream share: sync, version, layer and sampling rate."""


def _frame_bytes(version: int, layer: int, kbits: int, rate: int, padded: int) -> int:
    if layer == 1:
        return (12000 * kbits // rate + padded) * 4
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples * 125 * kbits // rate + padded


def _sizes() -> dict[int, int]:
    """Return the length of a frame in bytes for every legal first three bytes of one."""
    sizes = {}
    for version, rates in _RATES.items():
        for layer in (1, 2, 3):
            table = _KBITS[1 if version == 3 else 2, layer]
            for index in range(14 * 3 * 4):
                kbits_at, rest = divmod(index, 12)
                rate_at, low = divmod(rest, 4)
                size = _frame_bytes(version, layer, table[kbits_at], rates[rate_at], low >> 1)
                for unprotected in (0, 1):
                    head = 0xFFE000 | version << 11 | (4 - layer) << 9 | unprotected << 8
                    sizes[head | (kbits_at + 1) << 4 | rate_at << 2 | low] = size
    return sizes


_SIZES = _sizes()


class _Walk(NamedTuple):
    """What the chain of frames looks like.

    Attributes:
        first: Offset of the first frame, -1 where there is none.
        frames: Number of whole frames.
        skipped: Bytes between two frames that belong to none; the first such place.
        missing: Bytes by which the last frame is cut.
    """

    first: int
    frames: int
    skipped: tuple[int, int] | None
    missing: int


def decode_mpeg(data: Buffer) -> DecodedAudio:
    """Decode MPEG audio, and check that its frames are whole and as many as its header says."""
    start, end = skip_id3(data), before_trailing_tags(data)
    walk = walk_frames(data, start, end)
    if start >= end:
        return undecoded(AudioFacts(format="MP3"), error("empty", "the file has tags, but no sound"))
    # The decoder gives up over padding before the first frame; it guesses a count where the header has none.
    sound = data[walk.first :] if walk.first > start else data
    return decode(sound, "MP3", *_judge(data, walk, start), counted=False)


def _judge(data: Buffer, walk: _Walk, start: int) -> tuple[Finding, ...]:
    if walk.first < 0:
        # Free format announces no lengths: whether the frames are whole is left to the decoder.
        return ()
    if walk.skipped is not None:
        at, length = walk.skipped
        return (error("damaged", f"sync lost: {length} bytes at offset {at} belong to no frame"),)
    counted = _counted(data, walk.first)
    if walk.missing or (counted is not None and walk.frames < counted):
        return (error("truncated", "the file ends before its last frame does", walk.frames, counted),)
    if counted is not None and walk.frames > counted + 1:
        return (length_mismatch(walk.frames, counted),)
    if any(data[start : walk.first]):
        return (error("damaged", f"{walk.first - start} bytes before the first frame belong to no frame"),)
    return ()


def walk_frames(data: Buffer, start: int, end: int) -> _Walk:
    """Go from header to header; where there is none, search the next place where two follow each other."""
    first = at = _find(data, start, end, None)
    if first < 0:
        return _Walk(-1, 0, None, 0)
    steady = int.from_bytes(data[at : at + 3], "big") & _STEADY
    frames, skipped = 0, None
    while at + 4 <= end:
        head = int.from_bytes(data[at : at + 3], "big")
        size = _SIZES.get(head)
        if size is not None and head & _STEADY == steady:
            if at + size > end:
                return _Walk(first, frames, skipped, at + size - end)
            frames += 1
            at += size
            continue
        found = _find(data, at, end, steady)
        if found < 0:
            break
        skipped = skipped or (at, found - at)
        at = found
    return _Walk(first, frames, skipped, 0)


def _find(data: Buffer, at: int, end: int, steady: int | None) -> int:
    """Return where the next frame begins that another one follows, or that ends the file; -1 where none does."""
    while (at := data.find(b"\xff", at, end)) >= 0:
        head = int.from_bytes(data[at : at + 3], "big")
        size = _SIZES.get(head)
        if size is not None and steady in {None, head & _STEADY}:
            follows = int.from_bytes(data[at + size : at + size + 3], "big")
            if at + size == end or (follows in _SIZES and follows & _STEADY == head & _STEADY):
                return at
        at += 1
    return -1


def _counted(data: Buffer, first: int) -> int | None:
    """Return how many frames the Xing, Info or VBRI header counts, itself included, or None."""
    head = data[first : first + 200]
    if head[36:40] == b"VBRI":
        return int.from_bytes(head[50:54], "big")
    at = max(head.find(b"Xing", 0, 60), head.find(b"Info", 0, 60))
    if at < 0 or not head[at + 7] & 1:
        return None
    return int.from_bytes(head[at + 8 : at + 12], "big") + 1
