"""Uncompressed samples, straight from the buffer: several times faster than through a library."""

from typing import Literal, NamedTuple

import numpy as np

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import MAX_VALUES, Buffer, DecodedAudio, Samples, too_large, undecoded


class Pcm(NamedTuple):
    """Where in a file the samples lie, and how they are stored.

    Attributes:
        format: As in the facts.
        kind: `i` signed, `u` unsigned (8 bit only), `f` floating point.
        width: Bytes of one value; fewer bits than that are left-justified.
        order: `<` little-endian, `>` big-endian.
        sample_rate: Hz.
        channels: At least 1.
        offset: Of the first sample in the file.
        frames: As many as are really there.
    """

    format: str
    kind: Literal["i", "u", "f"]
    width: int
    order: Literal["<", ">"]
    sample_rate: int
    channels: int
    offset: int
    frames: int

    @property
    def subtype(self) -> str:
        """The way of storing in libsndfile's words, such as `PCM_16`."""
        if self.kind == "f":
            return "FLOAT" if self.width == 4 else "DOUBLE"
        return {"i1": "PCM_S8", "u1": "PCM_U8"}.get(f"{self.kind}{self.width}", f"PCM_{8 * self.width}")


def decode_pcm(data: Buffer, pcm: Pcm, findings: tuple[Finding, ...]) -> DecodedAudio:
    """Return the samples as libsndfile would, bit for bit (a test compares the two)."""
    header = AudioFacts(pcm.format, pcm.subtype, pcm.sample_rate, pcm.channels, pcm.frames / pcm.sample_rate)
    count = pcm.frames * pcm.channels
    if count > MAX_VALUES:
        return undecoded(header, *findings, too_large(count))
    if count == 0:
        return undecoded(header, *findings)
    values = _to_float(data, pcm, count)
    return DecodedAudio(values.reshape(pcm.frames, pcm.channels), header, findings)


def _to_float(data: Buffer, pcm: Pcm, count: int) -> Samples:
    if pcm.kind == "f":
        stored = np.frombuffer(data, f"{pcm.order}f{pcm.width}", count, pcm.offset)
        with np.errstate(over="ignore", invalid="ignore"):
            return stored.astype(np.float32)
    if pcm.width == 3 or pcm.width > 4:
        return _scaled(_widened(data, pcm, count), 31)
    stored = np.frombuffer(data, f"{pcm.order}{pcm.kind}{pcm.width}", count, pcm.offset)
    if pcm.kind == "u":
        return _scaled(stored.astype(np.int16) - 128, 7)
    return _scaled(stored, 8 * pcm.width - 1)


def _scaled(values: "np.ndarray[tuple[int, ...], np.dtype[np.signedinteger]]", bits: int) -> Samples:
    scaled = values.astype(np.float32)
    scaled *= np.float32(2.0**-bits)
    return scaled


def _widened(data: Buffer, pcm: Pcm, count: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    """Return integers of an odd width as 32 bit, left-justified: float32 can hold no more than that anyway."""
    order = np.dtype(f"{pcm.order}i4")
    if pcm.width > 4:
        first = pcm.offset + (pcm.width - 4 if pcm.order == "<" else 0)
        return np.ndarray((count,), order, data, first, (pcm.width,))
    # Three bytes, and the one before them, of which any header has some.
    words: np.ndarray[tuple[int, ...], np.dtype[np.int32]] = np.ndarray((count,), order, data, pcm.offset - 1, (3,))
    return words & -256 if pcm.order == "<" else words << 8
