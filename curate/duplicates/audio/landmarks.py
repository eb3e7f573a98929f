"""Landmarks of a recording: pairs of peaks of its spectrogram, which an excerpt has at another time, and a copy keeps.

After Wang, "An industrial-strength audio search algorithm" (ISMIR 2003): a peak outlives noise, a narrow line and a
codec, and two peaks with the time between them are rare enough to look up. Two recordings that have several of them in
one order, at one distance of time, are compared.
"""

from collections.abc import Sequence

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
_NEAREST, _FARTHEST, _NEXT = 2, 64, 6
"""Frames between two peaks, and with how many of those that are so far a peak is paired: of 88 excerpts of 0.1 s with
eight landmarks shared five bring up .97 and six all, at a quarter more to look up."""

_BLOCK_FRAMES, _PEAKS_PER_BLOCK, _MOST_PEAKS = 8, 16, 40_000
_FAR_FRAMES, _RANGE = 125, 12.0
"""Natural logarithm of power, 52 dB, under the strongest peak of a second around. An excerpt has to have the peaks that
it has in the whole, whatever was louder there: with 26 dB under the strongest of 0.16 s, .77 of the excerpts of 0.10 to
0.12 s of words came up, now .99."""

_OFFSET_FRAMES = 2
_LEAST_SHARED, _LEAST_SHARE, _MOST_WITH_WORD = 6, 0.05, 200
"""Six landmarks at one distance of time, and one in twenty of those of the shorter: of 800,000 pairs of other words and
prompts 4 have them."""

_AT_ONCE = 1 << 22


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
    # Not the next ones whatever their time: of a chord all notes begin at once, and would be paired with each other.
    first = np.searchsorted(times, times + _NEAREST)
    for step in range(_NEXT):
        one = np.flatnonzero(first + step < len(times))
        two = first[one] + step
        between, apart = times[two] - times[one], bins[two] - bins[one]
        chosen = (between < _FARTHEST) & (np.abs(apart) < 32)
        pairs = np.zeros(int(chosen.sum()), Landmark)
        pairs["word"] = (bins[one] << 12 | apart + 32 << 6 | between)[chosen]
        pairs["frame"] = times[one][chosen]
        found.append(pairs)
    joined = np.concatenate(found)
    return joined[np.argsort(joined["frame"], kind="stable")]


def landmark_candidates(landmarks: Sequence[Landmarks], faster: Sequence[Landmarks] = ()) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < j, of recordings that have several landmarks at one distance of time, in order.

    Args:
        landmarks: Of each recording.
        faster: Of each recording played faster, which are compared with those above and not with each other.
    """
    counts = np.array([len(one) for one in (*landmarks, *faster)], np.int64)
    if not counts.sum():
        return []
    joined = np.concatenate([*landmarks, *faster])
    owners, frames = np.repeat(np.arange(len(counts)), counts), joined["frame"].astype(np.int64)
    # By word and, within each, by recording; `place` is where a landmark is in that order.
    order = np.argsort(joined["word"], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    starts = np.flatnonzero(np.diff(joined["word"][order].astype(np.int64), prepend=-1))
    sizes = np.diff(starts, append=len(order))
    ends = np.repeat(starts + sizes, sizes)
    # A word that very many have tells nothing, and would cost the square of their number.
    ends[np.repeat(sizes > max(_MOST_WITH_WORD, len(counts) // 20), sizes)] = 0
    others = np.maximum(ends[place] - place - 1, 0)
    others[owners >= len(landmarks)] = 0
    found: set[tuple[int, int]] = set()
    # In blocks of whole recordings, because all pairs of 1,000 words take hundreds of megabytes.
    before = np.concatenate(([0], np.cumsum(others)))[np.concatenate(([0], np.cumsum(counts)))]
    first = 0
    while first < len(landmarks):
        last = max(first + 1, int(np.searchsorted(before, before[first] + _AT_ONCE, "right")) - 1)
        block = slice(int(counts[:first].sum()), int(counts[:last].sum()))
        one = np.repeat(np.arange(block.start, block.stop), others[block])
        two = order[place[one] + 1 + _place_in_run(np.cumsum(others[block]) - others[block], others[block])]
        different = owners[one] != owners[two] % len(landmarks)
        one, two = one[different], two[different]
        offset = (frames[one] - frames[two]) // _OFFSET_FRAMES & (1 << 20) - 1
        votes, shared = np.unique((owners[one] * len(counts) + owners[two]) << 20 | offset, return_counts=True)
        # An offset at the edge of a step counts for the next one, too.
        shared[:-1] += np.where(np.diff(votes) == 1, shared[1:], 0)
        i, j = np.divmod(votes >> 20, len(counts))
        enough = shared >= np.maximum(_LEAST_SHARED, _LEAST_SHARE * np.minimum(counts[i], counts[j]))
        pairs = np.sort(np.stack((i, j % len(landmarks)), axis=1)[enough], axis=1)
        found.update(map(tuple, np.unique(pairs, axis=0).tolist()))
        first = last
    return sorted(found)


def _place_in_run(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, 2 of each run."""
    return np.arange(int(sizes.sum())) - np.repeat(starts, sizes)


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
    stands_out &= levels > opencv().dilate(loudest, np.ones((2 * _FAR_FRAMES + 1, 1), np.uint8)) - _RANGE
    times, bins = np.nonzero(stands_out & (levels > np.log(1e-8)))
    strongest = np.lexsort((-levels[times, bins], times // _BLOCK_FRAMES))
    starts = np.flatnonzero(np.diff(times[strongest] // _BLOCK_FRAMES, prepend=-1))
    chosen = strongest[_place_in_run(starts, np.diff(starts, append=len(strongest))) < _PEAKS_PER_BLOCK]
    if len(chosen) > _MOST_PEAKS:
        chosen = chosen[np.argsort(-levels[times[chosen], bins[chosen]], kind="stable")[:_MOST_PEAKS]]
    chosen = np.sort(chosen)
    times, bins = times[chosen], bins[chosen]
    return bins.astype(np.int64), times.astype(np.int64)
