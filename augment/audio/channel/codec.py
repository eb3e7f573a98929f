"""`codec`: through a real encoder and decoder and back."""

import io
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, NotRequired, TypedDict

import msgspec
from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves, Prepared
from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Missed, Noted

Format = Literal["aac", "alaw", "amr_nb", "g726", "gsm610", "ima_adpcm", "mp3", "ms_adpcm", "opus", "ulaw", "vorbis"]

MOVES = {"bandwidth_hz": Moves(), "snr_db": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Codec(NamedTuple):
    """How a format is made.

    Attributes:
        container: libsndfile's name of the container; empty where FFmpeg is asked, through PyAV.
        subtype: libsndfile's name of the codec, or FFmpeg's.
        rates: The sample rates that the codec knows, in order; empty for any.
        channels: The most channels that it takes; those of a recording with more are encoded one by one.
        lossy_by: It can be told how small to make the file.
        kbps: Lowest and highest bit rate of one channel that it can be told, kbit/s, at some sample rate; None where
            it has its own.
        highest: The highest sample rate of a codec for any, Hz.
        untold_delay: Samples by which what is decoded lags where the file does not tell the decoder of it; its length
            is then another than that of what was encoded.
    """

    container: str
    subtype: str
    rates: tuple[int, ...] = ()
    channels: int = 1
    lossy_by: bool = False
    kbps: tuple[float, float] | None = None
    highest: int = 768_000
    untold_delay: int = 0


_MOST_COMPRESSION = 0.999
"""LAME refuses libsndfile's 1.0, with a message that says nothing."""

_MP3_DELAY = 576 + 529
"""Of LAME's encoder and of any decoder, in samples."""

_AMR_NB_KBPS = (4.75, 5.15, 5.9, 6.7, 7.4, 7.95, 10.2, 12.2)
_KBPS_GRAIN = 1.5
"""Modes of AMR lie up to 2.25 kbit/s apart: the nearest is what was asked for."""

_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)

CODECS: dict[Format, Codec] = {
    "aac": Codec("", "aac", _AAC_RATES, lossy_by=True, kbps=(8, 160)),
    "alaw": Codec("WAV", "ALAW", (8000,), 2),
    "amr_nb": Codec("", "amr_nb", (8000,), lossy_by=True, kbps=(4.75, 12.2)),
    "g726": Codec("AU", "G721_32", (8000,)),
    "gsm610": Codec("WAV", "GSM610", (8000,)),
    "ima_adpcm": Codec("WAV", "IMA_ADPCM", channels=2),
    "mp3": Codec("MP3", "MPEG_LAYER_III", _MP3_RATES, 2, lossy_by=True, kbps=(8, 160), untold_delay=_MP3_DELAY),
    "ms_adpcm": Codec("WAV", "MS_ADPCM", channels=2),
    # Of two channels together Opus keeps one below 16 kbit/s, in which what has opposite phases is nothing.
    "opus": Codec("OGG", "OPUS", (8000, 12000, 16000, 48000), lossy_by=True, kbps=(6, 128)),
    "ulaw": Codec("WAV", "ULAW", (8000,), 2),
    # libvorbis refuses more than 200 kHz, upon which libsndfile ends the process.
    "vorbis": Codec("OGG", "VORBIS", channels=2, lossy_by=True, highest=192_000),
}
"""The formats; those of telephones (ulaw, alaw, g726, gsm610, amr_nb) work at 8 kHz, as their standards say."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Encode and decode in memory; length, timing, sample rate and channels stay.

    aac and amr_nb need the extra `burnish[av]`; in a list of formats they are left out where it is not installed.
    """

    format: Annotated[
        Format | tuple[Format, ...],
        Meta(
            description="a codec, or a list to draw one from; ulaw and alaw are telephones', gsm610 and amr_nb mobiles'"
        ),
    ] = "ulaw"
    compression: Annotated[
        Number,
        Meta(description="for codecs with bit rates: 0 (best) to 1 (smallest), or [low, high]; libsndfile's scale"),
    ] = (0.5, 0.9)
    bitrate_kbps: Annotated[
        Number | None,
        Meta(
            description="kbit/s of one channel, or [low, high], for aac, amr_nb, mp3 and opus, in place of "
            "compression; messengers send speech with 6 to 24"
        ),
    ] = None
    sample_rate: Annotated[
        int | tuple[int, ...] | None,
        Meta(description="Hz that is encoded at, or a list to draw one from; null: that of the recording"),
    ] = None

    def __post_init__(self) -> None:
        if not self.format:
            raise ValueError("format: the list is empty")
        check_number("compression", self.compression, 0, 1)
        check_number("bitrate_kbps", self.bitrate_kbps, 1, 1000)
        if self.sample_rate == ():
            raise ValueError("sample_rate: the list is empty")
        for rate in _several(self.sample_rate):
            check_number("sample_rate", rate, 4000, 192_000)


