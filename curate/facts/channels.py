"""What channels are to each other: whether one is dead, whether they cancel, and how much each counts for loudness."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from curate.facts.levels import COARSE, FLOOR_DBFS, decibels, stands_still

_LFE, _BACKS, _SIDES = 0x8, 0x30, 0x600
_SURROUND = 1.41
_PLAINLY_DB = 12.0
_LAYOUTS = {1: 0x4, 2: 0x3, 3: 0x7, 4: 0x33, 5: 0x37, 6: 0x3F, 7: 0x70F, 8: 0x63F}
"""Loudspeakers by number of channels where a file does not say: the order of WAV and FLAC."""
_VORBIS = {
    3: (0, 2, 1),
    5: (0, 2, 1, 3, 4),
    6: (0, 2, 1, 5, 3, 4),
    7: (0, 2, 1, 6, 5, 3, 4),
    8: (0, 2, 1, 7, 5, 6, 3, 4),
}
"""Where, in Vorbis and Opus, the channels of `_LAYOUTS` are (RFC 7845, section 5.1.1.2)."""


@lru_cache(maxsize=256)
def channel_weights(channels: int, mask: int = 0, format_name: str | None = None) -> NDArray[np.float64]:
    """Return how much each channel counts, ITU-R BS.1770-4, table 3 and annex 3: shape (channels,), 0, 1 or 1.41.

    What stands at the side (60 to 120 degrees) counts 1.41, LFE nothing, all others 1. The rear pair is the surround
    of 5.1 where there is none at the sides, else it stands behind, at 135 degrees, and counts 1. Past the eighth
    channel, where the file does not say what they are, none counts.

    Args:
        channels: At least 1.
        mask: A bit for each loudspeaker, as in the header of WAV; 0: not known.
        format_name: As in the facts: the channels of Ogg have another order.
    """
    if mask.bit_count() != channels:
        mask = _LAYOUTS[min(channels, 8)]
    else:
        format_name = None
    surround = _SIDES if mask & _SIDES else _BACKS
    speakers = [1 << bit for bit in range(32) if mask >> bit & 1]
    weights = [0.0 if one & _LFE else _SURROUND if one & surround else 1.0 for one in speakers]
    if format_name == "OGG" and channels in _VORBIS:
        placed = dict(zip(_VORBIS[channels], weights, strict=True))
        weights = [placed[at] for at in range(channels)]
    found = np.array(weights + [0.0] * (channels - len(weights)))
    found.setflags(write=False)
    return found


def channel_gap_db(samples: NDArray[np.float32], weights: NDArray[np.float64], subtype: str | None = None) -> float:
    """Return by how many dB the quietest channel is under the loudest; 0 for one channel and silence.

    Offsets are left out, so that a channel that stands still is as silent as one of zeros, and so is LFE, in which
    most of the time there is nothing. In 8 bit, u-law and A-law a channel that moves by no more than two steps is
    silent where another is plainly louder: its noise is 20 dB under speech there.

    Args:
        samples: float32, shape (frames, channels).
        weights: Of the channels, see `channel_weights`.
        subtype: As in the facts.
    """
    if samples.shape[1] < 2:
        return 0.0
    counted = samples[:, weights > 0]
    if counted.shape[1] < 2:
        return 0.0
    levels = [decibels(float(channel.var(dtype=np.float64))) for channel in counted.T]
    loudest = max(levels)
    if subtype in COARSE:
        levels = [
            FLOOR_DBFS
            if level < loudest - _PLAINLY_DB and stands_still(float(channel.max()), float(channel.min()), subtype)
            else level
            for channel, level in zip(counted.T, levels, strict=True)
        ]
    return loudest - min(levels)


def mono_loss_db(samples: NDArray[np.float32]) -> float:
    """Return by how many dB the mean of the channels is under their mean power; 0 for one channel and silence.

    0: all are the same; 10 log10(channels), 3 for two of them, where they have nothing in common, or only one sounds;
    up to 150 where they cancel. Offsets are left out.

    Args:
        samples: float32, shape (frames, channels).
    """
    if samples.shape[1] < 2:
        return 0.0
    # Channel by channel: numpy takes several times as long over an axis of two entries.
    power = float(np.mean([channel.var(dtype=np.float64) for channel in samples.T]))
    if decibels(power) <= FLOOR_DBFS:
        return 0.0
    mixed = np.zeros(len(samples))
    for channel in samples.T:
        mixed += channel
    return min(-FLOOR_DBFS, max(0.0, -decibels(float(mixed.var()) / samples.shape[1] ** 2 / power)))
