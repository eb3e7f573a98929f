"""Codecs that FFmpeg has and libsndfile has not, through PyAV, if the extra `burnish[av]` is installed."""

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from augment.audio.channel.resample import fit

if TYPE_CHECKING:
    import av
    from numpy.typing import NDArray


class _Pair(NamedTuple):
    """An encoder and its decoder.

    Attributes:
        encoder: FFmpeg's name.
        decoder: FFmpeg's name.
        sample_format: That the encoder takes.
        delay: Samples by which what is decoded lags; FFmpeg tells only containers of it.
    """

    encoder: str
    decoder: str
    sample_format: str
    delay: int


# AAC puts one block before the first; AMR looks 5 ms ahead (3GPP TS 26.090, section 4.3).
_PAIRS = {"aac": _Pair("aac", "aac", "fltp", 1024), "amr_nb": _Pair("libopencore_amrnb", "amrnb", "s16", 40)}
_FULL_SCALE_16 = 32767


def through_ffmpeg(samples: "NDArray[np.float32]", rate: int, name: str, kbps: float) -> "NDArray[np.float32]":
    """Return one channel encoded and decoded, as long as it was and in time with it.

    Args:
        samples: float32, shape (frames, 1), -1 to 1.
        rate: Hz; one that the codec knows.
        name: `aac` or `amr_nb`.
        kbps: Bit rate, kbit/s.
    """
    import av

    pair = _PAIRS[name]
    # Captured, for FFmpeg logs to the terminal from C.
    with av.logging.Capture():
        encoder = av.AudioCodecContext.create(pair.encoder, "w")
        encoder.sample_rate, encoder.layout, encoder.format = rate, "mono", pair.sample_format
        encoder.bit_rate, encoder.time_base = round(kbps * 1000), Fraction(1, rate)
        encoder.open()
        decoder = av.AudioCodecContext.create(pair.decoder, "r")
        decoder.sample_rate, decoder.layout = rate, "mono"
        if encoder.extradata:
            decoder.extradata = encoder.extradata
        packets = [
            packet for frame in _frames(samples, rate, encoder.frame_size, pair) for packet in encoder.encode(frame)
        ]
        packets += encoder.encode(None)
        decoded = [frame.to_ndarray() for packet in packets for frame in decoder.decode(packet)]
        decoded += [frame.to_ndarray() for frame in decoder.decode(None)]
    sound = np.concatenate(decoded, axis=1)[0]
    scaled = sound.astype(np.float32) / np.float32(32768 if sound.dtype.kind == "i" else 1)
    return fit(scaled[pair.delay :, None], len(samples))


def _frames(samples: "NDArray[np.float32]", rate: int, size: int, pair: _Pair) -> "list[av.AudioFrame]":
    """Return the sound in blocks of the encoder, with zeros behind for what its delay would cut off."""
    import av

    padded = fit(samples, -(-(len(samples) + pair.delay) // size) * size)[:, 0]
    if pair.sample_format == "s16":
        blocks: NDArray[np.float32] | NDArray[np.int16] = np.round(padded * _FULL_SCALE_16).astype(np.int16)
    else:
        blocks = padded
    made = []
    for start in range(0, len(blocks), size):
        frame = av.AudioFrame.from_ndarray(blocks[None, start : start + size].copy(), pair.sample_format, "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        made.append(frame)
    return made