class Draws(TypedDict):
    """A codec, how much it compresses or how many bits it has, where it can be told, and the rate it works at."""

    format: Format
    compression: NotRequired[float]
    bitrate_kbps: NotRequired[float]
    sample_rate: NotRequired[int]


def _several(value: int | tuple[int, ...] | None) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def prepare(settings: Settings) -> Prepared[Settings]:
    """Leave out the codecs whose package is not installed.

    Raises:
        InputError: It has no other.
    """
    formats = (settings.format,) if isinstance(settings.format, str) else settings.format
    need = [name for name in formats if not CODECS[name].container]
    identity = msgspec.to_builtins(settings)
    if not need:
        return Prepared(settings, identity)
    if find_spec("av") is not None:
        # Other versions of FFmpeg make other bytes.
        return Prepared(settings, {**identity, "av": version("av")})
    left = tuple(name for name in formats if name not in need)
    cure = "pip install 'burnish[av]'"
    if not left:
        raise InputError(f"{' and '.join(need)} needs the package av: {cure}")
    settings = msgspec.structs.replace(settings, format=left)
    return Prepared(settings, msgspec.to_builtins(settings), (f"codec: {', '.join(need)} is left out; {cure}",))


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw a codec, how much it compresses, and the rate it works at."""
    formats = (settings.format,) if isinstance(settings.format, str) else settings.format
    # By number, not `choice`, which would make numpy's strings of the names.
    name = formats[int(generator.integers(len(formats)))]
    compression = uniform(settings.compression, generator)
    drawn: Draws = {"format": name}
    if settings.bitrate_kbps is not None and CODECS[name].kbps:
        drawn["bitrate_kbps"] = uniform(settings.bitrate_kbps, generator)
    elif CODECS[name].lossy_by:
        drawn["compression"] = compression
    if rates := _several(settings.sample_rate):
        drawn["sample_rate"] = rates[int(generator.integers(len(rates)))]
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return what comes back from the decoder; noted as missed is what was asked for and the codec does not have."""
    assert media.sample_rate
    name, asked = drawn["format"], drawn.get("bitrate_kbps")
    codec = CODECS[name]
    rate = coding_rate(codec, drawn.get("sample_rate", media.sample_rate))
    channels = _together(codec, media.samples.shape[1])
    missed: dict[str, Missed] = {}
    if (wanted := drawn.get("sample_rate", rate)) > rate:
        missed["sample_rate"] = {"by": rate - wanted, "why": f"{name} works at {rate} Hz at most"}
    kbps = None
    if asked is not None:
        kbps = possible_kbps(name, rate, channels, asked)
        if abs(kbps - asked) > _KBPS_GRAIN:
            why = f"{name} has no such bit rate at {rate} Hz"
            missed["bitrate_kbps"] = {"by": round(kbps - asked, 4), "why": why}
    elif not codec.container and codec.kbps:
        # libsndfile's own mapping, for codecs that it does not have.
        low, high = codec.kbps
        kbps = possible_kbps(name, rate, channels, high - (high - low) * drawn.get("compression", 0.5))
    coded = through_codec(
        media.samples, media.sample_rate, name, drawn.get("compression"), kbps, drawn.get("sample_rate")
    )
    noted: Noted = {**media.noted, "missed": missed} if missed else {**media.noted}
    return media._replace(array=coded, noted=noted)


def coding_rate(codec: Codec, wanted: int) -> int:
    """Return the sample rate that a codec works at: the next higher one that it knows, or its highest."""
    # Upwards first: a lower rate would take away treble that the codec itself would have kept.
    return min(
        (rate for rate in codec.rates if rate >= wanted), default=max(codec.rates, default=min(wanted, codec.highest))
    )


def _together(codec: Codec, channels: int) -> int:
    """Return how many of the channels are encoded in one file: all, or each by itself."""
    # Telephone codecs are mono; what they do to one channel does not depend on the others.
    return channels if channels <= codec.channels else 1


