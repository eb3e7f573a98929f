"""Which frames of a recording are kept: by the rule of librosa's `trim` and `split`, or over its noise floor."""

import math

import numpy as np
from numpy.typing import NDArray

# librosa squares an amplitude floor of 1e-5 before it takes decibels.
_FLOOR = 1e-10

_WINDOW_S = 0.032
_LOWEST_HZ = 80.0
_BANDS = 16
_FEWEST_BINS = 4
_QUIET = 0.2
"""Share of the frames that a band is at least as soft in as its floor: pauses are a fifth of a recording or more."""
_SILENT = 1e-10
_SKIRT = 1e-8
_CHUNK = 4096


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


def standing_out(
    samples: NDArray[np.float32],
    sample_rate: int,
    above_floor_db: float,
    top_db: float,
    frame_length: int = 2048,
    hop_length: int = 512,
) -> NDArray[np.bool_]:
    """Return which frames are `audible` and stand out of the noise floor by so many dB; see `over_floor_db`."""
    kept = audible(samples, top_db, frame_length, hop_length)
    # An odd frame is centred a sample later, and there may be one less of them.
    over = over_floor_db(samples, sample_rate, hop_length)[: len(kept)] >= above_floor_db
    kept[: len(over)] &= over
    return kept


def over_floor_db(samples: NDArray[np.float32], sample_rate: int, hop_length: int) -> NDArray[np.float64]:
    """Return by how much each frame stands out of the noise floor of its recording, in dB, in the channel of the most.

    10 log10 of the mean over bands of power / floor, after the divergence of Ramirez et al., "Efficient voice activity
    detection algorithms using long-term speech information" (2004). The floor of a band is what a fifth of the frames
    stay under, so that steady noise, hum, a tone and DC stand out of nothing, however loud they are; of noise alone it
    is 2 to 4. Noise that swells and fades stands out as speech does.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        sample_rate: Hz.
        hop_length: Samples from one frame to the next; frames are centred, of 32 ms, as those of `audible`.

    Returns:
        float64, shape (1 + frames // hop_length,).
    """
    size = max(16, 1 << round(math.log2(max(1.0, _WINDOW_S * sample_rate))))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    # From the third bin on: the window spreads DC over the first two.
    first = max(2, math.ceil(_LOWEST_HZ * size / sample_rate)) if sample_rate / 4 > _LOWEST_HZ else 2
    edges = _edges(first, size // 2 + 1)
    count = 1 + len(samples) // hop_length
    if len(samples) < size:
        samples = np.pad(samples, ((0, size - len(samples)), (0, 0)), "symmetric")
    # At both ends the nearest whole window: zeros beyond them would make a click of what does not begin at zero, and
    # to mirror it makes a kink in a tone, 80 dB over its floor.
    starts = np.clip(np.arange(count) * hop_length - size // 2, 0, len(samples) - size)
    highest = np.zeros(count)
    for channel in samples.T:
        windows = np.lib.stride_tricks.sliding_window_view(channel, size)
        powers = np.concatenate(
            [
                np.add.reduceat(
                    np.square(np.abs(np.fft.rfft(windows[starts[at : at + _CHUNK]] * window))), edges, axis=1
                )
                for at in range(0, count, _CHUNK)
            ]
        )
        # What lies 80 dB under the loudest frame is the rounding of numbers, or the skirt of a tone.
        least = max(_SILENT * size * (size // 2), _SKIRT * float(powers.sum(axis=1).max())) / len(edges)
        floor = np.maximum(np.quantile(powers, _QUIET, axis=0), least)
        highest = np.maximum(highest, 10 * np.log10(np.maximum((powers / floor).mean(axis=1), _SILENT)))
    return highest


def _edges(first: int, last: int) -> list[int]:
    """Return the first bin of each band: bands that widen with frequency, none of fewer than four bins but for all."""
    edges = [first]
    for wanted in np.geomspace(first, last, _BANDS + 1)[1:-1]:
        if wanted - edges[-1] >= _FEWEST_BINS and last - wanted >= _FEWEST_BINS:
            edges.append(round(wanted))
    return edges
