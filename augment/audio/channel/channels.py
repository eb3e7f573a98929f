"""`channels`: mono, stereo, or one channel of several."""

from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import check_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change the number of channels: to one by the mean, to several by copies."""

    channels: Annotated[int, Meta(description="how many; most speech models take 1")] = 1
    pick: Annotated[
        int | None, Meta(description="take this channel, counted from 1, instead of the mean; null: the mean")
    ] = None

    def __post_init__(self) -> None:
        check_number("channels", self.channels, 1, 64)
        check_number("pick", self.pick, 1, 64)


class Draws(TypedDict):
    """How many, and the one that is picked."""

    channels: int
    pick: NotRequired[int]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Return the settings; nothing is left to chance."""
    if settings.pick is None:
        return {"channels": settings.channels}
    return {"channels": settings.channels, "pick": settings.pick}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording with so many channels; see `with_channels`.

    Raises:
        RejectedError: It does not have the channel to pick.
    """
    samples = media.samples
    return media._replace(array=with_channels(samples, drawn["channels"], drawn.get("pick")))


def with_channels(samples: "NDArray[np.float32]", channels: int, pick: int | None = None) -> "NDArray[np.float32]":
    """Return a recording with so many channels.

    One that has them already stays as it is. Otherwise every channel is the mean of those that there are (the first
    of them, where they cancel each other out), or the one that was picked.

    Args:
        samples: float32, shape (frames, any).
        channels: How many to return.
        pick: Counted from 1; None: the mean.

    Raises:
        RejectedError: There is no such channel.
    """
    import numpy as np

    from curate.facts.audio import downmix

    have = samples.shape[1]
    # Stereo that is to be stereo is not mixed: both channels would become the same.
    if pick is None and have == channels:
        return samples
    if pick is not None and pick > have:
        raise RejectedError(f"there is no channel {pick}: it has {have}")
    one = downmix(samples) if pick is None else samples[:, pick - 1]
    return np.repeat(one[:, None], channels, axis=1)
