"""Bytes of a recording in; samples and a verdict on the file out."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from curate.media.audio_formats import ffmpeg
from curate.media.audio_formats.decoded import Buffer, DecodedAudio, Samples, error, undecoded
from curate.media.audio_formats.libsndfile import decode
from curate.media.audio_formats.tag_blocks import skip_id3
from curate.media.sniff import FORMATS, HEAD_BYTES, VIDEO, is_video, sniff

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DecodedAudio", "decode_audio", "load_audio"]

_DECODERS = {
    "AIFF": "aiff",
    "AU": "au",
    "CAF": "caf",
    "FLAC": "flac",
    "MP3": "mpeg",
    "OGG": "ogg",
    "RF64": "riff",
    "W64": "riff",
    "WAV": "riff",
}
"""The module of each format; imported when the first file of it comes, not before the first worker."""
_FLOATING = {"FLOAT", "DOUBLE"}


def decode_audio(data: Buffer, format_name: str | None) -> DecodedAudio:
    """Decode a whole recording and say what is wrong with the file; never raises for bad data.

    A legal file without a single sample is `empty`, like one without a byte. Values that are no numbers are
    `damaged`, and zero in the samples.

    Args:
        data: The whole file.
        format_name: Its name in `curate.media.sniff.FORMATS`, for bytes that do not say themselves what they are.
    """
    if not len(data):
        return undecoded(AudioFacts(format=format_name), error("empty", "the file has no bytes"))
    found = _container(data)
    name = found or format_name
    if is_video(data, name):
        return undecoded(AudioFacts(format=name), error("unreadable", VIDEO))
    advice = FORMATS[name].advice if name in FORMATS else ""
    if advice and name in ffmpeg.FORMATS and find_spec(ffmpeg.MODULE) is not None:
        return _with_samples(ffmpeg.decode_with_ffmpeg(data, name))
    if advice:
        return undecoded(AudioFacts(format=name), error("unreadable", advice))
    # Only MPEG audio may begin with other bytes than its mark.
    module = _DECODERS.get(found or ("MP3" if name == "MP3" else ""))
    return _with_samples(decode(data, name) if module is None else _decoder(module)(data))


@cache
def _decoder(module: str) -> "Callable[[Buffer], DecodedAudio]":
    decoder: Callable[[Buffer], DecodedAudio] = getattr(
        import_module(f"curate.media.audio_formats.{module}"), f"decode_{module}"
    )
    return decoder


def load_audio(data: Buffer) -> tuple[Samples, int]:
    """Return the samples, float32 of shape (frames, channels), and the sample rate.

    Raises:
        InputError: Nothing decodes.
    """
    samples, header, findings = decode_audio(data, None)
    if samples is None or header.sample_rate is None:
        raise InputError("; ".join(found.detail for found in findings) or "the file has no samples")
    return samples, header.sample_rate


def _container(data: Buffer) -> str | None:
    start = skip_id3(data)
    name = sniff(data[start : start + HEAD_BYTES])
    if name is None and (start or (data[0] == 0xFF and data[1:2] >= b"\xe0")):
        return "AAC" if data[start + 1 : start + 2] in {b"\xf0", b"\xf1", b"\xf8", b"\xf9"} else "MP3"
    return name


def _with_samples(decoded: DecodedAudio) -> DecodedAudio:
    samples, header, findings = decoded
    if samples is None or not len(samples):
        findings = findings or (error("empty", "the file has a header, but not one sample"),)
        return DecodedAudio(None, header, findings)
    if header.subtype in _FLOATING and not np.isfinite(samples).all():
        wrong = int(samples.size - np.isfinite(samples).sum())
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        if not findings:
            findings = (error("damaged", f"{wrong} values are not numbers", wrong, 0),)
    return DecodedAudio(samples, header, findings)
