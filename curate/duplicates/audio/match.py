"""Whether two recordings are copies of one: the same samples, or the same sound aligned in time and level."""

import hashlib
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct, structs

from curate.duplicates.audio.alignment import LEAST_CORRELATION, LEAST_IN_BLOCK, RATE, Alignment, Signal, peak_in_band
from curate.duplicates.audio.in_pieces import align_in_pieces
from curate.duplicates.audio.speed import at_speed, find_speed
from curate.facts.audio import downmix
from curate.media.audio_formats.decoded import Samples

_SHORT_S, _OF_SHORT = (0.125, 0.2), (0.9, LEAST_CORRELATION)
_PART_S, _OF_PART = (0.09, 0.125, 0.2), (0.98, 0.95, LEAST_CORRELATION)
"""Seconds in which both sound, and the correlation that copies and parts need there; parts of less are not told.

Two takes of one word have a vowel at one pitch in common, and an excerpt is laid where it fits best: of 28,000 pairs of
a third or a half of one and the whole of another, those of less than 0.1 s correlate to .976, to 0.15 s .939, to 0.2 s
.733, and .471 beyond that. Of true excerpts, as they are or as MP3 or Vorbis, 95 of 100 reach .95 from 0.1 s on.
"""

LEAST_OVERLAP = 0.6
"""Share of the sound that both must have. One word of 300, cut by 50 ms, keeps less; a half is not a copy."""

LEAST_INSIDE = 0.8
"""Of an excerpt: so much of it must lie in the other."""

MOST_OUTSIDE_S, MOST_OUTSIDE = 0.1, 0.2
"""Seconds that sound in one of them only, before or behind what both have, and as a share of that: copies that were
cut by 50 ms less; with a tune behind the word it is another recording."""

LEAST_PEAK = 1.5e-4
"""Five steps of 16 bits (-76 dBFS): below, what is left is dither, the same on every recorder, or nothing."""

_AUDIBLE_DB, _SHIFTED_S, _OTHER_SPEED = 0.5, 0.002, 0.05  # percent
_LOWEST_RATE, _HIGHEST_RATE = 2000, 1_000_000
_SHORTEST_S = 0.05
_USED_BAND = 0.425
_AT_ONCE = 1 << 20
_LARGEST = np.float32(1e6)


class AudioMatch(Struct, frozen=True):
    """What the comparison of two recordings found.

    Attributes:
        relation: `exact`: the same decoded samples (as float32, 24 bits) at the same rate in the same channels;
            `near`: the same recording with another level, rate, codec, number of equal channels, earlier or later,
            up to 3.5 % faster or slower; `part`: one is an excerpt of the other, or has something else before or
            behind; `none`: neither, or it cannot be told.
        distance: 1 - correlation of the aligned signals: 0 (the same) to 1.
        gain_db: Level of the second over the first; 0 with `none`, like the shift.
        shift_s: Seconds by which the second is later.
        reason: Why the relation is `none`, or `part`.
        speed: Of the second over the first.
        share: Of the longer that both have; 1 unless the relation is `part`.
    """

    relation: Literal["exact", "near", "part", "none"]
    distance: float = 1.0
    gain_db: float = 0.0
    shift_s: float = 0.0
    reason: str = ""
    speed: float = 1.0
    share: float = 1.0

    @property
    def change(self) -> str:
        """What was done to the second, as far as it can be heard, in words."""
        level = f"{self.gain_db:+.1f} dB" if abs(self.gain_db) >= _AUDIBLE_DB else ""
        shift = f"{1000 * abs(self.shift_s):.0f} ms shift" if abs(self.shift_s) >= _SHIFTED_S else ""
        faster = 100 * (self.speed - 1)
        speed = f"{abs(faster):.1f} % {'faster' if faster > 0 else 'slower'}" if abs(faster) >= _OTHER_SPEED else ""
        return ", ".join(filter(None, (level, shift, speed)))


class Sound(NamedTuple):
    """A recording as far as a comparison needs it: a fraction of its size.

    Attributes:
        identity: Digest of samples, channels and sample rate.
        sample_rate: Of the recording.
        signal: float32, shape (frames,), mono at 8 kHz; empty where it cannot be compared.
        problem: Why it can only be compared exactly; empty where it can be heard.
    """

    identity: bytes
    sample_rate: int
    signal: Signal
    problem: str = ""


def confirm(a: tuple[Samples, int], b: tuple[Samples, int]) -> AudioMatch:
    """Compare two recordings, each samples of shape (frames, channels) and sample rate in Hz.

    The order of the two only turns the signs of gain and shift.
    """
    return compare(listen(*a), listen(*b))


