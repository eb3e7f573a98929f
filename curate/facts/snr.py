"""Signal-to-noise ratio, estimated from the recording alone."""

import numpy as np
from numpy.typing import NDArray

from curate.facts.levels import decibels

MIN_DB, MAX_DB = -20.0, 100.0

_QUIETEST = 0.1
_DIGITAL_SILENCE = 1e-10


def snr_db(powers: NDArray[np.float32]) -> float:
    """Return an estimate of the signal-to-noise ratio, -20 to 100 dB; -20 for digital silence.

    The noise N is what the quietest tenth of the frames stays under, the signal what is more than that:
    10 log10((mean - N) / N). Frames under -100 dBFS, such as zeros that pad a clip, are not counted: they say
    nothing of the noise in the rest.

    Speech with white noise of 0, 10, 20 and 30 dB reads 1, 10, 20 and 29 (median of spoken words with pauses).
    Without a pause, as in a clip cut close around a word or in music, the quietest sound counts as noise and the
    estimate is low: 20 at most for most spoken digits. A steady tone reads -20.

    Args:
        powers: Frame powers, shape (frames,), see `curate.facts.spectrum`.
    """
    heard = powers[powers > _DIGITAL_SILENCE]
    if not len(heard):
        return MIN_DB
    at = int(_QUIETEST * (len(heard) - 1))
    noise = float(np.partition(heard, at)[at])
    signal = float(heard.mean(dtype=np.float64)) - noise
    return min(MAX_DB, max(MIN_DB, decibels(signal / noise)))
