"""`jpeg`: the blocks and ringing of lossy compression."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import check_number, whole
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media


MOVES = {"acutance": Moves(), "chroma": Moves(), "noise_sd": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Encode as JPEG and decode again, for real; the file that is written keeps its own format and quality."""

    quality: Annotated[
        int | tuple[int, int],
        Meta(description="libjpeg's scale, 1 to 100, or [low, high]; messengers send about 30 to 80"),
    ] = (30, 80)
    subsampling: Annotated[
        Literal["444", "422", "420"], Meta(description="of the colours; cameras and messengers write 420")
    ] = "420"

    def __post_init__(self) -> None:
        check_number("quality", self.quality, 1, 100)


class Draws(TypedDict):
    """What is drawn."""

    quality: int
    subsampling: str


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the quality."""
    return {"quality": whole(settings.quality, generator), "subsampling": settings.subsampling}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture as it comes out of a JPEG."""
    import numpy as np

    pixels = np.asarray(media.array, np.uint8)
    return media._replace(array=encoded_and_decoded(pixels, drawn["quality"], drawn["subsampling"]))


def encoded_and_decoded(pixels: "NDArray[np.uint8]", quality: int, subsampling: str) -> "NDArray[np.uint8]":
    """Return a picture as it comes out of libjpeg-turbo.

    Args:
        pixels: uint8 RGB, shape (height, width, 3).
        quality: 1 to 100.
        subsampling: Of the colours: 444, 422 or 420.
    """
    import numpy as np
    import simplejpeg

    # libjpeg-turbo reads rows from memory, and a crop before this one leaves gaps between them.
    data = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, colorspace="RGB", colorsubsampling=subsampling)
    decoded: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, "RGB")
    return decoded
