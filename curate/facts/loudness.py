"""Integrated loudness, ITU-R BS.1770-4 and EBU R 128."""

import math

import numpy as np
from loudness import integrated_loudness
from numpy.typing import NDArray

GATE_LUFS = -70.0
"""The absolute gate of BS.1770: what lies under it is not measured."""

_BLOCK_S = 0.4
_RATES = range(16, 2822401)
_MAX_CHANNELS = 64


def loudness_lufs(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the gated loudness in LUFS; -70 where the gate leaves nothing.

    Channels count as the standard orders them: up to three with weight 1, then `L R Ls Rs`, `L R C Ls Rs` and
    `L R C LFE Ls Rs` with 1.41 for the surrounds and 0 for LFE; further ones do not count. Mono counts as one
    loudspeaker (997 Hz at full scale: -3.01). The result is good to 0.05 LU.

    The standard leaves clips of less than one block (400 ms) undefined: they are repeated until they fill it.
    Rates outside 16 Hz to 2.8 MHz, where the filters are undefined, read -70.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        sample_rate: Hz.
    """
    if sample_rate not in _RATES:
        return GATE_LUFS
    samples = samples[:, :_MAX_CHANNELS]
    needed = math.ceil(_BLOCK_S * sample_rate)
    if len(samples) < needed:
        samples = np.tile(samples, (math.ceil(needed / len(samples)), 1))
    one = samples[:, 0] if samples.shape[1] == 1 else samples
    found = float(integrated_loudness(np.ascontiguousarray(one), sample_rate))
    return max(GATE_LUFS, found) if math.isfinite(found) else GATE_LUFS
