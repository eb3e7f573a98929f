"""`mix_noise`: a noise from a folder behind the sound, at an exact signal-to-noise ratio."""

from typing import TYPE_CHECKING, Annotated, TypedDict

import msgspec
from msgspec import Meta, Struct

from augment.audio.noise.corpora import Part
from augment.audio.noise.recordings import Recording, find_recordings
from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform
from augment.operations.registry import FolderOfRecordings, Moves, Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media


MOVES = {"snr_db": Moves("snr_db", -20, 60), "bandwidth_hz": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


_LEAST_HEARD, _STARTS = 0.8, 32
"""Of what is heard in the part as a whole, and how often a start is drawn to find it."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mix in a noise recording at an exact SNR; short ones are looped, and a mix that would clip is scaled down."""

    folder: Annotated[FolderOfRecordings, Meta(description="folder of noise recordings, searched with those below it")]
    snr_db: Annotated[
        Number, Meta(description="dB, or [low, high]; from where people begin to strain to where they hardly notice")
    ] = (5.0, 20.0)
    part: Annotated[
        Part | tuple[Part, ...],
        Meta(description="of a folder laid out as MUSAN or OpenSLR's RIRS_NOISES: which sounds, or a list of them"),
    ] = "noise"

    def __post_init__(self) -> None:
        check_number("snr_db", self.snr_db, -60, 120)
        if not self.part:
            raise ValueError("part: the list is empty")


class Noises(Struct, frozen=True):
    """The settings with the noises that were found."""

    recordings: tuple[Recording, ...]
    snr_db: Number


class Draws(TypedDict):
    """A recording by path and digest, the ratio, where to start, and the sounding part that is used, in seconds."""

    noise: str
    noise_digest: str
    snr_db: float
    offset_s: float
    part_s: list[float]


def prepare(settings: Settings) -> Prepared[Noises]:
    """Look for the noises.

    Raises:
        InputError: The folder is missing or has no recording that can be read.
    """
    wanted = {settings.part} if isinstance(settings.part, str) else set(settings.part)
    found = find_recordings(settings.folder, "mix_noise: folder", wanted)
    identity = {"noises": found.digests(), "snr_db": msgspec.to_builtins(settings.snr_db)}
    return Prepared(Noises(found.recordings, settings.snr_db), identity, found.notes)


def draw(settings: Noises, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw a noise, a part of it in which something is heard, where in that to start, and the ratio.

    Longer parts are drawn more often, so that all sounding moments of a noise are alike. A part that is longer than the
    sound is heard from a start between its own and the difference; any other, which is looped, from any of its moments.
    A start after which less is heard than in the part as a whole, as in the pause between two barks, is drawn anew.
    """
    noise = settings.recordings[int(generator.integers(len(settings.recordings)))]
    snr_db = uniform(settings.snr_db, generator)
    lengths = [end - start for start, end in noise.sounding]
    start, end = noise.sounding[int(generator.choice(len(lengths), p=[one / sum(lengths) for one in lengths]))]
    # A start further on would make a noise that is long enough wrap round, with a seam where none need be.
    longer_s = end - start - media.duration_s()
    offset_s = start + float(generator.uniform(0, longer_s if longer_s > 0 else end - start))
    if longer_s > 0 and len(noise.spans) > 1:
        offset_s = _heard_from(noise, offset_s, (start, end), media.duration_s(), generator)
    return {
        "noise": noise.path,
        "noise_digest": noise.digest,
        "snr_db": snr_db,
        "offset_s": round(offset_s, 6),
        "part_s": [start, end],
    }


def _heard_from(
    noise: Recording, offset_s: float, part_s: tuple[float, float], length_s: float, generator: "np.random.Generator"
) -> float:
    """Return where to start: what is drawn, or the first of some other starts after which enough is heard."""
    import numpy as np

    from augment.audio.noise.sounding import heard_shares

    start, end = part_s
    # The ratio is that of the whole mix: of a pause with a bit of noise at its end it would make a burst.
    least = _LEAST_HEARD * float(heard_shares(noise.spans, np.array([start]), end - start)[0])
    starts = np.array([offset_s])
    if heard_shares(noise.spans, starts, length_s)[0] < least:
        starts = generator.uniform(start, end - length_s, _STARTS)
    shares = heard_shares(noise.spans, starts, length_s)
    enough = np.flatnonzero(shares >= least)
    return float(starts[enough[0] if len(enough) else int(shares.argmax())])


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the mix; the `scale` that keeps it from clipping is noted.

    A noise with as many channels as the sound is mixed channel by channel. Of any other the mean of the channels is
    mixed to every channel of the sound (the first channel, where they cancel each other out).

    Raises:
        RejectedError: The sound, or this part of the noise, is silent.
        InputError: The noise cannot be read any more.
    """
    from augment.audio.noise.noise_segments import excerpt
    from curate.facts.audio import downmix

    assert media.sample_rate
    samples = media.samples
    frames, channels = samples.shape
    start, end = drawn["part_s"]
    noise = excerpt(drawn["noise"], drawn["noise_digest"], drawn["offset_s"], frames, media.sample_rate, (start, end))
    if noise.shape[1] != channels:
        # One channel of a stereo noise would leave out what is heard on the other side only.
        noise = downmix(noise)[:, None]
    mixed, scale = mix(samples, noise, drawn["snr_db"])
    return media._replace(array=mixed, noted={**media.noted, "scale": round(scale, 6)})


def mix(
    speech: "NDArray[np.float32]", noise: "NDArray[np.float32]", snr_db: float
) -> "tuple[NDArray[np.float32], float]":
    """Return `scale * (speech + gain * noise)` and the scale; the noise loses its offset, the speech keeps its own.

    The gain makes 10 log10(mean(speech^2) / mean((gain * noise)^2)) the ratio that is asked for, with both means
    over all frames and channels, and without the offset of either, which nobody hears.

    Args:
        speech: float32, shape (frames, channels).
        noise: float32, of the same shape, or (frames, 1).
        snr_db: dB.

    Raises:
        RejectedError: The speech is under -70 dBFS (the silence of BS.1770), or the noise under -90 dBFS (one step
            of 16 bits), an offset aside.
    """
    import numpy as np

    from augment.audio.headroom import fit_full_scale, mean_square
    from curate.facts.offset import without_offset

    noise, _ = without_offset(noise)
    speech_power, noise_power = mean_square(without_offset(speech)[0]), mean_square(noise)
    if speech_power < 1e-7:
        raise RejectedError("the sound is silent, so there is no signal-to-noise ratio")
    if noise_power < 1e-9:
        raise RejectedError("the noise is silent where it was drawn")
    # Powers, so the ratio is divided by 10 and not by 20; the square root makes it a gain for samples. Scaling the sum
    # as a whole, when it would clip, leaves the ratio as it is: clipping would not.
    gain = (speech_power / noise_power * 10 ** (-snr_db / 10)) ** 0.5
    return fit_full_scale(speech + np.float32(gain) * noise)
