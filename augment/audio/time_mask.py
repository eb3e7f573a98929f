"""`time_mask`: a gap in the sound."""

from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_USUAL_SHARE = (0.05, 0.15)

MOVES = {"silence_ratio": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Silence a stretch, as when a connection drops out."""

    share: Annotated[
        Number | None,
        Meta(description="share of the duration, or [low, high]; without duration_s 0.05 to 0.15: words survive that"),
    ] = None
    duration_s: Annotated[Number | None, Meta(description="seconds, or [low, high], instead of a share")] = None
    fade_s: Annotated[float, Meta(description="seconds at each edge of the gap; 0.005 leaves no click")] = 0.005

    def __post_init__(self) -> None:
        if self.share is not None and self.duration_s is not None:
            raise ValueError("duration_s: give this or share, not both")
        check_number("share", self.share, 0, 0.95)
        check_number("duration_s", self.duration_s, 0, 3600)
        check_number("fade_s", self.fade_s, 0, 1)


class Draws(TypedDict):
    """Where the gap is; what was asked for, where it is shorter than that."""

    start_s: float
    duration_s: float
    fade_s: float
    asked_s: NotRequired[float]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw how long the gap is, and where; it is never longer than 95 % of the sound."""
    whole_s = media.duration_s()
    if settings.duration_s is not None:
        gap_s = uniform(settings.duration_s, generator)
    else:
        gap_s = whole_s * uniform(_USUAL_SHARE if settings.share is None else settings.share, generator)
    # A gap in seconds can be longer than a short recording; nothing but silence would be rejected later.
    asked_s, gap_s = gap_s, min(gap_s, 0.95 * whole_s)
    start_s = generator.uniform(0, whole_s - gap_s)
    drawn: Draws = {"start_s": round(start_s, 6), "duration_s": round(gap_s, 6), "fade_s": settings.fade_s}
    if asked_s > gap_s:
        drawn["asked_s"] = round(asked_s, 6)
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording with the gap; one that the recording is too short for is noted as missed."""
    samples = media.samples
    rate = media.sample_rate or 1
    start, gap = round(drawn["start_s"] * rate), round(drawn["duration_s"] * rate)
    noted: Noted = {**media.noted}
    if (asked_s := drawn.get("asked_s")) is not None:
        by = round(drawn["duration_s"] - asked_s, 6)
        noted["missed"] = {"duration_s": {"by": by, "why": "a gap is 95 % of the sound at most"}}
    return media._replace(array=silenced(samples, start, gap, round(drawn["fade_s"] * rate)), noted=noted)


def silenced(samples: "NDArray[np.float32]", start: int, length: int, fade: int) -> "NDArray[np.float32]":
    """Return a recording with zeros in one place; a raised cosine leads into the gap and out, both within it.

    Args:
        samples: float32, shape (frames, channels).
        start: First sample of the gap.
        length: Samples in the gap.
        fade: Samples of each edge; at most half of the gap.

    Returns:
        float32, of the same shape.
    """
    import numpy as np

    found = samples.copy()
    length = min(length, len(samples) - start)
    fade = min(fade, length // 2)
    gains = np.zeros((length, 1), np.float32)
    # Half a step in, so that the edge is symmetric: neither its 1 nor its 0 is there twice.
    out = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / max(1, fade))
    gains[:fade, 0] = out
    gains[length - fade :, 0] = out[::-1]
    found[start : start + length] *= gains
    return found
