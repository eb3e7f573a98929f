"""What a baseline hears: statistics of mel bands and cepstral coefficients over time, level and zero crossings."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from baselines.features.mel import BANDS, COEFFICIENTS, HOP, SAMPLE_RATE, WINDOW, log_mel, mfcc, without_noise

Vector = NDArray[np.float32]

_LONGEST_S = 60.0
_PARTS, _FINE_PARTS = 3, 8
# Usual spread of the statistics over clips, in dB: mean, spread, percentiles, change, thirds, their change, eighths.
# They are constants, because a band that is silent in all of the training set has no spread of its own to divide by.
_MEL_SPREAD = np.repeat([8, 4, 10, 10, 9, 2.5, 9, 0.6, 11], [1, 1, 1, 1, 1, 1, 3, 3, 8])[:, None]
_MFCC_SPREAD = np.repeat([9, 5, 10, 10, 10, 2, 11, 0.7, 13], [1, 1, 1, 1, 1, 1, 3, 3, 8])[:, None]
# The higher a coefficient, the less it varies: about as 1 / root of its number.
_LIFTER = np.sqrt(np.arange(1, COEFFICIENTS + 1)) / 2.5
_LEVEL_SPREAD = np.array([10, 0.1, 5, 3, 0.4, 0.1, 0.1, 0.1, 5, 5, 5])
_WEIGHT = {"mel": 0.6, "mfcc": 1.2, "level": 0.3}


class _View(NamedTuple):
    """One way to hear a recording.

    Attributes:
        active_db: It begins and ends where it is at most this far below its loudest moment.
        range_db: What is farther below counts as this far.
        denoised: Whether each band loses its own steady noise first.
    """

    active_db: float
    range_db: float
    denoised: bool


# Far down a clean recording differs from others, and a noisy one is noise: one view hears deep, the other hears what
# stands above a street. Side by side they gave more than either alone, on clean recordings too.
_VIEWS = (_View(active_db=25, range_db=60, denoised=False), _View(active_db=15, range_db=35, denoised=True))


def describe_audio(samples: NDArray[np.float32], sample_rate: int) -> dict[str, Vector]:
    """Return the features of a recording by family, scaled so that a distance between two recordings is about 1.

    The channels are averaged and the rate becomes 16 kHz; of a longer recording the first minute is heard. What is soft
    at the ends is left out, because where a word stands in its clip says nothing, and all is relative to the loudest
    moment, because a word is the same at any volume. The order in time is kept in thirds and eighths, so that a word
    differs from its reversal.

    Each family is there twice: of what is at most 25 dB below the loudest moment at the ends, down to 60 dB below it;
    and, without each band's steady noise, of what is at most 15 dB below it, down to 35 dB.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        sample_rate: Hz.

    Returns:
        `mel`: of 40 bands mean, spread, 10th, 50th and 90th percentile, spread of the change, means of thirds, their
        mean changes, means of eighths; `mfcc`: of 13 coefficients the same; `level`: energy, zero crossings, mean and
        spread of the level, duration, crossings of thirds, level of thirds.
    """
    signal = _heard(samples, sample_rate)
    bands = log_mel(signal)
    views = [_describe_view(signal, without_noise(bands) if one.denoised else bands, one) for one in _VIEWS]
    found = {name: np.concatenate([view[name] for view in views]) for name in _WEIGHT}
    # Each family weighs by its weight alone, however many numbers it has, hence the root of the size.
    scaled = {name: values * (_WEIGHT[name] / np.sqrt(values.size)) for name, values in found.items()}
    return {name: values.astype(np.float32) for name, values in scaled.items()}


def _describe_view(signal: Vector, bands: Vector, view: _View) -> dict[str, NDArray[np.float64]]:
    loudness = bands.max(axis=1)
    heard = np.flatnonzero(loudness > loudness.max() - view.active_db)
    first, last = int(heard[0]), int(heard[-1]) + 1
    relative = np.maximum(bands[first:last] - loudness.max(), np.float32(-view.range_db))
    # The spreads are those of the module, not of the training set.
    found = {
        "mel": _over_time(relative).reshape(-1, BANDS) / _MEL_SPREAD,
        "mfcc": _over_time(mfcc(relative)).reshape(-1, COEFFICIENTS) / _MFCC_SPREAD * _LIFTER,
        "level": _level(signal[first * HOP : last * HOP + WINDOW - HOP], relative.max(axis=1)) / _LEVEL_SPREAD,
    }
    return {name: values.ravel() for name, values in found.items()}


def _heard(samples: NDArray[np.float32], sample_rate: int) -> Vector:
    """Return the mean of the channels at 16 kHz, float32 of shape (frames,), one minute at most."""
    mono: Vector = samples[: int(_LONGEST_S * sample_rate)].mean(axis=1)
    if sample_rate == SAMPLE_RATE:
        return mono
    import soxr

    heard = np.asarray(soxr.resample(mono, sample_rate, SAMPLE_RATE, quality="MQ"), np.float32)
    return heard if len(heard) else np.zeros(1, np.float32)


def _over_time(values: Vector) -> Vector:
    """Return the statistics of each column, one after the other, as `describe_audio` lists them."""
    change = np.diff(values, axis=0) if len(values) > 1 else np.zeros_like(values)
    # Percentiles to the nearest entry: one sort serves all three.
    places = np.rint(np.array([0.1, 0.5, 0.9]) * (len(values) - 1)).astype(int)
    whole = [values.mean(axis=0), values.std(axis=0), *np.sort(values, axis=0)[places], change.std(axis=0)]
    total = _running(values)
    return np.concatenate([*whole, _parts(total, _PARTS), _parts(_running(change), _PARTS), _parts(total, _FINE_PARTS)])


def _running(values: Vector) -> NDArray[np.float64]:
    """Return the sum of each column up to each row, shape (rows + 1, columns).

    In float64: over a minute of frames, differences of a running float32 sum would be rounding.
    """
    total = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=total[1:])
    return total


def _parts(total: NDArray[np.float64], count: int) -> Vector:
    """Return the means of each column over equal parts of the time, one part after the other.

    A part is no whole number of frames: the means come from the running sum, read between its entries.
    """
    frames = len(total) - 1
    edges = np.arange(count + 1) * (frames / count)
    edges[-1] = frames
    below = np.minimum(edges.astype(int), frames - 1)
    at = total[below]
    at += (edges - below)[:, None] * (total[below + 1] - at)
    return np.asarray((at[1:] - at[:-1]) * (count / frames), np.float32).ravel()


def _level(signal: Vector, loudness: Vector) -> Vector:
    # A sample more, so that there are as many crossings as samples, and one sample alone has a mean.
    crossings = np.append(np.signbit(signal[1:]) != np.signbit(signal[:-1]), False).astype(np.float32)[:, None]
    energy = 10 * np.log10(np.square(signal, dtype=np.float64).mean() + 1e-10)
    curve = loudness[:, None]
    figures = [energy, crossings.mean(), curve.mean(), curve.std(), np.log(len(loudness))]
    thirds = (_parts(_running(one), _PARTS) for one in (crossings, curve))
    return np.concatenate([figures, *thirds]).astype(np.float32)
