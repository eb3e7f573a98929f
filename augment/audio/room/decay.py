"""How a room dies away, measured on its impulse response: reverberation time by ISO 3382-1."""

import numpy as np
from numpy.typing import NDArray

DIRECT_S = 0.0025
"""The direct sound ends so long after it came: what is later is the room (Zahorik 2002 and most after him)."""

_BLOCK_S = 0.005
_FLOOR_MARGIN = 4.0
_RANGES_DB = ((-5.0, -35.0), (-5.0, -25.0), (-5.0, -15.0))
_FEWEST_FRAMES = 8
_NOTHING = 1e-12


def measured_rt60_s(impulse: NDArray[np.float32], sample_rate: int) -> float | None:
    """Return how long the sound takes to fall by 60 dB; None where the response does not fall far enough to tell.

    A line through Schroeder's backward integral from -5 to -35 dB (T30), or to -25 (T20) or -15 (T10) where the noise
    of the measurement lies higher, as ISO 3382-1 has it. The direct sound is left out, and so is what comes after the
    response has sunk to 6 dB over its noise.

    Args:
        impulse: float32, shape (frames, channels), with the direct sound as its largest value; the first channel
            counts.
        sample_rate: Hz.
    """
    response = np.square(impulse[:, 0], dtype=np.float64)
    response = response[int(response.argmax()) + round(DIRECT_S * sample_rate) :]
    block = max(1, round(_BLOCK_S * sample_rate))
    powers = response[: len(response) // block * block].reshape(-1, block).mean(axis=1)
    # Digital silence behind a response that was cut or faded out is not the noise that it sank into.
    powers = powers[: int(np.flatnonzero(powers > _NOTHING)[-1]) + 1] if (powers > _NOTHING).any() else powers[:0]
    if len(powers) < _FEWEST_FRAMES:
        return None
    # A made-up response ends in nothing, a measured one in the noise of its microphone, which would bend the curve.
    floor = float(powers[-max(1, len(powers) // 10) :].mean())
    sunk = np.flatnonzero(powers <= _FLOOR_MARGIN * floor)
    last = int(sunk[0]) * block if len(sunk) and powers[0] > _FLOOR_MARGIN * floor else 0
    energy = np.cumsum(response[:last][::-1])[::-1]
    if last < _FEWEST_FRAMES or energy[0] <= 0:
        return None
    # What the cut took away would have gone on falling as it fell; without it every curve dives at its end.
    energy = energy + float(powers[last // block - 1]) * _tail_frames(energy, last)
    level_db = 10 * np.log10(energy / energy[0])
    for high, low in _RANGES_DB:
        within = np.flatnonzero((level_db <= high) & (level_db >= low))
        if level_db[-1] <= low and len(within) >= _FEWEST_FRAMES:
            slope = float(np.polyfit(within / sample_rate, level_db[within], 1)[0])
            return -60 / slope if slope < 0 else None
    return None


def _tail_frames(energy: NDArray[np.float64], last: int) -> float:
    """Return what the energy behind a cut is worth, in frames of the last power, if it goes on falling as before."""
    half = int(np.searchsorted(-energy, -energy[0] / 2))
    middle = max(half + 1, last // 2)
    if middle >= last or energy[middle] <= 0:
        return 0.0
    fall = np.log(energy[half] / energy[middle]) / (middle - half)
    return float(1 / fall) if fall > 0 else 0.0
