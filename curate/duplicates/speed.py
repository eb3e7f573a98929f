"""By how much one recording is faster than another: from -3.5 to 3.5 %, which no alignment bridges.

At 1 % two copies of a second are 10 ms apart at its end, more than a wave of speech is long.
"""

import numpy as np

from curate.duplicates.audio_alignment import RATE, Signal, align

MOST = 0.035
"""Three percent is what radio stations and films at another frame rate do, 4 % aside; and a little more."""

_ROUGH_STEP, _FINE_STEP = 0.002, 0.0004
_ROUGH_HZ, _LOWEST_HZ = 800.0, 100.0
_PIECE = round(1.2 * RATE)
_LEAST_ROUGHLY, _LEAST_AS_IT_IS = 0.6, 0.25
_LONGEST = 30 * RATE


def find_speed(a: Signal, b: Signal, highest_hz: float) -> float | None:
    """Return the factor by which the second recording is faster; None where none within `MOST` makes the two agree.

    Looked for where the first is loudest: first on what is below 800 Hz, whose waves are long, in steps of 0.2 %,
    and then around the best of these on all of it.

    Args:
        a: float32, shape (frames,), at `RATE`, up to 30 s.
        b: Likewise.
        highest_hz: Upper end of the band that both have.
    """
    if max(len(a), len(b)) > _LONGEST:
        return None
    piece = _loudest(a)
    here = align(piece, b, _ROUGH_HZ, _LOWEST_HZ)
    if here is None or abs(here.correlation) * here.inside < _LEAST_AS_IT_IS:
        return None
    rough = np.arange(-MOST, MOST + _ROUGH_STEP / 2, _ROUGH_STEP) + 1
    factor, alike = _best(piece, b, rough, _ROUGH_HZ)
    if alike < _LEAST_ROUGHLY:
        return None
    fine = factor + np.arange(-_ROUGH_STEP, _ROUGH_STEP + _FINE_STEP / 2, _FINE_STEP)
    return _best(piece, b, fine, highest_hz)[0]


def at_speed(signal: Signal, factor: float) -> Signal:
    """Return a signal played at the speed of one that is slower by a factor."""
    import soxr

    return np.asarray(soxr.resample(signal, RATE, RATE * factor, quality="HQ"), np.float32)


def _best(a: Signal, b: Signal, factors: np.ndarray, highest_hz: float) -> tuple[float, float]:
    scores = []
    for factor in factors.tolist():
        found = align(a, at_speed(b, factor), highest_hz, _LOWEST_HZ)
        # What is inside keeps a factor from winning with a short stretch that fits by chance.
        scores.append(abs(found.correlation) * found.inside if found else 0.0)
    place = int(np.argmax(scores))
    return float(factors[place]), scores[place]


def _loudest(signal: Signal) -> Signal:
    if len(signal) <= _PIECE:
        return signal
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal, dtype=np.float64))])
    start = int((energy[_PIECE:] - energy[:-_PIECE]).argmax())
    return signal[start : start + _PIECE]
