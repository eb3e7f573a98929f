"""`haze`: air between camera and scene, which takes the scene's light away and adds its own."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {
    "contrast": Moves("optical_depth", 0, 6),
    "brightness": Moves("airlight_share", 0.2, 1),
    "acutance": Moves(),
    "chroma": Moves(),
    "noise_sd": Moves(),
}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Add haze or fog by the scattering model, J t + A (1 - t) in linear light, over a made-up but smooth depth."""

    optical_depth: Annotated[
        Number,
        Meta(
            description="0 to 10, or [low, high]; of the farthest point: t = exp(-depth), 3.9 is where sight ends "
            "(Koschmieder: contrast 0.02)"
        ),
    ] = (0.4, 1.6)
    near_share: Annotated[
        Number,
        Meta(description="0 to 1, or [low, high]; depth of the nearest point as share of the farthest; 1 is a wall"),
    ] = (0.2, 0.7)
    airlight_share: Annotated[
        Number,
        Meta(description="0 to 1, or [low, high]; light of the air as share of white; hazy skies are near white"),
    ] = (0.4, 0.85)
    airlight_tint_stops: Annotated[
        Number,
        Meta(description="stops, -1 to 1, or [low, high]; blue over red in the air's light: cold above 0, warm below"),
    ] = (-0.05, 0.15)
    far_deg: Annotated[
        Number, Meta(description="degrees, -360 to 360, or [low, high]; where it is far: 90 is up, as in landscapes")
    ] = (60, 120)
    unevenness_share: Annotated[
        Number, Meta(description="0 to 1, or [low, high]; how much the haze varies from place to place; clouds of fog")
    ] = (0, 0.3)

    def __post_init__(self) -> None:
        check_number("optical_depth", self.optical_depth, 0, 10)
        for name in ("near_share", "airlight_share", "unevenness_share"):
            check_number(name, getattr(self, name), 0, 1)
        check_number("airlight_tint_stops", self.airlight_tint_stops, -1, 1)
        check_number("far_deg", self.far_deg, -360, 360)


class Draws(TypedDict):
    """The air and the depth; the seed is that of its clouds."""

    optical_depth: float
    near_share: float
    airlight_share: float
    airlight_tint_stops: float
    far_deg: float
    unevenness_share: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the air and the depth."""
    return {
        "optical_depth": uniform(settings.optical_depth, generator),
        "near_share": uniform(settings.near_share, generator),
        "airlight_share": uniform(settings.airlight_share, generator),
        "airlight_tint_stops": uniform(settings.airlight_tint_stops, generator),
        "far_deg": uniform(settings.far_deg, generator),
        "unevenness_share": uniform(settings.unevenness_share, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture as seen through the air.

    Source: Narasimhan, Nayar: Vision and the atmosphere, International Journal of Computer Vision 48 (2002), equation
    of attenuation and airlight. The scatter is the same for all colours, as in fog; the depth is not the scene's.
    """
    import numpy as np

    from augment.image.light import linear, stored, tint

    pixels = np.asarray(media.array, np.uint8)
    passes = transmission(pixels.shape[0], pixels.shape[1], drawn)[..., None]
    air = np.minimum(drawn["airlight_share"] * tint(drawn["airlight_tint_stops"]), 1).astype(np.float32)
    return media._replace(array=stored(linear(pixels) * passes + air * (1 - passes)))


def transmission(height: int, width: int, drawn: Draws) -> "NDArray[np.float32]":
    """Return the share of the scene's light that arrives: float32 of shape (height, width), 0 to 1.

    exp(-optical depth), which grows from near to far along a plane, and is uneven by smooth noise.
    """
    import numpy as np

    from augment.image.smooth_field import ramp, smooth_field

    near = np.float32(drawn["near_share"])
    depth = near + (1 - near) * ramp(height, width, drawn["far_deg"])
    if drawn["unevenness_share"]:
        clouds = smooth_field(height, width, 3, np.random.default_rng(drawn["seed"]))
        depth *= np.maximum(1 + np.float32(drawn["unevenness_share"]) * clouds, 0)
    passes: NDArray[np.float32] = np.exp(depth * np.float32(-drawn["optical_depth"]))
    return passes
