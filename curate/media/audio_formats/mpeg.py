"""MPEG audio (MP1, MP2, MP3): a chain of frames, walked from header to header.

How long such a file lasts stands nowhere in it, unless an encoder wrote a Xing, Info or VBRI header. libsndfile guesses
it from the first frame and the size of the file, and stops there: of a recording at a variable bit rate that begins
loud it gives a half or a third, and says nothing. So the frames are counted here, and the count is handed to it.
"""

from typing import NamedTuple

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, another_stream, error, undecoded
from curate.media.audio_formats.libsndfile import decode, length_mismatch
from curate.media.audio_formats.mpeg_layer3 import judge_layer3
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


_DELAY = 2 * 1152
"""Samples that decoders leave out at the beginning or the end: the delay of the filters, and of a cut last frame."""
_A_STREAM = 8
_LONGEST_FREE_BYTES = 1 << 13
_UNWRITTEN_BYTES = 4096
"""Zeros at the end that are more than padding: a block of a file that was laid out in full before it was filled."""
_SECTOR_BYTES, _TAG_BYTES = 512, 128
_LAYER_3 = 1
"""The two bits in the header that stand for it."""


class _Walk(NamedTuple):
    """What the chain of frames looks like.

    Attributes:
        first: Offset of the first frame, -1 where there is none.
        starts: Offset of every whole frame.
        skipped: Bytes between two frames that belong to none; the first such place.
        missing: Bytes by which the last frame is cut.
        second: Where frames of another kind begin behind it; -1 where none do.
        end: Where the last frame ends.
    """

    first: int
    starts: list[int]
    skipped: tuple[int, int] | None
    missing: int
    second: int = -1
    end: int = 0

    @property
    def frames(self) -> int:
        """Number of whole frames."""
        return len(self.starts)


def decode_mpeg(data: Buffer) -> DecodedAudio:
    """Decode MPEG audio, and check that its frames are whole and as many as its header says."""
    start, end = skip_id3(data), before_trailing_tags(data)
    walk = walk_frames(data, start, end)
    if start >= end:
        return undecoded(AudioFacts(format="MP3"), error("empty", "the file has tags, but no sound"))
    found = _judge(data, walk, start, end)
    # The decoder gives up over padding before the first frame; it guesses a count where the header has none.
    sound = data[walk.first :] if walk.first > start else data
    decoded = decode(sound, "MP3", *found, counted=False)
    if walk.first < 0 or found:
        return decoded
    promised = walk.frames * _samples(data, walk.first)
    if counted_frames(data, walk.first) is None and _frames_of(decoded) < promised - _DELAY:
        decoded = decode(_info_frame(data, walk) + data[walk.first :], "MP3", counted=False)
    # What an encoder put before and behind the sound is cut off again, where a header says how much that is.
    if not decoded.findings and _frames_of(decoded) < promised - _padding(data, walk.first) - _DELAY:
        short = f"{walk.frames} frames hold {promised} samples, {_frames_of(decoded)} decode"
        return decoded._replace(findings=(error("length-mismatch", short, _frames_of(decoded), promised),))
    return decoded


def _frames_of(decoded: DecodedAudio) -> int:
    return 0 if decoded.samples is None else len(decoded.samples)


def _samples(data: Buffer, at: int) -> int:
    """Return how many samples the frame at an offset holds."""
    layer, version = 4 - (data[at + 1] >> 1 & 3), data[at + 1] >> 3 & 3
    return 384 if layer == 1 else 576 if layer == 3 and version != 3 else 1152


def _info_frame(data: Buffer, walk: _Walk) -> bytes:
    """Return a silent frame that counts those of the file, as encoders write it in front of their first.

    The header is that of the first frame, without checksum; behind the side information stand `Info`, a flag that
    says that only the number of frames follows, and that number. Decoders play nothing of such a frame.
    """
    head = bytearray(data[walk.first : walk.first + 4])
    head[1] |= 1
    is_mono, is_first_version = head[3] >> 6 == 3, head[1] >> 3 & 3 == 3
    at = 4 + ((17 if is_mono else 32) if is_first_version else (9 if is_mono else 17))
    size = _SIZES[int.from_bytes(head[:3], "big")]
    while size < at + 12:  # a frame of few bits has no room for it; the next larger one may
        head[2] += 16
        size = _SIZES[int.from_bytes(head[:3], "big")]
    frame = bytearray(size)
    frame[:4] = head
    frame[at : at + 12] = b"Info" + (1).to_bytes(4, "big") + walk.frames.to_bytes(4, "big")
    return bytes(frame)


