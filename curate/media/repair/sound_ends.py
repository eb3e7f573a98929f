"""Where a recording's own structure ends.

Compressed sound says it: by checksums, end marks, or a count of its frames. Plain samples do not: a recorder that died
leaves a header that counts too few of them, and what follows is sound. There only what is plainly something else goes.
"""

import struct
from typing import TYPE_CHECKING, Literal

from curate.media.audio_formats.flac import decode_flac
from curate.media.audio_formats.flac_frames import frame_ends
from curate.media.audio_formats.mpeg import counted_frames, walk_frames
from curate.media.audio_formats.ogg import check_pages
from curate.media.audio_formats.tag_blocks import before_trailing_tags, skip_id3
from curate.media.repair.behind import what_is_behind
from curate.media.repair.picture_ends import end_of_boxes
from curate.media.repair.refused import CannotRepairError

if TYPE_CHECKING:
    from collections.abc import Callable

_UNKNOWN = 0xFFFFFFFF
_CANDIDATES = 32
_CAF = {b"desc", b"data", b"pakt", b"kuki", b"chan", b"info", b"free", b"strg", b"mark", b"regn", b"uuid", b"peak"}
_COULD_BE_SOUND = ("zeros", "white space", "text", "bytes of no known kind")


def end_of_flac(data: bytes) -> int:
    """Return where the last frame ends: its checksum and number agree, and the MD5 of all samples is right."""
    at = skip_id3(data)
    packed = int.from_bytes(data[at + 18 : at + 26], "big")
    if not any(data[at + 26 : at + 42]) or not packed & ((1 << 36) - 1):
        raise CannotRepairError("its header counts no samples, or has no MD5 of them")
    for tried, end in enumerate(frame_ends(data, packed & ((1 << 36) - 1))):
        # A checksum of 16 bits agrees by chance at one place in 65,536; the MD5 does not.
        if not decode_flac(data[:end]).findings:
            return end
        if tried >= _CANDIDATES:
            break
    raise CannotRepairError("its last frame is not to be found")


def end_of_ogg(data: bytes) -> int:
    """Return where the page ends that is marked as the last one."""
    findings, end = check_pages(data)
    if findings:
        raise CannotRepairError(findings[0].detail)
    return end


def end_of_mpeg(data: bytes) -> int:
    """Return where the last of the frames ends that the header in the first one counts."""
    walk = walk_frames(data, skip_id3(data), before_trailing_tags(data))
    counted = counted_frames(data, walk.first) if walk.first >= 0 else None
    if counted is None:
        raise CannotRepairError("its header does not count its frames")
    if walk.skipped or walk.missing or walk.second >= 0 or walk.frames not in {counted, counted + 1}:
        raise CannotRepairError("its frames are not those that its header counts")
    return walk.end


def end_of_wave(data: bytes) -> int:
    """Return where the RIFF container ends, if its chunks end there too."""
    order: Literal["<", ">"] = ">" if data[:4] == b"RIFX" else "<"
    (size,) = struct.unpack_from(f"{order}I", data, 4)
    big = data[:4] == b"RF64" and data[12:16] == b"ds64"
    size, sound = struct.unpack_from("<QQ", data, 20) if big else (size, _UNKNOWN)
    at, end = 12, 8 + size
    while at + 8 <= min(end, len(data)):
        name, length = struct.unpack_from(f"{order}4sI", data, at)
        at += 8 + (sound if big and name == b"data" and length == _UNKNOWN else length)
        at += at & 1
    return _agreed(data, at, end + (end & 1))


def end_of_aiff(data: bytes) -> int:
    """Return where the FORM ends, if its chunks end there too."""
    at, end = 12, 8 + int.from_bytes(data[4:8], "big")
    while at + 8 <= min(end, len(data)):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        at += 8 + size + (size & 1)
    return _agreed(data, at, end + (end & 1))


def end_of_w64(data: bytes) -> int:
    """Return where the container ends, if its chunks end there too; their sizes count their heads."""
    at, end = 40, int.from_bytes(data[16:24], "little")
    while at + 24 <= min(end, len(data)):
        at += max(24, int.from_bytes(data[at + 16 : at + 24], "little") + 7 & ~7)
    return _agreed(data, at, end)


def end_of_au(data: bytes) -> int:
    """Return where the samples end, if the header counts them."""
    start, size = struct.unpack_from(">II", data, 4)
    if size in {0, _UNKNOWN}:
        raise CannotRepairError("its header does not count its samples")
    return _agreed(data, start + size, start + size)


def end_of_caf(data: bytes) -> int:
    """Return where the last chunk ends whose name is printable."""
    at = 8
    while at + 12 <= len(data):
        name, size = struct.unpack_from(">4sq", data, at)
        if not all(32 <= byte < 127 for byte in name):
            break
        if (size < 0 or at + 12 + size > len(data)) and name not in _CAF:
            break
        if size < 0 or at + 12 + size > len(data):
            raise CannotRepairError("its last part has no size: it reaches to the end of the file, wherever that is")
        at += 12 + size
    return _agreed(data, at, at)


def _agreed(data: bytes, walked: int, stated: int) -> int:
    """Return the end that both the parts and the header give, if what follows cannot be sound."""
    if walked != stated:
        raise CannotRepairError("its header and its parts do not agree on where it ends")
    behind = what_is_behind(data[stated:])
    if len(data) > stated and behind in _COULD_BE_SOUND:
        raise CannotRepairError(f"{behind} follow, which may be sound that its header does not count")
    return stated


SOUND_ENDS: "dict[str, Callable[[bytes], int]]" = {
    "AIFF": end_of_aiff,
    "AU": end_of_au,
    "CAF": end_of_caf,
    "FLAC": end_of_flac,
    "MP3": end_of_mpeg,
    "MP4": end_of_boxes,
    "OGG": end_of_ogg,
    "RF64": end_of_wave,
    "W64": end_of_w64,
    "WAV": end_of_wave,
}
"""By format; each raises `CannotRepairError`, or what its walk does on a damaged file."""
