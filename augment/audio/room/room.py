"""`room`: the sound in a room that is made up, for those who have no impulse responses."""

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_EDGES_HZ = (1000.0, 2000.0, 4000.0)
"""Between the bands that die away each at its own speed: the highest is that of 8 kHz, where air takes most."""
_LENGTH = 1.25
_ROUNDS = 6
_NEAR = 0.005
_MISSED = 0.05

MOVES = {"snr_db": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put the sound into a made-up room (noise that dies away behind the direct sound); level and timing stay.

    The room has no noise of its own: `noise_floor` adds it.
    """

    rt60_s: Annotated[
        Number, Meta(description="s until the echo is 60 dB down, or [low, high]; an office 0.4, a hall 2")
    ] = (0.3, 0.8)
    direct_to_reverberant_db: Annotated[
        Number, Meta(description="dB, or [low, high]; 10 near the microphone, below 0 across the room")
    ] = (-6.0, 3.0)
    treble_rt60: Annotated[
        Number,
        Meta(
            description="RT60 over 4 kHz as a share of that below 1 kHz, or [low, high]; curtains, carpets and air "
            "leave 0.5 to 0.9 (Kuttruff, Room Acoustics); 1: the same everywhere"
        ),
    ] = (0.5, 0.9)

    def __post_init__(self) -> None:
        check_number("rt60_s", self.rt60_s, 0.05, 20)
        check_number("direct_to_reverberant_db", self.direct_to_reverberant_db, -60, 60)
        check_number("treble_rt60", self.treble_rt60, 0.1, 1)


class Draws(TypedDict):
    """A made-up room; the seed is that of its echo."""

    rt60_s: float
    direct_to_reverberant_db: float
    treble_rt60: float
    seed: int


class Made(NamedTuple):
    """A made-up room.

    Attributes:
        impulse: Its impulse response, float32, shape (frames, 1); the direct sound is the first frame, of value 1.
        measured_rt60_s: What is measured on it.
    """

    impulse: "NDArray[np.float32]"
    measured_rt60_s: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the size of the room, the distance, what it is furnished with, and the seed of its echoes."""
    return {
        "rt60_s": uniform(settings.rt60_s, generator),
        "direct_to_reverberant_db": uniform(settings.direct_to_reverberant_db, generator),
        "treble_rt60": uniform(settings.treble_rt60, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the sound in the room; its offset, which is that of the converter behind the microphone, stays.

    Noted are the `scale` that keeps it from clipping and `measured_rt60_s`; that it was missed, where the two differ by
    more than a twentieth.

    Raises:
        RejectedError: The sound is silent.
    """
    from augment.audio.headroom import fit_full_scale, softer_by
    from augment.audio.room.reverb import in_room
    from curate.facts.offset import without_offset

    assert media.sample_rate
    asked_s = drawn["rt60_s"]
    made = make_room(media.sample_rate, asked_s, drawn["direct_to_reverberant_db"], drawn["treble_rt60"], drawn["seed"])
    samples, offset = without_offset(media.samples)
    found, scale = fit_full_scale(in_room(samples, made.impulse, begins=0) + offset)
    noted: Noted = {**media.noted, "scale": round(scale, 6), "measured_rt60_s": round(made.measured_rt60_s, 4)}
    missed = softer_by(scale)
    if abs(made.measured_rt60_s / asked_s - 1) > _MISSED:
        by = round(made.measured_rt60_s - asked_s, 4)
        missed["rt60_s"] = {"by": by, "why": "the echo is too short to shape"}
    if missed:
        noted["missed"] = missed
    return media._replace(array=found, noted=noted)


@lru_cache(maxsize=8)
def make_room(sample_rate: int, rt60_s: float, direct_to_reverberant_db: float, treble_rt60: float, seed: int) -> Made:
    """Return a made-up room: the direct sound, then Gaussian noise that decays exponentially, treble faster than bass.

    h(t) = n(t) exp(-ln(1000) t / rt60) in each of four bands, after Moorer, "About this reverberation business" (1979),
    who found that it sounds like a hall. The RT60 of all bands together is neither that of one of them nor, for noise
    that is drawn, exactly what its formula says: all are stretched until the room measures what was asked for. The
    energy of the noise is that of the direct sound less `direct_to_reverberant_db`.

    Args:
        sample_rate: Hz.
        rt60_s: Seconds until the echo is 60 dB down, as `augment.audio.room.decay` measures it.
        direct_to_reverberant_db: Level of the direct sound over that of the echo, dB.
        treble_rt60: RT60 of the highest band as a share of that of the lowest; those between lie evenly.
        seed: Of the noise.
    """
    import numpy as np

    from augment.audio.room.decay import measured_rt60_s

    frames = max(2, round(sample_rate * rt60_s * _LENGTH / treble_rt60**0.5))
    time_s = np.arange(1, frames) / sample_rate
    bands = _bands(np.random.default_rng(seed).standard_normal(frames - 1), sample_rate)
    shares = np.linspace(1, treble_rt60, len(_EDGES_HZ) + 1)[: len(bands)]
    stretch, found_s = 1.0, 0.0
    impulse = np.ones((frames, 1), np.float32)
    for _ in range(_ROUNDS):
        decays = np.exp(-np.log(1000) * time_s / (rt60_s * stretch * shares[:, None]))
        echo = (bands * decays).sum(axis=0)
        # The direct sound has the energy 1, so the echo as a whole gets that of the ratio.
        echo *= 10 ** (-direct_to_reverberant_db / 20) / np.sqrt(np.square(echo).sum())
        impulse[1:, 0] = echo
        # The measurement takes the largest value for the direct sound, which in a small far room is an echo.
        measured = measured_rt60_s(np.concatenate([[[2 * np.abs(echo).max()]], echo[:, None]]), sample_rate)
        found_s = rt60_s * stretch if measured is None else measured
        if abs(found_s / rt60_s - 1) < _NEAR:
            break
        stretch *= rt60_s / found_s
    impulse.flags.writeable = False
    return Made(impulse, found_s)


def _bands(noise: "NDArray[np.float64]", sample_rate: int) -> "NDArray[np.float64]":
    """Return the noise in its bands, shape (bands that the sample rate reaches, frames); their sum is the noise."""
    import numpy as np

    edges = [hz for hz in _EDGES_HZ if hz < sample_rate / 2]
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(len(noise), 1 / sample_rate)
    # Half an octave of cross-fade: a step would ring as long as the room.
    lower = [np.ones(len(hz)), *(np.clip(2 * np.log2(np.maximum(hz, 1) / edge) + 0.5, 0, 1) for edge in edges)]
    gains = [low - high for low, high in zip(lower, [*lower[1:], np.zeros(len(hz))], strict=True)]
    return np.array([np.fft.irfft(spectrum * gain, len(noise)) for gain in gains])
