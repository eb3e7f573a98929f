"""What the powers of a spectrum say: how much is silent, how far the noise is down, where the sound ends."""

import numpy as np
from numpy.typing import NDArray

from curate.facts.levels import decibels
from curate.facts.spectrum import DIGITAL_SILENCE, Spectrum

MIN_DB, MAX_DB = -20.0, 100.0

_SILENCE_RANGE = 1e-6
_SILENCE_GATE = 1e-7

_QUIETEST = 0.1
_PAUSE = 10**0.15
_MEAN_OF_MEDIAN = 2.0

_BAND_RANGE = 1e-7
_BINS = 4
_STEP_16_BIT = 2.0**-30 / 12
_DITHER = 10.0


def silence_ratio(powers: NDArray[np.float32]) -> float:
    """Return the share of frames that are silent, 0 to 1.

    Silent is what lies more than 60 dB (the default of `librosa.effects.trim`) under the loudest frame, or under
    -70 dBFS, the absolute gate of BS.1770: a recording of nothing but the noise of its converter is all silence.

    Args:
        powers: Frame powers, shape (frames,), see `curate.facts.spectrum`.
    """
    silent = powers < max(_SILENCE_GATE, _SILENCE_RANGE * float(powers.max()))
    return int(np.count_nonzero(silent)) / len(powers)


def snr_db(sound: Spectrum) -> float:
    """Return an estimate of the signal-to-noise ratio, -20 to 100 dB; -20 for digital silence.

    10 log10(signal / noise). The noise is the mean power of the pauses: of the frames whose power from 200 Hz on is at
    most 1.5 dB over what the quietest tenth of them stays under. Above 200 Hz many bins make the power of noise steady;
    its mean, not a low quantile, is then right for noise of any colour. What is under 50 Hz, where nobody speaks,
    counts as noise in all frames: its mean, or twice its median where that is less. Frames under -100 dBFS, such as
    zeros that pad a clip, are not counted: they say nothing of the noise in the rest.

    Speech with pauses and white or pink noise reads at most 1.5 dB wrong from 0 to 30 dB; with babble, whose
    quiet moments are taken for pauses, 5 dB too high at 0 dB and 2 to 3 from 5 dB on. Without a pause, as in a clip cut
    close around a word or in music, the quietest sound counts as noise and the estimate is a lower limit: spoken
    digits that are clean read 9 to 34, half of them under 19. A steady sound reads -20 to 0.

    Args:
        sound: See `curate.facts.spectrum`.
    """
    heard = sound.powers > DIGITAL_SILENCE
    count = np.count_nonzero(heard)
    if not count:
        return MIN_DB
    powers, low, lowest = sound.powers, sound.low, sound.bands[:, 0]
    if count < len(heard):
        powers, low, lowest = powers[heard], low[heard], lowest[heard]
    upper = powers - lowest
    at = int(_QUIETEST * (count - 1))
    pauses = upper <= _PAUSE * float(np.partition(upper, at)[at])
    noise = float(np.dot(powers, pauses)) / np.count_nonzero(pauses)
    signal = float(powers.sum()) / count - noise
    # A breath at the microphone or a knock is there for a moment; the mean of a steady rumble is twice its median.
    noise += min(float(low.sum()) / count, _MEAN_OF_MEDIAN * float(np.partition(low, count // 2)[count // 2]))
    return min(MAX_DB, max(MIN_DB, decibels(signal / noise)))


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
    carrying = np.flatnonzero(powers > max(steps, _BAND_RANGE * float(powers.max())))
    if not len(carrying):
        return 0.0
    last = len(average) + 1 if carrying[-1] == groups - 1 else 2 + _BINS * (int(carrying[-1]) + 1)
    return last * spectrum.bin_hz
