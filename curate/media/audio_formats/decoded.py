"""What a decoder of audio gives back, and the limits that all of them keep."""

import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.facts.records import AudioFacts, Finding

Buffer = bytes | mmap.mmap
Samples = NDArray[np.float32]

MAX_VALUES = 1 << 28
"""Most decoded values (frames x channels) of one file: 1 GiB as float32, 93 minutes of mono at 48 kHz."""


_FEW_BYTES = 4096
_BLOCK_BYTES = 1 << 16
_TAGS = (b"ID3", b"TAG", b"APE")


class DecodedAudio(NamedTuple):
    """A decoded recording.

    Attributes:
        samples: float32, shape (frames, channels), full scale is 1; None where nothing decodes.
        header: Only format, subtype, sample_rate, channels, channel_mask and duration_s (as decoded) are filled.
        findings: What is wrong with the file; at most one of a name.
    """

    samples: Samples | None
    header: AudioFacts
    findings: tuple[Finding, ...] = ()


def error(check: str, detail: str, value: float | None = None, threshold: float | None = None) -> Finding:
    """Return a finding of severity `error`."""
    return Finding(check, "error", value, threshold, detail)


def another_stream(offset: int) -> Finding:
    """Return the finding on a file of several recordings, one behind the other, of which only the first is read."""
    return error("damaged", f"another stream begins at offset {offset}; only the first one is read: cut the file there")


def uncounted(data: Buffer, end: int, claimed: int) -> tuple[Finding, ...]:
    """Return the finding on bytes behind the sound that belong to nothing: a header that counts too few samples.

    What players and writers are known to put there is no such thing: tags, zeros that fill up a block, a few bytes.

    Args:
        data: The file.
        end: Where the sound and all that is known to follow it ends.
        claimed: Bytes of sound that the header counts.
    """
    rest = len(data) - end
    if rest < max(_FEW_BYTES, claimed // 100) or data[end : end + 4].startswith(_TAGS):
        return ()
    at = end
    while at < len(data):
        block = data[at : at + _BLOCK_BYTES]
        if block.count(0) < len(block):
            detail = f"{rest:,} bytes behind the sound belong to nothing: the header counts {claimed:,} bytes of it"
            return (error("length-mismatch", detail, claimed + rest, claimed),)
        at += len(block)
    return ()


def undecoded(header: AudioFacts, *findings: Finding) -> DecodedAudio:
    """Return the verdict on a file of which no sample can be had."""
    return DecodedAudio(None, header, findings)


def too_large(values: int) -> Finding:
    """Return the finding on a file of too many values."""
    return error("oversized", "too long to be measured in memory; split the recording", values, MAX_VALUES)
