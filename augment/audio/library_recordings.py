"""The recordings that audiomentations' classes mix in: found once, and drawn by us for each sample."""

from importlib import import_module
from typing import TYPE_CHECKING

from augment.audio.recordings import find_recordings
from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np

Recordings = tuple[tuple[str, str], ...]
"""Path and digest of each, in the order of the digests, so that neither names nor folders change what is drawn."""

PARAMETER = {"AddBackgroundNoise": "sounds_path", "AddShortNoises": "sounds_path", "ApplyImpulseResponse": "ir_path"}
"""The parameter of a class that names files or folders."""

_AT_ONCE = {"AddShortNoises": 16}


def find(name: str, places: str | list[str]) -> tuple[Recordings, tuple[str, ...]]:
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


def draw(name: str, recordings: Recordings, generator: "np.random.Generator") -> Recordings:
    """Return the recordings that a class may use in one sample: one, or up to 16 where it mixes in several."""
    number = min(_AT_ONCE.get(name, 1), len(recordings))
    places = generator.choice(len(recordings), number, replace=False).tolist()
    return tuple(recordings[place] for place in sorted(places))
