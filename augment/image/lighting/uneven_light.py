"""`uneven_light`: a lamp from one side, dark corners, the edge of a shadow."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"brightness": Moves(), "contrast": Moves(), "acutance": Moves(), "chroma": Moves()}
"""See `Operation.moves`: a gradient can add contrast or take the scene's own away, so no parameter is solved for."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Light the picture unevenly, in linear light: a gradient, a vignette, and a shadow with a soft edge."""

    gradient_stops: Annotated[
        Number,
        Meta(description="stops, 0 to 8, or [low, high]; from one side to the other, the middle stays as it is"),
    ] = (0.5, 2)
    direction_deg: Annotated[
        Number, Meta(description="degrees, -360 to 360, or [low, high]; where the light comes from: 0 right, 90 above")
    ] = (0, 360)
    vignette_stops: Annotated[
        Number, Meta(description="stops, 0 to 6, or [low, high]; how much darker the corners are than the middle")
    ] = (0, 1)
    shadow_stops: Annotated[
        Number,
        Meta(description="stops, 0 to 8, or [low, high]; how much darker the shadow is; 2 to 3 in the sun; 0 is none"),
    ] = (0, 1.5)
    shadow_share: Annotated[
        Number, Meta(description="0 to 1, or [low, high]; how far the shadow reaches across the picture")
    ] = (0.2, 0.6)
    penumbra_share: Annotated[
        Number,
        Meta(
            description="0 to 1, or [low, high]; width of the shadow's edge, of the picture; the sun gives 1 % of "
            "the distance"
        ),
    ] = (0.01, 0.1)

    def __post_init__(self) -> None:
        check_number("gradient_stops", self.gradient_stops, 0, 8)
        check_number("direction_deg", self.direction_deg, -360, 360)
        check_number("vignette_stops", self.vignette_stops, 0, 6)
        check_number("shadow_stops", self.shadow_stops, 0, 8)
        check_number("shadow_share", self.shadow_share, 0, 1)
        check_number("penumbra_share", self.penumbra_share, 0, 1)


class Draws(TypedDict):
    """The lamp, the lens and the shadow; the seed is that of the shadow's outline."""

    gradient_stops: float
    direction_deg: float
    vignette_stops: float
    shadow_stops: float
    shadow_share: float
    shadow_deg: float
    penumbra_share: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the light; the shadow falls from any side."""
    return {
        "gradient_stops": uniform(settings.gradient_stops, generator),
        "direction_deg": uniform(settings.direction_deg, generator),
        "vignette_stops": uniform(settings.vignette_stops, generator),
        "shadow_stops": uniform(settings.shadow_stops, generator),
        "shadow_share": uniform(settings.shadow_share, generator),
        "shadow_deg": uniform((0.0, 360.0), generator),
        "penumbra_share": uniform(settings.penumbra_share, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture under that light; what gets more of it than white clips."""
    import numpy as np

    from augment.image.light import linear, stored

    pixels = np.asarray(media.array, np.uint8)
    stops = light_stops(pixels.shape[0], pixels.shape[1], drawn)
    return media._replace(array=stored(linear(pixels) * np.exp2(stops)[..., None]))


def light_stops(height: int, width: int, drawn: Draws) -> "NDArray[np.float32]":
    """Return how much more light falls on each place, in stops: float32 of shape (height, width)."""
    import numpy as np

    from augment.image.smooth_field import ramp, smooth_field, smooth_step

    stops = (ramp(height, width, drawn["direction_deg"]) - np.float32(0.5)) * np.float32(drawn["gradient_stops"])
    if drawn["vignette_stops"]:
        # By the square of the distance from the middle, the first term of the cosine to the fourth.
        x, y = ((2 * np.arange(size, dtype=np.float32) + 1) / size - 1 for size in (width, height))
        stops -= np.float32(drawn["vignette_stops"] / 2) * (x[None, :] ** 2 + y[:, None] ** 2)
    if drawn["shadow_stops"]:
        # What throws the shadow is no ruler: its edge bends a little.
        bends = smooth_field(height, width, 2, np.random.default_rng(drawn["seed"])) * np.float32(0.04)
        inside: NDArray[np.float32] = (
            np.float32(drawn["shadow_share"]) - ramp(height, width, drawn["shadow_deg"]) + bends
        )
        edge = np.float32(max(drawn["penumbra_share"], 1 / max(height, width)))
        stops -= np.float32(drawn["shadow_stops"]) * smooth_step(inside / edge + np.float32(0.5))
    return stops
