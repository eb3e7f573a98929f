"""Pieces of recordings for mixing: at the rate that is needed, and as long as is needed, however short the file."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from augment.audio.channel.resample import resample
from augment.audio.noise.recordings import claims, read_part
from augment.audio.noise.sounding import frame_powers, heard_spans
from augment.operations.folder_contents import read_unchanged
from curate.facts.audio import downmix
from curate.facts.offset import without_offset
from curate.ground.errors import InputError
from curate.media.audio import load_audio

if TYPE_CHECKING:
    from numpy.typing import NDArray

CROSS_FADE_S = 0.05
"""Where a short recording is repeated, its end fades into its start for so long, or for half of it."""

_SPARE_FRAMES = 2
_FADE_S = 0.01
_VOICE_DB = 15.0


def excerpt(
    path: str, digest: str, start_s: float, frames: int, sample_rate: int, part_s: tuple[float, float] | None = None
) -> "NDArray[np.float32]":
    """Return a piece of a recording: of a long one only that is read; a shorter one than is needed is looped.

    Args:
        path: The recording.
        digest: Of its bytes, as it was when the folder was looked at.
        start_s: Where the piece starts, in seconds; a piece that would pass the end starts earlier.
        frames: How long it is to be, at `sample_rate`.
        sample_rate: Hz.
        part_s: Start and end in seconds of the part that is used, as if the recording had no other; None: all of it.

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
        first, last = _bounds(part_s, rate, total)
        needed = -(-frames * rate // sample_rate) + _SPARE_FRAMES
        if needed <= last - first:
            start = max(first, min(round(start_s * rate), last - needed))
            return resample(read_part(path, start, needed), rate, sample_rate)[:frames]
        sound = resample(read_part(path, first, last - first), rate, sample_rate)
        first = round(first * sample_rate / rate)
    else:
        # Short noises are used again and again, so they are kept decoded, at the rate that is asked for.
        sound = whole(path, digest, sample_rate)
        first, last = _bounds(part_s, sample_rate, len(sound))
        sound = sound[first:last]
    start = max(0, round(start_s * sample_rate) - first)
    if len(sound) < frames:
        # Cosine and sine add up to more than 1: an offset would swell at each seam.
        return looped(without_offset(sound)[0], start, frames, round(CROSS_FADE_S * sample_rate))
    start = min(start, len(sound) - frames)
    return sound[start : start + frames]


def _bounds(part_s: tuple[float, float] | None, rate: int, total: int) -> tuple[int, int]:
    """Return the first frame of a part and the one behind its last; at least one frame lies between."""
    if part_s is None:
        return 0, total
    first = min(round(part_s[0] * rate), total - 1)
    return first, min(max(round(part_s[1] * rate), first + 1), total)


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


def heard_of(path: str, digest: str, sample_rate: int, frames: int) -> "NDArray[np.float32]":
    """Return the voice in a recording, mono, without offset and what is softer before and after; faded at both ends.

    Args:
        path: The recording.
        digest: Of its bytes, as it was when the set was scanned.
        sample_rate: Hz.
        frames: More than so many, at `sample_rate`, are not needed: of a long recording no more is read.

    Returns:
        float32, shape (at most about `frames`, 1); none of a silent recording.

    Raises:
        InputError: The recording cannot be read, or has changed.
    """
    known = _claims(path, digest)
    if known is not None:
        total, rate = known
        wanted = min(total, -(-frames * rate // sample_rate))
        sound = resample(read_part(path, (total - wanted) // 2, wanted), rate, sample_rate)
    else:
        sound = whole(path, digest, sample_rate)
    parts = heard_spans(frame_powers([sound], sample_rate), sample_rate, len(sound), _VOICE_DB)
    if not parts:
        return np.zeros((0, 1), np.float32)
    first, last = round(parts[0][0] * sample_rate), round(parts[-1][1] * sample_rate)
    piece = without_offset(downmix(sound[first : min(last, first + frames)])[:, None])[0].copy()
    fade = min(round(_FADE_S * sample_rate), len(piece) // 2)
    slope = (np.arange(fade, dtype=np.float32)[:, None] + 1) / np.float32(fade + 1)
    piece[:fade] *= slope
    piece[len(piece) - fade :] *= slope[::-1]
    return piece


@lru_cache(maxsize=24)
def whole(path: str, digest: str, sample_rate: int) -> "NDArray[np.float32]":
    """Return a whole recording at a rate: float32, shape (frames, channels), read-only; the last 24 are kept.

    Raises:
        InputError: It cannot be read, or has changed.
    """
    samples, rate = load_audio(read_unchanged(path, digest))
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
