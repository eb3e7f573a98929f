"""`peak`: the largest sample at a given level."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media

_SILENT = 1e-6

MOVES = {"loudness_lufs": Moves("peak_dbfs", -60, 0), "clipping_ratio": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scale so that the largest sample has a given level; for equal loudness take `loudness`."""

    peak_dbfs: Annotated[Number, Meta(description="dB re full scale, or [low, high]; -1 leaves room for codecs")] = -1.0

    def __post_init__(self) -> None:
        check_number("peak_dbfs", self.peak_dbfs, -120, 0)


class Draws(TypedDict):
    """What is drawn."""

    peak_dbfs: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the level."""
    return {"peak_dbfs": uniform(settings.peak_dbfs, generator)}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording with its largest absolute sample at 10^(peak_dbfs / 20); all channels keep their balance.

    Raises:
        RejectedError: It is silent: its peak is under -120 dBFS.
    """
    import numpy as np

    from augment.audio.headroom import largest

    # Of samples, not of what lies between them: who needs true peaks takes `loudness` with its limit.
    samples = media.samples
    found = largest(samples)
    if found < _SILENT:
        raise RejectedError("it is silent, so it has no peak")
    return media._replace(array=samples * np.float32(10 ** (drawn["peak_dbfs"] / 20) / found))
