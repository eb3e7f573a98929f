"""`babble`: several people talking behind the sound, taken from the set itself or from a folder of speech."""

from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, TypedDict

import msgspec
from msgspec import Meta, Struct

from augment.audio.noise.recordings import find_recordings
from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import Number, check_number, uniform, whole
from augment.operations.registry import FolderOfRecordings, Moves, Prepared
from curate.ground.errors import UsageError
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted, SetSample

MOVES = {"snr_db": Moves("snr_db", -20, 60), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""

_MOST_SPEAKERS = 64
_CLIPS = 8
"""Of one voice; more are looped."""
_PER_VOICE = 64
"""Recordings that are kept of a voice: a speaker with thousands would fill every worker."""
_TYPICAL_S = 0.5


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mix in several voices at an exact SNR: training samples by other speakers, or recordings from a folder.

    Of the set only training samples are used, never those of validation or test.
    """

    snr_db: Annotated[
        Number, Meta(description="dB, or [low, high]; from a crowd as loud as the speaker to one at the next table")
    ] = (0.0, 15.0)
    speakers: Annotated[
        int | tuple[int, int],
        Meta(description="how many talk, or [low, high]; from 3 on words are hard to follow, from 8 it is a murmur"),
    ] = (3, 8)
    spread_db: Annotated[float, Meta(description="dB; voices are up to so much softer than the loudest")] = 10.0
    group: Annotated[
        str,
        Meta(description="what makes a speaker, as --group: the key of a tag, `folder`, or a PATTERN of file names"),
    ] = "speaker"
    folder: Annotated[
        FolderOfRecordings | None,
        Meta(description="folder of speech, each recording a voice, instead of the set; of MUSAN its speech"),
    ] = None

    def __post_init__(self) -> None:
        check_number("snr_db", self.snr_db, -60, 120)
        check_number("speakers", self.speakers, 1, _MOST_SPEAKERS)
        check_number("spread_db", self.spread_db, 0, 60)
        try:
            make_grouping(self.group)
        except UsageError as error:
            raise ValueError(f"group: {error}") from None


class Voice(Struct, frozen=True):
    """A person.

    Attributes:
        name: As the group has it; empty where speakers are not known.
        recordings: Path and digest of what there is of them; at least one.
    """

    name: str
    recordings: tuple[tuple[str, str], ...]


class Voices(Struct, frozen=True):
    """The settings with the voices that were found, in an order that neither names nor folders change."""

    settings: Settings
    voices: tuple[Voice, ...]


class DrawnVoice(TypedDict):
    """One voice: recordings by path and digest, how much softer than the loudest, and where in them it starts."""

    recordings: list[str]
    digests: list[str]
    level_db: float
    offset: float


class Draws(TypedDict):
    """The voices, how many there were to be, and the ratio."""

    voices: list[DrawnVoice]
    speakers: int
    snr_db: float


def takes_from_set(settings: Settings | Voices) -> bool:
    """Return whether the voices are those of the set."""
    return isinstance(settings, Settings) and settings.folder is None


def prepare(settings: Settings) -> "Prepared[Voices] | Prepared[Settings]":
    """Look for the voices, where they are those of a folder.

    Raises:
        InputError: The folder is missing or has no recording that can be read.
    """
    if settings.folder is None:
        return Prepared(settings, None)
    found = find_recordings(settings.folder, "babble: folder", {"speech"})
    voices = tuple(Voice("", ((one.path, one.digest),)) for one in found.recordings)
    return _prepared(settings, voices, found.notes)


def prepare_from_set(settings: Settings, samples: "Sequence[SetSample]") -> Prepared[Voices]:
    """Sort the samples of the set by speakers; where none is known, each is taken for another one, which is said."""
    grouping = make_grouping(settings.group)
    by_speaker: dict[str, list[tuple[str, str]]] = {}
    for sample in samples:
        for name in grouping.values(sample.path, sample.tags, sample.digest)[:1]:
            by_speaker.setdefault(name, []).append((sample.file, sample.digest))
    notes: tuple[str, ...] = ()
    if not by_speaker:
        notes = (
            f"babble: no training sample has a speaker by group {settings.group!r}, so that each counts as another "
            "speaker, and a voice may be that of the sound itself; say what makes a speaker: group",
        )
        return _prepared(settings, tuple(Voice("", ((one.file, one.digest),)) for one in samples), notes)
    lowest = settings.speakers if isinstance(settings.speakers, int) else settings.speakers[0]
    if (number := len(by_speaker)) <= lowest:
        notes = (f"babble: the set has {number} speakers, so that at most {number - 1} talk behind another",)
    voices = [Voice(name, tuple(several[:_PER_VOICE])) for name, several in by_speaker.items()]
    return _prepared(settings, tuple(sorted(voices, key=lambda voice: voice.recordings[0][1])), notes)


def _prepared(settings: Settings, voices: tuple[Voice, ...], notes: tuple[str, ...]) -> Prepared[Voices]:
    digests = [[digest for _, digest in voice.recordings] for voice in voices]
    content = {**msgspec.to_builtins(settings), "folder": None}
    identity = {**content, "voices": sha256(msgspec.json.encode(digests)).hexdigest()}
    return Prepared(Voices(settings, voices), identity, notes)


def draw(settings: Voices, media: "Media", generator: "np.random.Generator") -> Draws:
    """Draw who talks, each with other recordings, how loud, and the ratio; never the speaker of the sound itself.

    Where there are not as many others as are drawn, all of them talk.

    Raises:
        RejectedError: There is nobody else.
    """
    source, given = media.source, settings.settings
    # Whoever is in the sound already, by name or, where names are not known, by the very file.
    own = set(make_grouping(given.group).values(source.path, source.tags, source.digest)) if source else set()
    others = [
        voice
        for voice in settings.voices
        if (voice.name not in own if voice.name else source is None or voice.recordings[0][1] != source.digest)
    ]
    if not others:
        raise RejectedError("nobody else than its own speaker is there to talk behind it")
    asked = whole(given.speakers, generator)
    number = min(asked, len(others))
    clips = min(_CLIPS, 1 + int(media.duration_s() / _TYPICAL_S))
    voices: list[DrawnVoice] = []
    for place in generator.choice(len(others), number, replace=False).tolist():
        recordings = others[place].recordings
        chosen = generator.choice(len(recordings), min(clips, len(recordings)), replace=False).tolist()
        voices.append(
            {
                "recordings": [recordings[at][0] for at in chosen],
                "digests": [recordings[at][1] for at in chosen],
                # The first is the loudest, so that the spread is between those that talk.
                "level_db": round(float(-generator.uniform(0, given.spread_db)), 4) if voices else 0.0,
                "offset": round(float(generator.uniform()), 6),
            }
        )
    return {"voices": voices, "speakers": asked, "snr_db": uniform(given.snr_db, generator)}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the sound among the voices; the `scale` that keeps it from clipping is noted, and that voices are missing.

    Raises:
        RejectedError: The sound is silent, or so is everything that was drawn.
        InputError: A recording cannot be read any more.
    """
    import numpy as np

    from augment.audio.noise.mix_noise import mix

    assert media.sample_rate
    samples = media.samples
    babble = np.zeros((len(samples), 1), np.float32)
    heard = 0
    for voice in drawn["voices"]:
        talk = spoken(voice, len(samples), media.sample_rate)
        heard += bool(talk.any())
        babble += talk
    mixed, scale = mix(samples, babble, drawn["snr_db"])
    noted: Noted = {**media.noted, "scale": round(scale, 6)}
    if short := drawn["speakers"] - heard:
        why = "there are no more others" if len(drawn["voices"]) == heard else "recordings of theirs are silent"
        noted["missed"] = {"speakers": {"by": -short, "why": why}}
    return media._replace(array=mixed, noted=noted)


def spoken(voice: DrawnVoice, frames: int, sample_rate: int) -> "NDArray[np.float32]":
    """Return one voice that talks all the time: its recordings without the silence around them, one after the other.

    Args:
        voice: As it was drawn.
        frames: How long; what is too short is looped, and begins anywhere.
        sample_rate: Hz.

    Returns:
        float32, shape (frames, 1), of the RMS of `level_db` re 0.1; zeros where its recordings are silent.
    """
    import numpy as np

    from augment.audio.headroom import mean_square
    from augment.audio.noise.noise_segments import CROSS_FADE_S, heard_of, looped

    pieces = [
        piece
        for path, digest in zip(voice["recordings"], voice["digests"], strict=True)
        if len(piece := heard_of(path, digest, sample_rate, frames))
    ]
    if not pieces:
        return np.zeros((frames, 1), np.float32)
    joined = np.concatenate(pieces)
    start = int(voice["offset"] * len(joined))
    talk = looped(joined, start, frames, round(CROSS_FADE_S * sample_rate))
    power = mean_square(talk)
    return talk * np.float32(0.1 * 10 ** (voice["level_db"] / 20) / power**0.5) if power > 0 else talk
