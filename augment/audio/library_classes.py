"""Which of audiomentations' classes a recipe can name, and why not the others."""

import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from augment.operations.signatures import check_usable

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSED = {
    "Compose": "list the operations one after the other",
    "Lambda": "it needs a function, and recipes hold no code",
    "OneOf": "recipes have one of their own, which says what it drew",
    "SomeOf": "recipes have one of their own, which says what it drew",
}
"""Classes that cannot be used in a recipe, and why."""

EXAMPLES: "dict[str, dict[str, object]]" = {
    "AddBackgroundNoise": {"sounds_path": "noise"},
    "AddShortNoises": {"sounds_path": "noise"},
    "AdjustDuration": {"duration_seconds": 1.0},
    "ApplyImpulseResponse": {"ir_path": "rooms"},
}
"""The least that a class needs to be told; the others work without a word."""

_PACKAGES = {
    "Limiter": "numpy_audio_limiter",
    "LoudnessNormalization": "loudness",
    "RoomSimulator": "pyroomacoustics",
}
"""What classes import only when they run."""
_MP3_PACKAGES = {"fast-mp3-augment": "fast_mp3_augment", "lameenc": "lameenc", "pydub": "pydub"}


@cache
def classes() -> dict[str, type]:
    """Return the usable classes by name, sorted; some need a package that is not here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that some classes would like to have
        library = import_module("audiomentations")
    found = {name: getattr(library, name) for name in sorted(dir(library)) if name not in REFUSED}
    return {name: value for name, value in found.items() if isinstance(value, type)}


def check(name: str) -> None:
    """Check that a recipe can name this class.

    Raises:
        ParameterError: There is none of that name, or it cannot be used.
    """
    check_usable(name, classes(), REFUSED, refused, "audiomentations", "recordings")


def refused(name: str) -> str:
    """Return why a class that audiomentations does have cannot be used; empty for any other name."""
    return REFUSED.get(name, "")


def missing_package(name: str, parameters: "Mapping[str, object]") -> str:
    """Return the package that a class needs with these parameters and that is not installed; empty if none is."""
    # Looked for, not imported: that would take the seconds that a recipe without the class does not need.
    backend = parameters.get("backend", "fast-mp3-augment")
    module = _MP3_PACKAGES.get(str(backend)) if name == "Mp3Compression" else _PACKAGES.get(name)
    return module.replace("_", "-") if module and find_spec(module) is None else ""
