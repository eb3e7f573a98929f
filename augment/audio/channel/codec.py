"""`codec`: through a real encoder and decoder and back."""

import io
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

Format = Literal["alaw", "g726", "gsm610", "ima_adpcm", "mp3", "ms_adpcm", "opus", "ulaw", "vorbis"]


class Codec(NamedTuple):
    """How libsndfile makes a format.

    Attributes:
        container: Its name of the container.
        subtype: Its name of the codec.
        rates: The sample rates that the codec knows, in order; empty for any.
        channels: The most channels that it takes; those of a recording with more are encoded one by one.
        lossy_by: It can be told how small to make the file.
    """

    container: str
    subtype: str
    rates: tuple[int, ...] = ()
    channels: int = 1
    lossy_by: bool = False


_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

CODECS: dict[Format, Codec] = {
    "alaw": Codec("WAV", "ALAW", (8000,), 2),
    "g726": Codec("AU", "G721_32", (8000,)),
    "gsm610": Codec("WAV", "GSM610", (8000,)),
    "ima_adpcm": Codec("WAV", "IMA_ADPCM", channels=2),
    "mp3": Codec("MP3", "MPEG_LAYER_III", _MP3_RATES, 2, lossy_by=True),
    "ms_adpcm": Codec("WAV", "MS_ADPCM", channels=2),
    "opus": Codec("OGG", "OPUS", (8000, 12000, 16000, 48000), 2, lossy_by=True),
    "ulaw": Codec("WAV", "ULAW", (8000,), 2),
    "vorbis": Codec("OGG", "VORBIS", channels=2, lossy_by=True),
}
"""The formats; those of telephones (ulaw, alaw, g726, gsm610) work at 8 kHz, as their standards say."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Encode and decode in memory; length, timing, sample rate and channels stay."""

    format: Annotated[
        Format | tuple[Format, ...], Meta(description="a codec, or a list to draw one from; ulaw is a telephone's")
    ] = "ulaw"
    compression: Annotated[
        Number, Meta(description="for mp3, opus, vorbis: 0 (best) to 1 (smallest), or [low, high]; libsndfile's scale")
    ] = (0.5, 0.9)

    def __post_init__(self) -> None:
        if not self.format:
            raise ValueError("format: the list is empty")
        check_number("compression", self.compression, 0, 1)


class Draws(TypedDict):
    """A codec, and how much it compresses where it can be told."""

    format: Format
    compression: NotRequired[float]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw a codec and how much it compresses."""
    formats = (settings.format,) if isinstance(settings.format, str) else settings.format
    # By number, not `choice`, which would make numpy's strings of the names.
    name = formats[int(generator.integers(len(formats)))]
    compression = uniform(settings.compression, generator)
    return {"format": name, "compression": compression} if CODECS[name].lossy_by else {"format": name}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return what comes back from the decoder."""
    assert media.sample_rate
    samples = media.samples
    coded = through_codec(samples, media.sample_rate, drawn["format"], drawn.get("compression"))
    return media._replace(array=coded)


def through_codec(
    samples: "NDArray[np.float32]", sample_rate: int, name: Format, compression: float | None = None
) -> "NDArray[np.float32]":
    """Return a recording encoded and decoded, as long as it was and in time with it.

    A codec that does not know the sample rate works at the next higher one that it knows, or at its highest; soxr
    changes the rate before and after. libsndfile takes out the delay of the codecs that have one.

    Args:
        samples: float32, shape (frames, channels); clipped to full scale.
        sample_rate: Hz.
        name: A name in `CODECS`.
        compression: 0 (best) to 1 (smallest), for codecs that can be told; None: libsndfile's default.

    Returns:
        float32, of the same shape.
    """
    import numpy as np

    from augment.audio.channel.resample import fit, resample

    codec = CODECS[name]
    # Upwards first: a lower rate would take away treble that the codec itself would have kept.
    rate = min((rate for rate in codec.rates if rate >= sample_rate), default=max(codec.rates, default=sample_rate))
    sent = np.clip(resample(samples, sample_rate, rate), -1, 1)
    # Telephone codecs are mono; what they do to one channel does not depend on the others.
    groups = [sent] if sent.shape[1] <= codec.channels else [sent[:, [at]] for at in range(sent.shape[1])]
    back = np.concatenate([_round_trip(group, rate, codec, compression) for group in groups], axis=1)
    return fit(resample(back, rate, sample_rate), len(samples))


def _round_trip(
    samples: "NDArray[np.float32]", rate: int, codec: Codec, compression: float | None
) -> "NDArray[np.float32]":
    import soundfile

    file = io.BytesIO()
    # Codecs that cannot be told how small to be refuse the argument.
    more = {"compression_level": compression} if codec.lossy_by else {}
    soundfile.write(file, samples, rate, codec.subtype, format=codec.container, closefd=False, **more)
    file.seek(0)
    decoded: NDArray[np.float32] = soundfile.read(file, dtype="float32", always_2d=True)[0]
    return decoded
