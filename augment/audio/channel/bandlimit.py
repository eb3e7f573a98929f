"""`bandlimit`: only what lies between two frequencies, as over a telephone."""

from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_SLOPE = 0.1
_HIGHEST_HZ = 384_000  # half of the highest sample rate there is
_SILENT = 1e-6

MOVES = {"bandwidth_hz": Moves("high_hz", 500, 20_000), "loudness_lufs": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep a band of frequencies, without a shift in time; the edges are steep, or roll off as those of devices do."""

    low_hz: Annotated[
        Number | None, Meta(description="Hz, or [low, high], or null for no lower edge; 300 is a telephone's")
    ] = 300.0
    high_hz: Annotated[
        Number | None, Meta(description="Hz, or [low, high], or null for no upper edge; 3400 is a telephone's")
    ] = 3400.0
    roll_off_db_per_octave: Annotated[
        Number | None,
        Meta(
            description="dB per octave outside, or [low, high], -3 dB at the edges (Butterworth's curve); 24 to 60 is "
            "within the limits of ITU-T G.712 for telephones; null: steep, nothing left a tenth further on"
        ),
    ] = None

    def __post_init__(self) -> None:
        check_number("roll_off_db_per_octave", self.roll_off_db_per_octave, 1, 600)
        check_number("low_hz", self.low_hz, 1, _HIGHEST_HZ)
        check_number("high_hz", self.high_hz, 1, _HIGHEST_HZ)
        if self.low_hz is not None and self.high_hz is not None:
            # The nearest two that can be drawn: every draw has to leave a band.
            low_hz = self.low_hz[1] if isinstance(self.low_hz, tuple) else self.low_hz
            high_hz = self.high_hz[0] if isinstance(self.high_hz, tuple) else self.high_hz
            if low_hz >= high_hz:
                raise ValueError(f"low_hz: {low_hz:g} is not below high_hz ({high_hz:g})")


class Draws(TypedDict):
    """The edges that there are, and how they roll off where they are not steep."""

    low_hz: NotRequired[float]
    high_hz: NotRequired[float]
    roll_off_db_per_octave: NotRequired[float]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the edges that there are, and how they roll off."""
    drawn = Draws()
    if settings.low_hz is not None:
        drawn["low_hz"] = uniform(settings.low_hz, generator)
    if settings.high_hz is not None:
        drawn["high_hz"] = uniform(settings.high_hz, generator)
    if settings.roll_off_db_per_octave is not None:
        drawn["roll_off_db_per_octave"] = uniform(settings.roll_off_db_per_octave, generator)
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the band; an upper edge that the sample rate does not reach is noted as missed.

    Raises:
        RejectedError: Nothing is left in it (under -120 dBFS).
    """
    from augment.audio.headroom import largest

    assert media.sample_rate
    samples = media.samples
    high_hz = drawn.get("high_hz")
    band = bandlimit(samples, media.sample_rate, drawn.get("low_hz"), high_hz, drawn.get("roll_off_db_per_octave"))
    if largest(band) < _SILENT:
        raise RejectedError("nothing is left in this band")
    noted: Noted = {**media.noted}
    if high_hz is not None and high_hz > media.sample_rate / 2:
        by = round(media.sample_rate / 2 - high_hz, 4)
        noted["missed"] = {"high_hz": {"by": by, "why": "half of the sample rate is lower"}}
    return media._replace(array=band, noted=noted)


def bandlimit(
    samples: "NDArray[np.float32]",
    sample_rate: int,
    low_hz: float | None,
    high_hz: float | None,
    roll_off_db_per_octave: float | None = None,
) -> "NDArray[np.float32]":
    """Return a band of the sound, filtered in the frequency domain: zero phase, so nothing moves in time.

    The gain is 1 inside, 0.5 (-6 dB) at the edges and 0 outside, and changes as a raised cosine over a tenth of the
    edge's frequency; or, with a roll-off of r dB per octave, 1 / sqrt(1 + (f / edge)^(r / 3.01)), Butterworth's
    magnitude, -3 dB at the edges. A steep upper edge over half of the sample rate does nothing. An offset comes out
    as if it had always been there: its beginning and end would be clicks.

    Args:
        samples: float32, shape (frames, channels).
        sample_rate: Hz.
        low_hz: Lower edge; None: none.
        high_hz: Upper edge; None: none.
        roll_off_db_per_octave: Of both edges; None: steep.
    """
    import numpy as np

    from curate.facts.offset import without_offset

    # An edge whose slope would begin beyond what the recording holds: 8 kHz speech has no upper edge at 4.5 kHz.
    steep = roll_off_db_per_octave is None
    if steep and high_hz is not None and high_hz * (1 - _SLOPE / 2) >= sample_rate / 2:
        high_hz = None
    edges = [edge for edge in (low_hz, high_hz) if edge]
    if not edges:
        return samples
    samples, offset = without_offset(samples)
    # The response is longest for the lower edge; zeros as long keep the end from wrapping into the start.
    size = fast_size(len(samples) + round(2 * sample_rate / (_SLOPE * min(edges))))
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    gains = np.ones(len(hz))
    if roll_off_db_per_octave is None:
        gains *= _rise(hz, low_hz) if low_hz else 1
        gains *= 1 - _rise(hz, high_hz) if high_hz else 1
    else:
        # Twice the order of the filter: (f / edge)^2n is 6.02 n dB per octave.
        power = roll_off_db_per_octave / (10 * np.log10(2))
        gains *= _butterworth(low_hz / np.maximum(hz, 1e-3), power) if low_hz else 1
        gains *= _butterworth(hz / high_hz, power) if high_hz else 1
    spectrum = np.fft.rfft(samples, size, axis=0) * gains.astype(np.float32)[:, None]
    band: NDArray[np.float32] = np.fft.irfft(spectrum, size, axis=0)[: len(samples)].astype(np.float32)
    return band + offset * np.float32(gains[0])


def _rise(hz: "NDArray[np.floating]", edge: float) -> "NDArray[np.float64]":
    import numpy as np

    way = np.clip((hz / edge - 1) / _SLOPE + 0.5, 0, 1)
    gains: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * way)
    return gains


def _butterworth(ratio: "NDArray[np.floating]", power: float) -> "NDArray[np.float64]":
    import numpy as np

    # In decibels beyond reach the power itself would overflow.
    gains: NDArray[np.float64] = (1 + np.exp(np.minimum(power * np.log(np.maximum(ratio, 1e-12)), 600))) ** -0.5
    return gains


def fast_size(size: int) -> int:
    """Return the length from `size` on that is quickly transformed: 5, 6 or 8 times a power of two."""
    power = 1 << (size - 1).bit_length()
    return min(n for n in (power, power // 4 * 3, power // 8 * 5) if n >= size)