def listen(samples: Samples, sample_rate: int) -> Sound:
    """Return what the comparison needs of a recording."""
    signal = np.zeros(0, np.float32)
    problem = ""
    if not _LOWEST_RATE <= sample_rate <= _HIGHEST_RATE:
        problem = f"a sample rate of {sample_rate} Hz is not compared"
    elif len(samples) < _SHORTEST_S * sample_rate:
        problem = "too short to be compared"
    if not problem:
        # Floating point files hold values of any size, whose squares would be infinite.
        signal = np.clip(downmix(samples), -_LARGEST, _LARGEST)
        if sample_rate != RATE:
            import soxr

            signal = np.asarray(soxr.resample(signal, sample_rate, RATE), np.float32)
        signal = np.ascontiguousarray(signal)
        problem = "too quiet to be compared" if peak_in_band(signal) < LEAST_PEAK else ""
    return Sound(identity(samples, sample_rate), sample_rate, signal, problem)


def identity(samples: Samples, sample_rate: int) -> bytes:
    """Return a digest of a recording: of two that have the same, the samples are."""
    # Shape and rate are part of it: the same numbers as stereo, or played at another speed, are not the same recording.
    digest = hashlib.blake2b(repr((samples.shape, sample_rate)).encode(), digest_size=16)
    for at in range(0, len(samples), _AT_ONCE):
        # Zero is added because -0.0, which some decoders make, is another bit pattern than 0.0.
        digest.update((samples[at : at + _AT_ONCE] + np.float32(0)).tobytes())
    return digest.digest()


def compare(a: Sound, b: Sound, *, speeds: bool = True) -> AudioMatch:
    """Compare two recordings; see `confirm`.

    Args:
        a: The first.
        b: The second.
        speeds: Whether to look for another speed, too: of takes of one digit, 80 ms a pair instead of 3.
    """
    if a.identity == b.identity:
        return AudioMatch("exact", 0.0)
    if a.problem or b.problem:
        return AudioMatch("none", reason=a.problem or b.problem)
    # One order for both directions, so that rounding cannot make them differ.
    turned = (len(b.signal), b.identity) < (len(a.signal), a.identity)
    first, second = (b, a) if turned else (a, b)
    # A resampler leaves nothing near half of the rate it went through: only the band that both rates had is compared.
    highest_hz = _USED_BAND * min(a.sample_rate, b.sample_rate)
    match = _judge(align_in_pieces(first.signal, second.signal, highest_hz, channel=True), -1 if turned else 1)
    if match.relation == "none" and speeds:
        match = _at_other_speed(first.signal, second.signal, highest_hz, -1 if turned else 1) or match
    return match


def _at_other_speed(a: Signal, b: Signal, highest_hz: float, sign: int) -> AudioMatch | None:
    """Return the match of two recordings of which one is a little faster; None where that does not make them agree."""
    factor = find_speed(a, b, highest_hz)
    if factor is None:
        return None
    match = _judge(align_in_pieces(a, at_speed(b, factor), highest_hz), sign)
    if match.relation == "none":
        return None
    return structs.replace(match, speed=round(factor if sign > 0 else 1 / factor, 4))


def _judge(found: Alignment | None, sign: int) -> AudioMatch:
    if found is None:
        return AudioMatch("none", reason="too little of both lies together")
    distance = round(1 - min(1.0, abs(found.correlation)), 4)
    problem = ""
    # From the plainest to the subtlest: the first that is met is the reason that is told.
    if 1 - distance < np.interp(found.overlap_s, _SHORT_S, _OF_SHORT):
        problem = "different sounds"
    elif found.weakest < LEAST_IN_BLOCK:
        problem = "the same sound in part"
    elif found.overlap < LEAST_OVERLAP or found.outside_s > max(MOST_OUTSIDE_S, MOST_OUTSIDE * found.overlap_s):
        problem = "one holds more than the other"
        enough = np.interp(found.overlap_s, _PART_S, _OF_PART)
        if found.inside >= LEAST_INSIDE and found.overlap_s >= _PART_S[0] and 1 - distance >= enough:
            return AudioMatch("part", distance, reason=problem, share=round(found.overlap, 4))
    if problem:
        return AudioMatch("none", distance, reason=problem)
    # Adding 0.0 makes 0.0 of -0.0, which would be printed as a shift of minus nothing.
    return AudioMatch("near", distance, round(sign * found.gain_db, 2) + 0.0, round(sign * found.shift_s, 5) + 0.0)
