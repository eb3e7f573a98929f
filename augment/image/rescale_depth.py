"""`rescale_depth`: 10, 12 or 14 bits that were saved at the lower end of 16, on a scale of their own."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take pictures that leave their upper bits empty (check `unused-bits`); others stay as they are. Comes first."""

    bits: Annotated[
        Annotated[int, Meta(ge=8, le=16)] | None,
        Meta(
            description="that white has, such as 12: say so where you know it, then all pictures are on one scale; "
            "else those of each picture's brightest pixel, rounded up to 8, 10, 12 or 14"
        ),
    ] = None


class Draws(TypedDict, total=False):
    """Bits of white; nothing for a picture that is on its file's scale."""

    bits: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Work out the scale."""
    return {"bits": settings.bits or media.rescaled_from[0]} if media.rescaled_from else {}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture on the scale that was worked out.

    Raises:
        RejectedError: It uses more bits than white is said to have.
    """
    import numpy as np

    if media.rescaled_from is None or "bits" not in drawn:
        return media
    # What was read is on the scale of its own bits already: only another one is left to do.
    own, wanted = media.rescaled_from[0], drawn["bits"]
    if wanted < own:
        raise RejectedError(f"its pixels use {own} bits, more than the {wanted} of rescale_depth")
    if wanted == own:
        return media
    factor = np.float32(((1 << own) - 1) / ((1 << wanted) - 1))
    return media._replace(array=np.rint(media.array * factor).astype(np.uint8))
