"""`resize`: another size in pixels."""

from typing import TYPE_CHECKING, Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

MOVES = {"acutance": Moves()}
"""See `Operation.moves`."""

Side = Annotated[int, Meta(ge=1, le=32768)]
Level = Annotated[int, Meta(ge=0, le=255)]
_NEEDS = "needs width, height or both, or longest_side, or shortest_side"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Resize; small pictures are enlarged only if asked, because that adds no detail."""

    width: Annotated[Side | None, Meta(description="px")] = None
    height: Annotated[Side | None, Meta(description="px; with only one of the two, the other keeps the aspect")] = None
    longest_side: Annotated[Side | None, Meta(description="px; the aspect is kept")] = None
    shortest_side: Annotated[Side | None, Meta(description="px; the aspect is kept")] = None
    fit: Annotated[
        Literal["contain", "cover", "pad", "stretch"],
        Meta(
            description="with width and height: contain (inside of them), cover (filled, the overhang cut off evenly), "
            "pad (inside, filled up with `fill`), stretch (the aspect is lost)"
        ),
    ] = "contain"
    fill: Annotated[tuple[Level, Level, Level], Meta(description="RGB of the border that pad adds")] = (0, 0, 0)
    enlarge: Annotated[bool, Meta(description="also enlarge what is smaller; else it keeps its size")] = False

    def __post_init__(self) -> None:
        ways = [self.width is not None or self.height is not None, self.longest_side is not None]
        if sum([*ways, self.shortest_side is not None]) != 1:
            raise ValueError(_NEEDS)
        if self.fit != "contain" and (self.width is None or self.height is None):
            raise ValueError(f"fit {self.fit} needs width and height")


class Draws(TypedDict):
    """Sizes in px: of the scaled picture, and as `frame` of what is cut out of it or put around it.

    `smaller_by_px`: by how much the picture is smaller than was asked for, where it is not enlarged.
    """

    width: int
    height: int
    smaller_by_px: NotRequired[dict[str, int]]
    frame: NotRequired[list[int]]
    fill: NotRequired[list[int]]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Work out the sizes: of the picture, and of what is cut out of it or put around it."""
    height, width = media.array.shape[:2]
    inner = _inner(settings, width, height)
    drawn: Draws = {"width": inner[0], "height": inner[1]}
    if not settings.enlarge and (short := _short(settings, inner)):
        drawn["smaller_by_px"] = short
    if settings.width is not None and settings.height is not None and settings.fit in {"cover", "pad"}:
        # A picture that is not enlarged leaves `cover` smaller than was asked, and `pad` with a wider border.
        limit = min if settings.fit == "cover" else max
        drawn["frame"] = [limit(settings.width, inner[0]), limit(settings.height, inner[1])]
    if settings.fit == "pad":
        drawn["fill"] = list(settings.fill)
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture in the sizes that were worked out; what was to be larger is noted as missed."""
    import numpy as np

    pixels = scale(np.asarray(media.array, np.uint8), drawn["width"], drawn["height"])
    if "frame" in drawn:
        width, height = drawn["frame"]
        pixels = frame(pixels, width, height, drawn.get("fill", [0, 0, 0]))
    noted: Noted = {**media.noted}
    if short := drawn.get("smaller_by_px"):
        noted["missed"] = {name: {"by": -by, "why": "it is smaller, and not enlarged"} for name, by in short.items()}
    return media._replace(array=pixels, noted=noted)


def scale(pixels: "NDArray[np.uint8]", width: int, height: int) -> "NDArray[np.uint8]":
    """Return a picture (height, width, 3) in another size, each direction with the method that is right for it.

    Shrinking takes the mean of the area that falls on a pixel, so that nothing aliases; enlarging is Lanczos over
    8 x 8 pixels.
    """
    from curate.media.opencv import opencv

    cv2 = opencv()
    was_height, was_width = pixels.shape[:2]
    # In two steps where one side shrinks and the other grows: OpenCV takes one method for both, and that of areas
    # enlarges in blocks.
    smaller = min(width, was_width), min(height, was_height)
    if smaller != (was_width, was_height):
        pixels = cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA)
    if smaller != (width, height):
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LANCZOS4)
    return pixels


def frame(pixels: "NDArray[np.uint8]", width: int, height: int, fill: list[int]) -> "NDArray[np.uint8]":
    """Return the middle of a picture, or the picture in the middle of a filled frame, in exactly this size."""
    import numpy as np

    framed = np.empty((height, width, 3), np.uint8)
    framed[:] = fill
    (into_y, from_y), (into_x, from_x) = _middle(pixels.shape[0], height), _middle(pixels.shape[1], width)
    framed[into_y, into_x] = pixels[from_y, from_x]
    return framed


def _middle(length: int, wanted: int) -> tuple[slice, slice]:
    """Return where the pixels go and which they are, in one direction."""
    size = min(length, wanted)
    into, taken = (wanted - size) // 2, (length - size) // 2
    return slice(into, into + size), slice(taken, taken + size)


def _short(settings: Settings, inner: tuple[int, int]) -> dict[str, int]:
    """Return by how many px the sizes that were asked for are missed; none where the picture has one of its two."""
    width, height = inner
    sizes = {"width": width, "height": height, "longest_side": max(inner), "shortest_side": min(inner)}
    asked = {name: wanted for name in sizes if (wanted := getattr(settings, name)) is not None}
    short = {name: wanted - sizes[name] for name, wanted in asked.items() if wanted > sizes[name]}
    # Inside of a box a picture of another shape touches two of its sides only; to cover it, both count.
    touches = len(short) < len(asked) and settings.fit in {"contain", "pad"}
    return {} if touches else short


def _inner(settings: Settings, width: int, height: int) -> tuple[int, int]:
    """Return width and height of the scaled picture, before it is cut or framed."""
    if settings.fit == "stretch" and settings.width and settings.height:
        wanted = settings.width, settings.height
        return wanted if settings.enlarge else (min(width, wanted[0]), min(height, wanted[1]))
    if settings.longest_side:
        factor = settings.longest_side / max(width, height)
    elif settings.shortest_side:
        factor = settings.shortest_side / min(width, height)
    else:
        factors = [wanted / was for wanted, was in ((settings.width, width), (settings.height, height)) if wanted]
        factor = max(factors) if settings.fit == "cover" else min(factors)
    if not settings.enlarge:
        factor = min(factor, 1.0)
    # A panorama's short side would round to nothing.
    return max(1, round(width * factor)), max(1, round(height * factor))
