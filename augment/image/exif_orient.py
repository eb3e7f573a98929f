"""`exif_orient`: the pixels upright, and the tag that turned them reset."""

from typing import TYPE_CHECKING, Never

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Turn the pixels as the EXIF orientation says, and reset it; burnish always does, this says so in the recipe."""


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> dict[str, Never]:
    """Draw nothing."""
    return {}


def apply(media: "Media", drawn: dict[str, Never]) -> "Media":
    """Return the picture as it is: it was turned when it was read, and is written with orientation 1."""
    return media._replace(noted={"exif_orient": True})
