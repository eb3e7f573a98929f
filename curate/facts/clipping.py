"""Clipping: peaks that were cut flat, also where a codec, a resampler or a change of level came after."""

import numpy as np
from numpy.typing import NDArray

from curate.facts.levels import COARSE, EIGHT_BIT, STEP, STEP_8_BIT, peaks, stands_still, steps

_FULL_SCALE = 0.999
_FULL_SCALE_OF = {"PCM_S8": 127 / 128, "PCM_U8": 127 / 128, "ULAW": 32124 / 32768, "ALAW": 32256 / 32768}
_LEAST_STEPS = 64
_LEAST_COARSE_STEPS, _LEAST_COMPANDED = 8, 2.0**-6
_RUN = 3
_STEEP_STEPS, _STEEP_SPREADS = 8, 10
_INNER, _OUTSIDE, _LEAST_HEARD = 0.5, 0.01, 100

_BINS = 64
_LEVELS = np.arange(round(0.4 * _BINS), _BINS + 1)
_UNDER, _FARTHER_UNDER = np.round(0.88 * _LEVELS).astype(int), np.round(0.76 * _LEVELS).astype(int)
_OF_LOWER, _OF_BEYOND = 0.7, 2
_GATE_SAMPLES, _GATE = 4096, 0.32
_SIGMAS, _EFFECT = 2.5, 0.05
_FLATTER, _MUCH_FLATTER = 0.01, 0.25
_WAVES = 3
_PARTS, _STEADY = 40, 0.6

Channel = NDArray[np.float32]


def clipping_ratio(samples: NDArray[np.float32], subtype: str | None) -> float:
    """Return the share of samples that stand at a rail, 0 to 1.

    Either in runs of 3 or more, at full scale or at the largest or smallest value of the channel itself (turned down
    after it was clipped). A wave that is round at its top, such as a deep tone, is flat for a few samples too: the run
    has to end in a fall that is steep beside what varies inside it. Square waves, and waves that are as flat at other
    levels (of a synthesizer, or of few bits), are none; nor is a channel that stands still, at full scale too:
    no signal was cut.

    Or, where no value repeats because a codec, a resampler or a filter came after, in a shoulder: the histogram stays
    up towards a level and falls behind it, where that of natural sound falls all the way, and the half-waves that reach
    that level are flatter than those that stay under it. Then the share is that of the samples from 0.88 of the level
    on. Of recordings of speech with 7 % of the samples clipped, 9 in 10 are found after MP3, Vorbis, Opus or
    resampling, with 3 % 8 to 9; it is a share of 1 in 50 that is found in those that were not clipped. In 8 bit, u-law
    and A-law a shoulder is all that is looked for under full scale, from a peak of -24 dBFS on (companded -36).

    Not found is what went through a high-pass of 80 Hz or more, such as a telephone's band or a microphone's low cut:
    flat tops lean then, and their levels differ. Of a removed offset (20 Hz) 9 in 10 are.

    Args:
        samples: float32, shape (frames, channels).
        subtype: As in the facts.
    """
    channels = np.ascontiguousarray(samples.T)
    return sum(_clipped(channels, *peaks(channels), subtype)) / samples.size


def clipping_ratios(
    monos: NDArray[np.float32], tops: list[float], bottoms: list[float], subtype: str | None
) -> list[float]:
    """Return `clipping_ratio` of each of several clips of one length and one channel.

    Args:
        monos: float32, shape (clips, frames).
        tops: The largest sample of each.
        bottoms: The smallest sample of each.
        subtype: As in the facts.
    """
    return [count / monos.shape[1] for count in _clipped(monos, tops, bottoms, subtype)]


