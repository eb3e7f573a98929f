"""Core Audio Format: chunks whose sizes are 64 bit; the samples are left to libsndfile."""

import struct

from curate.media.audio_formats.decoded import Buffer, DecodedAudio, error
from curate.media.audio_formats.libsndfile import decode

_CHUNK = struct.Struct(">4sq")


def decode_caf(data: Buffer) -> DecodedAudio:
    """Decode a CAF file; a data chunk of size -1, the last one, reaches to the end of the file."""
    at = 8
    while at + 12 <= len(data):
        name, size = _CHUNK.unpack_from(data, at)
        end = at + 12 + size
        if size < 0 or end > len(data):
            break
        at = end
    else:
        return decode(data, "CAF")
    if size == -1 and name == b"data":
        # libsndfile 1.2.2 wants to know the size, though the format allows not to: it is what is left.
        left = (len(data) - at - 12).to_bytes(8, "big")
        return decode(data[: at + 4] + left + data[at + 12 :], "CAF")
    return decode(data, "CAF", error("truncated", "the file ends inside a chunk", len(data), end))
