"""Integrated loudness, ITU-R BS.1770-4 and EBU R 128."""

import math

import numpy as np
from loudness import integrated_loudness
from numpy.typing import NDArray

from curate.facts.channels import channel_weights

GATE_LUFS = -70.0
"""The absolute gate of BS.1770: what lies under it is not measured."""

_BLOCK_S = 0.4
# libloudness 0.2 writes outside its memory at 16 and 17 Hz; the shelf of the standard's filter lies at 1.7 kHz.
_RATES = range(4000, 768001)
_LIBRARY_WEIGHTS = {1: (1.0,), 2: (1.0, 1.0), 3: (1.0,) * 3, 4: (1.0, 1.0, 1.41, 1.41), 5: (1.0, 1.0, 1.0, 1.41, 1.41)}
"""What libloudness gives the channels, by their number; it leaves out all from the sixth on."""
_HOP_S = 0.1


def loudness_lufs(samples: NDArray[np.float32], sample_rate: int, weights: NDArray[np.float64] | None = None) -> float:
    """Return the gated loudness in LUFS; -70 where the gate leaves nothing.

    Mono counts as one loudspeaker (997 Hz at full scale: -3.01). The result is good to 0.05 LU.

    The standard leaves clips of less than one block (400 ms) undefined: they are repeated until they fill it.
    Rates under 4 kHz, which leave no room for the filters, and over 768 kHz are measured without filter and gate.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        sample_rate: Hz.
        weights: Of the channels, see `curate.facts.channels.channel_weights`; None: those of the usual layout.
    """
    if weights is None:
        weights = channel_weights(samples.shape[1])
    is_plain = len(weights) == 1 and weights[0] == 1
    if not is_plain and not weights.any():
        return GATE_LUFS
    if not is_plain and tuple(weights) != _LIBRARY_WEIGHTS.get(len(weights)):
        # Those of the most weight last, as the library has them.
        order = np.argsort(weights, kind="stable")[np.count_nonzero(weights == 0) :]
        samples, weights = samples[:, order], weights[order]
    if sample_rate not in _RATES:
        power = float(np.square(samples, dtype=np.float64).mean(axis=0) @ weights)
        return max(GATE_LUFS, 10 * math.log10(power) - 0.691) if power > 0 else GATE_LUFS
    needed = math.ceil(_BLOCK_S * sample_rate)
    if len(samples) < needed:
        samples = np.concatenate([samples] * math.ceil(needed / len(samples)))
    given = _LIBRARY_WEIGHTS.get(samples.shape[1])
    if given is None:
        return _of_many(samples, sample_rate, weights)
    if len(weights) > 1 and tuple(weights) != given:
        samples = samples * np.sqrt(weights / given).astype(np.float32)
    one = samples[:, 0] if samples.shape[1] == 1 else samples
    found = float(integrated_loudness(np.ascontiguousarray(one), sample_rate))
    return max(GATE_LUFS, found) if math.isfinite(found) else GATE_LUFS


def _of_many(samples: NDArray[np.float32], sample_rate: int, weights: NDArray[np.float64]) -> float:
    """Return the gated loudness of more channels than libloudness counts, filtered channel by channel."""
    block, hop = round(_BLOCK_S * sample_rate), round(_HOP_S * sample_rate)
    starts = np.arange(0, len(samples) - block + 1, hop)
    powers = np.zeros(len(starts))
    # Zeros behind the end: what the slow high pass leaves there must not come round to the beginning.
    size = 1 << (len(samples) + sample_rate // 2).bit_length()
    response = _k_weighting(np.fft.rfftfreq(size, 1 / sample_rate), sample_rate)
    for channel, weight in zip(samples.T, weights, strict=True):
        filtered = np.fft.irfft(np.fft.rfft(channel, size) * response, size)[: len(samples)]
        sums = np.concatenate(([0.0], np.cumsum(np.square(filtered))))
        powers += weight * (sums[starts + block] - sums[starts]) / block
    levels = 10 * np.log10(np.maximum(powers, 1e-30)) - 0.691
    heard = powers[levels > GATE_LUFS]
    if not len(heard):
        return GATE_LUFS
    gate = 10 * math.log10(float(heard.mean())) - 0.691 - 10
    loud = powers[(levels > GATE_LUFS) & (levels > gate)]
    return max(GATE_LUFS, 10 * math.log10(float(loud.mean())) - 0.691)


def _k_weighting(hz: NDArray[np.floating], sample_rate: int) -> NDArray[np.complex128]:
    """Return the response of the two filters of BS.1770-4, annex 1, at any rate (as libebur128 derives them)."""
    z = np.exp(-2j * np.pi * hz / sample_rate)
    k, q, gain = math.tan(math.pi * 1681.974450955533 / sample_rate), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = gain**0.4996667741545416
    shelf = (gain + middle * k / q + k * k) + 2 * (k * k - gain) * z + (gain - middle * k / q + k * k) * z * z
    shelf /= (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    norm = 1 + k / q + k * k
    passed = (1 - 2 * z + z * z) / (1 + 2 * (k * k - 1) / norm * z + (1 - k / q + k * k) / norm * z * z)
    response: NDArray[np.complex128] = shelf * passed
    return response
