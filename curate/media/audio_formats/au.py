"""Sun and NeXT audio: six numbers, then the samples."""

import struct
from typing import Literal

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, error, uncounted, undecoded
from curate.media.audio_formats.libsndfile import decode
from curate.media.audio_formats.pcm import Pcm, decode_pcm

_UNKNOWN = 0xFFFFFFFF
_CODES: dict[int, tuple[Literal["i", "f"], int]] = {
    2: ("i", 1),
    3: ("i", 2),
    4: ("i", 3),
    5: ("i", 4),
    6: ("f", 4),
    7: ("f", 8),
}


def decode_au(data: Buffer) -> DecodedAudio:
    """Decode an AU file; a size of all ones means that the writer could not know, and is legal."""
    if len(data) < 24:
        return undecoded(AudioFacts(format="AU"), error("truncated", "the file ends inside its header", len(data), 24))
    offset, size, code, rate, channels = struct.unpack_from(">5I", data, 4)
    present = max(0, len(data) - offset)
    findings: tuple[Finding, ...] = ()
    if size not in {_UNKNOWN, 0} and present < size:
        findings = (error("truncated", "the header promises more samples than the file has", present, size),)
    elif size not in {_UNKNOWN, 0}:
        findings = uncounted(data, offset + size, size)
    kind, width = _CODES.get(code, ("i", 0))
    if not width or not rate or not 0 < channels < 1 << 16:
        return decode(data, "AU", *findings)
    used = present if size in {_UNKNOWN, 0} else min(size, present)
    pcm = Pcm("AU", kind, width, ">", rate, channels, offset, used // (width * channels))
    return decode_pcm(data, pcm, findings)
