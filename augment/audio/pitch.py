"""`pitch`: higher or lower, in the same time."""

import math
from typing import TYPE_CHECKING, Annotated, TypedDict

from msgspec import Meta, Struct

from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_SILENT = 1e-16

MOVES = {"bandwidth_hz": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shift the pitch (librosa's phase vocoder); duration and level stay."""

    semitones: Annotated[
        Number, Meta(description="semitones, or [low, high]; within 2 a voice is still that of a person")
    ] = (-2.0, 2.0)

    def __post_init__(self) -> None:
        check_number("semitones", self.semitones, -24, 24)


class Draws(TypedDict):
    """What is drawn."""

    semitones: float


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw the shift."""
    return {"semitones": uniform(settings.semitones, generator)}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the recording with all frequencies times 2^(semitones / 12).

    The RMS is that of the source; the `scale` that keeps it from clipping is noted, as only what the source did not
    clip by itself may not clip.
    """
    from augment.audio.headroom import FULL_SCALE, fit_full_scale, largest, softer_by

    assert media.sample_rate
    samples = media.samples
    shifted = shift_pitch(samples, media.sample_rate, drawn["semitones"])
    # A floating point source over full scale stays as it is: it is the writer of the file that scales it.
    if largest(samples) > FULL_SCALE:
        return media._replace(array=shifted)
    found, scale = fit_full_scale(shifted)
    noted: Noted = {**media.noted, "scale": round(scale, 6)}
    if missed := softer_by(scale):
        noted["missed"] = missed
    return media._replace(array=found, noted=noted)


def shift_pitch(samples: "NDArray[np.float32]", sample_rate: int, semitones: float) -> "NDArray[np.float32]":
    """Return the recording with another pitch, as long and as loud as it was: by a phase vocoder, then resampled.

    Its offset stays.

    The windows last 64 to 128 ms, whatever the sample rate: long enough to tell the harmonics of a low voice apart.

    Args:
        samples: float32, shape (frames, channels).
        sample_rate: Hz.
        semitones: A twelfth of an octave each.

    Returns:
        float32, of the same shape.
    """
    import numpy as np
    from librosa import effects

    from augment.audio.channel.resample import fit
    from augment.audio.headroom import mean_square
    from curate.facts.offset import without_offset

    samples, offset = without_offset(samples)
    # librosa's default of 2048 samples lasts 256 ms at 8 kHz, longer than many a syllable, and 46 ms at 44.1 kHz.
    window = 1 << max(8, math.ceil(math.log2(0.064 * sample_rate)))
    # librosa warns of sounds that are shorter than a window.
    source = fit(samples, max(window, len(samples))).T
    shifted = effects.pitch_shift(source, sr=sample_rate, n_steps=semitones, res_type="soxr_hq", n_fft=window)
    found = fit(np.ascontiguousarray(shifted.T, np.float32), len(samples))
    # What the vocoder leaves of a mean would add to an offset, or take from it, and so from the level.
    found -= np.where(offset, found.mean(axis=0), 0)
    # The vocoder adds up frames whose phases no longer meet: 3 dB are lost on speech.
    before, after = mean_square(samples), mean_square(found)
    return (found * np.float32((before / after) ** 0.5) if after > _SILENT else found) + offset
