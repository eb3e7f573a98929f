"""Everything that is not plain PCM: decoded by libsndfile, in blocks, whatever the header claims."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate.facts.records import AudioFacts, Finding
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.audio_formats.decoded import MAX_VALUES, Buffer, DecodedAudio, error, too_large, undecoded
from curate.media.printed_errors import printed_errors

if TYPE_CHECKING:
    from collections.abc import MutableSequence

    import soundfile
    from numpy.typing import NDArray

_BLOCK_VALUES = 1 << 20
RETRY_FRAMES = 1152
_BLOCK_OF = {
    "MPEG_LAYER_I": 2 * 384,
    "MPEG_LAYER_II": 2 * 1152,
    "MPEG_LAYER_III": 2 * 1152,
    "VORBIS": 8192,
    "OPUS": 5760,
    "GSM610": 320,
    "MS_ADPCM": 4096,
    "IMA_ADPCM": 4096,
    "NMS_ADPCM_16": 160, "NMS_ADPCM_24": 160, "NMS_ADPCM_32": 160,
}  # fmt: skip
"""Frames that a codec makes at a time. Encoders count what they were given, decoders give whole blocks, and of MPEG
one more for the delay of its filters: no sound is missing where the counts differ by less."""
_UNKNOWN_FRAMES = (1 << 31) - 1
"""From here on a header's count of frames is no claim but a placeholder for `not known`."""


class Blocks(NamedTuple):
    """What libsndfile gave before it stopped.

    Attributes:
        values: Shape (frames, channels), of the type that was asked for; None where nothing decodes.
        header: Of what was decoded.
        claimed: The header's count of frames; None where it has none.
        complaint: Why it stopped early; empty where it did not.
    """

    values: "NDArray[np.generic] | None"
    header: AudioFacts
    claimed: int | None
    complaint: str


def decode(data: Buffer, format_name: str | None, *found: Finding, counted: bool = True) -> DecodedAudio:
    """Decode to float32.

    Args:
        data: The file.
        format_name: For the header of a file that cannot be opened.
        found: What the structure of the file already gave away; with that, a miscount is no news.
        counted: The number of frames that libsndfile announces comes from the file, and is not guessed.
    """
    blocks = read_blocks(data, "float32", format_name)
    if not counted:
        blocks = blocks._replace(claimed=None)
    if blocks.values is None:
        return undecoded(blocks.header, *(found or verdict(blocks)))
    return DecodedAudio(blocks.values.astype(np.float32, copy=False), blocks.header, found or verdict(blocks))


def verdict(blocks: Blocks) -> tuple[Finding, ...]:
    """Return what libsndfile's own complaint, or its count, says about a file."""
    frames = 0 if blocks.values is None else len(blocks.values)
    if blocks.complaint == "oversized":
        return (too_large(MAX_VALUES + 1),)
    if blocks.complaint:
        check = "damaged" if frames else "unreadable"
        return (error(check, f"the decoder says: {blocks.complaint}"),)
    if blocks.claimed is not None and abs(blocks.claimed - frames) > _BLOCK_OF.get(blocks.header.subtype or "", 0):
        return (length_mismatch(frames, blocks.claimed),)
    return ()


def length_mismatch(decoded: int, claimed: int) -> Finding:
    """Return the finding on a header that does not count as many frames as there are."""
    return error("length-mismatch", f"{decoded} frames decode, the header says {claimed}", decoded, claimed)


def read_blocks(data: Buffer, dtype: str, format_name: str | None) -> Blocks:
    """Decode to one of soundfile's types, and stop in good order where the decoder stops."""
    import soundfile  # here, because it takes 10 ms that a plain WAV need not pay

    try:
        with printed_errors() if format_name in _PRINTS else nullcontext():
            with soundfile.SoundFile(_File(data)) as file:
                blocks, complaint = _read(file, dtype, _BLOCK_VALUES // file.channels + 1)
            if complaint and complaint != "oversized":
                # The block in which the decoder failed is lost, so that smaller ones save more of the file.
                with soundfile.SoundFile(_File(data)) as file:
                    blocks, _ = _read(file, dtype, RETRY_FRAMES)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError, OverflowError) as problem:
        raise_out_of_memory(problem)
        return Blocks(None, AudioFacts(format=format_name), None, _last_sentence(problem))
    values = np.concatenate(blocks) if blocks and complaint != "oversized" else None
    frames = 0 if values is None else len(values)
    header = AudioFacts(
        _FORMATS.get(file.format, file.format),
        file.subtype,
        file.samplerate,
        file.channels,
        frames / file.samplerate,
    )
    claimed = file.frames if 0 < file.frames < _UNKNOWN_FRAMES else None
    return Blocks(values, header, claimed, complaint)


_FORMATS = {"WAVEX": "WAV"}
_PRINTS = {"MP3", "WAV", "RF64"}
"""What may hold MPEG audio: libmpg123 writes notes about odd frames on the standard error of the process."""


def _read(file: "soundfile.SoundFile", dtype: str, rows: int) -> "tuple[list[NDArray[np.generic]], str]":
    import soundfile

    blocks: list[NDArray[np.generic]] = []
    left = MAX_VALUES // file.channels
    while left >= 0:
        try:
            block = file.read(min(rows, file.frames), dtype, always_2d=True)
        except (soundfile.SoundFileError, RuntimeError) as problem:
            raise_out_of_memory(problem)
            return blocks, _last_sentence(problem)
        if not len(block):
            return blocks, ""
        blocks.append(block)
        left -= len(block)
    return blocks, "oversized"


# What it says when an MP3 file holds no frame that can be decoded.
_NO_SUCH_FILE = "File does not exist or is not a regular file (possibly a pipe?)."


def _last_sentence(problem: Exception) -> str:
    said = str(problem).rpartition(">: ")[2].removeprefix("Error : ").strip()
    return "no sound found" if said == _NO_SUCH_FILE else said


class _File:
    """A file-like view of the bytes; unlike those of BytesIO and mmap, its seeks never raise inside C code."""

    def __init__(self, data: Buffer) -> None:
        self._data = data
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, len(self._data))[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        chunk = self._data[self._at : self._at + size]
        self._at += len(chunk)
        return chunk

    def readinto(self, buffer: "MutableSequence[int]") -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
