"""`strip_metadata`: where, when and with what a picture was taken goes."""

from typing import TYPE_CHECKING, Never

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np

    from augment.operations.media import Media


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave out EXIF (place, camera, time), XMP and comments; the colour profile stays, or colours would change."""


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> dict[str, Never]:
    """Draw nothing."""
    return {}


def apply(media: "Media", drawn: dict[str, Never]) -> "Media":
    """Return the picture as it is, with the note that the writer of the file goes by."""
    return media._replace(noted={"strip_metadata": True})
