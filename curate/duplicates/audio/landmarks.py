"""Landmarks of a recording: pairs of peaks of its spectrogram, which an excerpt has at another time, and a copy keeps.

After Wang, "An industrial-strength audio search algorithm" (ISMIR 2003): a peak outlives noise, a narrow line and a
codec, and two peaks with the time between them are rare enough to look up. Two recordings that have several of them in
one order, at one distance of time, are compared.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.audio.alignment import Signal
from curate.media.opencv import opencv

Landmarks = NDArray[np.void]
Landmark = np.dtype([("word", "<u4"), ("frame", "<u4")])
NONE: Landmarks = np.zeros(0, Landmark)

HOP = 32
"""Frames of 32 ms, every 4 ms: at twice of both, a sixth of the excerpts of a quarter of a second came up, now half."""

_SIZE = 256
_LOWEST_BIN, _HIGHEST_BIN = 10, 108
"""From 310 to 3375 Hz: what a telephone lets through."""

_AROUND_BINS, _AROUND_FRAMES = 1, 3
_FANOUT, _NEAREST, _FARTHEST = 8, 2, 33
_BLOCK_FRAMES, _PEAKS_PER_BLOCK, _MOST_PEAKS = 8, 16, 40_000
_NEAR_FRAMES, _RANGE = 20, 6.0
_FAR_FRAMES, _FAR_RANGE = 125, 12.0
"""Natural logarithm of power, 26 and 52 dB, under the strongest peak of 0.16 s and of a second around. An excerpt has
to have the peaks that it has in the whole, whatever was louder there: of thirds of 14 words .64 came up by the
second alone, .93 by both."""

_OFFSET_FRAMES = 2
_LEAST_SHARED, _LEAST_SHARE, _MOST_WITH_WORD = 8, 0.05, 200


def find_landmarks(signal: Signal) -> Landmarks:
    """Return the landmarks of a recording, by time.

    Args:
        signal: float32, shape (frames,), mono at 8 kHz.
    """
    if len(signal) < _SIZE:
        signal = np.pad(signal, (0, _SIZE - len(signal)))
    bins, times = _peaks(_spectrogram(signal))
    if len(times) < 2:
        return NONE
    found = []
    for step in range(1, _FANOUT * 3):
        between = times[step:] - times[:-step]
        apart = bins[step:] - bins[:-step]
        chosen = (between >= _NEAREST) & (between < _FARTHEST) & (np.abs(apart) < 32)
        word = bins[:-step] << 12 | apart + 32 << 6 | between
        pairs = np.zeros(int(chosen.sum()), Landmark)
        pairs["word"], pairs["frame"] = word[chosen], times[:-step][chosen]
        found.append(pairs)
    joined = np.concatenate(found)
    return joined[np.argsort(joined["frame"], kind="stable")]


def landmark_candidates(landmarks: Sequence[Landmarks]) -> Iterator[tuple[int, int]]:
    """Yield the pairs (i, j), i < j, of recordings that have several landmarks at one distance of time, in order.

    Args:
        landmarks: Of each recording.
    """
    counts = np.array([len(one) for one in landmarks], np.int64)
    if not counts.sum():
        return
    joined = np.concatenate(list(landmarks))
    owner = np.repeat(np.arange(len(landmarks)), counts)
    order = np.argsort(joined["word"], kind="stable")
    words, owners, frames = joined["word"][order], owner[order], joined["frame"][order].astype(np.int64)
    starts = np.flatnonzero(np.diff(words.astype(np.int64), prepend=-1))
    sizes = np.diff(starts, append=len(words))
    # A word that very many have tells nothing, and would cost the square of their number.
    sizes[sizes > max(_MOST_WITH_WORD, len(landmarks) // 20)] = 0
    votes: list[NDArray[np.int64]] = []
    largest = int(sizes.max(initial=0))
    left = np.repeat(sizes, np.diff(starts, append=len(words))) - _place_in_run(starts, len(words))
    for step in range(1, largest):
        one = np.flatnonzero(left > step)
        two = one + step
        other = owners[one] != owners[two]
        one, two = one[other], two[other]
        offset = (frames[one] - frames[two]) // _OFFSET_FRAMES
        codes = (owners[one] * len(landmarks) + owners[two]) * (1 << 20) + (offset & (1 << 20) - 1)
        votes.append(codes)
        # An offset at the edge of a step counts for the next one, too.
        votes.append((owners[one] * len(landmarks) + owners[two]) * (1 << 20) + (offset + 1 & (1 << 20) - 1))
    if not votes:
        return
    all_votes = np.sort(np.concatenate(votes))
    first = np.flatnonzero(np.diff(all_votes, prepend=-1))
    shared = np.diff(first, append=len(all_votes))
    pairs = all_votes[first] >> 20
    fewer = np.minimum(counts[pairs // len(landmarks)], counts[pairs % len(landmarks)])
    enough = shared >= np.maximum(_LEAST_SHARED, _LEAST_SHARE * fewer)
    for pair in np.unique(pairs[enough]).tolist():
        yield divmod(pair, len(landmarks))


def _place_in_run(starts: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.arange(count) - np.repeat(starts, np.diff(starts, append=count))


def _spectrogram(signal: Signal) -> NDArray[np.float32]:
    """Return the natural logarithm of power, shape (frames, bins)."""
    framed = np.lib.stride_tricks.sliding_window_view(signal, _SIZE)[::HOP]
    window = np.hanning(_SIZE + 1)[:-1].astype(np.float32)
    blocks = []
    for begin in range(0, len(framed), 4096):
        spectrum = np.fft.rfft(framed[begin : begin + 4096] * window, axis=1)[:, _LOWEST_BIN:_HIGHEST_BIN]
        blocks.append(np.square(np.abs(spectrum)).astype(np.float32))
    return np.asarray(np.log(np.concatenate(blocks) + np.float32(1e-12)), np.float32)


def _peaks(levels: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return bins and frames of the strongest peaks, by time."""
    kernel = np.ones((2 * _AROUND_FRAMES + 1, 2 * _AROUND_BINS + 1), np.uint8)
    highest = opencv().dilate(levels, kernel, borderValue=-np.inf)
    loudest = levels.max(axis=1)[:, None]
    stands_out = levels == highest
    for frames, reach in ((_NEAR_FRAMES, _RANGE), (_FAR_FRAMES, _FAR_RANGE)):
        stands_out &= levels > opencv().dilate(loudest, np.ones((2 * frames + 1, 1), np.uint8)) - reach
    times, bins = np.nonzero(stands_out & (levels > np.log(1e-8)))
    strongest = np.lexsort((-levels[times, bins], times // _BLOCK_FRAMES))
    starts = np.flatnonzero(np.diff(times[strongest] // _BLOCK_FRAMES, prepend=-1))
    chosen = strongest[_place_in_run(starts, len(strongest)) < _PEAKS_PER_BLOCK]
    if len(chosen) > _MOST_PEAKS:
        chosen = chosen[np.argsort(-levels[times[chosen], bins[chosen]], kind="stable")[:_MOST_PEAKS]]
    chosen = np.sort(chosen)
    times, bins = times[chosen], bins[chosen]
    return bins.astype(np.int64), times.astype(np.int64)
