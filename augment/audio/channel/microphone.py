"""`microphone`: the sound as another microphone hears it, from another side: no two have the same response."""

from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_LOWEST_HZ = 31.25
_OCTAVES = 13  # up to 256 kHz: half of any sample rate, and as many draws for each, so that a seed sounds the same
_ORDER = 2
_SILENT = 1e-12
_RINGS_S = 0.25

MOVES = {"bandwidth_hz": Moves(), "snr_db": Moves(), "loudness_lufs": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Colour the sound by a response that goes up and down from octave to octave, with a bass cut; its level stays."""

    uneven_db: Annotated[
        Number,
        Meta(
            description="dB, or [low, high]; standard deviation of the response from octave to octave: 1 is a studio, "
            "3 to 6 a laptop or telephone on a table, spoken to from its side"
        ),
    ] = (1.0, 6.0)
    low_cut_hz: Annotated[
        Number | None,
        Meta(description="Hz, or [low, high], or null for none; below, it falls by 12 dB per octave"),
    ] = (50.0, 250.0)

    def __post_init__(self) -> None:
        check_number("uneven_db", self.uneven_db, 0, 24)
        check_number("low_cut_hz", self.low_cut_hz, 1, 20_000)


class Draws(TypedDict):
    """A microphone; the seed is that of its response."""

    uneven_db: float
    low_cut_hz: NotRequired[float]
    seed: int


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw how uneven it is, where its bass ends, and the seed of its response."""
    drawn = Draws(uneven_db=uniform(settings.uneven_db, generator), seed=int(generator.integers(2**32)))
    if settings.low_cut_hz is not None:
        drawn["low_cut_hz"] = uniform(settings.low_cut_hz, generator)
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the sound by that microphone, as loud as it was (RMS); the `scale` that keeps it from clipping is noted.

    Raises:
        RejectedError: The sound is silent, or nothing of it is left.
    """
    import numpy as np

    from augment.audio.channel.bandlimit import fast_size
    from augment.audio.headroom import fit_full_scale, mean_square, softer_by
    from curate.facts.offset import without_offset

    assert media.sample_rate
    (samples, offset), rate = without_offset(media.samples), media.sample_rate
    # Zero phase, so that nothing moves in time; zeros at the end take up what would wrap into the start.
    size = fast_size(len(samples) + round(_RINGS_S * rate))
    gains = response(np.fft.rfftfreq(size, 1 / rate), drawn["uneven_db"], drawn.get("low_cut_hz"), drawn["seed"])
    spectrum = np.fft.rfft(samples, size, axis=0) * gains.astype(np.float32)[:, None]
    heard = np.fft.irfft(spectrum, size, axis=0)[: len(samples)].astype(np.float32)
    power, left = mean_square(samples), mean_square(heard)
    if min(power, left) < _SILENT:
        raise RejectedError("the sound is silent, or nothing of it is left")
    # An offset comes out as if it had always been there.
    found, scale = fit_full_scale((heard + offset * np.float32(gains[0])) * np.float32((power / left) ** 0.5))
    noted: Noted = {**media.noted, "scale": round(scale, 6)}
    if missed := softer_by(scale):
        noted["missed"] = missed
    return media._replace(array=found, noted=noted)


def response(
    hz: "NDArray[np.floating]", uneven_db: float, low_cut_hz: float | None, seed: int
) -> "NDArray[np.float64]":
    """Return the gain at some frequencies.

    Straight lines in dB over log frequency, through a normal draw of the standard deviation `uneven_db` at every octave
    of 31.25 Hz; times the magnitude of a Butterworth high-pass of second order.

    Args:
        hz: Frequencies, shape (any,).
        uneven_db: Standard deviation of the draws, dB.
        low_cut_hz: Where the high-pass is 3 dB down; None: there is none.
        seed: Of the draws.

    Returns:
        float64, shape as `hz`, 0 or more.
    """
    import numpy as np

    levels_db = np.random.default_rng(seed).normal(0, uneven_db, _OCTAVES + 1)
    octaves = np.log2(np.maximum(hz, 1e-3) / _LOWEST_HZ)
    gains: NDArray[np.float64] = 10 ** (np.interp(octaves, np.arange(_OCTAVES + 1), levels_db) / 20)
    if low_cut_hz is not None:
        gains /= np.sqrt(1 + (low_cut_hz / np.maximum(hz, 1e-3)) ** (2 * _ORDER))
    return gains
