"""The folder of a demo: its data by part, and a mark by which it is known again and never taken for another's."""

import os
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files as packaged
from typing import TYPE_CHECKING

import msgspec

from augment.demo.handwriting import FOLDER as IMAGES
from augment.demo.handwriting import make_pictures
from augment.demo.speech import FOLDER as SPEECH
from augment.demo.speech import make_recordings
from curate.ground.atomic import atomic_write
from curate.ground.errors import UsageError
from curate.ground.json import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

RECIPE = "handwriting.yaml"
"""The recipe for the pictures, a copy of which is put beside them."""


def _pictures(seed: int) -> dict[str, bytes]:
    recipe = packaged("recipes") / "demo" / RECIPE
    return make_pictures(seed) | {RECIPE: recipe.read_bytes()}


MAKERS: dict[str, Callable[[int], dict[str, bytes]]] = {IMAGES: _pictures, SPEECH: make_recordings}
"""Each returns the bytes of all files by their paths; the same for the same seed."""

_MARK = ".burnish-demo.json"


class Mark(msgspec.Struct, frozen=True):
    """What the mark says.

    Attributes:
        seed: Where chance began when the data was made.
    """

    seed: int


def claim(folder: str, seed: int) -> None:
    """Make a folder the demo's, or take up that of an earlier demo.

    Raises:
        UsageError: There is something else in it, or a demo with another seed.
    """
    mark = os.path.join(folder, _MARK)
    found: Mark | None = None
    # A mark that is missing or is none of ours is all the same: then the folder has to be empty.
    with suppress(OSError, ValueError), open(mark, "rb") as read:
        found = decode(read.read(), Mark)
    if found is None:
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise UsageError(f"{folder} is a file; name a folder for the demo")
        # What an earlier demo wrote of its mark before it was killed does not count.
        if os.path.isdir(folder) and any(not name.startswith(f".{_MARK}.") for name in os.listdir(folder)):
            raise UsageError(f"{folder} is not empty, and no earlier demo made it; name a new folder: burnish demo DIR")
        os.makedirs(folder, exist_ok=True)
        with atomic_write(mark) as file:
            file.write(encode(Mark(seed)) + b"\n")
    elif found.seed != seed:
        raise UsageError(f"{folder} holds the demo of --seed {found.seed}; name another folder for --seed {seed}")


def fill(folder: str, files: "Mapping[str, bytes]") -> None:
    """Write files; those that are as they should be stay untouched, so that a second demo has little to do.

    Args:
        folder: The folder.
        files: The bytes of each, by its path in the folder.
    """
    for place in sorted({os.path.dirname(name) for name in files}):
        os.makedirs(os.path.join(folder, place), exist_ok=True)
    for name, data in files.items():
        path = os.path.join(folder, name)
        held = None
        with suppress(FileNotFoundError), open(path, "rb") as file:
            held = file.read()
        # An equal file keeps its time, by which the scan's cache and the demo's own steps know it.
        if held != data:
            with open(path, "wb") as file:
                file.write(data)
