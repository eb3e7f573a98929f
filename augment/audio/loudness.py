"""`loudness`: as loud as a standard asks, ITU-R BS.1770-4 and EBU R 128."""

import math
from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_GATE_BITES_LUFS = -50.0
_IMPOSSIBLE_PEAK = 16.0
"""24 dBFS: one such sample, a fault of floating point files, would turn the rest down until nothing is heard."""


MOVES = {"loudness_lufs": Moves("lufs", -60, -5), "clipping_ratio": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make the integrated loudness the same everywhere; where the true peak would pass the limit, less loud."""

    lufs: Annotated[Number, Meta(description="LUFS, or [low, high]; -23 is EBU R 128's")] = -23.0
    max_true_peak_dbtp: Annotated[
        float | None, Meta(description="dBTP, or null for no limit; -1 is EBU R 128's")
    ] = -1.0

    def __post_init__(self) -> None:
        check_number("lufs", self.lufs, -60, 0)
        check_number("max_true_peak_dbtp", self.max_true_peak_dbtp, -60, 0)


class Draws(TypedDict):
    """The loudness that is wanted, and the limit of the peak."""

    lufs: float
    max_true_peak_dbtp: NotRequired[float]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the loudness."""
    drawn: Draws = {"lufs": uniform(settings.lufs, generator)}
    if settings.max_true_peak_dbtp is not None:
        drawn["max_true_peak_dbtp"] = settings.max_true_peak_dbtp
    return drawn


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording with one gain for all of it (no limiter works on single peaks); see `gain_to`.

    `gain_db` is noted, and by how much the loudness is missed where the true peak holds it down. A clip of less than
    400 ms, which the standard leaves undefined, counts as if it were repeated until it fills that time.

    Raises:
        RejectedError: Nothing in it is over -70 LUFS, the gate of the standard; or a peak is over 24 dBFS.
    """
    import numpy as np

    from augment.audio.headroom import largest

    assert media.sample_rate
    samples = media.samples
    if (peak := largest(samples)) > _IMPOSSIBLE_PEAK:
        raise RejectedError(f"a peak of {20 * math.log10(peak):.0f} dBFS is no sound; see the check over-full-scale")
    gain_db, short_db = gain_to(samples, media.sample_rate, drawn["lufs"], drawn.get("max_true_peak_dbtp"))
    noted: Noted = {**media.noted, "gain_db": gain_db}
    if short_db > 0:
        noted["missed"] = {"lufs": {"by": -round(short_db, 4), "why": "the true peak may not pass its limit"}}
    return media._replace(array=samples * np.float32(10 ** (gain_db / 20)), noted=noted)


def gain_to(
    samples: "NDArray[np.float32]", sample_rate: int, lufs: float, max_true_peak_dbtp: float | None
) -> tuple[float, float]:
    """Return the gain in dB, in steps of 0.0001, that gives a loudness, and how many dB the true peak takes off it.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        sample_rate: Hz.
        lufs: Integrated loudness that is wanted.
        max_true_peak_dbtp: True peak that is not passed; None: any.

    Raises:
        RejectedError: Nothing in it is over -70 LUFS.
    """
    import numpy as np

    from curate.facts.loudness import GATE_LUFS, loudness_lufs

    found = loudness_lufs(samples, sample_rate)
    if found <= GATE_LUFS:
        raise RejectedError("it is silent: nothing is over -70 LUFS")
    gain_db = lufs - found
    if found < _GATE_BITES_LUFS:
        # The gate leaves out the quiet parts of a quiet recording, and lets them pass once it is louder.
        gain_db += lufs - loudness_lufs(samples * np.float32(10 ** (gain_db / 20)), sample_rate)
    short_db = 0.0
    if max_true_peak_dbtp is not None:
        from augment.audio.true_peak import true_peak_dbtp

        room_db = max_true_peak_dbtp - true_peak_dbtp(samples)
        short_db = max(0.0, gain_db - room_db)
        gain_db -= short_db
    # Down, not to the nearest: the true peak may not pass its limit by half a step.
    return math.floor(gain_db * 1e4) / 1e4, short_db
