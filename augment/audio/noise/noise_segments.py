"""Pieces of recordings for mixing: at the rate that is needed, and as long as is needed, however short the file."""

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from augment.audio.channel.resample import resample
from augment.audio.noise.recordings import claims, read_part
from curate.ground.errors import InputError
from curate.media.audio import load_audio
from curate.media.storage import read_media

if TYPE_CHECKING:
    from numpy.typing import NDArray

CROSS_FADE_S = 0.05
"""Where a short recording is repeated, its end fades into its start for so long, or for half of it."""

_SPARE_FRAMES = 2


def excerpt(path: str, digest: str, start_s: float, frames: int, sample_rate: int) -> "NDArray[np.float32]":
    """Return a piece of a recording: of a long one only that is read; a shorter one than is needed is looped.

    Args:
        path: The recording.
        digest: Of its bytes, as it was when the folder was looked at.
        start_s: Where the piece starts, in seconds; a piece that would pass the end starts earlier.
        frames: How long it is to be, at `sample_rate`.
        sample_rate: Hz.

    Returns:
        float32, shape (frames, channels of the recording).

    Raises:
        InputError: The recording cannot be read, or has changed.
    """
    # A noise of an hour is not decoded for three seconds of it; the frames to spare are what rounding to another rate
    # can ask for beyond the end.
    known = _claims(path, digest)
    if known is not None:
        total, rate = known
        needed = -(-frames * rate // sample_rate) + _SPARE_FRAMES
        if needed <= total:
            start = max(0, min(round(start_s * rate), total - needed))
            return resample(read_part(path, start, needed), rate, sample_rate)[:frames]
    # Short noises are used again and again, so they are kept decoded, at the rate that is asked for.
    noise = whole(path, digest, sample_rate)
    start = round(start_s * sample_rate)
    if len(noise) < frames:
        return looped(noise, start, frames, round(CROSS_FADE_S * sample_rate))
    start = min(start, len(noise) - frames)
    return noise[start : start + frames]


def looped(noise: "NDArray[np.float32]", start: int, frames: int, fade: int) -> "NDArray[np.float32]":
    """Return a recording repeated without a seam: its end and its start overlap with an equal-power cross-fade.

    The gains are cos and sin, whose squares add up to 1: noise, whose end and start have nothing to do with each
    other, keeps its power.

    Args:
        noise: float32, shape (n, channels).
        start: Sample of the loop to begin with.
        frames: How many to return.
        fade: Samples of the cross-fade; at most half of the recording.

    Returns:
        float32, shape (frames, channels).
    """
    # More than half would let the fade overlap itself.
    fade = min(fade, len(noise) // 2)
    angle = (np.arange(fade, dtype=np.float32) + np.float32(0.5)) * np.float32(np.pi / 2 / max(1, fade))
    loop = noise[: len(noise) - fade].copy()
    loop[:fade] = loop[:fade] * np.sin(angle)[:, None] + noise[len(noise) - fade :] * np.cos(angle)[:, None]
    repeated: NDArray[np.float32] = loop[(start + np.arange(frames)) % len(loop)]
    return repeated


@lru_cache(maxsize=24)
def whole(path: str, digest: str, sample_rate: int) -> "NDArray[np.float32]":
    """Return a whole recording at a rate: float32, shape (frames, channels), read-only; the last 24 are kept.

    Raises:
        InputError: It cannot be read, or has changed.
    """
    try:
        data = read_media(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    assert data is not None
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise InputError(f"{path} has changed since the command began: run it again")
    samples, rate = load_audio(data)
    # Shared by all who ask again: one that wrote to it would change what the next sample hears.
    found = resample(samples, rate, sample_rate).view()
    found.flags.writeable = False
    return found


@lru_cache(maxsize=4096)
def _claims(path: str, digest: str) -> tuple[int, int] | None:
    try:
        return claims(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
