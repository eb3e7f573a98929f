"""By how much one recording is faster than another: from -3.5 to 3.5 %, which no alignment bridges.

At 1 % two copies of a second are 10 ms apart at its end, more than a wave of speech is long.
"""

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.audio.alignment import RATE, Signal, align

MOST = 0.035
"""Three percent is what radio stations and films at another frame rate do, 4 % aside; and a little more."""

FASTER = 1.03
"""One and a half percent slower or faster, the landmarks of both are no longer the same: they are looked for at this
speed, too, of the one against those of the other as it is."""

_STEPS = (0.002, 0.0004, 0.0001)
"""Over a piece, a step is less than a wave of the highest frequency looked at, or the right one may lie between two."""

_ROUGH_HZ, _LOWEST_HZ = 800.0, 100.0
_SHORT, _PIECE = round(0.4 * RATE), round(1.2 * RATE)
_LEAST_ROUGHLY, _LEAST_AS_IT_IS = 0.5, 0.2
_LONGEST = 30 * RATE
_FRAME = RATE // 100
_LEAST_LOUDNESS_ALIKE = 0.965
"""Of 38 words, 1 and 3 % faster and 3 % slower, .979 at least; of pairs of other words 95 % are below .963, of takes of
one digit a quarter is below .943."""


def find_speed(a: Signal, b: Signal, highest_hz: float) -> float | None:
    """Return the factor by which the second recording is faster; None where none within `MOST` makes the two agree.

    Looked for where the first is loudest: on what is below 800 Hz, whose waves are long, of 0.4 s, in steps of 0.2 %;
    around the best of these of 1.2 s; and around the best of those on all frequencies.

    Args:
        a: float32, shape (frames,), at `RATE`, up to 30 s.
        b: Likewise.
        highest_hz: Upper end of the band that both have.
    """
    if max(len(a), len(b)) > _LONGEST or _loudness_alike(a, b) < _LEAST_LOUDNESS_ALIKE:
        return None
    short, piece = _loudest(a, _SHORT), _loudest(a, _PIECE)
    here = align(short, b, _ROUGH_HZ, _LOWEST_HZ)
    if here is None or abs(here.correlation) * here.inside < _LEAST_AS_IT_IS:
        return None
    rough, middle, fine = _STEPS
    factor, alike = _best(short, b, _around(1.0, MOST, rough), _ROUGH_HZ)
    if alike < _LEAST_ROUGHLY:
        return None
    factor, alike = _best(piece, b, _around(factor, rough, middle), _ROUGH_HZ)
    if alike < _LEAST_ROUGHLY:
        return None
    return _best(piece, b, _around(factor, middle, fine), highest_hz)[0]


def _loudness_alike(a: Signal, b: Signal) -> float:
    """Return the largest correlation of how loud both are over time, at five speeds and any shift.

    At no cost beside the search for the speed, which it spares all but one in twenty of pairs of words.
    """
    loud_a, loud_b = (_loudness(signal) for signal in (a, b))
    found = 0.0
    for factor in np.linspace(1 - MOST, 1 + MOST, 5).tolist():
        played = np.interp(np.arange(int(len(loud_b) * factor)) / factor, np.arange(len(loud_b)), loud_b)
        size = float(np.sqrt(np.square(loud_a).sum() * np.square(played).sum()))
        if len(played) and len(loud_a):
            found = max(found, float(np.correlate(loud_a, played, "full").max()) / max(size, 1e-20))
    return found


def _loudness(signal: Signal) -> NDArray[np.float64]:
    """Return the root of the energy in each hundredth of a second, high frequencies lifted."""
    count = len(signal) // _FRAME * _FRAME
    lifted = np.diff(signal[:count].astype(np.float64), prepend=0.0)
    return np.asarray(np.sqrt(np.square(lifted).reshape(-1, _FRAME).sum(axis=1)))


def _around(centre: float, reach: float, step: float) -> NDArray[np.float64]:
    return centre + np.arange(-reach, reach + step / 2, step)


def at_speed(signal: Signal, factor: float) -> Signal:
    """Return a signal played at the speed of one that is slower by a factor."""
    import soxr

    return np.asarray(soxr.resample(signal, RATE, RATE * factor, quality="HQ"), np.float32)


def _best(a: Signal, b: Signal, factors: NDArray[np.float64], highest_hz: float) -> tuple[float, float]:
    scores = []
    for factor in factors.tolist():
        found = align(a, at_speed(b, factor), highest_hz, _LOWEST_HZ)
        # What is inside keeps a factor from winning with a short stretch that fits by chance.
        scores.append(abs(found.correlation) * found.inside if found else 0.0)
    place = int(np.argmax(scores))
    return float(factors[place]), scores[place]


def _loudest(signal: Signal, length: int) -> Signal:
    if len(signal) <= length:
        return signal
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal, dtype=np.float64))])
    start = int((energy[length:] - energy[:-length]).argmax())
    return signal[start : start + length]
