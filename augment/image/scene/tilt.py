"""`tilt`: the camera turned about its own three axes, with the perspective that this gives."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"acutance": Moves(), "brightness": Moves()}
"""See `Operation.moves`."""

_HALVINGS = 20
_MOST_SIDES = 4.0


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Turn the camera: yaw sideways, pitch up and down, roll about its axis; a homography, so near things grow."""

    yaw_deg: Annotated[
        Number, Meta(description="degrees, -45 to 45, or [low, high]; to the right above 0; free hands are 5 to 15 off")
    ] = (-12, 12)
    pitch_deg: Annotated[Number, Meta(description="degrees, -45 to 45, or [low, high]; upwards above 0")] = (-12, 12)
    roll_deg: Annotated[
        Number, Meta(description="degrees, -180 to 180, or [low, high]; counter-clockwise picture above 0")
    ] = (-5, 5)
    view_deg: Annotated[
        Number,
        Meta(
            description="degrees, 10 to 120, or [low, high]; field of view of the longer side: 65 to 80 in phones, 54 "
            "at 35 mm"
        ),
    ] = 65
    border: Annotated[
        Literal["reflect", "crop"],
        Meta(
            description="what is seen beyond the picture: reflect (it is mirrored, all of it stays in view) or crop "
            "(it is enlarged until nothing of it is seen; the edges get lost)"
        ),
    ] = "reflect"

    def __post_init__(self) -> None:
        check_number("yaw_deg", self.yaw_deg, -45, 45)
        check_number("pitch_deg", self.pitch_deg, -45, 45)
        check_number("roll_deg", self.roll_deg, -180, 180)
        check_number("view_deg", self.view_deg, 10, 120)


class Draws(TypedDict):
    """The angles, the lens, and what becomes of the border."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    view_deg: float
    border: str


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the angles."""
    return {
        "yaw_deg": uniform(settings.yaw_deg, generator),
        "pitch_deg": uniform(settings.pitch_deg, generator),
        "roll_deg": uniform(settings.roll_deg, generator),
        "view_deg": uniform(settings.view_deg, generator),
        "border": settings.border,
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture as the turned camera sees it, in its old size, its middle still in the middle.

    Raises:
        RejectedError: Less than a quarter of its sides would be left of it, or most of what is seen is no picture.
    """
    import numpy as np

    from augment.operations.media import RejectedError
    from curate.media.opencv import opencv

    cv2 = opencv()
    pixels = np.asarray(media.array, np.uint8)
    height, width = pixels.shape[:2]
    back: NDArray[np.float64] = np.linalg.inv(homography(height, width, drawn)).astype(np.float64)
    # OpenCV reflects by adding and taking away sides, one by one: for ever at a side of 1 px, and for hours near the
    # horizon, where a pixel of the result lies millions of sides away.
    border = cv2.BORDER_REFLECT_101 if min(height, width) > 1 else cv2.BORDER_REPLICATE
    if drawn["border"] == "reflect" and farthest(back, height, width) > _MOST_SIDES:
        raise RejectedError("tilted so far that most of what is seen would be mirrored")
    if drawn["border"] == "crop":
        share = largest_view(back, height, width)
        if share < 0.25:
            raise RejectedError("tilted so far that less than a quarter of its sides would be left")
        middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
        back = back @ np.array([[share, 0, middle_x * (1 - share)], [0, share, middle_y * (1 - share)], [0, 0, 1]])
        border = cv2.BORDER_REPLICATE  # the last half pixel of rounding; nothing else is outside
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return media._replace(array=cv2.warpPerspective(pixels, back, (width, height), flags=flags, borderMode=border))


def homography(height: int, width: int, drawn: Draws) -> "NDArray[np.float64]":
    """Return where pixels of the picture go, 3 x 3: K R K⁻¹, and then the old middle back into the middle.

    Source: Hartley, Zisserman: Multiple view geometry in computer vision, 2nd edition, 8.4. K has the focal length of
    the field of view; R = roll · pitch · yaw. A camera that turns would lose sight of the middle: it is put back, as
    who takes a picture keeps the thing in view.
    """
    import numpy as np

    yaw, pitch, roll = (np.deg2rad(drawn[name]) for name in ("yaw_deg", "pitch_deg", "roll_deg"))
    focal = max(height, width) / 2 / np.tan(np.deg2rad(drawn["view_deg"]) / 2)
    camera = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
    (sin_y, cos_y), (sin_p, cos_p), (sin_r, cos_r) = ((np.sin(angle), np.cos(angle)) for angle in (yaw, pitch, roll))
    about_y = np.array([[cos_y, 0, -sin_y], [0, 1, 0], [sin_y, 0, cos_y]])
    about_x = np.array([[1, 0, 0], [0, cos_p, sin_p], [0, -sin_p, cos_p]])
    about_z = np.array([[cos_r, sin_r, 0], [-sin_r, cos_r, 0], [0, 0, 1]])
    turned: NDArray[np.float64] = camera @ about_z @ about_x @ about_y @ np.linalg.inv(camera)
    x, y, scale = turned @ np.array([(width - 1) / 2, (height - 1) / 2, 1])
    back = np.array([[1, 0, (width - 1) / 2 - x / scale], [0, 1, (height - 1) / 2 - y / scale], [0, 0, 1]])
    return back @ turned


def farthest(back: "NDArray[np.float64]", height: int, width: int) -> float:
    """Return how far from the middle of the source a corner of the result lies, in half sides; infinite behind it.

    Args:
        back: From pixels of the result to those of the source, 3 x 3.
        height: px.
        width: px.
    """
    import numpy as np

    x, y, scale = back @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    if (scale <= 0).any():
        return float("inf")
    away = np.abs(np.stack([x / scale / width, y / scale / height]) - 0.5)
    return float(2 * away.max())


def largest_view(back: "NDArray[np.float64]", height: int, width: int) -> float:
    """Return the largest share of the sides, about the middle, of which nothing lies outside of the source.

    Args:
        back: From pixels of the result to those of the source, 3 x 3.
        height: px.
        width: px.
    """
    import numpy as np

    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    half = np.array([(width - 1) / 2, (height - 1) / 2])

    def is_inside(share: float) -> bool:
        x, y, scale = back @ np.column_stack([corners * share * half + half, np.ones(4)]).T
        apart = np.abs(np.stack([x / scale, y / scale], 1) - half)
        return bool((scale > 0).all() and (apart <= half + 1e-6).all())

    if is_inside(1.0):
        return 1.0
    # A smaller view of the same middle lies within a larger one, so halving finds the largest.
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        low, high = (share, high) if is_inside(share) else (low, share)
    return low
