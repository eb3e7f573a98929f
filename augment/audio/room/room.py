"""`room`: the sound in a room that is made up, for those who have no impulse responses."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put the sound into a made-up room (noise that dies away behind the direct sound); level and timing stay."""

    rt60_s: Annotated[
        Number, Meta(description="s until the echo is 60 dB down, or [low, high]; an office 0.4, a hall 2")
    ] = (0.3, 0.8)
    direct_to_reverberant_db: Annotated[
        Number, Meta(description="dB, or [low, high]; 10 near the microphone, below 0 across the room")
    ] = (-6.0, 3.0)

    def __post_init__(self) -> None:
        check_number("rt60_s", self.rt60_s, 0.05, 20)
        check_number("direct_to_reverberant_db", self.direct_to_reverberant_db, -60, 60)


class Draws(TypedDict):
    """A made-up room; the seed is that of its echo."""

    rt60_s: float
    direct_to_reverberant_db: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the size of the room, the distance, and the seed of its echoes."""
    return {
        "rt60_s": uniform(settings.rt60_s, generator),
        "direct_to_reverberant_db": uniform(settings.direct_to_reverberant_db, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the sound in the room; the `scale` that keeps it from clipping is noted.

    Raises:
        RejectedError: The sound is silent.
    """
    from augment.audio.headroom import fit_full_scale
    from augment.audio.room.reverb import in_room

    assert media.sample_rate
    impulse = impulse_response(media.sample_rate, drawn["rt60_s"], drawn["direct_to_reverberant_db"], drawn["seed"])
    samples = media.samples
    found, scale = fit_full_scale(in_room(samples, impulse))
    return media._replace(array=found, noted={**media.noted, "scale": round(scale, 6)})


def impulse_response(
    sample_rate: int, rt60_s: float, direct_to_reverberant_db: float, seed: int
) -> "NDArray[np.float32]":
    """Return the impulse response of a made-up room: the direct sound, then Gaussian noise that decays exponentially.

    h(t) = n(t) exp(-ln(1000) t / rt60), after Moorer, "About this reverberation business" (1979), who found that it
    sounds like a hall. The energy of the noise is that of the direct sound less `direct_to_reverberant_db`.

    Args:
        sample_rate: Hz.
        rt60_s: Seconds until the echo is 60 dB down.
        direct_to_reverberant_db: Level of the direct sound over that of the echo, dB.
        seed: Of the noise.

    Returns:
        float32, shape (frames, 1); the direct sound is the first frame, of value 1.
    """
    import numpy as np

    frames = max(2, round(sample_rate * rt60_s))
    time_s = np.arange(1, frames) / sample_rate
    echo = np.random.default_rng(seed).standard_normal(frames - 1) * np.exp(-np.log(1000) * time_s / rt60_s)
    # The direct sound has the energy 1, so the echo as a whole gets that of the ratio.
    echo *= 10 ** (-direct_to_reverberant_db / 20) / np.sqrt(np.square(echo).sum())
    # The direct sound stays the largest value: that is where an impulse response is taken to begin.
    echo = np.clip(echo, -0.999, 0.999)
    impulse: NDArray[np.float32] = np.concatenate([[1.0], echo]).astype(np.float32)[:, None]
    return impulse
