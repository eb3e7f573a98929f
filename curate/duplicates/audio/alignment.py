"""Two signals on one time line: the shift at which they agree best, and how well they agree there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]
_Spectrum = NDArray[np.complex64]

RATE = 8000
"""Hz at which recordings are compared: what is above 3400 Hz does not survive a telephone."""

LEAST_CORRELATION = 0.8
"""Over the whole: copies 0.90 and more (Vorbis at its lowest quality; MP3 64 kbit/s 0.93), other takes 0.67 at most."""

LEAST_IN_BLOCK = 0.6
"""In each 0.125 s: copies 0.78 and more, while a phrase of which one word was replaced is near 0 there."""

_LOWEST_HZ, _HIGHEST_HZ = 100.0, 3400.0
_SMOOTHING_HZ, _CHANNEL_HZ = 200.0, 100.0
_FLOOR = 1e-3
_FINER = 8
_LEAST_THROUGH_CHANNEL, _SURELY = 0.2, 0.9
"""Of 150 words the least that a telephone leaves is .23 as it is, and .91 through the filter that is found for it. Most
wrong candidates are below the first, and need not be filtered; of 900 pairs of takes the most is .84 when they are."""

_BLOCK = RATE // 8
_ACTIVE, _AUDIBLE = 0.1, 0.02
_MOSTLY, _NEARBY_S = 0.8, 0.002
_LEAST_ALIKE, _NEARLY, _PLACES, _APART = 0.5, 0.9, 5, 8


class Alignment(NamedTuple):
    """How the second of two signals lies on the first.

    Attributes:
        shift_s: Seconds by which the second is later.
        gain_db: Level of the second over the first, of what both have; 0 where they are not alike by half.
        correlation: Of the flattened signals where they overlap, -1 to 1; below 0: turned upside down.
        weakest: The smallest correlation, of the same sign, over the blocks of 0.125 s in which something happens.
        overlap: Share of the flattened energy that lies where they overlap, of the signal that has less there.
        inside: The same of the signal that has more there: 1 for an excerpt, which lies in the other as a whole.
        overlap_s: Seconds in which both sound.
        outside_s: Seconds that sound in one of them only, before or behind; not looked at in long ones.
    """

    shift_s: float
    gain_db: float
    correlation: float
    weakest: float
    overlap: float
    inside: float = 1.0
    overlap_s: float = 0.0
    outside_s: float = 0.0


def align(
    a: Signal,
    b: Signal,
    highest_hz: float = _HIGHEST_HZ,
    lowest_hz: float = _LOWEST_HZ,
    reach_s: float | None = None,
    *,
    channel: bool = False,
) -> Alignment | None:
    """Find the shift at which two signals agree best; None where they hardly overlap.

    Both are flattened: each frequency is divided by the level around it (200 Hz, geometric mean of both signals),
    so that hum or one loud vowel does not decide for all; bands 30 dB under the strongest stay as weak as they are,
    because there a codec leaves only its noise. Of 2,698 pairs of takes of one digit by one speaker, the largest
    correlation is 0.96 as they are, and 0.67 flattened; of copies (Vorbis, Opus, MP3 64 kbit/s) the smallest 0.92.

    Args:
        a: float32, shape (frames,), at `RATE`, at most a minute or so.
        b: Likewise.
        highest_hz: Upper end of the band that both have.
        lowest_hz: Its lower end.
        reach_s: Largest shift; None: wherever one lies in the other.
        channel: Whether one may have gone through a filter that delays some frequencies more than others, by
            milliseconds, as that of a telephone does: where they are alike only in part, the smooth filter is looked
            for that explains one by the other.
    """
    # As long as both together, so that the end of one does not wrap around onto the beginning of the other.
    size = _fast_size(len(a) + len(b))
    hz = np.fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    band = (hz >= lowest_hz) & (hz <= min(highest_hz, _HIGHEST_HZ))
    of_a, of_b = _in_band(a, size, band), _in_band(b, size, band)
    both = _Both(of_a, of_b, _flattening(of_a, of_b, size), size, (len(a), len(b)))
    over_shifts = _signal((of_b * both.flat) * (of_a * both.flat).conj(), size)
    reach = size if reach_s is None else round(reach_s * RATE)
    before, after = min(reach, len(a) - 1), min(reach, len(b) - 1)
    # An inverse transform is circular: negative shifts are at its end.
    around = np.concatenate((over_shifts[size - before :], over_shifts[: after + 1]))
    found = _lay(both, _finer(around, int(np.abs(around).argmax())) - before, channel=channel)
    if reach_s is not None or min(len(a), len(b)) > _MOSTLY * max(len(a), len(b)):
        return found
    if found and abs(found.correlation) * found.inside >= _SURELY:
        return found
    # Where the longer is loud anything may correlate more with it than a soft excerpt with its own place.
    for place in _places_inside(around, before, both):
        # Cut out before it is flattened: what is around decided how that was done, and rang into it.
        cut_a, cut_b = a[max(0, -place) :][: len(b)], b[max(0, place) :][: len(a)]
        there = align(cut_a, cut_b, highest_hz, lowest_hz, _NEARBY_S, channel=channel)
        if there is None or (found and abs(there.correlation) <= abs(found.correlation) * found.inside):
            continue
        inside = _lay(both, there.shift_s * RATE + place, channel=channel)
        found = inside._replace(correlation=there.correlation, weakest=there.weakest) if inside else found
    return found


class _Both(NamedTuple):
    """Two signals in a band: their spectra, what flattens both, the size of the transform, the frames of each."""

    of_a: _Spectrum
    of_b: _Spectrum
    flat: NDArray[np.float32]
    size: int
    frames: tuple[int, int]


def _lay(both: _Both, shift: float, *, channel: bool) -> Alignment | None:
    """Return how well two signals agree at a shift in frames; None where they hardly overlap."""
    of_a, _, flat, size, frames = both
    begin, end = max(0, int(np.ceil(-shift))), min(frames[0], int(frames[1] - shift))
    # Of less than 1/16 s any correlation is chance.
    if end - begin < _BLOCK // 2:
        return None
    # Shifted in the spectrum, where a fraction of a frame is as good as a whole one.
    turn = np.exp(np.arange(len(of_a), dtype=np.float32) * np.complex64(2j * np.pi * shift / size))
    of_b = both.of_b * turn
    flat_a, flat_b = _signal(of_a * flat, size), _signal(of_b * flat, size)
    correlation, weakest = _agreement(flat_a[begin:end], flat_b[begin:end])
    alike = abs(correlation) >= _SURELY and weakest >= LEAST_IN_BLOCK
    if channel and not alike and abs(correlation) >= _LEAST_THROUGH_CHANNEL:
        through_a, through_b = _through_channel(of_a, of_b, size)
        even = _flattening(through_a, through_b, size)
        heard_a, heard_b = (_signal(one * even, size)[begin:end] for one in (through_a, through_b))
        through = _agreement(heard_a, heard_b)
        # A filter brings takes of one word nearer to each other, too. And it takes away what only one of both has, a
        # tune behind the word: what lies where is told from the sound as it was.
        if abs(through[0]) >= _SURELY and through[1] >= LEAST_IN_BLOCK:
            correlation, weakest = through
    # Outside of the recordings flattening only rings; the second was shifted around the end of the transform.
    wholes = flat_a[: frames[0]], np.roll(flat_b, round(shift))[: frames[1]]
    parts = flat_a[begin:end], flat_b[begin:end]
    overlap, inside = sorted(energy(one) / max(energy(whole), 1e-20) for one, whole in zip(parts, wholes, strict=True))
    gain_db = 0.0
    # Of all others nobody asks, and two transforms of six are spared.
    if abs(correlation) >= _LEAST_ALIKE:
        # That of the sound as it is; all else is judged on the flattened sound, in which no loud band decides.
        energy_a, energy_b = (energy(_signal(one, size)[begin:end]) + 1e-20 for one in (of_a, of_b))
        gain_db = float(10 * np.log10(energy_b / energy_a))
    return Alignment(
        shift_s=shift / RATE,
        gain_db=gain_db,
        correlation=correlation,
        weakest=weakest,
        overlap=overlap,
        inside=inside,
        overlap_s=_sounding_s(parts[0]),
        outside_s=max(_sounding_s(whole) - _sounding_s(one, whole) for one, whole in zip(parts, wholes, strict=True)),
    )


def _places_inside(around: Signal, before: int, both: _Both) -> list[int]:
    """Return the shifts, in frames, at which the shorter lies in the longer as a whole and is most like what is there.

    Measured by what is there: of three vowels the last may be the softest, and the excerpt of it is in none but that.
    More than one, because a vowel is much like itself one period later.

    Args:
        around: The correlation over shifts.
        before: How many of them are negative.
        both: The signals.
    """
    a, b = (_signal(one * both.flat, both.size)[:count] for one, count in zip(both[:2], both.frames, strict=True))
    shorter, longer = sorted((a, b), key=len)
    total = np.concatenate(([0.0], np.cumsum(np.square(longer), dtype=np.float64)))
    # Never less than 40 dB under the mean, or what is not there would be like anything.
    there = total[len(shorter) :] - total[: -len(shorter)] + 1e-4 * total[-1] * len(shorter) / len(longer) + 1e-20
    at_shift = around[before:] if longer is b else around[before::-1]
    alike = np.abs(at_shift[: len(there)]) / np.sqrt(there * max(energy(shorter), 1e-20))
    least = max(_LEAST_ALIKE, _NEARLY * float(alike.max()))
    places: list[int] = []
    while len(places) < _PLACES and alike[best := int(alike.argmax())] >= least:
        places.append(best if longer is b else -best)
        alike[max(0, best - _APART) : best + _APART] = 0
    return places


def peak_in_band(signal: Signal) -> float:
    """Return the largest absolute value of what a signal has in the band that is compared."""
    largest = 0.0
    for at in range(0, len(signal), 1 << 18):
        part = signal[at : at + (1 << 18)]
        size = _fast_size(len(part))
        hz = np.fft.rfftfreq(size, 1 / RATE)
        heard = np.fft.irfft(_in_band(part, size, (hz >= _LOWEST_HZ) & (hz <= _HIGHEST_HZ)), size)
        largest = max(largest, float(np.abs(heard).max()))
    return largest


def _fast_size(count: int) -> int:
    """Return a length, at least `count`, of the form 2^n or 3 * 2^n, which transforms fast."""
    power = 1 << max(4, (count - 1).bit_length())
    return power * 3 // 4 if power * 3 // 4 >= count else power


def _in_band(signal: Signal, size: int, band: NDArray[np.bool_]) -> _Spectrum:
    spectrum: _Spectrum = np.fft.rfft(signal, size).astype(np.complex64) * band
    return spectrum


def _signal(spectrum: _Spectrum, size: int) -> Signal:
    return np.fft.irfft(spectrum, size).astype(np.float32, copy=False)


def _flattening(of_a: _Spectrum, of_b: _Spectrum, size: int) -> NDArray[np.float32]:
    """Return the factor for each frequency that brings both signals to an even level."""
    factor: NDArray[np.float32] = np.ones(len(of_a), np.float32)
    for spectrum in (of_a, of_b):
        power = _around(np.square(np.abs(spectrum)).astype(np.float64), _SMOOTHING_HZ, size).real
        factor /= (power / max(float(power.max()), 1e-30) + _FLOOR).astype(np.float32)
    return np.sqrt(np.sqrt(factor))


def _through_channel(of_a: _Spectrum, of_b: _Spectrum, size: int) -> tuple[_Spectrum, _Spectrum]:
    """Return both spectra, one of them through the filter, smooth over 100 Hz, that brings it nearest to the other.

    The quotient of cross power and power (Wiener). What has lost bands follows from what has them, and not the other
    way round, where noise would have to be raised: so the one that has more bands is filtered.
    """
    power_a, power_b = (
        _around(np.square(np.abs(one), dtype=np.float64), _CHANNEL_HZ, size).real for one in (of_a, of_b)
    )
    cross = _around(of_b.astype(np.complex128) * of_a.conj(), _CHANNEL_HZ, size)
    heard_a, heard_b = (np.count_nonzero(power > _FLOOR * power.max()) for power in (power_a, power_b))
    if heard_a >= heard_b:
        return np.asarray(of_a * (cross / np.maximum(power_a, 1e-30)), np.complex64), of_b
    return of_a, np.asarray(of_b * (cross.conj() / np.maximum(power_b, 1e-30)), np.complex64)


def _around(values: NDArray[np.float64] | NDArray[np.complex128], width_hz: float, size: int) -> NDArray[np.complex128]:
    """Return the mean of the values over the bins around each, for a transform of some size."""
    width = max(3, round(width_hz * size / RATE))
    middle = np.arange(len(values))
    low, high = np.maximum(middle - width // 2, 0), np.minimum(middle + width // 2 + 1, len(values))
    # A running mean by differences of sums; of 64 bits, because in 32 the sums would swallow quiet bands.
    total = np.concatenate(([0.0], np.cumsum(values)))
    return np.asarray((total[high] - total[low]) / (high - low))


def _finer(around: Signal, best: int) -> float:
    """Return the place of the peak near a frame, in fractions of frames."""
    # The correlation has nothing above 3400 Hz, so what lies between its samples follows from those nearby.
    near = np.arange(max(0, best - 32), min(len(around), best + 33))
    fine = np.arange(-_FINER, _FINER + 1) / _FINER + best
    distance = fine[:, None] - near
    between = (np.sinc(distance) * np.cos(np.pi / 2 * np.clip(distance / 34, -1, 1)) ** 2) @ around[near]
    return float(fine[np.abs(between).argmax()])


def _agreement(a: Signal, b: Signal) -> tuple[float, float]:
    """Return the correlation over all, and that of the worst block in which either does something."""
    starts = np.arange(0, max(1, len(a) - _BLOCK // 2), _BLOCK)
    both, of_a, of_b = (np.add.reduceat(product, starts) for product in (a * b, a * a, b * b))
    all_of_it = float(both.sum()) / max(float(np.sqrt(of_a.sum() * of_b.sum())), 1e-20)
    share = np.maximum(of_a / max(float(of_a.max()), 1e-20), of_b / max(float(of_b.max()), 1e-20))
    # Against the mean of both energies: a block that only one of them has does not agree.
    scale = np.sqrt(of_a.sum() / max(float(of_b.sum()), 1e-20))
    blocks = both * scale / np.maximum((of_a + of_b * scale**2) / 2, 1e-20)
    worst = float((blocks * np.sign(all_of_it))[share >= _ACTIVE].min(initial=1.0))
    return all_of_it, worst


def _sounding_s(signal: Signal, whole: Signal | None = None) -> float:
    """Return the seconds of the blocks in which something happens, beside the loudest block of it or of a whole."""
    of_it, of_all = (
        np.add.reduceat(np.square(one), np.arange(0, max(1, len(one)), _BLOCK // 4)) if len(one) else np.zeros(1)
        for one in (signal, signal if whole is None else whole)
    )
    return float((of_it >= max(1e-20, _AUDIBLE * of_all.max())).sum() * (_BLOCK // 4) / RATE)


def energy(signal: Signal) -> float:
    return float(np.dot(signal, signal))
