"""Highest frequency that is really there."""

import numpy as np

from curate.facts.spectrum import Spectrum

_RANGE = 1e-7
_BINS = 4
_STEP_16_BIT = 2.0**-30 / 12
_DITHER = 10.0


def bandwidth_hz(spectrum: Spectrum) -> float:
    """Return the upper edge of the highest 100 Hz that carry sound, in Hz; 0 for digital silence.

    Sound is what lies less than 70 dB under the strongest 100 Hz, in the mean over time, and 10 dB or more over
    the noise of 16 bit steps (a dither is 5 dB over it). Resamplers and lossy coders leave less than that above
    their cut; recordings of real microphones more (the quietest twentieth of the spoken words at 16 kHz are 68 dB
    down at 7 kHz). What a bad resampler mirrors above the cut counts as sound.

    Args:
        spectrum: See `curate.facts.spectrum`.
    """
    average = spectrum.average[2:]
    groups = len(average) // _BINS
    if not groups:
        return 0.0
    powers = average[: groups * _BINS].reshape(groups, _BINS).sum(axis=1)
    steps = _DITHER * _STEP_16_BIT * _BINS / len(average)
    carrying = np.flatnonzero(powers > max(steps, _RANGE * float(powers.max())))
    if not len(carrying):
        return 0.0
    last = len(average) + 1 if carrying[-1] == groups - 1 else 2 + _BINS * (int(carrying[-1]) + 1)
    return last * spectrum.bin_hz
