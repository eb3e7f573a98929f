"""The filter of BS.1770-4, annex 1: its sections, its response, and the power it leaves in each 100 ms.

Sample by sample the filter is a chain in which each step waits for the one before. A block of samples is a product
of matrices instead: of its own samples, and of the four numbers that all samples before it left.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_BLOCKS = range(50, 31, -1)
"""Lengths of a block; shorter ones have more states to carry on, longer ones more products."""
_LARGEST_RATE = 96000
_PART_VALUES = 1 << 18
_SQUARINGS = 40

Section = tuple[NDArray[np.float64], NDArray[np.float64]]


class _Blocks(NamedTuple):
    """The filter over blocks of samples, as matrices that rows are multiplied by.

    The state is scaled so that white noise leaves independent numbers of power 1 in it: in the usual states the high
    pass at 38 Hz is the difference of values 10^4 times its own, and float32 would not do.

    Attributes:
        hop: Samples of 100 ms.
        length: Of a block; a divisor of the hop.
        output: Shape (length + 4, length): what a block and the state before it become.
        left: Shape (length, 4): what a block from silence leaves in the state.
        passed: Shape (blocks * 4, blocks * 4): from what all blocks of a hop leave, the states before each of them.
        before: Shape (4, blocks * 4): the same from the state before the hop.
        behind: Shape (blocks * 4, 4): from what all blocks leave, the state behind the hop.
        over: Shape (4, 4): the same from the state before the hop.
    """

    hop: int
    length: int
    output: NDArray[np.float32]
    left: NDArray[np.float32]
    passed: NDArray[np.float32]
    before: NDArray[np.float32]
    behind: NDArray[np.float32]
    over: NDArray[np.float32]


def sections(sample_rate: int) -> tuple[Section, Section]:
    """Return numerator and denominator of the shelf and of the high pass, at any rate (as libebur128 derives them)."""
    k, q, gain = math.tan(math.pi * 1681.974450955533 / sample_rate), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle, norm = gain**0.4996667741545416, 1 + k / q + k * k
    shelf = np.array([gain + middle * k / q + k * k, 2 * (k * k - gain), gain - middle * k / q + k * k]) / norm
    shelf_poles = np.array([norm, 2 * (k * k - 1), 1 - k / q + k * k]) / norm
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    norm = 1 + k / q + k * k
    return (shelf, shelf_poles), (np.array([1.0, -2, 1]), np.array([norm, 2 * (k * k - 1), 1 - k / q + k * k]) / norm)


def response(hz: NDArray[np.floating], sample_rate: int) -> NDArray[np.complex128]:
    """Return the response of both sections, complex."""
    z = np.exp(-2j * np.pi * hz / sample_rate)
    powers = np.stack([np.ones_like(z), z, z * z])
    (shelf, shelf_poles), (high, high_poles) = sections(sample_rate)
    found: NDArray[np.complex128] = (shelf @ powers) / (shelf_poles @ powers) * (high @ powers) / (high_poles @ powers)
    return found


def hop_powers(monos: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64] | None:
    """Return the mean squares of signals behind the filter, in each whole 100 ms; None at rates that no block divides.

    Good to a millionth of a decibel beside float64. Each signal is what it is alone, bit for bit.

    Args:
        monos: float32, shape (clips, frames).
        sample_rate: Hz, 4000 or more.

    Returns:
        float64, shape (clips, hops).
    """
    plan = _blocks(sample_rate)
    if plan is None:
        return None
    clips, count = len(monos), monos.shape[1] // plan.hop
    energies = np.empty((clips, count))
    # As many clips, or else as many hops of one, as leave their blocks in the processor's cache.
    rows = max(1, _PART_VALUES // plan.hop)
    together = max(1, rows // max(1, count))
    for first in range(0, clips, together):
        some = monos[first : first + together]
        state = np.zeros((len(some), 1, 4), np.float32)
        for at in range(0, count, rows):
            hops = some[:, at * plan.hop : min(at + rows, count) * plan.hop]
            energies[first : first + together, at : at + rows], state = _energies(hops, state, plan)
    return energies / plan.hop


def _energies(
    monos: NDArray[np.float32], state: NDArray[np.float32], plan: _Blocks
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the energies of whole hops, shape (clips, hops), and the state behind them, shape (clips, 1, 4)."""
    clips, hops = len(monos), monos.shape[1] // plan.hop
    blocks = np.empty((clips, monos.shape[1] // plan.length, plan.length + 4), np.float32)
    blocks[..., : plan.length] = monos.reshape(clips, -1, plan.length)
    left = np.matmul(blocks[..., : plan.length], plan.left).reshape(clips, hops, -1)
    behind = np.matmul(left, plan.behind)
    states = np.empty((clips, hops, 4), np.float32)
    for hop in range(hops):
        states[:, hop : hop + 1] = state
        state = np.matmul(state, plan.over) + behind[:, hop : hop + 1]
    blocks[..., plan.length :] = (np.matmul(left, plan.passed) + np.matmul(states, plan.before)).reshape(clips, -1, 4)
    filtered = np.matmul(blocks, plan.output).reshape(clips, hops, plan.hop)
    return np.vecdot(filtered, filtered), state


@lru_cache(maxsize=16)
def _blocks(sample_rate: int) -> _Blocks | None:
    hop = (sample_rate + 5) // 10
    length = next((length for length in _BLOCKS if hop % length == 0), None)
    if length is None or sample_rate > _LARGEST_RATE:
        return None
    step, enters, leaves, direct = _states(sample_rate)
    powers = [np.eye(4)]
    for _ in range(length):
        powers.append(step @ powers[-1])
    impulse = [direct, *(float(leaves @ power @ enters) for power in powers[: length - 1])]
    own = np.array([[impulse[to - at] if to >= at else 0.0 for to in range(length)] for at in range(length)])
    rest = np.array([leaves @ power for power in powers[:length]]).T
    left = np.array([power @ enters for power in powers[length - 1 :: -1]])
    # Rows are multiplied by these from the right, so all of them are transposed.
    count, over = hop // length, [np.eye(4)]
    for _ in range(count):
        over.append(over[-1] @ powers[length].T)
    passed = np.zeros((count, 4, count, 4))
    for later in range(1, count):
        at = np.arange(count - later)
        passed[at, :, at + later] = over[later - 1]
    matrices = (
        *(np.vstack((own, rest)), left, passed.reshape(4 * count, -1)),
        *(np.hstack(over[:count]), np.vstack(over[count - 1 :: -1]), over[count]),
    )
    return _Blocks(hop, length, *(matrix.astype(np.float32) for matrix in matrices))


def _states(sample_rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Return how the state goes on, what a sample adds to it, what it adds to the output, and what the sample does."""
    step, enters, leaves, direct = np.zeros((4, 4)), np.zeros(4), np.zeros(4), 1.0
    for at, (zeros, poles) in zip((0, 2), sections(sample_rate), strict=True):
        own = slice(at, at + 2)
        added = zeros[1:] - poles[1:] * zeros[0]
        step[own] = np.outer(added, leaves)
        step[own, own] += [[-poles[1], 1], [-poles[2], 0]]
        enters[own], leaves, direct = added * direct, leaves * zeros[0], direct * zeros[0]
        leaves[at] = 1
    # The covariance of the state under white noise: each turn takes as many samples again.
    covariance, power = np.outer(enters, enters), step
    for _ in range(_SQUARINGS):
        covariance, power = covariance + power @ covariance @ power.T, power @ power
    scale = np.linalg.cholesky(covariance)
    unscale = np.linalg.inv(scale)
    return unscale @ step @ scale, unscale @ enters, leaves @ scale, direct
