"""`crop_square`: the largest square of a picture."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from msgspec import Meta, Struct

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut out the largest square; what is outside of it is lost, so look whether the label survives."""

    position: Annotated[Literal["centre", "random"], Meta(description="where along the longer side the square is")] = (
        "centre"
    )


class Draws(TypedDict):
    """Where the square is, px from the left and the top, and its side."""

    left: int
    top: int
    side: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Place the square: px from the left and from the top, and its side."""
    height, width = media.array.shape[:2]
    side = min(width, height)
    spare = max(width, height) - side
    start = int(generator.integers(0, spare, endpoint=True)) if settings.position == "random" else spare // 2
    return {"left": start if width > height else 0, "top": start if height > width else 0, "side": side}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the square."""
    import numpy as np

    top, left, side = drawn["top"], drawn["left"], drawn["side"]
    pixels = np.asarray(media.array, np.uint8)
    return media._replace(array=np.ascontiguousarray(pixels[top : top + side, left : left + side]))
