"""The candidate key for near-duplicates: 128 signs that a copy shares with its original."""

import numpy as np
from numpy.typing import NDArray

from curate.facts.spectrum import FINGERPRINT_BANDS, HOPS_PER_S

RADIUS_BITS = 16
"""Copies differ in no more bits than this, save a few in a hundred; see `fingerprint`."""

_BITS = 128
_RHYTHMS, _COLOURS, _BANDS = 10, 13, 16
_HALF = 0.35 * HOPS_PER_S
_REACH = 0.4 * HOPS_PER_S
_LOUDEST = np.ones(15, np.float32)
_GATE = 1e-8


def _cosines() -> NDArray[np.float32]:
    """Return the cosines of orders 1 to 13 over the bands, shape (bands, colours)."""
    place = (2 * np.arange(_BANDS) + 1)[:, None]
    cosines: NDArray[np.float32] = np.cos(np.pi / (2 * _BANDS) * place * np.arange(1, _COLOURS + 1), dtype=np.float32)
    return cosines


_COSINES = _cosines()
_ORDERS = (np.pi / 2 * np.arange(_RHYTHMS, dtype=np.float32))[:, None]


def fingerprint(bands: NDArray[np.float32]) -> str | None:
    """Return the fingerprint of a recording, version 1: 32 hexadecimal digits; None for silence (-80 dBFS).

    The signs of a two-dimensional cosine transform, as in a perceptual hash of a picture, here of the fourth
    root of the band powers, 200 to 3400 Hz, under a Gaussian window of 0.175 s around the loudest place. All
    of it scales with the gain, which leaves the signs; the loudest place moves with the sound.

    Of 300 spoken words, at least 97 in 100 copies each (gain, 8 kHz, Vorbis, Opus, MP3, shifts of up to 100 ms)
    lie within `RADIUS_BITS`, and none of the 44,850 pairs of different recordings does. Of 600 digits of six
    speakers at 8 kHz, 1 in 700 pairs of different recordings does: nearly all by one speaker, of one digit.
    Steady noise has no loudest place: shifted or coded anew, it is not found again.

    Args:
        bands: Powers, shape (frames, bands), see `curate.facts.spectrum`.
    """
    return fingerprints(bands[None])[0]


def fingerprints(bands: NDArray[np.float32]) -> list[str | None]:
    """Return `fingerprint` of each of several recordings of one length.

    Args:
        bands: Powers, shape (clips, frames, bands).
    """
    bands = bands[..., FINGERPRINT_BANDS]
    power = bands.sum(axis=2)
    found: list[str | None] = [None] * len(bands)
    heard = np.flatnonzero(power.max(axis=1) >= _GATE)
    centres = _centres(power[heard]) if len(heard) else np.empty(0)
    firsts = np.maximum(0, centres - 2.5 * _HALF).astype(np.int64)
    ends = np.minimum(bands.shape[1], (centres + 2.5 * _HALF).astype(np.int64) + 1)
    # Of clips of less than a second most lie whole under the window, and are transformed together.
    for first, end in {*zip(firsts.tolist(), ends.tolist(), strict=True)}:
        alike = (firsts == first) & (ends == end)
        clips = heard[alike]
        place = np.arange(first, end, dtype=np.float32) - centres[alike].astype(np.float32)[:, None]
        place = (place / np.float32(_HALF))[:, None]
        waves = np.cos(_ORDERS * (place + 1)) * np.exp(-2 * place * place)
        parts = waves @ np.sqrt(np.sqrt(bands[clips, first:end])) @ _COSINES
        for clip, signs in zip(clips.tolist(), parts.reshape(len(clips), -1)[:, :_BITS] > 0, strict=True):
            found[clip] = np.packbits(signs).tobytes().hex()
    return found


def _centres(power: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the centres of gravity, in frames, around the loudest 0.3 s of each clip.

    Found from the loudest place and not from the whole, of which a cut at either end would move the centre.
    """
    loudest = [int(np.convolve(one, _LOUDEST).argmax()) for one in power]
    centre = np.array(loudest, np.float64) - len(_LOUDEST) // 2
    frames = np.arange(power.shape[1], dtype=np.float32)
    for _ in range(2):
        distance = (frames - centre.astype(np.float32)[:, None]) / np.float32(_REACH)
        weights = power * np.exp(-0.5 * distance * distance)
        moments = [float(np.dot(frames, one)) for one in weights]
        centre = np.array(moments) / weights.sum(axis=1).astype(np.float64)
    return centre
