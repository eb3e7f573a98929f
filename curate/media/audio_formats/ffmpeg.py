"""What FFmpeg decodes and libsndfile does not (AAC, ALAC, WMA, the sound of WebM, …), through PyAV, if it is installed.

FFmpeg plays on over damage unless it is told not to; here every complaint counts, and what a container promises, in
packets or in seconds, is held against what came out.
"""

import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate.facts.records import AudioFacts, Finding
from curate.media.audio_formats.decoded import MAX_VALUES, Buffer, DecodedAudio, error, too_large, undecoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    import av
    from numpy.typing import NDArray

MODULE, EXTRA = "av", "av"
FORMATS = frozenset({"MP4", "AAC", "ASF", "MATROSKA", "AMR", "APE", "WAVPACK", "MUSEPACK", "TTA", "DSF"})
"""Names in `curate.media.sniff.FORMATS`."""

_STRICT = {"err_detect": "explode+crccheck+bitstream+buffer"}
_ESTIMATED = {"AAC", "AMR"}
"""Formats without a length: what FFmpeg says of it is a guess from the first frames."""
_SLACK_S = 0.25
"""Delay of a codec, padding of the last block, and the grain of a container's clock, taken together."""


class _Sound(NamedTuple):
    blocks: "list[NDArray[np.float32]]"
    packets: int
    complaint: str


def decode_with_ffmpeg(data: Buffer, name: str) -> DecodedAudio:
    """Decode the one track of sound of a file.

    Args:
        data: The file.
        name: Its format, one of `FORMATS`.
    """
    import av

    header = AudioFacts(format=name)
    # Captured, for FFmpeg logs to the terminal from C.
    with av.logging.Capture():
        try:
            container = av.open(io.BytesIO(data), metadata_errors="replace")
        except (av.FFmpegError, ValueError) as problem:
            return undecoded(header, _unopened(data, name, problem))
        with container:
            if not container.streams.audio:
                return undecoded(header, error("unreadable", "there is no sound in it"))
            stream = container.streams.audio[0]
            return _decode(container, stream, header)


def _decode(
    container: "av.container.InputContainer", stream: "av.audio.stream.AudioStream", header: AudioFacts
) -> DecodedAudio:
    codec = stream.codec_context
    promised_packets, rate = stream.frames, codec.sample_rate
    promised_s = 0.0 if header.format in _ESTIMATED else (container.duration or 0) / 1e6
    sound = _read(container, stream)
    if not sound.blocks or not rate:
        why = sound.complaint or "no sound came out"
        return undecoded(header, error("unreadable", f"the decoder says: {why}"))
    if sound.complaint == "oversized":
        return undecoded(header, too_large(MAX_VALUES + 1))
    samples = np.ascontiguousarray(np.concatenate(sound.blocks, axis=1).T)
    duration_s = len(samples) / rate
    found = AudioFacts(header.format, codec.name.upper(), rate, samples.shape[1], duration_s)
    findings: tuple[Finding, ...] = ()
    if sound.packets < promised_packets:
        detail = f"{sound.packets} of {promised_packets} packets are there"
        findings = (error("truncated", detail, sound.packets, promised_packets),)
    elif sound.complaint:
        findings = (error("damaged", f"the decoder says: {sound.complaint}"),)
    elif duration_s < promised_s - _SLACK_S:
        detail = f"{duration_s:.3f} s decode, the file promises {promised_s:.3f} s"
        findings = (error("truncated", detail, round(duration_s, 3), round(promised_s, 3)),)
    return DecodedAudio(samples, found, findings)


def _read(container: "av.container.InputContainer", stream: "av.audio.stream.AudioStream") -> _Sound:
    """Decode packet by packet, on over those that cannot be, so that the facts are of what is there."""
    import av

    stream.codec_context.options = _STRICT
    resampler = av.AudioResampler(format="fltp")
    blocks: list[NDArray[np.float32]] = []
    packets, values, complaint = 0, 0, ""
    for packet in _packets(container, stream):
        if isinstance(packet, str):
            complaint = complaint or packet
            break
        packets += packet.size > 0
        try:
            frames = packet.decode()
        except av.FFmpegError as problem:
            # Bits that no encoder writes; some codecs report them as "operation not permitted".
            complaint = complaint or f"{problem.strerror or problem} (packet {packets})"
            continue
        for frame in frames:
            for part in resampler.resample(frame):
                blocks.append(part.to_ndarray())
                values += blocks[-1].size
        if values > MAX_VALUES:
            return _Sound(blocks, packets, "oversized")
    return _Sound(blocks, packets, complaint)


def _packets(
    container: "av.container.InputContainer", stream: "av.audio.stream.AudioStream"
) -> "Iterator[av.Packet | str]":
    import av

    try:
        yield from container.demux(stream)
    except av.FFmpegError as problem:
        yield str(problem.strerror or problem)


def _unopened(data: Buffer, name: str, problem: Exception) -> Finding:
    # The index of an MP4 stands at its end unless it was written for the web: a file that was cut has lost it.
    if name == "MP4" and data.find(b"moov") < 0:
        return error("truncated", "the file ends before its index (moov): copy or download it again")
    return error("unreadable", f"the decoder says: {getattr(problem, 'strerror', None) or problem}")
