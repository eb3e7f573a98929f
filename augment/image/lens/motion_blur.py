"""`motion_blur`: the camera, or all that it sees, moved while the shutter was open."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

_POINTS_PER_PIXEL = 16
_SHARE: Number = (0.01, 0.03)


MOVES = {"acutance": Moves("length_share", 0, 0.05), "noise_sd": Moves()}
"""See `Operation.moves`: beyond, acutance falls no further: what is left of the edges is rounding to 8 bits."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Smear the picture evenly along a straight line, in linear light, as moving the camera does."""

    length_px: Annotated[Number | None, Meta(description="px, 0 to 1,000, or [low, high]")] = None
    length_share: Annotated[
        Number | None,
        Meta(description="of the longer side, 0 to 0.5, or [low, high]; [0.01, 0.03] if no length is given"),
    ] = None
    angle_deg: Annotated[
        Number, Meta(description="degrees, -360 to 360, or [low, high]; 0 is level, 90 upright, counter-clockwise")
    ] = (0, 180)

    def __post_init__(self) -> None:
        if self.length_px is not None and self.length_share is not None:
            raise ValueError("takes length_px or length_share, not both")
        check_number("length_px", self.length_px, 0, 1000)
        check_number("length_share", self.length_share, 0, 0.5)
        check_number("angle_deg", self.angle_deg, -360, 360)


class Draws(TypedDict):
    """The path of a point, as a share of the longer side."""

    length_share: float
    angle_deg: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the line."""
    if settings.length_px is not None:
        length = uniform(settings.length_px, generator) / max(media.array.shape[:2])
    else:
        length = uniform(_SHARE if settings.length_share is None else settings.length_share, generator)
    return {"length_share": length, "angle_deg": uniform(settings.angle_deg, generator)}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture smeared along the line; the border is mirrored."""
    import numpy as np

    from augment.image.lens.convolve import blurred

    kernel = line(drawn["length_share"] * max(media.array.shape[:2]), drawn["angle_deg"])
    return media._replace(array=blurred(np.asarray(media.array, np.uint8), kernel))


def line(length_px: float, angle_deg: float) -> "NDArray[np.float32]":
    """Return the kernel of a movement at even speed: float32, square, odd side, sum 1.

    The line is centred, and as long as the path of a point. A length of up to 1 px moves nothing out of its pixel.

    Args:
        length_px: Of the path.
        angle_deg: 0 is level, 90 upright; counter-clockwise.
    """
    import numpy as np

    from augment.image.lens.convolve import splat

    # A point is a pixel wide already, so a path of 3 px has its ends 2 px apart. y grows downwards in pictures, and
    # angles counter-clockwise: hence the minus.
    reach = max(length_px - 1, 0) / 2
    points = max(1, round(2 * reach * _POINTS_PER_PIXEL))
    along = ((np.arange(points) + 0.5) / points * 2 - 1) * reach
    return splat(along * np.cos(np.deg2rad(angle_deg)), -along * np.sin(np.deg2rad(angle_deg)))
