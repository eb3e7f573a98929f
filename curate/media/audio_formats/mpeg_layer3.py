"""MPEG layer III below the frame headers: what the side information of the frames says, and where it cannot be true.

Decoders patch over such frames without a word, for a player must go on. The layout is that of ISO 11172-3, 2.4.1.7,
and of ISO 13818-3, 2.4.1.7, for the lower sampling rates.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.facts.records import Finding
from curate.media.audio_formats.decoded import Buffer, error

_MOST_PAIRS = 288
_RESERVOIR_BYTES = 511
_UNUSED_TABLES = (4, 14)
_LENGTHS_1 = np.array((0, 0, 0, 0, 3, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4))
_LENGTHS_2 = np.array((0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 2, 3))
ZERO_RUN_BYTES = 24
"""Zeros within coded sound that no encoder makes: in 1,500 files of LAME, at drawn settings, no run reaches 12."""

_Numbers = NDArray[np.int64]


class _Granule(NamedTuple):
    """One granule of one channel in every frame; arrays of shape (frames,)."""

    bits: _Numbers
    wrong: NDArray[np.bool_]


class _Side(NamedTuple):
    """The side information of every frame; arrays of shape (frames,).

    Attributes:
        begin: How many bytes of sound lie in the frames before.
        bits: Length of the coded sound.
        wrong: Whether a number is one that no encoder may write.
    """

    begin: _Numbers
    bits: _Numbers
    wrong: NDArray[np.bool_]


def judge_layer3(data: Buffer, starts: list[int], sizes: list[int]) -> tuple[Finding, ...]:
    """Return the finding on the first frame whose side information cannot be true, or on zeros within coded sound.

    Args:
        data: The file.
        starts: Offset of every frame; all of one version and sampling rate.
        sizes: Length in bytes of every frame.
    """
    raw = np.frombuffer(data, np.uint8)
    at, size = np.array(starts), np.array(sizes)
    is_first_version = bool(data[starts[0] + 1] & 8)
    is_mono = raw[at + 3] >> 6 == 3
    # What changes its channels in the middle plays in no decoder; where most agree, the others are the wrong ones.
    mono = 2 * int(is_mono.sum()) > len(at)
    strange = np.flatnonzero(is_mono != mono)
    if len(strange):
        return (_at_frame(starts, int(strange[0]), "has another number of channels than the rest"),)
    side_bytes = (17 if mono else 32) if is_first_version else (9 if mono else 17)
    has_checksum = (raw[at + 1] & 1) == 0
    side_at = at + 4 + 2 * has_checksum
    sound_at = side_at + side_bytes
    fits = at + size >= sound_at
    if not fits.all():
        return (_at_frame(starts, int(np.argmin(fits)), "is too short for its side information"),)
    sides = raw[side_at[:, None] + np.arange(side_bytes)]
    summed = np.flatnonzero(has_checksum)
    broken = summed[_checksums(raw, at[summed], sides[summed]) != _checksum_there(raw, at[summed])]
    # Some encoders set the flag and write no sums: only where most are right do the others mean something.
    if len(broken) and 2 * len(broken) < len(summed):
        return (_at_frame(starts, int(broken[0]), "has another checksum than its contents"),)
    side = _read(np.unpackbits(sides, axis=1), is_first_version, 1 if mono else 2)
    if side.wrong.any():
        return (_at_frame(starts, int(np.argmax(side.wrong)), "has side information that cannot be"),)
    return _judge_reservoir(raw, side, starts, sound_at, at + size - sound_at)


def _at_frame(starts: list[int], frame: int, what: str) -> Finding:
    return error("damaged", f"frame {frame + 1} of {len(starts)}, at offset {starts[frame]}, {what}")


def _judge_reservoir(
    raw: NDArray[np.uint8], side: _Side, starts: list[int], sound_at: _Numbers, sound_bytes: _Numbers
) -> tuple[Finding, ...]:
    """Lay the sound of all frames end to end, as the decoder does, and look how that of each one fits in."""
    ends = np.cumsum(sound_bytes)
    begins = ends - sound_bytes - side.begin
    stops = begins + (side.bits + 7) // 8
    # What was cut out of a longer recording begins with frames whose sound lies before the cut.
    in_file = begins >= 0
    settled = ends - sound_bytes >= _RESERVOIR_BYTES
    previous = np.concatenate(([0], stops[:-1]))
    wrong = (in_file | settled) & ((stops > ends) | ((begins < previous) & np.concatenate(([True], in_file[:-1]))))
    # A frame of nothing says nothing of where it is.
    wrong &= side.bits > 0
    if wrong.any():
        frame = int(np.argmax(wrong))
        return (_at_frame(starts, frame, "says that its sound lies where that of another frame is, or none"),)
    edges = np.zeros(int(ends[-1]) + 1, np.int64)
    np.add.at(edges, begins[in_file], 1)
    np.add.at(edges, stops[in_file], -1)
    within = np.repeat(sound_at - (ends - sound_bytes), sound_bytes)
    places = within + np.arange(int(ends[-1]))
    zeros = (np.cumsum(edges)[:-1] > 0) & (raw[places] == 0)
    turns = np.flatnonzero(np.diff(zeros, prepend=False, append=False))
    lengths = turns[1::2] - turns[::2]
    if len(lengths) and int(lengths.max()) >= ZERO_RUN_BYTES:
        longest = int(np.argmax(lengths))
        why = (
            f"{lengths[longest]} zeros at offset {places[turns[2 * longest]]}, amid coded sound: never written, or lost"
        )
        return (error("damaged", why, int(lengths[longest]), ZERO_RUN_BYTES),)
    return ()


def _read(bits: NDArray[np.uint8], is_first_version: bool, channels: int) -> _Side:
    begin = _number(bits, 0, 9 if is_first_version else 8)
    shared = (9 + (5 if channels == 1 else 3)) if is_first_version else 8 + channels
    at = shared + (4 * channels if is_first_version else 0)
    total, wrong = np.zeros(len(bits), np.int64), np.zeros(len(bits), np.bool_)
    for granule in range(2 if is_first_version else 1):
        for _ in range(channels):
            one = _read_granule(bits[:, at : at + 63], is_first_version, granule == 0)
            total, wrong = total + one.bits, wrong | one.wrong
            at += 59 if is_first_version else 63
    return _Side(begin, total, wrong)


def _read_granule(bits: NDArray[np.uint8], is_first_version: bool, has_all_factors: bool) -> _Granule:
    length, pairs = _number(bits, 0, 12), _number(bits, 12, 9)
    at = 33 if is_first_version else 38
    switched = bits[:, at] == 1
    kind, mixed = _number(bits, at + 1, 2), bits[:, at + 3] == 1
    first = np.where(switched, _number(bits, at + 4, 5), _number(bits, at + 1, 5))
    second = np.where(switched, _number(bits, at + 9, 5), _number(bits, at + 6, 5))
    third = np.where(switched, second, _number(bits, at + 11, 5))
    wrong = (pairs > _MOST_PAIRS) | (switched & (kind == 0))
    wrong |= (pairs > 0) & np.isin(first, _UNUSED_TABLES)
    # Table 0 costs nothing, all others at least one bit a pair.
    wrong |= (first > 0) & (second > 0) & (third > 0) & (pairs > length)
    if is_first_version and has_all_factors:
        factors = _number(bits, 29, 4)
        one, two = _LENGTHS_1[factors], _LENGTHS_2[factors]
        is_short = switched & (kind == 2)
        needed = np.where(is_short, np.where(mixed, 17, 18) * one + 18 * two, 11 * one + 10 * two)
        wrong |= (length > 0) & (needed > length)
    return _Granule(length, wrong)


def _number(bits: NDArray[np.uint8], at: int, width: int) -> _Numbers:
    found: _Numbers = bits[:, at : at + width] @ (1 << np.arange(width - 1, -1, -1, dtype=np.int64))
    return found


def _checksum_there(raw: NDArray[np.uint8], at: _Numbers) -> _Numbers:
    there: _Numbers = raw[at + 4].astype(np.int64) << 8 | raw[at + 5]
    return there


def _checksums(raw: NDArray[np.uint8], at: _Numbers, sides: NDArray[np.uint8]) -> _Numbers:
    """Return CRC-16 (x^16 + x^15 + x^2 + 1, all ones first) of half the header and the side information."""
    covered = np.concatenate([raw[at[:, None] + np.array((2, 3))], sides], axis=1).astype(np.int64)
    sums: _Numbers = np.full(len(at), 0xFFFF, np.int64)
    for byte in covered.T:
        sums ^= byte << 8
        for _ in range(8):
            sums = (sums << 1 ^ np.where(sums & 0x8000, 0x18005, 0)) & 0xFFFF
    return sums