def _clipped(channels: NDArray[np.float32], tops: list[float], bottoms: list[float], subtype: str | None) -> list[int]:
    """Return how many samples of each channel stand at a rail."""
    rails = [_rails(top, bottom, subtype) for top, bottom in zip(tops, bottoms, strict=True)]
    peak = np.maximum(tops, np.negative(bottoms))
    # What costs least is asked of all of them at once: of most recordings it is all that has to be asked.
    levels = np.array(rails, np.float32)
    high, low = _counts(channels >= levels[:, :1]), _counts(channels <= levels[:, 1:])
    moves = [not stands_still(top, bottom, subtype) for top, bottom in zip(tops, bottoms, strict=True)]
    may_be_flat = [moving and max(counts) >= _RUN for moving, *counts in zip(moves, high, low, strict=True)]
    may_be_piled = ((peak > _least(subtype)) & moves & _may_be_piled(channels, peak)).tolist()
    counts = []
    for at, channel in enumerate(channels):
        flat = _flat(channel, rails[at], coarse=subtype in COARSE) if may_be_flat[at] else 0
        # What a codec threw over full scale is cut again: a few samples, where the shoulder has all.
        piled = (
            _piled(*_within_steps(channel, float(peak[at]), subtype)) if may_be_piled[at] and flat is not None else 0
        )
        counts.append(max(flat or 0, piled))
    return counts


def _least(subtype: str | None) -> float:
    """Return the level from which on a channel is loud enough to tell clipping from its steps."""
    if subtype in COARSE:
        # Companded, steps are an equal share of all levels from there on; of linear ones there are 8 to the peak.
        return _LEAST_COARSE_STEPS * STEP_8_BIT if subtype in EIGHT_BIT else _LEAST_COMPANDED
    return _LEAST_STEPS * STEP


def _rails(top: float, bottom: float, subtype: str | None) -> tuple[float, float]:
    """Return the levels that runs are looked for at."""
    full = _FULL_SCALE_OF.get(subtype or "", _FULL_SCALE)
    # In 8 bit and companded formats waves are flat of themselves: there only full scale is a rail for runs.
    if subtype in COARSE:
        return full, -full
    # Of a channel that is turned down, its own extremes.
    high, low = (min(extreme, full) if extreme > _least(subtype) else full for extreme in (top, -bottom))
    return high, -low


def _flat(channel: Channel, rails: tuple[float, float], *, coarse: bool) -> int | None:
    """Return how many samples are in runs at the rails; None for a wave that is as flat elsewhere, or always there."""
    at_rails = [channel >= np.float32(rails[0]), channel <= np.float32(rails[1])]
    count = sum(_in_runs(channel, at_rail, coarse=coarse) for at_rail in at_rails)
    if not count or coarse:
        return count
    levels = np.abs(channel)
    heard = levels > 0.25 * max(rails[0], -rails[1])
    elsewhere = heard & ~at_rails[0] & ~at_rails[1]
    held = channel[1:] == channel[:-1]
    inner = np.count_nonzero(elsewhere[1:-1] & held[1:] & held[:-1])
    in_all = np.count_nonzero(heard)
    is_square = in_all > _LEAST_HEARD and np.count_nonzero(elsewhere) < _OUTSIDE * in_all
    return None if is_square or inner > _INNER * count else count


def _in_runs(channel: Channel, at_rail: NDArray[np.bool_], *, coarse: bool) -> int:
    if np.count_nonzero(at_rail) < _RUN:
        return 0
    edges = np.flatnonzero(np.diff(at_rail, prepend=False, append=False))
    long = np.diff(edges)[::2] >= _RUN
    first, behind = edges[::2][long], edges[1::2][long]
    if coarse or not len(first):
        return int((behind - first).sum())
    channel = np.clip(channel, -1, 1)  # of floats beyond full scale all are equally wrong
    # The pieces between the runs are reduced with them, and left out.
    bounds = np.column_stack((first, np.minimum(behind, len(channel) - 1))).ravel()
    spread = (np.maximum.reduceat(channel, bounds) - np.minimum.reduceat(channel, bounds))[::2]
    before, after = channel[np.maximum(first - 2, 0)], channel[np.minimum(behind + 1, len(channel) - 1)]
    fall = np.maximum(np.abs(channel[first] - before), np.abs(channel[behind - 1] - after))
    steep = fall > _STEEP_STEPS * STEP + _STEEP_SPREADS * spread
    return int((behind - first)[steep].sum())


