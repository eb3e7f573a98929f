"""Places at which a recording is gone: digital silence and held values amid sound."""

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

_SHORTEST_S, _LONGEST_S = 0.003, 0.25
_REST_S = 0.01
_LEAST_FRAMES = 8
_BESIDE_S = 0.005
_HEARD = 1e-4
_UNDER_MEAN = 1e-2
_JUMP, _STEPS = 0.5, 4


def gaps(samples: NDArray[np.float32], sample_rate: int) -> tuple[float, int]:
    """Return how long a recording is silent inside, and how often it stops short.

    The first is the longest time for which all channels are exactly zero, in seconds, between the first and the last
    sound; what is shorter than 10 ms counts as none, since a wave that crosses zero rests there for a few samples.

    The second is how often the sound stands still, at zero or at any one value, for 3 to 250 ms. Packets that were lost
    and buffers that ran dry look so, and no pause does: the 5 ms on both sides of it are heard (over -40 dBFS, and less
    than 20 dB under the mean power), and it begins or ends with a jump of half their RMS. Values held at the largest or
    the smallest value are clipping, or a square wave.

    Args:
        samples: float32, shape (frames, channels).
        sample_rate: Hz.
    """
    shortest = max(_LEAST_FRAMES, round(_SHORTEST_S * sample_rate))
    changes = np.flatnonzero(_in_any_channel(samples[1:] != samples[:-1])) + 1
    edges = np.concatenate(([0], changes, [len(samples)]))
    long = np.flatnonzero(np.diff(edges) >= shortest)
    first, last = edges[long], edges[long + 1]
    return _inner_silence_s(samples, sample_rate, first, last), _dropouts(samples, sample_rate, first, last)


def _inner_silence_s(samples: NDArray[np.float32], sample_rate: int, first: Places, last: Places) -> float:
    silent = (samples[first] == 0).all(axis=1) & (first > 0) & (last < len(samples))
    longest = int((last - first)[silent].max(initial=0))
    return longest / sample_rate if longest >= max(_LEAST_FRAMES, round(_REST_S * sample_rate)) else 0.0


def _dropouts(samples: NDArray[np.float32], sample_rate: int, first: Places, last: Places) -> int:
    beside = max(4, round(_BESIDE_S * sample_rate))
    chosen = (last - first <= _LONGEST_S * sample_rate) & (first >= beside) & (last + beside <= len(samples))
    first, last = first[chosen], last[chosen]
    if not len(first):
        return 0
    jumps = np.maximum(np.abs(samples[first] - samples[first - 1]), np.abs(samples[last] - samples[last - 1])).max(
        axis=1
    )
    # Half the RMS of what is heard at all: digital silence between words ends here, before the costly part.
    high = jumps > _JUMP * _HEARD**0.5
    first, last, jumps = first[high], last[high], jumps[high]
    if not len(first):
        return 0
    powers = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64).mean(axis=1))))
    before, behind = (powers[first] - powers[first - beside]) / beside, (powers[last + beside] - powers[last]) / beside
    is_heard = np.minimum(before, behind) > max(_HEARD, _UNDER_MEAN * float(powers[-1]) / len(samples))
    held = samples[first]
    at_rail = ((held == samples.max(axis=0)) | (held == samples.min(axis=0))).any(axis=1)
    # In 8 bit the steps themselves are jumps, and waves of a few of them stand still.
    differences = np.abs(np.diff(samples, axis=0))
    jumps[jumps < _STEPS * differences[differences > 0].min()] = 0
    return int(np.count_nonzero(is_heard & ~at_rail & (jumps > _JUMP * np.sqrt(np.maximum(before, behind)))))


def may_stop(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.bool_]:
    """Return of each clip whether `gaps` may find anything: looked at in eight places of each shortest run only.

    Few recordings have one, and to look at every sample took a quarter of the time of all facts.

    Args:
        samples: float32, shape (clips, frames, channels).
        sample_rate: Hz.
    """
    few = samples[:, :: max(_LEAST_FRAMES, round(_SHORTEST_S * sample_rate)) // 8, 0]
    same = few[:, 1:] == few[:, :-1]
    for step in (1, 2):  # two in a row, then four
        same = same[:, step:] & same[:, :-step]
    return np.asarray((same[:, 3:] & same[:, :-3]).any(axis=1))  # seven in a row


def _in_any_channel(true: NDArray[np.bool_]) -> NDArray[np.bool_]:
    # `any` over an axis of one entry takes as long as all the rest.
    first: NDArray[np.bool_] = true[:, 0]
    return first if true.shape[1] == 1 else np.asarray(true.any(axis=1))
