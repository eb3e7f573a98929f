"""Where in a recording something is heard: a noise is drawn from there, and a voice is taken from there."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.05
"""Frames that powers are taken of."""

_SILENT = 1e-9
_PAUSE_S = 1.0
_SHORTEST_S = 0.25
_MOST = 64

Parts = tuple[tuple[float, float], ...]
"""Start and end of each part, in seconds."""


def frame_powers(blocks: Iterable[NDArray[np.float32]], sample_rate: int) -> NDArray[np.float64]:
    """Return the power of each frame of `FRAME_S`, mean over its samples and channels, without the frame's offset.

    Of each frame its own: the mean of a whole recording would lift its digital silence by what its sound is askew.

    Args:
        blocks: A recording in pieces of whole frames, but for the last: float32, shape (any, channels).
        sample_rate: Hz.
    """
    size = frame_size(sample_rate)
    found = [np.zeros(0)]
    for block in blocks:
        starts = np.arange(0, len(block), size)
        lengths = np.diff(np.append(starts, len(block)))
        powers = np.zeros(len(starts))
        for channel in block.T.astype(np.float64):
            means = np.add.reduceat(channel, starts) / lengths
            powers += np.add.reduceat(np.square(channel), starts) / lengths - np.square(means)
        found.append(np.maximum(powers / block.shape[1], 0))  # rounding may leave less than nothing
    return np.concatenate(found)


def is_silent(samples: NDArray[np.float32], sample_rate: int) -> bool:
    """Return whether no frame of a recording is over -90 dBFS (one step of 16 bits), an offset aside.

    Args:
        samples: float32, shape (frames, channels).
        sample_rate: Hz.
    """
    return float(frame_powers([samples], sample_rate).max(initial=0)) <= _SILENT


def frame_size(sample_rate: int) -> int:
    """Return how many samples a frame has."""
    return max(2, round(FRAME_S * sample_rate))  # of one sample nothing is left without its offset


def heard_spans(powers: NDArray[np.float64], sample_rate: int, frames: int, under_mean_db: float = 30.0) -> Parts:
    """Return every stretch in which something is heard, however short the pauses between them.

    Heard is what is less than so many decibels under the mean power of the whole, and over -90 dBFS (one step of 16
    bits).

    Args:
        powers: As `frame_powers` returns them.
        sample_rate: Hz.
        frames: Samples of the recording.
        under_mean_db: One click of full scale in ten seconds lifts the mean by as much as the noise around it may be
            softer than the click: 30 dB under the mean is still noise, where 30 dB under the loudest frame would leave
            the click only. For voices 15: what is softer is the room between words.
    """
    if not len(powers):
        return ()
    heard = powers > max(_SILENT, 10 ** (-under_mean_db / 10) * float(powers.mean()))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], heard, [False]]))).reshape(-1, 2)
    frame_s = frame_size(sample_rate) / sample_rate
    return tuple((float(start) * frame_s, min(float(end) * frame_s, frames / sample_rate)) for start, end in edges)


def sounding_parts(spans: Parts) -> Parts:
    """Return the parts that a noise is drawn from; none of a recording that is silent.

    A pause of less than a second belongs to the sound, as between the barks of a dog. Parts of less than a quarter of a
    second would buzz where they are repeated: they are left out where there are longer ones. The 64 longest are kept.

    Args:
        spans: As `heard_spans` returns them.
    """
    if not spans:
        return ()
    pauses = [(end, start) for (_, end), (start, _) in pairwise(spans) if start - end >= _PAUSE_S]
    starts = [spans[0][0], *(start for _, start in pauses)]
    ends = [*(end for end, _ in pauses), spans[-1][1]]
    parts = [(round(start, 6), round(end, 6)) for start, end in zip(starts, ends, strict=True)]
    longest = sorted(parts, key=lambda part: part[0] - part[1])[:_MOST]
    kept = [part for part in longest if part[1] - part[0] >= _SHORTEST_S] or longest[:1]
    return tuple(sorted(kept))


def heard_shares(spans: Parts, starts_s: NDArray[np.float64], length_s: float) -> NDArray[np.float64]:
    """Return what share of each of some stretches is heard, 0 to 1.

    Args:
        spans: As `heard_spans` returns them.
        starts_s: Where the stretches start, seconds.
        length_s: How long each is, over 0.
    """
    edges = np.array(spans).ravel()
    # Heard seconds up to each edge: they grow within a span, and stay in a pause.
    grown = np.cumsum(np.diff(edges, prepend=edges[0]) * (np.arange(len(edges)) % 2))
    found: NDArray[np.float64] = np.interp(starts_s + length_s, edges, grown) - np.interp(starts_s, edges, grown)
    return found / length_s