def _padding(data: Buffer, first: int) -> int:
    """Return how many samples the LAME header says are before and behind the sound, and the frame of the header."""
    head = data[first : first + 240]
    at = max(head.find(b"Xing", 0, 60), head.find(b"Info", 0, 60))
    if at < 0:
        return 0
    flags = head[at + 7]
    # Frames, bytes, 100 places and a quality, each only where its flag is set; 21 bytes on, two numbers of 12 bits.
    lame = at + 8 + 4 * bool(flags & 1) + 4 * bool(flags & 2) + 100 * bool(flags & 4) + 4 * bool(flags & 8)
    both = int.from_bytes(head[lame + 21 : lame + 24], "big")
    return _samples(data, first) + (both >> 12) + (both & 0xFFF)


def _judge(data: Buffer, walk: _Walk, start: int, end: int) -> tuple[Finding, ...]:
    if walk.first < 0:
        # Free format announces no lengths: whether the frames are whole is left to the decoder.
        return ()
    counted = counted_frames(data, walk.first)
    found: tuple[Finding, ...] = ()
    if walk.skipped is not None:
        at, length = walk.skipped
        found = (error("damaged", f"sync lost: {length} bytes at offset {at} belong to no frame"),)
    elif walk.second >= 0:
        found = (another_stream(walk.second),)
    elif walk.missing or (counted is not None and walk.frames < counted):
        found = (error("truncated", "the file ends before its last frame does", walk.frames, counted),)
    elif counted is not None and walk.frames > counted + 1:
        found = (length_mismatch(walk.frames, counted),)
    elif _is_unwritten(data, walk.end, end):
        why = f"the last {end - walk.end} bytes are zeros: a download that was never finished"
        found = (error("truncated", why, walk.end, end),)
    elif any(data[start : walk.first]):
        found = (error("damaged", f"{walk.first - start} bytes before the first frame belong to no frame"),)
    elif walk.starts and data[walk.first + 1] >> 1 & 3 == _LAYER_3:
        found = judge_layer3(
            data, walk.starts, [_SIZES[int.from_bytes(data[at : at + 3], "big")] for at in walk.starts]
        )
    return found


def _is_unwritten(data: Buffer, start: int, end: int) -> bool:
    """Tell whether what follows the last frame is the zeros of a file that was laid out before it was filled.

    A tag that was wiped out is 128 zeros; what fills up a sector ends where one does.
    """
    padded = _UNWRITTEN_BYTES if len(data) % _SECTOR_BYTES == 0 else _TAG_BYTES + 1
    return end - start >= padded and data[start:end].count(0) == end - start


def walk_frames(data: Buffer, start: int, end: int) -> _Walk:
    """Go from header to header; where there is none, search the next place where two follow each other."""
    first = at = -1 if _is_free_format(data, start, end) else _find(data, start, end, None)
    if first < 0:
        return _Walk(-1, [], None, 0)
    steady = int.from_bytes(data[at : at + 3], "big") & _STEADY
    starts: list[int] = []
    skipped = None
    while at + 4 <= end:
        head = int.from_bytes(data[at : at + 3], "big")
        size = _SIZES.get(head)
        if size is not None and head & _STEADY == steady:
            if at + size > end:
                return _Walk(first, starts, skipped, at + size - end, end=end)
            starts.append(at)
            at += size
            continue
        found = _find(data, at, end, steady)
        if found < 0:
            # Frames of another rate or version, and at least a few: two of them can come about by chance.
            other = _find(data, at, end, None)
            is_stream = other >= 0 and walk_frames(data, other, end).frames >= _A_STREAM
            return _Walk(first, starts, skipped, 0, other if is_stream else -1, at)
        skipped = skipped or (at, found - at)
        at = found
    return _Walk(first, starts, skipped, 0, end=at)


def _is_free_format(data: Buffer, start: int, end: int) -> bool:
    """Tell whether a file begins with frames of no listed bit rate: three headers at the same distance.

    Where none of the lengths is known, what looks like a frame in between is chance.
    """
    head = data[start : start + 3]
    if len(head) < 3 or head[0] != 0xFF or head[1] < 0xE0 or not head[1] & 6 or head[2] >> 4 or head[2] & 12 == 12:
        return False
    # The lowest two bits of the third byte, padding and a private one, may change from frame to frame.
    followers = [head[:2] + bytes((head[2] & 0xFC | low,)) for low in range(4)]
    second = start
    while (second := data.find(head[:2], second + 4, min(end, start + _LONGEST_FREE_BYTES))) >= 0:
        third = 2 * second - start
        if data[second : second + 3] in followers and any(
            data[third + i : third + i + 3] in followers for i in (-1, 0, 1)
        ):
            return True
    return False


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


def counted_frames(data: Buffer, first: int) -> int | None:
    """Return how many frames the Xing, Info or VBRI header counts, itself included, or None."""
    head = data[first : first + 200]
    if head[36:40] == b"VBRI":
        return int.from_bytes(head[50:54], "big")
    at = max(head.find(b"Xing", 0, 60), head.find(b"Info", 0, 60))
    if at < 0 or not head[at + 7] & 1:
        return None
    return int.from_bytes(head[at + 8 : at + 12], "big") + 1
