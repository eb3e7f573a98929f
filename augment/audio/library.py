"""audiomentations' classes as operations: by their own names, with their own parameters, and the same result each time.

They draw from the global generators of Python and numpy, which are seeded for one call and put back after it. Those
that mix in recordings are given the ones that were drawn for the sample, so that neither names nor folders matter.
"""

import os
import random
import warnings
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

import msgspec

from augment.audio.library_classes import check, classes, missing_package
from augment.audio.library_moves import MOVES
from augment.audio.noise.recordings import find_recordings
from augment.operations.applied_params import Json, reduced
from augment.operations.media import Media, Noted, RejectedError, SetSample
from augment.operations.registry import ParameterError, Prepared
from augment.operations.signatures import check_names, check_types, complaint, named_in
from curate.ground.errors import InputError
from curate.ground.json import encode, loads
from curate.ground.out_of_memory import raise_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

Parameters = dict[str, object]
"""Of a class, as the recipe gives them: JSON."""

Recordings = tuple[tuple[str, str], ...]
"""Path and digest of each, in the order of the digests, so that neither names nor folders change what is drawn."""

PARAMETER = {"AddBackgroundNoise": "sounds_path", "AddShortNoises": "sounds_path", "ApplyImpulseResponse": "ir_path"}
"""The parameter of a class that names files or folders."""

# One would do for the others: each sample hears one noise, or one room. Short noises follow each other.
_AT_ONCE = {"AddShortNoises": 16}


class Draws(TypedDict):
    """A seed, from which the class draws the rest, and the recordings that it may use, by path and digest."""

    parameters: Parameters
    seed: int
    recordings: NotRequired[list[str]]
    digests: NotRequired[list[str]]


class Chosen(msgspec.Struct, frozen=True):
    """What a recipe says, with the recordings that were found.

    Attributes:
        parameters: Of the class, without the one that names files.
        recordings: Where the class mixes some in.
    """

    parameters: Parameters
    recordings: Recordings = ()


class _Built(NamedTuple):
    """A transform, and what the library warned of while it was made."""

    transform: Any
    warned: tuple[str, ...]


class Waveform:
    """An audiomentations class as an `augment.operations.registry.Operation`.

    Args:
        name: Of a usable class.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.moves = MOVES.get(name, {})
        self.version = 1

    def settings(self, parameters: "Mapping[str, object]") -> Chosen:
        """See `Operation`: types are checked here, because the library hardly does; then it is made once."""
        # In this order: the class itself would take a text for a number, and fail for each sample.
        check_names(self.name, classes()[self.name], parameters)
        check_types(self.name, classes()[self.name], parameters)
        if package := missing_package(self.name, parameters):
            hint = "; codec encodes without it" if self.name == "Mp3Compression" else ""
            raise ParameterError("", f"{self.name} needs the package {package}, which is not installed{hint}")
        given: Parameters = loads(encode(parameters))
        # Files are looked for when it is prepared; of a single one the class looks only at the ending here.
        files = {PARAMETER[self.name]: "any.wav"} if self.name in PARAMETER else {}
        _built(self.name, encode(given | files))
        return Chosen(given)

    def reads(self, settings: Chosen) -> tuple[str, ...]:
        """See `Operation`: the files or folders that the class mixes in."""
        if self.name not in PARAMETER:
            return ()
        places = settings.parameters[PARAMETER[self.name]]
        return msgspec.convert([places] if isinstance(places, str) else places, tuple[str, ...])

    def prepare(self, settings: Chosen) -> Prepared[Chosen]:
        """See `Operation`: finds the recordings; the library's own advice becomes notes."""
        if self.name not in PARAMETER:
            warned = _built(self.name, encode(settings.parameters)).warned
            return Prepared(settings, settings.parameters, warned)
        rest = {key: value for key, value in settings.parameters.items() if key != PARAMETER[self.name]}
        recordings, notes = _find_recordings(self.name, self.reads(settings))
        identity = {"parameters": rest, "recordings": [digest for _, digest in recordings]}
        return Prepared(Chosen(rest, recordings), identity, notes)

    def takes_from_set(self, settings: Chosen) -> bool:  # noqa: ARG002
        """See `Operation`: no class of the library does."""
        return False

    def prepare_from_set(self, settings: Chosen, samples: "Sequence[SetSample]") -> Prepared[Chosen]:  # noqa: ARG002
        """See `Operation`: never asked for."""
        return Prepared(settings, None)

    def draw(self, settings: Chosen, media: Media, generator: "np.random.Generator") -> Draws:  # noqa: ARG002
        """See `Operation`: a seed, from which the class draws the rest, and the recordings that it may use."""
        drawn: Draws = {"parameters": settings.parameters, "seed": int(generator.integers(2**32))}
        if not settings.recordings:
            return drawn
        number = min(_AT_ONCE.get(self.name, 1), len(settings.recordings))
        # Left alone, the class draws from its own list of the folder, whose order hangs on names and on the file
        # system: it is given the drawn ones only.
        places = generator.choice(len(settings.recordings), number, replace=False).tolist()
        chosen = tuple(settings.recordings[place] for place in sorted(places))
        return {**drawn, "recordings": [path for path, _ in chosen], "digests": [digest for _, digest in chosen]}

    def apply(self, media: Media, drawn: Draws) -> list[Media]:
        """See `Operation`: what the class drew is noted; `applied` is false where its `p` decided against it."""
        files = {PARAMETER[self.name]: drawn["recordings"]} if self.name in PARAMETER else {}
        transform = _built(self.name, encode(drawn["parameters"] | files)).transform
        if media.array.shape[1] > 1 and not transform.supports_multichannel:
            raise RejectedError(f"{self.name} is for one channel, and this has {media.array.shape[1]}")
        frames = _transformed(self.name, transform, media, drawn["seed"])
        values = dict(transform.parameters)
        applied = values.pop("should_apply")
        rate = values["target_sample_rate"] if applied and self.name == "Resample" else media.sample_rate
        noted: Noted = {"applied": True, "applied_params": _explained(values)} if applied else {"applied": False}
        return [media._replace(array=frames, sample_rate=rate, noted=noted)]


