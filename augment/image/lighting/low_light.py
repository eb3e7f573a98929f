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

_BAYER = [((0, 0),), ((0, 1), (1, 0)), ((1, 1),)]
"""Rows and columns of red, green and blue in each 2 x 2."""

_MULTIPLIERS = (2.0, 1.0, 1.5)
"""Of white balance in daylight: silicon behind the filters senses so much less red and blue than green."""

_GRAIN_PX = 0.7

MOVES = {
    "brightness": Moves("exposure_stops", -8, 0),
    "contrast": Moves(),
    "acutance": Moves(),
    "chroma": Moves(),
    "noise_sd": Moves("white_electrons", 50, 50_000, log=True),
}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take light away as a shorter exposure does: darker, with a colour sensor's noise, its white balance a bit off."""

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
    chroma_share: Annotated[
        Number,
        Meta(
            description="0 to 3, or [low, high]; colour noise that is left, of the sensor's own: noise reduction takes "
            "some, and what it leaves is blotches"
        ),
    ] = (0.2, 0.8)
    blotch_px: Annotated[
        Number,
        Meta(
            description="px, 0 to 20, or [low, high]; standard deviation of the blotches; 0.7 is the Bayer grid alone"
        ),
    ] = (0.7, 2.5)
    black_level_electrons: Annotated[
        Number,
        Meta(
            description="-100 to 100, or [low, high]; what the black level is off by: shadows are milky above 0, and "
            "crushed below"
        ),
    ] = (-2, 4)
    white_balance_stops: Annotated[
        Number,
        Meta(
            description="stops, -2 to 2, or [low, high]; red over blue: automatic white balance is off by some 0.3 in "
            "the light of lamps"
        ),
    ] = (-0.2, 0.4)

    def __post_init__(self) -> None:
        check_number("exposure_stops", self.exposure_stops, -12, 0)
        check_number("gain_stops", self.gain_stops, 0, 12)
        check_number("white_electrons", self.white_electrons, 10, 1e6)
        check_number("read_noise_electrons", self.read_noise_electrons, 0, 1000)
        check_number("chroma_share", self.chroma_share, 0, 3)
        check_number("blotch_px", self.blotch_px, 0, 20)
        check_number("black_level_electrons", self.black_level_electrons, -100, 100)
        check_number("white_balance_stops", self.white_balance_stops, -2, 2)


class Draws(TypedDict):
    """An exposure and a sensor; the seed is that of its noise."""

    exposure_stops: float
    gain_stops: float
    white_electrons: float
    read_noise_electrons: float
    chroma_share: float
    blotch_px: float
    black_level_electrons: float
    white_balance_stops: float
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the exposure, the sensor, and the seed of its noise."""
    return {
        "exposure_stops": uniform(settings.exposure_stops, generator),
        "gain_stops": uniform(settings.gain_stops, generator),
        "white_electrons": uniform(settings.white_electrons, generator),
        "read_noise_electrons": uniform(settings.read_noise_electrons, generator),
        "seed": int(generator.integers(2**32)),
        "chroma_share": uniform(settings.chroma_share, generator),
        "blotch_px": uniform(settings.blotch_px, generator),
        "black_level_electrons": uniform(settings.black_level_electrons, generator),
        "white_balance_stops": uniform(settings.white_balance_stops, generator),
    }


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the picture as it had come out of a darker scene."""
    import numpy as np

    from augment.image.light import linear, stored

    # In electrons, because their number alone decides how strong shot noise is. Amplified after the noise is in, as in
    # a camera: gain makes noise visible, and takes none away.
    generator = np.random.default_rng(drawn["seed"])
    white = drawn["white_electrons"]
    pixels = np.asarray(media.array, np.uint8)
    exposed = linear(pixels) * np.float32(white * 2 ** drawn["exposure_stops"])
    read_noise = drawn["read_noise_electrons"]
    if is_grey(pixels):
        light = np.repeat(sense(exposed[..., :1], read_noise, generator), 3, 2)
    else:
        light = exposed + colour_noise(exposed, read_noise, drawn["chroma_share"], drawn["blotch_px"], generator)
        light *= np.exp2(np.array([0.5, 0, -0.5], np.float32) * np.float32(drawn["white_balance_stops"]))
    light += np.float32(drawn["black_level_electrons"])
    light *= np.float32(2 ** drawn["gain_stops"] / white)
    return media._replace(array=stored(light))


def is_grey(pixels: "NDArray[np.uint8]") -> bool:
    """Return whether red, green and blue are alike everywhere: what a camera without a colour filter gives."""
    import numpy as np

    return np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 1], pixels[..., 2])


def colour_noise(
    exposed: "NDArray[np.float32]",
    read_noise_electrons: float,
    chroma_share: float,
    blotch_px: float,
    generator: "np.random.Generator",
) -> "NDArray[np.float32]":
    """Return the noise of a sensor behind a Bayer filter: float32, (height, width, 3), electrons after white balance.

    Each place senses one colour; between its places a colour's noise is interpolated, bilinearly, as simple cameras
    do: grains are two pixels wide and coloured. Only the noise goes this way, so that no detail gets lost. Its colour
    part is then blurred and brought back to its strength: what noise reduction leaves are blotches.

    Args:
        exposed: Electrons that a sensor as sensitive in all colours would count; float32, (height, width, 3).
        read_noise_electrons: Standard deviation.
        chroma_share: Strength of the colour noise, of the sensor's own.
        blotch_px: Standard deviation of the blur.
        generator: Where chance comes from.
    """
    import numpy as np

    from curate.media.opencv import opencv

    cv2 = opencv()
    height, width = exposed.shape[:2]
    noise: NDArray[np.float32] = np.zeros_like(exposed)
    for channel, places in enumerate(_BAYER):
        for top, left in places:
            # Red and blue count fewer electrons, and white balance multiplies them, and their noise, back up.
            counted = exposed[top::2, left::2, channel] / _MULTIPLIERS[channel]
            noise[top::2, left::2, channel] = (sense(counted, read_noise_electrons, generator) - counted) * (
                _MULTIPLIERS[channel]
            )
        kernel = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]] if len(places) > 1 else [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
        noise[..., channel] = cv2.filter2D(noise[..., channel], -1, kernel / 4, borderType=cv2.BORDER_REFLECT_101)
    grey = noise @ np.array([0.25, 0.5, 0.25], np.float32)
    chroma = noise - grey[..., None]
    if blotch_px > _GRAIN_PX and min(height, width) > 2:
        was = float(chroma.std())
        chroma = cv2.GaussianBlur(chroma, (0, 0), blotch_px, borderType=cv2.BORDER_REFLECT_101)
        chroma *= np.float32(was / max(float(chroma.std()), 1e-9))
    return grey[..., None] + np.float32(chroma_share) * chroma


def sense(
    electrons: "NDArray[np.float32]", read_noise_electrons: float, generator: "np.random.Generator"
) -> "NDArray[np.float32]":
    """Return what a sensor reads where so many electrons are expected: z = Poisson(electrons) + Normal(0, read noise).

    Source: Foi, Trimeche, Katkovnik, Egiazarian: Practical Poissonian-Gaussian noise modeling and fitting for
    single-image raw-data, IEEE Transactions on Image Processing 17 (2008).

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
