"""The datasets of the demo, by the name of their folder."""

from collections.abc import Callable
from importlib.resources import files

from augment.demo.handwriting import FOLDER as IMAGES
from augment.demo.handwriting import make_pictures
from augment.demo.speech import FOLDER as SPEECH
from augment.demo.speech import make_recordings

RECIPE = "handwriting.yaml"
"""The recipe for the pictures, a copy of which is put beside them."""


def _pictures(seed: int) -> dict[str, bytes]:
    recipe = files("recipes") / "demo" / RECIPE
    return make_pictures(seed) | {RECIPE: recipe.read_bytes()}


MAKERS: dict[str, Callable[[int], dict[str, bytes]]] = {IMAGES: _pictures, SPEECH: make_recordings}
"""Each returns the bytes of all files by their paths; the same for the same seed."""
