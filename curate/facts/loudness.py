"""Integrated loudness, ITU-R BS.1770-4 and EBU R 128."""

import math

import numpy as np
from loudness import integrated_loudness
from numpy.typing import NDArray

GATE_LUFS = -70.0
"""The absolute gate of BS.1770: what lies under it is not measured."""

_BLOCK_S = 0.4
# libloudness 0.2 writes outside its memory at 16 and 17 Hz; the shelf of the standard's filter lies at 1.7 kHz.
_RATES = range(4000, 768001)
_MAX_CHANNELS = 64


def loudness_lufs(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the gated loudness in LUFS; -70 where the gate leaves nothing.

    Channels count as the standard orders them: up to three with weight 1, then `L R Ls Rs`, `L R C Ls Rs` and
    `L R C LFE Ls Rs` with 1.41 for the surrounds and 0 for LFE; further ones do not count. Mono counts as one
    loudspeaker (997 Hz at full scale: -3.01). The result is good to 0.05 LU.

    The standard leaves clips of less than one block (400 ms) undefined: they are repeated until they fill it.
    Rates under 4 kHz, which leave no room for the filters, and over 768 kHz are measured without filter and gate.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        sample_rate: Hz.
    """
    if sample_rate not in _RATES:
        power = float(np.vdot(samples, samples)) / len(samples)
        return max(GATE_LUFS, 10 * math.log10(power) - 0.691) if power > 0 else GATE_LUFS
    samples = samples[:, :_MAX_CHANNELS]
    needed = math.ceil(_BLOCK_S * sample_rate)
    if len(samples) < needed:
        samples = np.tile(samples, (math.ceil(needed / len(samples)), 1))
    one = samples[:, 0] if samples.shape[1] == 1 else samples
    found = float(integrated_loudness(np.ascontiguousarray(one), sample_rate))
    return max(GATE_LUFS, found) if math.isfinite(found) else GATE_LUFS
