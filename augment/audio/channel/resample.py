"""`resample`: the same sound at another sample rate."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import check_number
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"bandwidth_hz": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change the sample rate (soxr); length in seconds and pitch stay."""

    sample_rate: Annotated[int, Meta(description="Hz; 16000 is what most speech models take")] = 16000
    quality: Annotated[Literal["HQ", "VHQ"], Meta(description="of soxr; HQ is good to 20 bits, VHQ to 28")] = "VHQ"

    def __post_init__(self) -> None:
        check_number("sample_rate", self.sample_rate, 1000, 768000)


class Draws(TypedDict):
    """What is drawn."""

    sample_rate: int
    quality: str


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Return the settings; nothing is left to chance."""
    return {"sample_rate": settings.sample_rate, "quality": settings.quality}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording at `sample_rate`."""
    assert media.sample_rate
    samples = media.samples
    rate = drawn["sample_rate"]
    return media._replace(array=resample(samples, media.sample_rate, rate, drawn["quality"]), sample_rate=rate)


def resample(
    samples: "NDArray[np.float32]", from_rate: float, to_rate: float, quality: str = "HQ"
) -> "NDArray[np.float32]":
    """Return the recording at another rate: the filter has linear phase, and its delay is taken out.

    Args:
        samples: float32, shape (frames, channels).
        from_rate: Hz; need not be whole.
        to_rate: Hz; need not be whole.
        quality: soxr's name.

    Returns:
        float32, shape (round(frames * to_rate / from_rate), channels), at least one frame. Peaks between the samples
        can lie over those of the source.
    """
    # The filter would change every sample a little: what has the rate already keeps its bits.
    if from_rate == to_rate:
        return samples
    import soxr

    changed: NDArray[np.float32] = soxr.resample(samples, from_rate, to_rate, quality=quality)
    return fit(changed, max(1, round(len(samples) * to_rate / from_rate)))


def fit(samples: "NDArray[np.float32]", frames: int) -> "NDArray[np.float32]":
    """Return the recording cut, or filled up with zeros, to so many frames."""
    import numpy as np

    if len(samples) >= frames:
        return samples[:frames]
    return np.concatenate([samples, np.zeros((frames - len(samples), samples.shape[1]), np.float32)])
