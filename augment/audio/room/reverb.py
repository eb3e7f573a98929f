"""`reverb`: the sound in a room, by the impulse response of that room."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import msgspec
from msgspec import Meta, Struct

from augment.audio.noise.recordings import Recording, find_recordings
from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import FolderOfRecordings, Moves, Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

MOVES = {"snr_db": Moves(), "bandwidth_hz": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Put the sound into a room (convolution with a measured impulse response); level and timing stay."""

    folder: Annotated[FolderOfRecordings, Meta(description="folder of impulse responses, searched with those below it")]
    wet: Annotated[
        Number, Meta(description="share of the room, 0 (none) to 1, or [low, high]; 1 is what a microphone there hears")
    ] = 1.0
    tail: Annotated[Literal["cut", "keep"], Meta(description="what sounds on after the end; cut: the length stays")] = (
        "cut"
    )

    def __post_init__(self) -> None:
        check_number("wet", self.wet, 0, 1)


class Rooms(Struct, frozen=True):
    """The settings with the impulse responses that were found."""

    recordings: tuple[Recording, ...]
    wet: Number
    tail: str


class Draws(TypedDict):
    """An impulse response, by path and digest, and how much of it is heard."""

    impulse: str
    impulse_digest: str
    wet: float
    tail: str


def prepare(settings: Settings) -> Prepared[Rooms]:
    """Look for the impulse responses.

    Raises:
        InputError: The folder is missing or has no recording that can be read.
    """
    found = find_recordings(settings.folder, "reverb: folder", {"room"})
    identity = {**msgspec.to_builtins(settings), "folder": found.digests()}
    return Prepared(Rooms(found.recordings, settings.wet, settings.tail), identity, found.notes)


def draw(settings: Rooms, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw a room and how much of it is heard."""
    room = settings.recordings[int(generator.integers(len(settings.recordings)))]
    wet = uniform(settings.wet, generator)
    return {"impulse": room.path, "impulse_digest": room.digest, "wet": wet, "tail": settings.tail}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the sound in the room; its offset, which is that of the converter behind the microphone, stays.

    Noted are the `scale` that keeps it from clipping and `measured_rt60_s`, where the impulse response tells it.

    Raises:
        RejectedError: The sound or the impulse response is silent.
        InputError: The impulse response cannot be read any more.
    """
    from augment.audio.headroom import fit_full_scale, softer_by
    from augment.audio.noise.noise_segments import whole
    from augment.audio.room.decay import measured_rt60_s
    from curate.facts.offset import without_offset

    assert media.sample_rate
    samples, offset = without_offset(media.samples)
    impulse = whole(drawn["impulse"], drawn["impulse_digest"], media.sample_rate)
    wet = in_room(samples, impulse, keep_tail=drawn["tail"] == "keep")
    # `wet` has the level of the sound, so the share changes the colour and hardly the loudness.
    mixed = wet * drawn["wet"]
    mixed[: len(samples)] += samples * (1 - drawn["wet"])
    found, scale = fit_full_scale(mixed + offset)
    noted: Noted = {**media.noted, "scale": round(scale, 6)}
    if measured := measured_rt60_s(impulse, media.sample_rate):
        noted["measured_rt60_s"] = round(measured, 4)
    if missed := softer_by(scale):
        noted["missed"] = missed
    return media._replace(array=found, noted=noted)


def in_room(
    samples: "NDArray[np.float32]",
    impulse: "NDArray[np.float32]",
    keep_tail: bool = False,
    begins: int | None = None,
) -> "NDArray[np.float32]":
    """Return the sound in a room, as loud as it was: the RMS over the length of the sound is that of the sound.

    The impulse response begins at its largest value, the direct sound, so that nothing comes later than it did. One
    with as many channels as the sound is used channel by channel; of any other the first channel is used for all.

    Args:
        samples: float32, shape (frames, channels).
        impulse: float32, shape (any, channels), at the same sample rate.
        keep_tail: Return what sounds on after the end as well.
        begins: Frame of the direct sound; None: the largest value.

    Returns:
        float32, shape (frames, channels), or longer by the impulse response from its direct sound on.

    Raises:
        RejectedError: The sound or the impulse response is silent.
    """
    import numpy as np

    from augment.audio.channel.bandlimit import fast_size
    from augment.audio.headroom import mean_square

    if impulse.shape[1] != samples.shape[1]:
        impulse = impulse[:, :1]
    # Of several channels the one that is reached first: the others keep their delay to it, which is what a listener
    # takes direction from. What lies before the direct sound is the noise of the measurement.
    impulse = impulse[int(np.abs(impulse).argmax(axis=0).min()) if begins is None else begins :]
    power = mean_square(samples)
    length = len(samples) + len(impulse) - 1
    size = fast_size(length)
    spectrum = np.fft.rfft(samples, size, axis=0) * np.fft.rfft(impulse, size, axis=0)
    heard: NDArray[np.float32] = np.fft.irfft(spectrum, size, axis=0)[:length].astype(np.float32)
    # The level is that of the part that is as long as the sound, kept tail or not: the tail of a large room would make
    # the words themselves softer.
    heard_power = mean_square(heard[: len(samples)])
    if power < 1e-12 or heard_power < 1e-16:
        raise RejectedError("the sound or the impulse response is silent")
    heard *= np.float32((power / heard_power) ** 0.5)
    return heard if keep_tail else heard[: len(samples)]
