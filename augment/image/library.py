"""albumentations' classes as operations: by their own names, with their own parameters, and the same result each time.

Misspelt arguments are only warned about unless a transform is strict, and global seeds have no effect: each transform
has generators of its own, which are seeded here.
"""

import warnings
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from augment.image.library_classes import check, classes
from augment.image.library_moves import MOVES
from augment.operations.applied_params import reduced
from augment.operations.media import Media, Noted, RejectedError, SetSample
from augment.operations.registry import ParameterError, Prepared
from augment.operations.signatures import check_names, complaint, named_in
from curate.ground.json import encode, loads
from curate.ground.out_of_memory import raise_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

Parameters = dict[str, object]
"""Of a class, as the recipe gives them: JSON."""

# What albumentations puts among the drawn parameters although nothing is drawn there.
_NOT_DRAWN = {"shape", "fill_mask"}


class Draws(TypedDict):
    """A seed, from which the class draws all the rest."""

    parameters: Parameters
    seed: int


class _Built(NamedTuple):
    """A transform, and what the library warned of while it was made."""

    transform: Any
    warned: tuple[str, ...]


class Transform:
    """An albumentations class as an operation (`registry.Operation`); what is drawn is `{"seed": …}`.

    Args:
        name: Of a usable class.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.moves = MOVES.get(name, {})
        self.version = 1

    def settings(self, parameters: "Mapping[str, object]") -> Parameters:
        """See `Operation`: made once, strictly, and tried on a small picture."""
        check_names(self.name, classes()[self.name], parameters)
        text = encode(parameters)
        _check_outcome(self.name, text)
        settings: Parameters = loads(text)
        return settings

    def reads(self, settings: Parameters) -> tuple[str, ...]:  # noqa: ARG002
        """See `Operation`: classes that read files are refused."""
        return ()

    def prepare(self, settings: Parameters) -> Prepared[Parameters]:
        """See `Operation`: the library's own advice becomes notes."""
        return Prepared(settings, settings, _built(self.name, encode(settings)).warned)

    def takes_from_set(self, settings: Parameters) -> bool:  # noqa: ARG002
        """See `Operation`: no class of the library does."""
        return False

    def prepare_from_set(self, settings: Parameters, samples: "Sequence[SetSample]") -> Prepared[Parameters]:  # noqa: ARG002
        """See `Operation`: never asked for."""
        return Prepared(settings, None)

    def draw(self, settings: Parameters, media: Media, generator: "np.random.Generator") -> Draws:  # noqa: ARG002
        """See `Operation`: a seed, from which the class draws all the rest."""
        return {"parameters": settings, "seed": int(generator.integers(2**32))}

    def apply(self, media: Media, drawn: Draws) -> list[Media]:
        """See `Operation`: what the class drew is noted; `applied` is false where its `p` decided against it."""
        transform = _built(self.name, encode(drawn["parameters"])).transform
        # The transform is shared by all samples with these parameters, and goes on where the last one left it.
        transform.set_random_seed(drawn["seed"])
        pixels = _transformed(self.name, transform, media.array)
        if problem := _problem(pixels):
            raise RejectedError(f"{self.name} {problem}")
        values = {key: reduced(value) for key, value in transform.params.items() if key not in _NOT_DRAWN}
        # `params` is empty where `p` decided against it, and only there.
        noted: Noted = {"applied": True, "applied_params": values} if transform.params else {"applied": False}
        return [media._replace(array=pixels, noted=noted)]


@cache
def find(name: str) -> Transform:
    """Return the operation of a class.

    Raises:
        ParameterError: There is none, or it cannot be used in a recipe.
    """
    check(name)
    return Transform(name)


@lru_cache(maxsize=256)
def _built(name: str, parameters: bytes) -> _Built:
    """Return a transform of these parameters, JSON.

    Raises:
        ParameterError: The class refuses one.
    """
    found = classes()[name]
    given = loads(parameters)
    strict = {"strict": True} if "InitSchema" in vars(found) else {}  # the others inherit their checks from the parent
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            transform = found(**given, **strict)
        except Exception as error:
            raise _parameter_error(name, error, given) from None
    return _Built(transform, tuple(f"{name}: {' '.join(str(warning.message).split())}" for warning in caught))


def _parameter_error(name: str, error: Exception, given: "Mapping[str, object]") -> ParameterError:
    """Return what a constructor complains of: for the first parameter, all the types or values it could have had."""
    # pydantic's, where it was that. Of a union each member complains by itself, so one wrong value has several.
    problems: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    located = [problem for problem in problems if problem["loc"]]
    if not located:
        text = _plain(problems[0]["msg"]) if problems else complaint(error)
        return ParameterError(named_in(text, given), f"{name}: {text.rstrip('.')}")
    parameter = str(located[0]["loc"][0])
    messages = [_plain(problem["msg"]) for problem in located if problem["loc"][0] == parameter]
    return ParameterError(parameter, f"{name}.{parameter}: {', or '.join(dict.fromkeys(messages))}")


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").replace("Input should be", "should be")
    return " ".join(text.partition(", unable to")[0].split())


def _transformed(name: str, transform: Any, pixels: "NDArray[np.uint8] | NDArray[np.float32]") -> "NDArray[np.uint8]":
    """Return what a transform makes: any array, until `_problem` finds nothing wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made: NDArray[np.uint8] = transform(image=pixels)["image"]
        except Exception as error:  # of any kind: a library's, about this one picture
            raise_out_of_memory(error)
            raise RejectedError(f"{name}: {complaint(error)}") from error
    return made


def _problem(pixels: "NDArray[np.uint8]") -> str:
    """Return what is wrong with what a transform made; empty if it can be written to a file."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or str(pixels.dtype) != "uint8":
        return f"makes {pixels.dtype} of shape {pixels.shape}, and a picture is uint8 RGB"
    return "" if pixels.size else "leaves no pixels"


def _check_outcome(name: str, parameters: bytes) -> None:
    """Check on a small picture that what is made with these parameters can be written to a file.

    Raises:
        ParameterError: The class refuses a parameter, or makes something else than a picture.
    """
    import numpy as np

    _built(name, parameters)
    # With `p: 0.5` a try would pass by the transform every other time.
    transform = _built(name, encode(loads(parameters) | {"p": 1})).transform
    transform.set_random_seed(0)
    picture = np.random.default_rng(0).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    try:
        pixels = _transformed(name, transform, picture)
    except RejectedError:
        return  # it may suit other pictures
    if problem := _problem(pixels):
        raise ParameterError("", f"{name} {problem}")
