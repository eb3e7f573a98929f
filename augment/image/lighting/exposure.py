"""`exposure`: more or less light on the same scene, and a flatter or harder rendering of it."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media

MOVES = {
    "brightness": Moves("exposure_stops", -6, 4),
    "contrast": Moves("contrast_gain", 0.1, 3),
    "acutance": Moves(),
    "chroma": Moves(),
    "noise_sd": Moves(),
}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Expose longer or shorter, without noise, and stretch the contrast about the mean; what is too bright clips."""

    exposure_stops: Annotated[
        Number,
        Meta(description="stops, -10 to 10, or [low, high]; +1 doubles the light. A camera's metering errs by about 1"),
    ] = (-1, 1)
    contrast_gain: Annotated[
        Number,
        Meta(description="0 to 10, or [low, high]; of the stored values about their mean; below 1 is flatter"),
    ] = 1

    def __post_init__(self) -> None:
        check_number("exposure_stops", self.exposure_stops, -10, 10)
        check_number("contrast_gain", self.contrast_gain, 0, 10)


class Draws(TypedDict):
    """An exposure and a contrast."""

    exposure_stops: float
    contrast_gain: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw both."""
    return {
        "exposure_stops": uniform(settings.exposure_stops, generator),
        "contrast_gain": uniform(settings.contrast_gain, generator),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture exposed in linear light, and then stretched as it is stored."""
    import numpy as np

    from augment.image.light import linear, stored

    pixels = np.asarray(media.array, np.uint8)
    if drawn["exposure_stops"]:
        pixels = stored(linear(pixels) * np.float32(2 ** drawn["exposure_stops"]))
    if drawn["contrast_gain"] != 1:
        # As tone curves of cameras do, which work on stored values; one mean for all channels keeps hues.
        mean, levels = float(pixels.mean()), np.arange(256)
        table = np.clip(np.rint((levels - mean) * drawn["contrast_gain"] + mean), 0, 255).astype(np.uint8)
        pixels = table[pixels]
    return media._replace(array=pixels)
