"""Which frames of a recording are loud enough to be kept: the rule of librosa's `effects.trim` and `effects.split`."""

import math

import numpy as np
from numpy.typing import NDArray

# librosa squares an amplitude floor of 1e-5 before it takes decibels.
_FLOOR = 1e-10


def audible(
    samples: NDArray[np.float32], top_db: float, frame_length: int = 2048, hop_length: int = 512
) -> NDArray[np.bool_]:
    """Return which frames are less than `top_db` under the loudest one.

    The loudest frame of all channels is the reference; a frame is as loud as its loudest channel. Powers under 1e-10
    count as 1e-10, so every frame of a silent recording is audible. Source: `librosa.effects` 0.11.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        top_db: dB.
        frame_length: Samples in a frame; frames are centred, with zeros before the start and behind the end.
        hop_length: Samples from one frame to the next.

    Returns:
        bool, shape (1 + frames // hop_length,) for an even `frame_length`.
    """
    powers = np.maximum(frame_powers(samples, frame_length, hop_length), _FLOOR)
    kept: NDArray[np.bool_] = powers > powers.max() * 10 ** (-top_db / 10)
    return kept


def frame_powers(samples: NDArray[np.float32], frame_length: int, hop_length: int) -> NDArray[np.float64]:
    """Return the mean square of each centred frame, of the channel where it is largest; see `audible`.

    Frames are made of blocks that they all share, so that each sample is squared and added once.
    """
    before = frame_length // 2
    block = math.gcd(frame_length, hop_length, before)
    squares = np.square(samples)
    if missing := -len(squares) % block:
        squares = np.concatenate([squares, np.zeros((missing, squares.shape[1]), np.float32)])
    # Single precision within a block, double over all of them: a running sum over minutes in single precision loses the
    # quiet end of a recording behind its loud start.
    blocks: NDArray[np.float32] = squares.reshape(-1, block, squares.shape[1]).sum(axis=1)
    sums = np.cumsum(blocks.astype(np.float64), axis=0)
    sums = np.concatenate([np.zeros((1, sums.shape[1])), sums])
    count = 1 + (len(samples) + 2 * before - frame_length) // hop_length
    starts = np.arange(count) * (hop_length // block) - before // block
    # Frames reach beyond both ends, where zeros are: the difference of two sums at the same end adds nothing.
    last = len(sums) - 1
    ends = np.clip(starts + frame_length // block, 0, last)
    powers: NDArray[np.float64] = (sums[ends] - sums[np.clip(starts, 0, last)]).max(axis=1) / frame_length
    return powers
