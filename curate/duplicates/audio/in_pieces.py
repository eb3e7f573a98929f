"""Recordings of minutes, aligned piece by piece: their length costs no memory, and a piece that differs is noticed."""

from statistics import median

import numpy as np

from curate.duplicates.audio.alignment import RATE, Alignment, Signal, align, energy

_PIECE = 30 * RATE
_AT_ONCE = 3 * _PIECE
_DRIFT_S, _REACH_S = 0.002, 0.25
"""By how much the shift of pieces may differ, and how far it is looked for, once that of the loudest is known."""

_QUIET = 1e-6
"""Of the mean power, below which a piece is silent in both: 60 dB."""


def align_in_pieces(a: Signal, b: Signal, highest_hz: float, *, channel: bool = False) -> Alignment | None:
    """Align two signals; if both last a minute or more, each 30 s have to agree on one shift.

    A jingle before another broadcast, or a recording that was changed after ten minutes, is thus not the same.

    Args:
        a: float32, shape (frames,), at `RATE`.
        b: Likewise.
        highest_hz: Upper end of the band that both have.
        channel: As `align` takes it.

    Returns:
        The worst of the pieces; None where they do not lie together or do not agree on a shift.
    """
    if min(len(a), len(b)) < 2 * _PIECE:
        if max(len(a), len(b)) <= _AT_ONCE:
            return align(a, b, highest_hz, channel=channel)
        return _align_short_in_long(a, b, highest_hz, channel=channel)
    starts = range(0, min(len(a), len(b)) - _PIECE + 1, _PIECE)
    # The shift is sought where there is most to hear: a recording may well begin with silence.
    loudest = max(starts, key=lambda at: energy(a[at : at + _PIECE]))
    first = _place_of(a[loudest : loudest + _PIECE], b, highest_hz, channel=channel)
    if first is None:
        return None
    shift_s = first.shift_s - loudest / RATE
    shift = round(shift_s * RATE)
    rest_a, rest_b = a[max(0, -shift) :], b[max(0, shift) :]
    common = min(len(rest_a), len(rest_b))
    if common < _PIECE:
        return None
    pieces = _aligned_pieces(rest_a[:common], rest_b[:common], highest_hz, channel=channel)
    agreed = [piece for piece in pieces if piece is not None and abs(piece.shift_s) <= _DRIFT_S]
    # Pieces of one recording lie within 2 ms of one shift; behind a cut or an insertion they do not.
    if len(agreed) < len(pieces):
        return None
    # The worst piece stands for all: a broadcast of an hour with another minute in it is not a copy.
    worst = min(agreed, key=lambda piece: abs(piece.correlation))
    heard = [energy(rest[:common]) / max(energy(whole), 1e-20) for rest, whole in ((rest_a, a), (rest_b, b))]
    return Alignment(
        shift_s=shift_s,
        gain_db=median(piece.gain_db for piece in agreed),
        correlation=worst.correlation,
        weakest=min(piece.weakest for piece in agreed),
        overlap=min(heard),
        overlap_s=common / RATE,
    )


def _align_short_in_long(a: Signal, b: Signal, highest_hz: float, *, channel: bool) -> Alignment | None:
    """Align a short signal with the part of a long one in which it lies."""
    long, short = (a, b) if len(a) > len(b) else (b, a)
    found = _place_of(short, long, highest_hz, channel=channel)
    if found is None:
        return None
    # `found` tells where the short one lies in the long one, which is the later of the two.
    begin = round(found.shift_s * RATE)
    heard = energy(long[max(0, begin) : max(0, begin + len(short))]) / max(energy(long), 1e-20)
    sign = 1 if short is a else -1
    return found._replace(shift_s=sign * found.shift_s, gain_db=sign * found.gain_db, overlap=min(found.overlap, heard))


def _place_of(short: Signal, long: Signal, highest_hz: float, *, channel: bool) -> Alignment | None:
    """Return the alignment of a short signal with the piece of a long one in which it fits best.

    Pieces are twice as long as the short one and overlap by half, so that it lies as a whole in one of them.
    """
    best: Alignment | None = None
    step = max(len(short), _PIECE)
    for start in range(0, max(1, len(long) - len(short) // 2), step):
        found = align(short, long[start : start + 2 * step], highest_hz, channel=channel)
        if found and (best is None or abs(found.correlation) * found.inside > abs(best.correlation) * best.inside):
            best = found._replace(shift_s=found.shift_s + start / RATE)
    return best


def _aligned_pieces(a: Signal, b: Signal, highest_hz: float, *, channel: bool) -> list[Alignment | None]:
    """Return the alignment of each piece of two signals of one length in which either sounds; the last is longer."""
    silent = _QUIET * max(energy(a), energy(b)) / len(a)
    starts = np.arange(0, len(a) - _PIECE + 1, _PIECE)
    pieces = []
    for at, end in zip(starts.tolist(), [*starts[1:].tolist(), len(a)], strict=True):
        if max(energy(a[at:end]), energy(b[at:end])) > silent * (end - at):
            pieces.append(align(a[at:end], b[at:end], highest_hz, reach_s=_REACH_S, channel=channel))
    return pieces
