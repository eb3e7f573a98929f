"""Alignment of recordings of any length: piece by piece, so that the length costs no memory."""

from statistics import median

import numpy as np

from curate.duplicates.audio_alignment import MAX_SHIFT_S, RATE, Alignment, Signal, align

_PIECE = 30 * RATE
_DRIFT_S = 0.002
_QUIET = 1e-3


def align_in_pieces(a: Signal, b: Signal, highest_hz: float) -> Alignment | None:
    """Align two signals; if both last a minute or more, each 30 s have to agree on one shift.

    A jingle before another broadcast, or a recording that was changed after ten minutes, is thus not the same.

    Args:
        a: float32, shape (frames,), at `RATE`.
        b: Likewise.
        highest_hz: Upper end of the band that both have.

    Returns:
        The worst of the pieces; None where they do not lie together or do not agree on a shift.
    """
    if min(len(a), len(b)) < 2 * _PIECE:
        reach = 2 * _PIECE + round(MAX_SHIFT_S * RATE)
        found = align(a[:reach], b[:reach], highest_hz)
        return found and found._replace(overlap=min(found.overlap, _share(a, reach), _share(b, reach)))
    loudest = _loudest_piece(a[: len(b)])
    first = align(a[loudest : loudest + _PIECE], b[loudest : loudest + _PIECE], highest_hz)
    if first is None:
        return None
    shift = round(first.shift_s * RATE)
    a, b = a[max(0, -shift) :], b[max(0, shift) :]
    pieces = _aligned_pieces(a, b, highest_hz)
    agreed = [piece for piece in pieces if piece is not None and abs(piece.shift_s) <= _DRIFT_S]
    if len(agreed) < len(pieces):
        return None
    common = min(len(a), len(b))
    worst = min(agreed, key=lambda piece: abs(piece.correlation))
    return Alignment(
        shift_s=first.shift_s,
        gain_db=median(piece.gain_db for piece in agreed),
        correlation=worst.correlation,
        weakest=min(piece.weakest for piece in agreed),
        overlap=min(_share(a, common), _share(b, common)),
    )


def _aligned_pieces(a: Signal, b: Signal, highest_hz: float) -> list[Alignment | None]:
    """Return the alignment of each piece in which either signal is not 60 dB under its level; the last is longer."""
    common = min(len(a), len(b))
    level = _QUIET * max(_level(a[:common]), _level(b[:common]))
    pieces = []
    for at in range(0, common - _PIECE + 1, _PIECE):
        end = at + _PIECE if common - at >= 2 * _PIECE else common
        if max(_level(a[at:end]), _level(b[at:end])) > level:
            pieces.append(align(a[at:end], b[at:end], highest_hz))
    return pieces


def _loudest_piece(signal: Signal) -> int:
    starts = range(0, len(signal) - _PIECE + 1, _PIECE)
    return max(starts, key=lambda at: float(np.dot(signal[at : at + _PIECE], signal[at : at + _PIECE])))


def _level(signal: Signal) -> float:
    return float(np.sqrt(np.dot(signal, signal) / max(1, len(signal))))


def _share(signal: Signal, frames: int) -> float:
    """Return the share of the energy that lies in the first frames."""
    begun = signal[:frames]
    return float(np.dot(begun, begun)) / max(float(np.dot(signal, signal)), 1e-20)
