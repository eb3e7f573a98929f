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
from augment.audio.recordings import find_recordings
from augment.operations.applied_params import reduced
from augment.operations.media import Media, Noted, RejectedError
from augment.operations.registry import ParameterError, Prepared
from augment.operations.signatures import check_names, check_types, complaint, named_in
from curate.ground.errors import InputError
from curate.ground.json import encode, loads
from curate.ground.out_of_memory import raise_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np


Recordings = tuple[tuple[str, str], ...]
"""Path and digest of each, in the order of the digests, so that neither names nor folders change what is drawn."""

PARAMETER = {"AddBackgroundNoise": "sounds_path", "AddShortNoises": "sounds_path", "ApplyImpulseResponse": "ir_path"}
"""The parameter of a class that names files or folders."""

_AT_ONCE = {"AddShortNoises": 16}


class Draws(TypedDict):
    """A seed, from which the class draws the rest, and the recordings that it may use, by path and digest."""

    parameters: dict[str, Any]
    seed: int
    recordings: NotRequired[list[str]]
    digests: NotRequired[list[str]]


class Chosen(msgspec.Struct, frozen=True):
    """What a recipe says, with the recordings that were found.

    Attributes:
        parameters: Of the class, without the one that names files.
        recordings: Where the class mixes some in.
    """

    parameters: dict[str, Any]
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

    def settings(self, parameters: "Mapping[str, Any]") -> Chosen:
        """See `Operation`: types are checked here, because the library hardly does; then it is made once."""
        check_names(self.name, classes()[self.name], parameters)
        check_types(self.name, classes()[self.name], parameters)
        if package := missing_package(self.name, parameters):
            hint = "; codec encodes without it" if self.name == "Mp3Compression" else ""
            raise ParameterError("", f"{self.name} needs the package {package}, which is not installed{hint}")
        given: dict[str, Any] = loads(encode(parameters))
        files = {PARAMETER[self.name]: "any.wav"} if self.name in PARAMETER else {}  # looked for when it is prepared
        _built(self.name, encode(given | files))
        return Chosen(given)

    def prepare(self, settings: Chosen) -> Prepared:
        """See `Operation`: finds the recordings; the library's own advice becomes notes."""
        if self.name not in PARAMETER:
            warned = _built(self.name, encode(settings.parameters)).warned
            return Prepared(settings, settings.parameters, warned)
        rest = {key: value for key, value in settings.parameters.items() if key != PARAMETER[self.name]}
        recordings, notes = _find_recordings(self.name, settings.parameters[PARAMETER[self.name]])
        identity = {"parameters": rest, "recordings": [digest for _, digest in recordings]}
        return Prepared(Chosen(rest, recordings), identity, notes)

    def draw(self, settings: Chosen, media: Media, generator: "np.random.Generator") -> Draws:  # noqa: ARG002
        """See `Operation`: a seed, from which the class draws the rest, and the recordings that it may use."""
        drawn: Draws = {"parameters": settings.parameters, "seed": int(generator.integers(2**32))}
        if not settings.recordings:
            return drawn
        number = min(_AT_ONCE.get(self.name, 1), len(settings.recordings))
        places = generator.choice(len(settings.recordings), number, replace=False).tolist()
        chosen = tuple(settings.recordings[place] for place in sorted(places))
        return {**drawn, "recordings": [path for path, _ in chosen], "digests": [digest for _, digest in chosen]}

    def apply(self, media: Media, drawn: Draws) -> list[Media]:
        """See `Operation`: what the class drew is noted; `applied` is false where its `p` decided against it."""
        files = {PARAMETER[self.name]: drawn["recordings"]} if self.name in PARAMETER else {}
        transform = _built(self.name, encode(drawn["parameters"] | files)).transform
        if media.array.shape[1] > 1 and not transform.supports_multichannel:
            raise RejectedError(f"{self.name} is for one channel, and this has {media.array.shape[1]}")
        samples = _transformed(self.name, transform, media, drawn["seed"])
        values = dict(transform.parameters)
        applied = values.pop("should_apply")
        rate = values["target_sample_rate"] if applied and self.name == "Resample" else media.sample_rate
        noted: Noted = {"applied": True, "applied_params": _explained(values)} if applied else {"applied": False}
        return [Media(_frames(self.name, samples, media.array.shape[1]), rate, noted)]


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


def _transformed(name: str, transform: Any, media: Media, seed: int) -> Any:
    """Return the samples as the library lays them out: (channels, frames), or (frames,) for one channel."""
    import numpy as np

    array = np.ascontiguousarray(media.array.T if media.array.shape[1] > 1 else media.array[:, 0])
    transform.parameters = {"should_apply": None}  # what the last sample left there
    with warnings.catch_warnings(record=True) as caught, seeded(seed):
        warnings.simplefilter("always")
        try:
            samples = transform(array, media.sample_rate)
        except Exception as error:  # of any kind: a library's, about this one recording
            raise_out_of_memory(error)
            raise RejectedError(f"{name}: {complaint(error)}") from error
    if any("too silent" in str(warning.message) for warning in caught):
        raise RejectedError(f"{name}: the noise is silent there")
    return samples


def _frames(name: str, samples: Any, channels: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Return what a transform made in our layout, float32 of shape (frames, channels).

    Raises:
        RejectedError: It is empty, has another number of channels, or values that are no numbers.
    """
    import numpy as np

    frames = np.ascontiguousarray(np.atleast_2d(samples).T, np.float32)
    if frames.shape[1] != channels:
        raise RejectedError(f"{name} makes {frames.shape[1]} channels of {channels}")
    if not len(frames):
        raise RejectedError(f"{name} leaves nothing")
    if not np.isfinite(frames).all():
        raise RejectedError(f"{name} makes values that are no numbers")
    return frames


def _explained(values: dict[str, Any]) -> dict[str, Any]:
    """Return what was drawn as JSON; of files the names, because their whole paths differ from machine to machine."""
    return {key: _name(key, reduced(value)) for key, value in values.items()}


def _name(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_explained(part) if isinstance(part, dict) else part for part in value]
    return os.path.basename(value) if key.endswith("file_path") and isinstance(value, str) else value


def _find_recordings(name: str, places: str | list[str]) -> tuple[Recordings, tuple[str, ...]]:
    """Return path and digest of the recordings in files and folders, and what is left out.

    Raises:
        InputError: There is none.
    """
    purpose = f"{name}.{PARAMETER[name]}"
    usable: dict[str, str] = {}
    notes: list[str] = []
    endings = import_module("audiomentations.core.utils").SUPPORTED_EXTENSIONS
    for place in [places] if isinstance(places, str) else places:
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

    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