def possible_kbps(name: Format, rate: int, channels: int, asked: float) -> float:
    """Return the nearest bit rate of one channel that a codec can be told, kbit/s.

    Args:
        name: A name in `CODECS`.
        rate: That it works at, Hz: MPEG 1, 2 and 2.5 have bit rates of their own.
        channels: That are encoded together, which share the bit rate of an MPEG file.
        asked: kbit/s.
    """
    if name == "amr_nb":
        return min(_AMR_NB_KBPS, key=lambda mode: abs(mode - asked))
    low, high = CODECS[name].kbps or (asked, asked)
    if name == "mp3":
        low, high = (kbps / channels for kbps in _mp3_range(rate))
    elif name == "aac":
        high = min(high, 6 * rate / 1000)  # a block of 1024 samples has 6144 bits at most (ISO/IEC 13818-7)
    return min(max(asked, low), high)


def through_codec(
    samples: "NDArray[np.float32]",
    sample_rate: int,
    name: Format,
    compression: float | None = None,
    bitrate_kbps: float | None = None,
    coded_rate: int | None = None,
) -> "NDArray[np.float32]":
    """Return a recording encoded and decoded, as long as it was and in time with it.

    A codec that does not know the sample rate works at the next higher one that it knows, or at its highest; soxr
    changes the rate before and after. The delay of the codecs that have one is taken out.

    Args:
        samples: float32, shape (frames, channels); clipped to full scale.
        sample_rate: Hz.
        name: A name in `CODECS`.
        compression: 0 (best) to 1 (smallest), for codecs that can be told; None: libsndfile's default.
        bitrate_kbps: kbit/s of one channel, as `possible_kbps` returns it, in place of that; None: of FFmpeg's
            codecs the middle of what they know.
        coded_rate: Hz that is encoded at; None: `sample_rate`.

    Returns:
        float32, of the same shape.
    """
    import numpy as np

    from augment.audio.channel.resample import fit, resample

    codec = CODECS[name]
    wanted = coded_rate or sample_rate
    rate = coding_rate(codec, wanted)
    # A rate that was asked for is gone through even where the codec knows more: what it takes away is the point of it.
    narrow = resample(samples, sample_rate, wanted)
    sent = np.clip(resample(narrow, wanted, rate), -1, 1)
    groups = np.split(sent, sent.shape[1] // _together(codec, sent.shape[1]), axis=1)
    back = np.concatenate([_round_trip(group, rate, codec, compression, bitrate_kbps) for group in groups], axis=1)
    return fit(resample(back, rate, sample_rate), len(samples))


def _round_trip(
    samples: "NDArray[np.float32]", rate: int, codec: Codec, compression: float | None, bitrate_kbps: float | None
) -> "NDArray[np.float32]":
    if not codec.container:
        from augment.audio.channel.ffmpeg_codec import through_ffmpeg

        return through_ffmpeg(samples, rate, codec.subtype, bitrate_kbps or sum(codec.kbps or (32.0,)) / 2)
    import soundfile

    file = io.BytesIO()
    # Codecs that cannot be told how small to be refuse the argument.
    level = None if compression is None else min(compression, _MOST_COMPRESSION)
    more: dict[str, object] = {"compression_level": level} if codec.lossy_by else {}
    if bitrate_kbps is not None and codec.kbps:
        more = level_for(codec.subtype, rate, bitrate_kbps * samples.shape[1], samples.shape[1])
    soundfile.write(file, samples, rate, codec.subtype, format=codec.container, closefd=False, **more)
    file.seek(0)
    decoded: NDArray[np.float32] = soundfile.read(file, dtype="float32", always_2d=True)[0]
    # LAME leaves the Info tag, which tells the decoder of delay and length, out of frames too small for it. What was
    # read with it has as many samples as were sent; without it there are whole frames, the delay in front.
    return decoded if len(decoded) == len(samples) else decoded[codec.untold_delay :]


def level_for(subtype: str, rate: int, kbps: float, channels: int) -> dict[str, object]:
    """Return libsndfile's arguments for a bit rate: it maps 0 to 1 to a range of its own, linearly (libsndfile 1.2)."""
    low, high = (6.0 * channels, 256.0 * channels) if subtype == "OPUS" else _mp3_range(rate)
    level = min(max((high - kbps) / (high - low), 0.0), _MOST_COMPRESSION)
    return {"compression_level": level, **({} if subtype == "OPUS" else {"bitrate_mode": "CONSTANT"})}


def _mp3_range(rate: int) -> tuple[float, float]:
    return (32.0, 320.0) if rate >= 32_000 else (8.0, 160.0) if rate >= 16_000 else (8.0, 64.0)
