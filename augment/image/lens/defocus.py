"""`defocus`: the lens was focused on something else."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform, whole
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"acutance": Moves("radius_share", 0, 0.025), "contrast": Moves(), "noise_sd": Moves()}
"""See `Operation.moves`: beyond, acutance falls no further: what is left of the edges is rounding to 8 bits."""

_FINER = 8


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Spread every point over the shape of the aperture, in linear light, as a lens out of focus does."""

    radius_share: Annotated[
        Number,
        Meta(
            description="of the longer side, 0 to 0.2, or [low, high]; of the circle of confusion: 0.0007 is sharp to "
            "the eye (a diagonal over 1,500)"
        ),
    ] = (0.005, 0.02)
    blades: Annotated[
        int | tuple[int, int],
        Meta(description="0 to 16, or [low, high]; of the aperture: 5 to 9 in cameras; under 3, a circle as in phones"),
    ] = (2, 9)

    def __post_init__(self) -> None:
        check_number("radius_share", self.radius_share, 0, 0.2)
        check_number("blades", self.blades, 0, 16)


class Draws(TypedDict):
    """The aperture, and by how much its edge is turned."""

    radius_share: float
    blades: int
    turned_deg: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the aperture."""
    return {
        "radius_share": uniform(settings.radius_share, generator),
        "blades": whole(settings.blades, generator),
        "turned_deg": uniform((0.0, 360.0), generator),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture out of focus; the border is mirrored."""
    import numpy as np

    from augment.image.lens.convolve import blurred

    radius_px = drawn["radius_share"] * max(media.array.shape[:2])
    kernel = aperture(radius_px, drawn["blades"], drawn["turned_deg"])
    return media._replace(array=blurred(np.asarray(media.array, np.uint8), kernel))


def aperture(radius_px: float, blades: int, turned_deg: float) -> "NDArray[np.float32]":
    """Return the kernel of an aperture: float32, square, odd side, sum 1.

    Every pixel is counted in 8 x 8 points. A circle of up to half a pixel in radius moves nothing out of its pixel.

    Args:
        radius_px: Of the circle around its corners.
        blades: Corners; under 3, a circle.
        turned_deg: Where the first corner is, counter-clockwise from the right.
    """
    import numpy as np

    half = int(np.ceil(max(radius_px - 0.5, 0)))
    side = 2 * half + 1
    places = (np.arange(side * _FINER) + 0.5) / _FINER - side / 2
    x, y = places[None, :], -places[:, None]
    distance = np.hypot(x, y)
    reach: NDArray[np.float64] | float = max(radius_px, 0.5)
    if blades >= 3:
        # The side of a polygon is nearer than its corners: the distance to it by the angle from its middle.
        step = 2 * np.pi / blades
        angle = (np.arctan2(y, x) - np.deg2rad(turned_deg)) % step - step / 2
        reach = reach * np.cos(step / 2) / np.cos(angle)
    kernel = (distance <= reach).reshape(side, _FINER, side, _FINER).mean((1, 3))
    return np.asarray(kernel / kernel.sum(), np.float32)