@cache
def find(name: str) -> Waveform:
    """Return the operation of a class.

    Raises:
        ParameterError: There is none, or it cannot be used in a recipe.
    """
    check(name)
    return Waveform(name)


@lru_cache(maxsize=256)
def _built(name: str, parameters: bytes) -> _Built:
    """Return a transform of these parameters, JSON.

    Raises:
        ParameterError: The class refuses one.
    """
    given = loads(parameters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            transform = classes()[name](**given)
        except Exception as error:  # of any kind: what a library makes of a user's parameters
            text = complaint(error)
            raise ParameterError(named_in(text, given), f"{name}: {text}") from None
    return _Built(transform, tuple(f"{name}: {' '.join(str(warning.message).split())}" for warning in caught))


def _transformed(name: str, transform: Any, media: Media, seed: int) -> "NDArray[np.float32]":
    """Return what a transform makes, in our layout: float32, shape (frames, channels).

    Raises:
        RejectedError: It fails; it makes nothing, another number of channels, or values that are no numbers.
    """
    import numpy as np

    # The library lays sounds out as (channels, frames), or (frames,) for one channel.
    channels = media.array.shape[1]
    array = np.ascontiguousarray(media.array.T if channels > 1 else media.array[:, 0])
    # The transform is shared by all samples with these parameters.
    transform.parameters = {"should_apply": None}  # what the last sample left there
    with warnings.catch_warnings(record=True) as caught, seeded(seed):
        warnings.simplefilter("always")
        try:
            samples = transform(array, media.sample_rate)
        except Exception as error:  # of any kind: a library's, about this one recording
            raise_out_of_memory(error)
            raise RejectedError(f"{name}: {complaint(error)}") from error
    # It only warns of a silent noise, and gives the sound back as it was: noted as `applied`, and nothing done.
    if any("too silent" in str(warning.message) for warning in caught):
        raise RejectedError(f"{name}: the noise is silent there")
    frames = np.ascontiguousarray(np.atleast_2d(samples).T, np.float32)
    if frames.shape[1] != channels:
        raise RejectedError(f"{name} makes {frames.shape[1]} channels of {channels}")
    if not len(frames):
        raise RejectedError(f"{name} leaves nothing")
    if not np.isfinite(frames).all():
        raise RejectedError(f"{name} makes values that are no numbers")
    return frames


def _explained(values: "Mapping[str, object]") -> dict[str, Json]:
    """Return what was drawn as JSON; of files the names, because their whole paths differ from machine to machine."""
    explained: dict[str, Json] = {}
    for key, drawn in values.items():
        value = reduced(drawn)
        if isinstance(value, list):  # AddShortNoises lists a mapping for each noise
            value = [_explained(part) if isinstance(part, dict) else part for part in value]
        explained[key] = os.path.basename(value) if isinstance(value, str) and key.endswith("file_path") else value
    return explained


def _find_recordings(name: str, places: tuple[str, ...]) -> tuple[Recordings, tuple[str, ...]]:
    """Return path and digest of the recordings in files and folders, and what is left out.

    Raises:
        InputError: There is none.
    """
    purpose = f"{name}.{PARAMETER[name]}"
    usable: dict[str, str] = {}
    notes: list[str] = []
    # By ending, not by content: it lists files by their names, so a FLAC without an ending is none to it.
    endings = import_module("audiomentations.core.utils").SUPPORTED_EXTENSIONS
    for place in places:
        found = find_recordings(place, purpose)
        notes += found.notes
        for recording in found.recordings:
            if recording.path.lower().endswith(endings):
                usable.setdefault(recording.digest, recording.path)
            else:
                notes.append(f"{recording.path} is left out: audiomentations does not read files with this ending")
    if not usable:
        raise InputError(f"{purpose}: there is no recording that audiomentations reads; put WAV or FLAC files there")
    return tuple((usable[digest], digest) for digest in sorted(usable)), tuple(notes)


@contextmanager
def seeded(seed: int) -> "Iterator[None]":
    """Seed them for a while, and put them back as they were.

    Args:
        seed: 0 to 2^32 - 1.
    """
    import numpy as np

    # The classes know no generator of their own. Put back, because whoever calls us may draw from the same ones.
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
