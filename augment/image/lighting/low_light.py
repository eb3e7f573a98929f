"""`low_light`: less light on the sensor, and the noise that comes with it."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

_MANY = 100
"""Electrons from which a normal distribution stands in for Poisson's: half a level of skew, a third of the time."""


MOVES = {"brightness": Moves("exposure_stops", -8, 0), "contrast": Moves(), "sharpness": Moves(), "chroma": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take light away as a shorter exposure does: darker, with shot noise and read noise."""

    exposure_stops: Annotated[Number, Meta(description="stops, -12 to 0, or [low, high]; -1 halves the light")] = (
        -4,
        -2,
    )
    gain_stops: Annotated[
        Number, Meta(description="stops, 0 to 12, or [low, high]; amplified afterwards, as ISO does, noise and all")
    ] = 0
    white_electrons: Annotated[
        Number,
        Meta(
            description="10 to 1e6, or [low, high]; what white gives before; a phone's pixel 4,000, a camera's 40,000"
        ),
    ] = 4000
    read_noise_electrons: Annotated[
        Number, Meta(description="0 to 1,000, or [low, high]; standard deviation: 1 to 5 in today's sensors")
    ] = 3

    def __post_init__(self) -> None:
        check_number("exposure_stops", self.exposure_stops, -12, 0)
        check_number("gain_stops", self.gain_stops, 0, 12)
        check_number("white_electrons", self.white_electrons, 10, 1e6)
        check_number("read_noise_electrons", self.read_noise_electrons, 0, 1000)


class Draws(TypedDict):
    """An exposure and a sensor; the seed is that of its noise."""

    exposure_stops: float
    gain_stops: float
    white_electrons: float
    read_noise_electrons: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the exposure, the sensor, and the seed of its noise."""
    return {
        "exposure_stops": uniform(settings.exposure_stops, generator),
        "gain_stops": uniform(settings.gain_stops, generator),
        "white_electrons": uniform(settings.white_electrons, generator),
        "read_noise_electrons": uniform(settings.read_noise_electrons, generator),
        "seed": int(generator.integers(2**32)),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture as it had come out of a darker scene."""
    import numpy as np

    from augment.image.light import linear, stored

    # In electrons, because their number alone decides how strong shot noise is. Amplified after the noise is in, as in
    # a camera: gain makes noise visible, and takes none away.
    generator = np.random.default_rng(drawn["seed"])
    white = drawn["white_electrons"]
    exposed = linear(np.asarray(media.array, np.uint8)) * np.float32(white * 2 ** drawn["exposure_stops"])
    light = sense(exposed, drawn["read_noise_electrons"], generator)
    light *= np.float32(2 ** drawn["gain_stops"] / white)
    return media._replace(array=stored(light))


def sense(
    electrons: "NDArray[np.float32]", read_noise_electrons: float, generator: "np.random.Generator"
) -> "NDArray[np.float32]":
    """Return what a sensor reads where so many electrons are expected: z = Poisson(electrons) + Normal(0, read noise).

    Source: Foi, Trimeche, Katkovnik, Egiazarian: Practical Poissonian-Gaussian noise modeling and fitting for
    single-image raw-data, IEEE Transactions on Image Processing 17 (2008). The noise is the same in all three colours
    and from pixel to pixel independent: of a colour filter and its interpolation nothing is modelled.

    Args:
        electrons: float32 of any shape, 0 or more.
        read_noise_electrons: Standard deviation.
        generator: Where chance comes from.
    """
    import numpy as np

    # One normal distribution for all pixels, then Poisson's where it matters: drawing Poisson numbers everywhere takes
    # three times as long.
    counts = generator.standard_normal(electrons.shape, np.float32)
    counts *= np.sqrt(electrons)
    counts += electrons
    np.rint(counts, out=counts)
    few = electrons < _MANY
    counts[few] = generator.poisson(electrons[few])
    if read_noise_electrons:
        counts += generator.standard_normal(electrons.shape, np.float32) * np.float32(read_noise_electrons)
    return counts
