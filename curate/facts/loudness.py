"""Integrated loudness, ITU-R BS.1770-4 and EBU R 128."""

import math

import numpy as np
from loudness import integrated_loudness
from numpy.typing import NDArray

from curate.facts.channels import channel_weights
from curate.facts.k_weighting import hop_powers, response

GATE_LUFS = -70.0
"""The absolute gate of BS.1770: what lies under it is not measured."""

_BLOCK_S, _BLOCK_HOPS = 0.4, 4
# libloudness 0.2 writes outside its memory at 16 and 17 Hz; the shelf of the standard's filter lies at 1.7 kHz.
_RATES = range(4000, 768001)
_LIBRARY_WEIGHTS = {1: (1.0,), 2: (1.0, 1.0), 3: (1.0,) * 3, 4: (1.0, 1.0, 1.41, 1.41), 5: (1.0, 1.0, 1.0, 1.41, 1.41)}
"""What libloudness gives the channels, by their number; it leaves out all from the sixth on."""
_HOP_S = 0.1
_LEAST_VALUES = 10_000
_STEPS = 1000
_LOWEST = 10 ** ((np.arange(_STEPS) / 10 + GATE_LUFS + 0.691) / 10)
_MIDDLES = 10 ** ((np.arange(_STEPS) / 10 + GATE_LUFS + 0.05 + 0.691) / 10)
"""libloudness counts blocks by their loudness in steps of 0.1 LU, from the gate on, and takes each for the middle."""


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
    return loudnesses_lufs(samples[None], sample_rate, weights)[0]


def loudnesses_lufs(
    samples: NDArray[np.float32], sample_rate: int, weights: NDArray[np.float64] | None = None
) -> list[float]:
    """Return `loudness_lufs` of each of several clips of one form, to fourteen digits.

    Args:
        samples: float32, shape (clips, frames, channels).
        sample_rate: Hz.
        weights: Of the channels.
    """
    if weights is None:
        weights = channel_weights(samples.shape[2])
    counted = np.flatnonzero(weights)
    if not len(counted):
        return [GATE_LUFS] * len(samples)
    if sample_rate not in _RATES:
        return [_lufs(float(np.square(one, dtype=np.float64).mean(axis=0) @ weights)) for one in samples]
    needed = math.ceil(_BLOCK_S * sample_rate)
    if samples.shape[1] < needed:
        samples = np.concatenate([samples] * math.ceil(needed / samples.shape[1]), axis=1)
    # Of a lone short clip the calls take longer than libloudness's loop.
    if len(counted) in _LIBRARY_WEIGHTS and samples.size >= _LEAST_VALUES:
        powers = [hop_powers(samples[..., channel], sample_rate) for channel in counted]
        if powers[0] is not None:
            return _gated(sum(weights[channel] * power for channel, power in zip(counted, powers, strict=True)))
    return [_alone(one, sample_rate, weights) for one in samples]


def _gated(hops: NDArray[np.float64]) -> list[float]:
    """Return the loudness of clips, from the powers of their hops, shape (clips, hops), as libloudness gates them."""
    blocks = sum(hops[:, at : hops.shape[1] - _BLOCK_HOPS + 1 + at] for at in range(_BLOCK_HOPS)) / _BLOCK_HOPS
    steps = np.searchsorted(_LOWEST, blocks, side="right") - 1
    powers = np.where(steps >= 0, _MIDDLES[steps], 0.0)
    gates = powers.sum(axis=1) / np.maximum(1, np.count_nonzero(powers, axis=1)) / 10
    powers *= powers >= gates[:, None]
    found = powers.sum(axis=1) / np.maximum(1, np.count_nonzero(powers, axis=1))
    return [_lufs(power) for power in found.tolist()]


def _lufs(power: float) -> float:
    return max(GATE_LUFS, 10 * math.log10(power) - 0.691) if power > 0 else GATE_LUFS


def _alone(samples: NDArray[np.float32], sample_rate: int, weights: NDArray[np.float64]) -> float:
    """Return the loudness of a recording at a rate, or with channels, that `hop_powers` is not for."""
    if tuple(weights) != _LIBRARY_WEIGHTS.get(len(weights)):
        # Those of the most weight last, as the library has them.
        order = np.argsort(weights, kind="stable")[np.count_nonzero(weights == 0) :]
        samples, weights = samples[:, order], weights[order]
    given = _LIBRARY_WEIGHTS.get(samples.shape[1])
    if given is None:
        return _of_many(samples, sample_rate, weights)
    if tuple(weights) != given:
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
    weighting = response(np.fft.rfftfreq(size, 1 / sample_rate), sample_rate)
    for channel, weight in zip(samples.T, weights, strict=True):
        filtered = np.fft.irfft(np.fft.rfft(channel, size) * weighting, size)[: len(samples)]
        sums = np.concatenate(([0.0], np.cumsum(np.square(filtered))))
        powers += weight * (sums[starts + block] - sums[starts]) / block
    levels = 10 * np.log10(np.maximum(powers, 1e-30)) - 0.691
    heard = powers[levels > GATE_LUFS]
    if not len(heard):
        return GATE_LUFS
    gate = 10 * math.log10(float(heard.mean())) - 0.691 - 10
    loud = powers[(levels > GATE_LUFS) & (levels > gate)]
    return max(GATE_LUFS, 10 * math.log10(float(loud.mean())) - 0.691)
