"""`print_scan`: a picture that was printed and scanned."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform, whole
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {
    "contrast": Moves("ink_share", 0, 0.6),
    "brightness": Moves("paper_share", 0.3, 1),
    "acutance": Moves(),
    "chroma": Moves(),
    "noise_sd": Moves(),
}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Print and scan it: ink that is not black on paper that is not white, its grain, laid down askew, as a JPEG."""

    paper_share: Annotated[
        Number,
        Meta(description="0.05 to 1, or [low, high]; light that white paper throws back; office paper 0.75 to 0.9"),
    ] = (0.7, 0.92)
    ink_share: Annotated[
        Number, Meta(description="0 to 0.9, or [low, high]; of that, what full ink still does; 0.03 is density 1.5")
    ] = (0.01, 0.04)
    paper_tint_stops: Annotated[
        Number, Meta(description="stops, -1 to 1, or [low, high]; blue over red; below 0 is yellowed")
    ] = (-0.2, 0.05)
    grain_share: Annotated[
        Number,
        Meta(description="0 to 0.3, or [low, high]; standard deviation of the paper's light, fibres of about 1 px"),
    ] = (0.01, 0.04)
    blur_px: Annotated[
        Number,
        Meta(description="px, 0 to 10, or [low, high]; standard deviation of the spread of ink and scanner"),
    ] = (0.4, 1.0)
    skew_deg: Annotated[
        Number, Meta(description="degrees, -45 to 45, or [low, high]; how askew it lies; by hand within 2")
    ] = (-2, 2)
    quality: Annotated[
        int | tuple[int, int], Meta(description="libjpeg's scale, 1 to 100, or [low, high]; office scanners 50 to 85")
    ] = (50, 85)

    def __post_init__(self) -> None:
        check_number("paper_share", self.paper_share, 0.05, 1)
        check_number("ink_share", self.ink_share, 0, 0.9)
        check_number("paper_tint_stops", self.paper_tint_stops, -1, 1)
        check_number("grain_share", self.grain_share, 0, 0.3)
        check_number("blur_px", self.blur_px, 0, 10)
        check_number("skew_deg", self.skew_deg, -45, 45)
        check_number("quality", self.quality, 1, 100)


class Draws(TypedDict):
    """Paper, printer and scanner; the seed is that of the grain."""

    paper_share: float
    ink_share: float
    paper_tint_stops: float
    grain_share: float
    blur_px: float
    skew_deg: float
    quality: int
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw paper, printer and scanner."""
    return {
        "paper_share": uniform(settings.paper_share, generator),
        "ink_share": uniform(settings.ink_share, generator),
        "paper_tint_stops": uniform(settings.paper_tint_stops, generator),
        "grain_share": uniform(settings.grain_share, generator),
        "blur_px": uniform(settings.blur_px, generator),
        "skew_deg": uniform(settings.skew_deg, generator),
        "quality": whole(settings.quality, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the scan in the picture's size; around the picture, where it lies askew, there is paper."""
    import numpy as np

    from augment.image.compression.jpeg import encoded_and_decoded
    from augment.image.light import linear, stored, tint
    from curate.media.opencv import opencv

    cv2 = opencv()
    pixels = np.asarray(media.array, np.uint8)
    height, width = pixels.shape[:2]
    light = linear(pixels)
    if drawn["skew_deg"]:
        turned = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), drawn["skew_deg"], 1.0)
        light = cv2.warpAffine(
            light,
            turned,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(1, 1, 1),
        )
    if drawn["blur_px"] > 0:
        light = cv2.GaussianBlur(light, (0, 0), drawn["blur_px"], borderType=cv2.BORDER_REFLECT_101)
    ink = np.float32(drawn["ink_share"])
    light = ink + (1 - ink) * light
    paper = grain(height, width, drawn["grain_share"], drawn["seed"])[..., None] * np.float32(drawn["paper_share"])
    scanned = stored(light * paper * tint(drawn["paper_tint_stops"]).astype(np.float32))
    return media._replace(array=encoded_and_decoded(scanned, drawn["quality"], "420"))


def grain(height: int, width: int, grain_share: float, seed: int) -> "NDArray[np.float32]":
    """Return the light of paper about 1: fibres of about a pixel, and clouds, half as strong, of an eighth of the page.

    Args:
        height: px.
        width: px.
        grain_share: Standard deviation of the fibres.
        seed: Where chance comes from.
    """
    import numpy as np

    from augment.image.smooth_field import smooth_field
    from curate.media.opencv import opencv

    generator = np.random.default_rng(seed)
    fibres = generator.standard_normal((height, width), np.float32)
    # A Gaussian blur of sigma s leaves white noise 1 / (2 s sqrt(pi)) of its standard deviation.
    fibres = opencv().GaussianBlur(fibres, (0, 0), 0.7) * np.float32(2 * 0.7 * np.sqrt(np.pi))
    uneven: NDArray[np.float32] = fibres + smooth_field(height, width, 8, generator) / 2
    return 1 + np.float32(grain_share) * uneven
