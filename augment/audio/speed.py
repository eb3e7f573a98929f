"""`speed`: faster or slower, as a tape: the pitch changes with it."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media

MOVES = {"duration_s": Moves("factor", 0.5, 2), "bandwidth_hz": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Play faster or slower by resampling; the pitch changes with it, the sample rate stays."""

    factor: Annotated[
        Number, Meta(description="over 1 is faster, or [low, high]; 0.9 to 1.1 is usual for speech recognition")
    ] = (0.9, 1.1)

    def __post_init__(self) -> None:
        check_number("factor", self.factor, 0.1, 10)


class Draws(TypedDict):
    """What is drawn."""

    factor: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the factor."""
    return {"factor": uniform(settings.factor, generator)}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording `factor` times as fast: round(frames / factor) frames.

    What then lies over half of the sample rate is filtered out.
    """
    from augment.audio.channel.resample import resample

    # Only the ratio counts: what was recorded at `factor` Hz is written as if at 1 Hz, and the true rate stays.
    samples = media.samples
    return media._replace(array=resample(samples, drawn["factor"], 1.0))
