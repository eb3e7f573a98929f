"""`noise_floor`: what a microphone hears of a room in which nobody speaks, and of the mains."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

Mains = Literal[50, 60]

_LOWEST_HZ = 50.0
"""Below, the floor does not rise any more: microphones for speech hear little there, and the facts count nothing."""
_HARMONICS = 8

MOVES = {"snr_db": Moves("snr_db", -10, 60), "bandwidth_hz": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Add the noise floor of a room at an exact SNR: noise that falls with frequency, and the hum of the mains."""

    snr_db: Annotated[
        Number, Meta(description="dB over the whole clip, or [low, high]; 15 to 30 is a microphone across a room")
    ] = (15.0, 30.0)
    slope_db_per_octave: Annotated[
        Number,
        Meta(
            description="dB per octave from 50 Hz on, or [low, high]; 0 is white, -3 pink, -6 brown; rooms lie between"
        ),
    ] = (-6.0, -3.0)
    hum_hz: Annotated[
        Mains | tuple[Mains, ...] | None,
        Meta(description="of the mains: 50 or 60, or a list to draw one from; null: no hum"),
    ] = (50, 60)
    hum_db: Annotated[
        Number,
        Meta(description="level of the hum to that of the noise, dB, or [low, high]; from hardly there to plain"),
    ] = (-25.0, -3.0)

    def __post_init__(self) -> None:
        check_number("snr_db", self.snr_db, -60, 120)
        check_number("slope_db_per_octave", self.slope_db_per_octave, -24, 12)
        check_number("hum_db", self.hum_db, -120, 60)
        if self.hum_hz == ():
            raise ValueError("hum_hz: the list is empty")


class Draws(TypedDict):
    """A floor; the seed is that of its noise and of the phases of its hum; `hum_hz` 0: no hum."""

    snr_db: float
    slope_db_per_octave: float
    hum_hz: int
    hum_db: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the ratio, the colour, the hum, and the seed of the noise."""
    mains = settings.hum_hz if isinstance(settings.hum_hz, tuple) else (settings.hum_hz or 0,)
    return {
        "snr_db": uniform(settings.snr_db, generator),
        "slope_db_per_octave": uniform(settings.slope_db_per_octave, generator),
        "hum_hz": int(mains[int(generator.integers(len(mains)))]),
        "hum_db": uniform(settings.hum_db, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the sound over the floor; the `scale` that keeps it from clipping is noted.

    Raises:
        RejectedError: The sound is silent.
    """
    from augment.audio.noise.mix_noise import mix

    assert media.sample_rate
    samples = media.samples
    floor = room_tone(
        samples.shape[0],
        samples.shape[1],
        media.sample_rate,
        drawn["slope_db_per_octave"],
        drawn["hum_hz"],
        drawn["hum_db"],
        drawn["seed"],
    )
    mixed, scale = mix(samples, floor, drawn["snr_db"])
    return media._replace(array=mixed, noted={**media.noted, "scale": round(scale, 6)})


def room_tone(
    frames: int,
    channels: int,
    sample_rate: int,
    slope_db_per_octave: float,
    hum_hz: int,
    hum_db: float,
    seed: int,
) -> "NDArray[np.float32]":
    """Return the floor of a room: Gaussian noise, whose power falls by so much per octave, of power 1, and a hum.

    The noise is another one in each channel, as that of a room is at frequencies over a few hundred Hz; the hum is the
    same in all of them. It has the eight lowest harmonics, each half as strong as the one before, in phases of its own.

    Args:
        frames: How long.
        channels: How many.
        sample_rate: Hz.
        slope_db_per_octave: Of the power, from 50 Hz on.
        hum_hz: Of the mains; 0: no hum.
        hum_db: Power of the hum to that of the noise.
        seed: Of noise and phases.

    Returns:
        float32, shape (frames, channels).
    """
    import numpy as np

    from augment.audio.channel.bandlimit import fast_size

    generator = np.random.default_rng(seed)
    # Made a little longer and cut: the spectrum of the whole is exact, and its end would be its start.
    size = fast_size(frames + sample_rate // 5)
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    gains = 10 ** (slope_db_per_octave * np.log2(np.maximum(hz, _LOWEST_HZ) / _LOWEST_HZ) / 20)
    gains[0] = 0
    spectrum = np.fft.rfft(generator.standard_normal((size, channels)), axis=0)
    noise = np.fft.irfft(spectrum * gains[:, None], size, axis=0)[:frames]
    noise /= np.sqrt(np.square(noise).mean()) or 1
    harmonics = np.arange(1, _HARMONICS + 1)
    phases = generator.uniform(0, 2 * np.pi, _HARMONICS)
    heard = harmonics[harmonics * hum_hz < sample_rate / 2]
    if hum_hz and len(heard):
        time_s = np.arange(frames)[:, None] / sample_rate
        waves = np.sin(2 * np.pi * hum_hz * heard * time_s + phases[: len(heard)]) * 0.5 ** (heard - 1)
        # Their power as a formula, not as it is in a short piece, where half a period may stand for all.
        power = float(np.square(0.5 ** (heard - 1)).sum()) / 2
        noise += waves.sum(axis=1, keepdims=True) * (10 ** (hum_db / 10) / power) ** 0.5
    return noise.astype(np.float32)