def _within_steps(channel: Channel, peak: float, subtype: str | None) -> tuple[Channel, float]:
    """Return a channel of few bits with each value anywhere in its step, and its peak: a histogram has no gaps then."""
    if subtype not in COARSE:
        return channel, peak
    anywhere = np.random.default_rng(0).random(len(channel), np.float32) - np.float32(0.5)
    spread = channel + steps(subtype, channel) * anywhere
    return spread, float(np.abs(spread).max())


def _piled(channel: Channel, peak: float) -> int:
    """Return how many samples stand in a shoulder of the histogram, if clipping explains it."""
    sigmas, level, count = _shoulder(channel, peak)
    if sigmas < _SIGMAS or _is_steady(channel):
        return 0
    flatter = _flatter(channel, level)
    # Both signs have to be there; where one is faint, the other has to be plain.
    evidence = sigmas / len(channel) ** 0.5 / _EFFECT + flatter / _MUCH_FLATTER
    return count if flatter > _FLATTER and evidence >= 1 else 0


def _may_be_piled(monos: NDArray[np.float32], peak: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return of each clip whether its histogram may have a shoulder."""
    # Of natural sound few of the samples over a quarter of the peak are over half of it; what is clipped has a third.
    # A part of the samples says so: 8 in 10 recordings end here, and 1 in 100 of those with a shoulder.
    few = np.abs(monos[:, :: -(-monos.shape[1] // _GATE_SAMPLES)])
    half, quarter = (np.array(_counts(few > (peak / part).astype(np.float32)[:, None])) for part in (2, 4))
    return half >= _GATE * quarter


def _counts(true: NDArray[np.bool_]) -> list[int]:
    """Return how many are true in each row."""
    # Given an axis, numpy widens each truth to 64 bits first, and takes ten times as long.
    return [int(np.count_nonzero(row)) for row in true]


def _shoulder(channel: Channel, peak: float) -> tuple[float, float, int]:
    """Return how plain the plainest shoulder is, in standard deviations, its level, and how many samples are in it."""
    levels = channel * np.float32((_BINS - 0.01) / peak)
    np.abs(levels, out=levels)
    counts = np.bincount(levels.astype(np.uint8), minlength=_BINS)
    from_level = np.zeros(_BINS + 1)
    np.cumsum(counts[::-1], out=from_level[-2::-1])
    beyond, under, farther_under = from_level[_LEVELS], from_level[_UNDER], from_level[_FARTHER_UNDER]
    near, lower = under - beyond, farther_under - under
    # Behind a rail there is only what a codec throws over it.
    least = np.maximum(_OF_LOWER * lower, _OF_BEYOND * beyond)
    sigmas = (near - least) / np.sqrt(near + _OF_LOWER**2 * lower + 4)
    best = int(sigmas.argmax())
    return float(sigmas[best]), float(_LEVELS[best]) * peak / _BINS, int(under[best])


def _is_steady(channel: Channel) -> bool:
    """Return whether a sound is as loud at all times: two tones that beat have a shoulder by nature."""
    parts = channel[: len(channel) // _PARTS * _PARTS].reshape(_PARTS, -1)
    if not parts.size:
        return True
    tops = np.maximum(parts.max(axis=1), -parts.min(axis=1))
    return bool(np.partition(tops, _PARTS // 10)[_PARTS // 10] > _STEADY * tops.max())


def _flatter(channel: Channel, level: float) -> float:
    """Return by how much of their length half-waves that reach a level stay in their upper fifth longer than others.

    Steady tones of any shape have no others, and read 0.
    """
    levels = np.abs(channel)
    crossings = np.flatnonzero(np.diff(np.signbit(channel))) + 1
    starts = np.concatenate(([0], crossings))
    lengths = np.diff(np.append(starts, len(channel)))
    tops = np.maximum.reduceat(levels, starts)
    shares = np.add.reduceat((levels >= 0.8 * np.repeat(tops, lengths)).astype(np.float32), starts) / lengths
    seen = lengths >= _RUN
    tall, others = seen & (tops >= 0.85 * level), seen & (tops >= 0.25 * level) & (tops < 0.7 * level)
    if min(np.count_nonzero(tall), np.count_nonzero(others)) < _WAVES:
        return 0.0
    return float(shares[tall].mean() - shares[others].mean())
