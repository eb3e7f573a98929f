"""The offset of a recording: a fault of its converter that nobody hears, and no part of what sounds."""

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-3
"""Of the power of a channel: -30 dB. A word has a mean as well, at -65 dB in half of the recordings, and no offset."""


def without_offset(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what sounds in a recording, and the offset of each channel; their sum is the recording.

    The offset is the mean over time, where it has more than a thousandth of the power of what is left without it; else
    0, so that what has none comes back bit for bit, with the digital silence at its ends. Levels are those of what
    sounds, as `mono_loss_db` and `channel_gap_db` have it. So is what filters are given: they see zeros beyond both
    ends of a recording, and the step from there to an offset is louder than speech.

    Args:
        samples: float32, shape (frames, channels), at least one frame.

    Returns:
        float32, of the same shape, and float32, shape (channels,).
    """
    means = [(float(one.mean(dtype=np.float64)), float(one.var(dtype=np.float64))) for one in samples.T]
    offset = np.array([mean if mean * mean > _LEAST * power else 0.0 for mean, power in means], np.float32)
    return (samples - offset if offset.any() else samples), offset
