"""What the powers of a spectrum say: how much is silent, how far the noise is down, where the sound ends."""

import numpy as np
from numpy.typing import NDArray

from curate.facts.levels import STEP, decibels
from curate.facts.spectrum import DIGITAL_SILENCE, Spectrum

MIN_DB, MAX_DB = -20.0, 100.0

_SILENCE_RANGE = 1e-6
_SILENCE_GATE = 1e-7

_QUIETEST = 0.1
_PAUSE = 10**0.15
_MEAN_OF_MEDIAN = 2.0
_DITHER_STEPS2 = 2.5
_LEAST_FRAMES, _PADDING_FRAMES = 5, 5
_STEADY, _OVER_DITHER, _OVER_FLOOR = 0.4, 10.0, 4.0

_BAND_RANGE = 1e-7
_BINS = 4
_STEP_16_BIT = STEP**2 / 12
_DITHER = 10.0


def silence_ratio(powers: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of frames that are silent, 0 to 1, of each clip.

    Silent is what lies more than 60 dB (the default of `librosa.effects.trim`) under the loudest frame, or under
    -70 dBFS, the absolute gate of BS.1770: a recording of nothing but the noise of its converter is all silence.

    Args:
        powers: Frame powers, shape (..., frames), see `curate.facts.spectrum`.
    """
    loudest = powers.max(axis=-1, keepdims=True).astype(np.float64)
    silent = powers < np.maximum(_SILENCE_GATE, _SILENCE_RANGE * loudest).astype(np.float32)
    return np.asarray(np.count_nonzero(silent, axis=-1) / np.float64(powers.shape[-1]))


def snr_db(sound: Spectrum, step: float = STEP) -> float:
    """Return an estimate of the signal-to-noise ratio, -20 to 100 dB; -20 for digital silence.

    10 log10(signal / noise). The noise is the mean power of the pauses: of the frames whose power from 200 Hz on is at
    most 1.5 dB over what the quietest tenth of them stays under. Above 200 Hz many bins make the power of noise steady;
    its mean, not a low quantile, is then right for noise of any colour. What is under 50 Hz, where nobody speaks,
    counts as noise in all frames: its mean, or twice its median where that is less. Frames under -100 dBFS, such as
    zeros that pad a clip, are not counted: they say nothing of the noise in the rest. Nor are the two frames beside a
    tenth of a second of them at the beginning or the end. Nor are those at the level of a dither of the format, in 16
    bit -86 dBFS, if the rest has a steady noise of its own, 10 dB or more over it: they were put there. What pads a
    clip with more noise than that, or a word without a pause with a dither, is taken for a pause.

    Speech with pauses and white or pink noise reads at most 1.5 dB wrong from 0 to 30 dB. Babble is voices, and has
    pauses: where few speak, those that all make at once are taken for the pauses of the speech, and 3 to 6 voices read
    5 to 20 dB too high, twenty 2 to 7 at 0 dB. So do single sounds in silence, such as hens or clicks. Without a pause,
    as in a clip cut close around a word or in music, the quietest sound counts as noise and the estimate is a lower
    limit: spoken digits that are clean read 9 to 34, half of them under 19. A steady sound reads -20 to 0.

    Args:
        sound: See `curate.facts.spectrum`; of several channels the mean of their powers, since half of the noise that
            differs from channel to channel is lost when they are mixed.
        step: Distance of the quietest values that the file can store; of 24 bit and float as that of 16 bit.
    """
    one = Spectrum(sound.bands[None], sound.powers[None], sound.low[None], sound.average[None], sound.bin_hz)
    return snrs_db(one, step)[0]


def snrs_db(sound: Spectrum, step: float = STEP) -> list[float]:
    """Return `snr_db` of each of several clips of one length."""
    parts = sound.powers, sound.low, sound.bands[..., 0]
    dither = _DITHER_STEPS2 * step**2
    is_whole = np.asarray((sound.powers > max(dither, DIGITAL_SILENCE)).all(axis=1))
    whole = iter(_snrs_db(*(part[is_whole] for part in parts)) if is_whole.any() else ())
    ratios = []
    for clip, all_of_it in enumerate(is_whole.tolist()):
        if all_of_it:
            ratios.append(next(whole))
            continue
        counted = _counted(sound.powers[clip], sound.bands[clip, :, 0], dither)
        ratios += _snrs_db(*(part[clip : clip + 1, counted] for part in parts)) if counted.any() else [MIN_DB]
    return ratios


def _counted(powers: NDArray[np.float32], lowest: NDArray[np.float32], dither: float) -> NDArray[np.bool_]:
    """Return which frames of a clip say something of its noise: not digital silence, nor what was put around it."""
    heard = powers > DIGITAL_SILENCE
    quiet = powers <= dither
    beside = ~_near(quiet)
    rest = np.sort((powers - lowest)[beside])
    if (heard & quiet).any() and len(rest) >= _LEAST_FRAMES:
        # Speech that was recorded with a dither dies away into it: its quietest frames are of any level from there on.
        floor = float(rest[int(_QUIETEST * (len(rest) - 1))])
        # A beep is steady, too, and has nothing over it.
        if floor > _OVER_DITHER * dither and rest[0] >= _STEADY * floor and rest[-1] > _OVER_FLOOR * floor:
            return beside
    # Words die away towards pauses of zeros, too, and say how quiet it is there; the frames that hold a bit of what
    # begins behind zeros that pad a clip say nothing.
    padded = np.zeros_like(heard)
    before, behind = int(np.argmax(heard)), int(np.argmax(heard[::-1]))
    if before >= _PADDING_FRAMES:
        padded[:before] = True
    if behind >= _PADDING_FRAMES:
        padded[-behind:] = True
    whole = heard & ~_near(padded)
    return whole if np.count_nonzero(whole) >= _LEAST_FRAMES else heard


def _near(true: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what is true in a frame or in the two beside it, which may hold a part of what it holds."""
    wide: NDArray[np.bool_] = np.convolve(true, np.ones(5)) > 0.5
    return wide[2:-2]


def _snrs_db(powers: NDArray[np.float32], low: NDArray[np.float32], lowest: NDArray[np.float32]) -> list[float]:
    """Return the ratios of clips of which all frames are heard, each part of the shape (clips, frames)."""
    count = powers.shape[1]
    upper = powers - lowest
    quiet = np.sort(upper, axis=1)[:, int(_QUIETEST * (count - 1))].astype(np.float64)
    pauses = upper <= (_PAUSE * quiet)[:, None].astype(np.float32)
    noise = np.vecdot(powers, pauses.astype(np.float32)).astype(np.float64) / pauses.sum(axis=1)
    signal = powers.sum(axis=1).astype(np.float64) / count - noise
    # A breath at the microphone or a knock is there for a moment; the mean of a steady rumble is twice its median.
    median = np.sort(low, axis=1)[:, count // 2].astype(np.float64)
    noise += np.minimum(low.sum(axis=1).astype(np.float64) / count, _MEAN_OF_MEDIAN * median)
    return [min(MAX_DB, max(MIN_DB, decibels(ratio))) for ratio in (signal / noise).tolist()]


def bandwidth_hz(spectrum: Spectrum) -> NDArray[np.float64]:
    """Return the upper edge of the highest 100 Hz that carry sound, in Hz, of each clip; 0 for digital silence.

    Sound is what lies less than 70 dB under the strongest 100 Hz, in the mean over time, and 10 dB or more over
    the noise of 16 bit steps (a dither is 5 dB over it). Resamplers and lossy coders leave less than that above
    their cut; recordings of real microphones more (the quietest twentieth of the spoken words at 16 kHz are 68 dB
    down at 7 kHz). What a bad resampler mirrors above the cut counts as sound.

    Args:
        spectrum: See `curate.facts.spectrum`.
    """
    average = spectrum.average[..., 2:]
    bins = average.shape[-1]
    groups = bins // _BINS
    if not groups:
        return np.zeros(average.shape[:-1])
    powers = average[..., : groups * _BINS].reshape(*average.shape[:-1], groups, _BINS).sum(axis=-1)
    steps = _DITHER * _STEP_16_BIT * _BINS / bins
    carrying = powers > np.maximum(steps, _BAND_RANGE * powers.max(axis=-1, keepdims=True))
    behind = groups - np.argmax(carrying[..., ::-1], axis=-1)
    last = np.where(behind == groups, bins + 1, 2 + _BINS * behind)
    return np.where(carrying.any(axis=-1), last, 0) * spectrum.bin_hz
