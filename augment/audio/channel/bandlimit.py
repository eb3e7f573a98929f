"""`bandlimit`: only what lies between two frequencies, as over a telephone."""

from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media

_SLOPE = 0.1
_HIGHEST_HZ = 384_000  # half of the highest sample rate there is
_SILENT = 1e-6


MOVES = {"bandwidth_hz": Moves("high_hz", 500, 20_000)}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep a band of frequencies, with steep edges and no shift in time."""

    low_hz: Annotated[
        Number | None, Meta(description="Hz, or [low, high], or null for no lower edge; 300 is a telephone's")
    ] = 300.0
    high_hz: Annotated[
        Number | None, Meta(description="Hz, or [low, high], or null for no upper edge; 3400 is a telephone's")
    ] = 3400.0

    def __post_init__(self) -> None:
        check_number("low_hz", self.low_hz, 1, _HIGHEST_HZ)
        check_number("high_hz", self.high_hz, 1, _HIGHEST_HZ)
        if self.low_hz is not None and self.high_hz is not None:
            # The nearest two that can be drawn: every draw has to leave a band.
            low_hz = self.low_hz[1] if isinstance(self.low_hz, tuple) else self.low_hz
            high_hz = self.high_hz[0] if isinstance(self.high_hz, tuple) else self.high_hz
            if low_hz >= high_hz:
                raise ValueError(f"low_hz: {low_hz:g} is not below high_hz ({high_hz:g})")


class Draws(TypedDict):
    """The edges that there are."""

    low_hz: NotRequired[float]
    high_hz: NotRequired[float]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the edges that there are."""
    drawn = Draws()
    if settings.low_hz is not None:
        drawn["low_hz"] = uniform(settings.low_hz, generator)
    if settings.high_hz is not None:
        drawn["high_hz"] = uniform(settings.high_hz, generator)
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the band.

    Raises:
        RejectedError: Nothing is left in it (under -120 dBFS).
    """
    from augment.audio.headroom import largest

    assert media.sample_rate
    samples = media.samples
    band = bandlimit(samples, media.sample_rate, drawn.get("low_hz"), drawn.get("high_hz"))
    if largest(band) < _SILENT:
        raise RejectedError("nothing is left in this band")
    return media._replace(array=band)


def bandlimit(
    samples: "NDArray[np.float32]", sample_rate: int, low_hz: float | None, high_hz: float | None
) -> "NDArray[np.float32]":
    """Return a band of the sound, filtered in the frequency domain: zero phase, so nothing moves in time.

    The gain is 1 inside, 0.5 (-6 dB) at the edges and 0 outside, and changes as a raised cosine over a tenth of the
    edge's frequency. An upper edge over half of the sample rate does nothing.

    Args:
        samples: float32, shape (frames, channels).
        sample_rate: Hz.
        low_hz: Lower edge; None: none.
        high_hz: Upper edge; None: none.
    """
    import numpy as np

    # An edge whose slope would begin beyond what the recording holds: 8 kHz speech has no upper edge at 4.5 kHz.
    if high_hz is not None and high_hz * (1 - _SLOPE / 2) >= sample_rate / 2:
        high_hz = None
    edges = [edge for edge in (low_hz, high_hz) if edge]
    if not edges:
        return samples
    # The response is longest for the lower edge; zeros as long keep the end from wrapping into the start.
    size = fast_size(len(samples) + round(2 * sample_rate / (_SLOPE * min(edges))))
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    gains = np.ones(len(hz))
    if low_hz:
        gains *= _rise(hz, low_hz)
    if high_hz:
        gains *= 1 - _rise(hz, high_hz)
    spectrum = np.fft.rfft(samples, size, axis=0) * gains.astype(np.float32)[:, None]
    band: NDArray[np.float32] = np.fft.irfft(spectrum, size, axis=0)[: len(samples)].astype(np.float32)
    return band


def _rise(hz: "NDArray[np.floating]", edge: float) -> "NDArray[np.float64]":
    import numpy as np

    way = np.clip((hz / edge - 1) / _SLOPE + 0.5, 0, 1)
    gains: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * way)
    return gains


def fast_size(size: int) -> int:
    """Return the length from `size` on that is quickly transformed: 5, 6 or 8 times a power of two."""
    power = 1 << (size - 1).bit_length()
    return min(n for n in (power, power // 4 * 3, power // 8 * 5) if n >= size)
