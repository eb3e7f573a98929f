"""`occlude`: something in front of a part of the picture, with the surface of something else."""

from typing import TYPE_CHECKING, Annotated, NamedTuple, TypedDict

import msgspec
from msgspec import Meta, Struct

from augment.image.scene.textures import Texture, find_textures
from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform, whole
from augment.operations.registry import FolderOfPictures, Moves, Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted, SetSample

MOVES = {"brightness": Moves(), "contrast": Moves(), "acutance": Moves(), "chroma": Moves()}
"""See `Operation.moves`."""

_MISSED = 0.1
_LIGHT_STOPS = (-1.0, 0.3)


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cover a part with strips from the border, patches or leaves, textured from other pictures, with shadow."""

    folder: Annotated[
        FolderOfPictures | None,
        Meta(description="folder of pictures to cut textures out of, instead of training samples of the set itself"),
    ] = None
    count: Annotated[int | tuple[int, int], Meta(description="1 to 20, or [low, high]; things in front")] = (1, 2)
    area_share: Annotated[
        Number, Meta(description="0.001 to 0.9, or [low, high]; of the picture, that all of them cover together")
    ] = (0.08, 0.25)
    edge_share: Annotated[
        Number,
        Meta(description="of the longer side, 0 to 0.1, or [low, high]; softness of the edge: near things are blurred"),
    ] = (0.001, 0.008)
    shadow_stops: Annotated[
        Number, Meta(description="stops, 0 to 8, or [low, high]; how much darker its shadow makes what is behind")
    ] = (0.2, 1.5)
    shadow_share: Annotated[
        Number, Meta(description="of the longer side, 0 to 0.2, or [low, high]; how far the shadow lies from the thing")
    ] = (0.005, 0.03)

    def __post_init__(self) -> None:
        check_number("count", self.count, 1, 20)
        check_number("area_share", self.area_share, 0.001, 0.9)
        check_number("edge_share", self.edge_share, 0, 0.1)
        check_number("shadow_stops", self.shadow_stops, 0, 8)
        check_number("shadow_share", self.shadow_share, 0, 0.2)


class Things(Struct, frozen=True):
    """The settings with the pictures that textures are cut out of."""

    settings: Settings
    textures: tuple[Texture, ...] = ()


class Draws(TypedDict):
    """How much is covered, and with what; the seed is that of shapes, places and pieces of texture."""

    count: int
    area_share: float
    edge_share: float
    shadow_stops: float
    shadow_share: float
    shadow_deg: float
    textures: list[str]
    digests: list[str]
    seed: int


def prepare(settings: Settings) -> Prepared[Things]:
    """Look for the pictures, if a folder is named.

    Raises:
        InputError: The folder is missing or has no picture that can be read.
    """
    if not settings.folder:
        return Prepared(Things(settings), _identity(settings, ()))
    found, notes = find_textures(settings.folder, "occlude: folder")
    return Prepared(Things(settings, found), _identity(settings, found), notes)


def takes_from_set(settings: Things) -> bool:
    """Return whether the set gives the textures: where no folder is named."""
    return not settings.settings.folder


def prepare_from_set(settings: Things, samples: "Sequence[SetSample]") -> Prepared[Things]:
    """Take the training samples of the set; which piece of which, is drawn for each sample."""
    found = tuple(Texture(sample.file, sample.digest) for sample in samples)
    return Prepared(Things(settings.settings, found), _identity(settings.settings, found))


def _identity(settings: Settings, textures: "Sequence[Texture]") -> object:
    plain: dict[str, object] = msgspec.to_builtins(settings)
    return plain | {"folder": [texture.digest for texture in textures]}


def draw(settings: Things, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw how much is covered, and with pieces of which pictures; never of the picture itself.

    Raises:
        RejectedError: There is no other picture.
    """
    said = settings.settings
    own = media.source.digest if media.source else ""
    count = whole(said.count, generator)
    others = [one for one in settings.textures if one.digest != own]
    if not others:
        raise RejectedError("there is no other picture to cut a texture out of")
    chosen = [others[int(generator.integers(len(others)))] for _ in range(count)]
    return {
        "count": count,
        "area_share": uniform(said.area_share, generator),
        "edge_share": uniform(said.edge_share, generator),
        "shadow_stops": uniform(said.shadow_stops, generator),
        "shadow_share": uniform(said.shadow_share, generator),
        "shadow_deg": uniform((0.0, 360.0), generator),
        "textures": [one.path for one in chosen],
        "digests": [one.digest for one in chosen],
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture with the things in front; blended in linear light.

    Things that lie over each other cover less than was asked for, which is noted as missed from a tenth of it on.

    Raises:
        InputError: A picture that textures are cut out of cannot be read any more.
    """
    import numpy as np

    from augment.image.light import linear, stored
    from augment.image.scene.textures import mirrored, small_copy, surface
    from curate.media.opencv import opencv

    cv2 = opencv()
    generator = np.random.default_rng(drawn["seed"])
    pixels = np.asarray(media.array, np.uint8)
    height, width = pixels.shape[:2]
    longer = max(height, width)
    light = linear(pixels)
    free = np.ones((height, width), np.float32)
    for path, digest in zip(drawn["textures"], drawn["digests"], strict=True):
        outline = shape(height, width, drawn["area_share"] / drawn["count"], generator)
        cover = _soft(outline.mask, drawn["edge_share"] * longer)
        away = drawn["shadow_share"] * longer
        angle = np.deg2rad(drawn["shadow_deg"])
        move = np.array([[1, 0, away * np.cos(angle)], [0, 1, -away * np.sin(angle)]])
        shadow = cv2.warpAffine(cover, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
        # The farther the shadow lies, the wider its penumbra.
        shadow = _soft(shadow, max(away / 2, 0.5))
        light *= np.exp2(shadow * np.float32(-drawn["shadow_stops"]))[..., None]
        piece = linear(mirrored(surface(small_copy(path, digest), longer, generator), height, width))
        # Round things get less light towards their edges; how much, is what makes them look solid.
        shade = np.exp2(np.float32(generator.uniform(*_LIGHT_STOPS)) - (1 - outline.depth) * np.float32(0.9))
        light += cover[..., None] * (piece * shade[..., None] - light)
        free *= 1 - outline.mask
    noted: Noted = {**media.noted}
    by = 1 - float(free.mean(dtype=np.float64)) - drawn["area_share"]
    # Of a small picture a thing is a few pixels, and rounds by one of them.
    if abs(by) > max(_MISSED * drawn["area_share"], drawn["count"] / free.size):
        noted["missed"] = {"area_share": {"by": round(by, 4), "why": "things lie over each other"}}
    return media._replace(array=stored(light), noted=noted)


class Shape(NamedTuple):
    """Where a thing is.

    Attributes:
        mask: float32 of shape (height, width), 0 or 1.
        depth: How far inside of it, from 0 at its edge to 1: the same shape.
    """

    mask: "NDArray[np.float32]"
    depth: "NDArray[np.float32]"


def shape(height: int, width: int, area_share: float, generator: "np.random.Generator") -> Shape:
    """Return a strip that comes in over the border, a rounded patch, or a leaf, of exactly that area.

    A field is 0 on the axis of the thing and grows away from it, bent by smooth noise; the threshold is its quantile.
    """
    import numpy as np

    from augment.image.smooth_field import smooth_field

    x = (np.arange(width, dtype=np.float32) + np.float32(0.5) - width / 2) / max(height, width)
    y = (np.arange(height, dtype=np.float32) + np.float32(0.5) - height / 2) / max(height, width)
    kind = ("strip", "patch", "leaf")[int(generator.integers(3))]
    turned = np.float32(generator.uniform(0, 2 * np.pi))
    far = 0.5 if kind == "strip" else 0.3
    along_at, across_at = np.cos(turned) * far, np.sin(turned) * far
    if kind != "strip":
        along_at, across_at = (float(generator.uniform(-0.35, 0.35)) for _ in range(2))
    x, y = (x - np.float32(along_at))[None, :], (y - np.float32(across_at))[:, None]
    along, across = x * np.cos(turned) + y * np.sin(turned), y * np.cos(turned) - x * np.sin(turned)
    slim = np.float32(generator.uniform(0.5, 0.9) if kind == "patch" else generator.uniform(0.25, 0.5))
    # The strip has no end outside of the picture: along its axis only the way inwards counts.
    ahead = np.maximum(-along, 0) if kind == "strip" else along
    power = 1.4 if kind == "leaf" else 2.4
    away = ((np.abs(ahead) * slim) ** power + np.abs(across) ** power) ** np.float32(1 / power)
    bends = smooth_field(height, width, 4, generator) * np.float32(0.08 * np.sqrt(area_share))
    away = away + bends
    inside = away <= np.quantile(away, min(area_share, 1.0))
    edge = float(away[inside].max()) if inside.any() else 1.0
    spread = max(edge - float(away.min()), 1e-6)
    depth = np.clip((edge - away) / np.float32(spread), 0, 1)
    return Shape(inside.astype(np.float32), np.sqrt(depth).astype(np.float32))


def _soft(mask: "NDArray[np.float32]", sigma_px: float) -> "NDArray[np.float32]":
    from curate.media.opencv import opencv

    # Under half a pixel, the edge is as sharp as the grid shows without stairs.
    soft: NDArray[np.float32] = opencv().GaussianBlur(
        mask, (0, 0), max(sigma_px, 0.5), borderType=opencv().BORDER_REFLECT
    )
    return soft
