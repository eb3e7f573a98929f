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


class DecodedAudio(NamedTuple):
    """A decoded recording.

    Attributes:
        samples: float32, shape (frames, channels), full scale is 1; None where nothing decodes.
        header: Only format, subtype, sample_rate, channels and duration_s (of the decoded frames) are filled.
        findings: What is wrong with the file; at most one of a name.
    """

    samples: Samples | None
    header: AudioFacts
    findings: tuple[Finding, ...] = ()


def error(check: str, detail: str, value: float | None = None, threshold: float | None = None) -> Finding:
    """Return a finding of severity `error`."""
    return Finding(check, "error", value, threshold, detail)


def undecoded(header: AudioFacts, *findings: Finding) -> DecodedAudio:
    """Return the verdict on a file of which no sample can be had."""
    return DecodedAudio(None, header, findings)


def too_large(values: int) -> Finding:
    """Return the finding on a file of too many values."""
    return error("oversized", "too long to be measured in memory; split the recording", values, MAX_VALUES)
