"""`messenger`: a picture that was sent, perhaps on and on: smaller, sharpened, and compressed each time."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform, whole
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"acutance": Moves(), "contrast": Moves(), "chroma": Moves(), "noise_sd": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send it through messengers: each time scaled down, sharpened and encoded as JPEG 4:2:0, then shown as before."""

    sent: Annotated[int | tuple[int, int], Meta(description="1 to 10, or [low, high]; how many times")] = (1, 3)
    resize_share: Annotated[
        Number,
        Meta(
            description="0.05 to 1, or [low, high]; sides of what is sent, of the picture's own: messengers send "
            "1,280 to 1,600 px of 4,000"
        ),
    ] = (0.35, 0.8)
    quality: Annotated[
        int | tuple[int, int], Meta(description="libjpeg's scale, 1 to 100, or [low, high]; messengers use 50 to 80")
    ] = (45, 78)
    sharpen: Annotated[
        Number,
        Meta(description="0 to 5, or [low, high]; of what a blur by 1 px takes away, how much is added on top"),
    ] = (0, 0.8)
    keep_size: Annotated[
        bool, Meta(description="enlarge it again, as it is shown and put into a set; else it stays as it was sent")
    ] = True

    def __post_init__(self) -> None:
        check_number("sent", self.sent, 1, 10)
        check_number("resize_share", self.resize_share, 0.05, 1)
        check_number("quality", self.quality, 1, 100)
        check_number("sharpen", self.sharpen, 0, 5)


class Draws(TypedDict):
    """The smallest size on the way, and a quality each time it is sent."""

    resize_share: float
    qualities: list[int]
    sharpen: float
    keep_size: bool


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the size, and each time a quality."""
    sent = whole(settings.sent, generator)
    return {
        "resize_share": uniform(settings.resize_share, generator),
        "qualities": [whole(settings.quality, generator) for _ in range(sent)],
        "sharpen": uniform(settings.sharpen, generator),
        "keep_size": settings.keep_size,
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture as it arrives.

    The size falls evenly, in ratios, from one sending to the next: grids of 8 x 8 blocks then do not meet, and leave
    the mixed traces that a single JPEG cannot.
    """
    import numpy as np

    from augment.image.compression.jpeg import encoded_and_decoded
    from augment.image.resize import scale

    pixels = np.asarray(media.array, np.uint8)
    was_height, was_width = pixels.shape[:2]
    times = len(drawn["qualities"])
    for number, quality in enumerate(drawn["qualities"], 1):
        share = drawn["resize_share"] ** (number / times)
        pixels = scale(pixels, max(1, round(was_width * share)), max(1, round(was_height * share)))
        pixels = encoded_and_decoded(sharpened(pixels, drawn["sharpen"]), quality, "420")
    if drawn["keep_size"]:
        pixels = scale(pixels, was_width, was_height)
    return media._replace(array=pixels)


def sharpened(pixels: "NDArray[np.uint8]", amount: float) -> "NDArray[np.uint8]":
    """Return pixels + amount x (pixels - their blur by 1 px), in stored values as phones do it: an unsharp mask."""
    from curate.media.opencv import opencv

    if not amount:
        return pixels
    soft = opencv().GaussianBlur(pixels, (0, 0), 1.0)
    made: NDArray[np.uint8] = opencv().addWeighted(pixels, 1 + amount, soft, -amount, 0)
    return made
