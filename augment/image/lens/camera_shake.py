"""`camera_shake`: a hand that trembles while the shutter is open."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

MOVES = {"acutance": Moves("extent_share", 0, 0.03), "contrast": Moves(), "noise_sd": Moves()}
"""See `Operation.moves`: beyond, acutance falls no further: what is left of the edges is rounding to 8 bits."""

_STEPS = 400
_POINTS_PER_PIXEL = 4


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Smear the picture along a crooked path, in linear light, as a hand does that cannot hold still."""

    extent_share: Annotated[
        Number,
        Meta(
            description="of the longer side, 0 to 0.3, or [low, high]; from one end of the path to the other. A hand "
            "sways by 0.1 to 0.5 degrees in 1/8 s: 0.002 to 0.01 of 60 degrees; more is clumsy"
        ),
    ] = (0.008, 0.03)
    inertia_share: Annotated[
        Number,
        Meta(description="0 to 1, or [low, high]; of its speed that the hand keeps: 1 is a smooth arc, 0 a scribble"),
    ] = (0.3, 0.9)
    jerks: Annotated[
        Number, Meta(description="0 to 10, or [low, high]; sudden turns to expect, such as a finger on the release")
    ] = (0, 1.5)

    def __post_init__(self) -> None:
        check_number("extent_share", self.extent_share, 0, 0.3)
        check_number("inertia_share", self.inertia_share, 0, 1)
        check_number("jerks", self.jerks, 0, 10)


class Draws(TypedDict):
    """The path; the seed is that of its turns."""

    extent_share: float
    inertia_share: float
    jerks: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the path."""
    return {
        "extent_share": uniform(settings.extent_share, generator),
        "inertia_share": uniform(settings.inertia_share, generator),
        "jerks": uniform(settings.jerks, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture smeared along the path; the border is mirrored."""
    import numpy as np

    from augment.image.lens.convolve import blurred, splat

    x, y = path(drawn["inertia_share"], drawn["jerks"], np.random.default_rng(drawn["seed"]))
    extent_px = drawn["extent_share"] * max(media.array.shape[:2])
    points = max(_STEPS, round(extent_px * _POINTS_PER_PIXEL))
    # Evenly in time, not in distance: where the hand pauses, the picture is brighter, as real kernels are.
    moments = np.linspace(0, _STEPS - 1, points)
    along_x, along_y = (np.interp(moments, np.arange(_STEPS), line * extent_px) for line in (x, y))
    # A point is a pixel wide already: a path within it smears nothing.
    kernel = splat(along_x, along_y) if extent_px >= 1 else np.ones((1, 1), np.float32)
    return media._replace(array=blurred(np.asarray(media.array, np.uint8), kernel))


def path(
    inertia_share: float, jerks: float, generator: "np.random.Generator"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Return the path of a hand, x and y at 400 moments: its mean is 0, and its ends are 1 apart where it is widest.

    A random walk of the speed, with inertia, a pull back to the start, and jerks that turn it round. Source: Boracchi,
    Foi: Modeling the performance of image restoration from motion blur, IEEE Transactions on Image Processing 21
    (2012), section IV.
    """
    import numpy as np

    turns = generator.random(_STEPS) < jerks / _STEPS
    pushes = generator.standard_normal(_STEPS) + 1j * generator.standard_normal(_STEPS)
    pull = 0.7 * generator.random()
    speed = np.exp(2j * np.pi * generator.random())
    # Between 4 and 150 moments until a push is forgotten: under 4 the path would fill a blot instead of a line.
    memory = np.exp(-1 / (4 + 146 * inertia_share**2))
    position, walked = 0j, np.zeros(_STEPS, complex)
    for moment in range(_STEPS):
        if turns[moment]:
            speed = -speed * np.exp(1j * generator.normal(0, 0.5)) * 1.5
        speed = memory * speed + np.sqrt(1 - memory**2) * (pushes[moment] - pull * position / _STEPS * 8)
        position += speed
        walked[moment] = position
    walked -= walked.mean()
    # The widest way across is looked for at 36 angles, off by 0.1 % at most.
    across = max(np.ptp((walked * np.exp(1j * angle)).real) for angle in np.linspace(0, np.pi, 36, endpoint=False))
    return walked.real / across, walked.imag / across
