"""`gain`: louder or softer by so many decibels."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media


MOVES = {"loudness_lufs": Moves("gain_db", -60, 40), "clipping_ratio": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change the level; what then passes full scale is scaled down as a whole when the file is written."""

    gain_db: Annotated[Number, Meta(description="dB, or [low, high]; the size that people still call the same")] = (
        -6.0,
        6.0,
    )

    def __post_init__(self) -> None:
        check_number("gain_db", self.gain_db, -120, 120)


class Draws(TypedDict):
    """What is drawn."""

    gain_db: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the gain."""
    return {"gain_db": uniform(settings.gain_db, generator)}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording times 10^(gain_db / 20)."""
    import numpy as np

    return media._replace(array=media.array * np.float32(10 ** (drawn["gain_db"] / 20)))
