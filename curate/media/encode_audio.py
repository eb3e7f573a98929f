"""A recording out: samples into the bytes of a file that is like another one."""

import io
import struct
from typing import TYPE_CHECKING, NamedTuple

from curate.media.audio_formats.ogg import with_serial

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from curate.facts.records import AudioFacts

WRITABLE = {"AIFF": "aiff", "AU": "au", "CAF": "caf", "FLAC": "flac", "MP3": "mp3", "OGG": "ogg", "WAV": "wav"}
"""Formats that recordings are written in, with the ending of the names; others become WAV."""

_FLOATING = {"FLOAT", "DOUBLE"}
_SERIAL = 1


class Encoding(NamedTuple):
    """How a recording is written.

    Attributes:
        format: libsndfile's major format, a key of `WRITABLE`.
        subtype: libsndfile's subtype.
    """

    format: str
    subtype: str

    def holds(self) -> bool:
        """Return whether values beyond full scale survive in it."""
        return self.subtype in _FLOATING


def encoding_like(facts: "AudioFacts", *, format_name: str | None = None, subtype: str | None = None) -> Encoding:
    """Return how to write a recording like another one, where libsndfile can write that.

    Args:
        facts: Of the source.
        format_name: Another format, a key of `WRITABLE`.
        subtype: Another subtype, such as `PCM_24`.
    """
    import soundfile

    name = format_name or (facts.format if facts.format in WRITABLE else "WAV") or "WAV"
    for wanted in (subtype, facts.subtype if format_name in {None, facts.format} else None):
        if wanted and soundfile.check_format(name, wanted) and wanted not in {"IMA_ADPCM", "MS_ADPCM"}:
            return Encoding(name, wanted)
    return Encoding(name, soundfile.default_subtype(name))


def encode_audio(samples: "NDArray[np.float32]", sample_rate: int, encoding: Encoding) -> bytes:
    """Return the bytes of a file; the same for the same arguments.

    Args:
        samples: float32 of shape (frames, channels); integers hold -1 to 1, what is beyond is clipped.
        sample_rate: Hz.
        encoding: As `encoding_like` says.

    Raises:
        ValueError: The format cannot hold this rate or number of channels.
    """
    import soundfile

    buffer = io.BytesIO()
    try:
        soundfile.write(buffer, samples, sample_rate, format=encoding.format, subtype=encoding.subtype)
    except (soundfile.LibsndfileError, ValueError, TypeError) as error:
        shape = f"{sample_rate} Hz, {samples.shape[1]} channels"
        raise ValueError(f"{encoding.format} {encoding.subtype} cannot hold {shape}: {error}") from None
    data = buffer.getvalue()
    # libsndfile writes a random number into Ogg streams, and the time into float files: in their PEAK chunk, bytes 4
    # to 8 of the content are seconds since the epoch.
    if encoding.format == "OGG":
        return with_serial(data, _SERIAL)
    if encoding.subtype in _FLOATING and (at := data.find(b"PEAK", 0, 4096)) >= 0:
        return data[: at + 12] + struct.pack("<I", 0) + data[at + 16 :]
    return data
