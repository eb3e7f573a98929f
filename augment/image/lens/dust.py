"""`dust`: specks and hairs, out of focus on the lens or sharp on the part."""

from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform, whole
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"acutance": Moves(), "contrast": Moves(), "brightness": Moves()}
"""See `Operation.moves`."""

_SUBPIXEL_BITS = 4
_WHOLE = 1 << _SUBPIXEL_BITS


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Scatter specks and hairs: on the part, sharp and light or dark; on the lens, soft, large and always darker."""

    lies_on: Annotated[Literal["part", "lens"], Meta(description="what it lies on")] = "part"
    specks: Annotated[int | tuple[int, int], Meta(description="0 to 2,000, or [low, high]")] = (10, 60)
    speck_share: Annotated[
        Number,
        Meta(
            description="of the longer side, 0 to 0.2, or [low, high]; radius of the largest speck: most are far "
            "smaller. 0.004 to 0.012 is lint of 0.4 to 1.2 mm across on a part of 50 mm"
        ),
    ] = (0.004, 0.012)
    hairs: Annotated[int | tuple[int, int], Meta(description="0 to 200, or [low, high]")] = (0, 3)
    hair_share: Annotated[Number, Meta(description="of the longer side, 0 to 1, or [low, high]; length of a hair")] = (
        0.05,
        0.2,
    )
    opacity: Annotated[
        Number, Meta(description="0 to 1, or [low, high]; how much of the light behind the densest of it goes")
    ] = (0.3, 0.8)

    def __post_init__(self) -> None:
        check_number("specks", self.specks, 0, 2000)
        check_number("speck_share", self.speck_share, 0, 0.2)
        check_number("hairs", self.hairs, 0, 200)
        check_number("hair_share", self.hair_share, 0, 1)
        check_number("opacity", self.opacity, 0, 1)


class Draws(TypedDict):
    """How much there is of what; the seed is that of places and shapes."""

    lies_on: str
    specks: int
    speck_share: float
    hairs: int
    hair_share: float
    opacity: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw how much there is."""
    return {
        "lies_on": settings.lies_on,
        "specks": whole(settings.specks, generator),
        "speck_share": uniform(settings.speck_share, generator),
        "hairs": whole(settings.hairs, generator),
        "hair_share": uniform(settings.hair_share, generator),
        "opacity": uniform(settings.opacity, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture with dust; in linear light, where what is in the way takes a share of it."""
    import numpy as np

    from augment.image.light import linear, stored
    from curate.media.opencv import opencv

    generator = np.random.default_rng(drawn["seed"])
    pixels = np.asarray(media.array, np.uint8)
    longer = max(pixels.shape[:2])
    covers = _covers(pixels.shape[0], pixels.shape[1], drawn, generator)
    light = linear(pixels)
    if drawn["lies_on"] == "lens":
        # So near, a grain is an out-of-focus disc: far larger than itself, and it only takes light away.
        sigma = max(0.6, 1.5 * drawn["speck_share"] * longer)
        covers = opencv().GaussianBlur(covers, (0, 0), sigma, borderType=opencv().BORDER_REFLECT)
        peak = float(covers.max())
        covers *= np.float32(drawn["opacity"] / peak if peak else 0)
        return media._replace(array=stored(light * (1 - covers[..., None])))
    covers *= np.float32(drawn["opacity"])
    # Dust shows what it is made of: grey lint, dark grime. Lit like the picture, or it would glow on a dark part.
    albedo = np.float32(generator.choice([0.02, 0.1, 0.6]) + generator.uniform(0, 0.2))
    lit = albedo * max(float(np.quantile(light[::4, ::4], 0.95)), 0.02)
    return media._replace(array=stored(light * (1 - covers[..., None]) + np.float32(lit) * covers[..., None]))


def _covers(height: int, width: int, drawn: Draws, generator: "np.random.Generator") -> "NDArray[np.float32]":
    """Return how much of each pixel is covered: float32 of shape (height, width), 0 to 1."""
    import numpy as np

    from curate.media.opencv import opencv

    cv2, longer = opencv(), max(height, width)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(drawn["specks"]):
        # Small grains are far more frequent than large ones: 3 % have more than half of the largest radius.
        radius = max(0.35, drawn["speck_share"] * longer * float(generator.beta(1, 5)))
        axes = [round(_WHOLE * radius * stretch) for stretch in (1.0, generator.uniform(0.5, 1))]
        turned = float(generator.uniform(0, 180))
        outline = np.array(cv2.ellipse2Poly((0, 0), (max(axes[0], 4), max(axes[1], 4)), round(turned), 0, 360, 30))
        outline = outline * generator.uniform(0.75, 1.1, (len(outline), 1))
        place = generator.random(2) * (width, height) * _WHOLE
        points = np.rint(outline + place).astype(np.int32)
        cv2.fillPoly(mask, [points], round(255 * generator.uniform(0.5, 1)), cv2.LINE_AA, _SUBPIXEL_BITS)
    for _ in range(drawn["hairs"]):
        mask = np.maximum(mask, _hair(height, width, drawn["hair_share"] * longer, generator))
    return mask.astype(np.float32) / np.float32(255)


def _hair(height: int, width: int, length_px: float, generator: "np.random.Generator") -> "NDArray[np.uint8]":
    """Return a mask with a hair on it: a line that bends more and more one way, about as wide as 0.15 % of it all."""
    import numpy as np

    from curate.media.opencv import opencv

    pieces = 40
    bend = generator.normal(0, 2.5) + generator.normal(0, 3.5) * np.linspace(-1, 1, pieces)
    angles = generator.uniform(0, 2 * np.pi) + np.cumsum(bend) / pieces
    steps = np.stack([np.cos(angles), np.sin(angles)], 1) * length_px / pieces
    points = np.cumsum(steps, 0) + generator.random(2) * (width, height)
    mask = np.zeros((height, width), np.uint8)
    drawn = np.rint(points * _WHOLE).astype(np.int32)
    thick = max(1, round(0.0015 * max(height, width)))
    opencv().polylines(
        mask, [drawn], False, round(255 * generator.uniform(0.5, 0.9)), thick, opencv().LINE_AA, _SUBPIXEL_BITS
    )
    return mask
