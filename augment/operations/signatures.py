"""What a class of a library takes: the parameters of its constructor, their types, and what it says against values."""

import inspect
import linecache
import re
import traceback
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import msgspec

from augment.operations.registry import ParameterError
from curate.ground.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_MAX_CHARACTERS = 200


def parameters_of(library_class: type) -> dict[str, inspect.Parameter]:
    """Return the named parameters of a constructor."""
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    found = inspect.signature(library_class).parameters
    return {name: parameter for name, parameter in found.items() if parameter.kind in kinds}


def check_names(name: str, library_class: type, given: "Mapping[str, object]") -> None:
    """Check that a class has the parameters that a recipe gives, and that it gives those without a default.

    Raises:
        ParameterError: One is unknown or missing.
    """
    known = parameters_of(library_class)
    for parameter in given:
        if parameter not in known:
            hint = nearest(parameter, known) or f" (known: {', '.join(known)})"
            raise ParameterError(parameter, f"{name} has no parameter {parameter!r}{hint}")
    # The libraries say the same as a TypeError that names the class's `__init__`.
    missing = [key for key, found in known.items() if found.default is found.empty and key not in given]
    if missing:
        raise ParameterError("", f"{name} needs {' and '.join(missing)}")


def check_types(name: str, library_class: type, given: "Mapping[str, object]") -> None:
    """Check values against the annotations of a constructor, for libraries that do not.

    Raises:
        ParameterError: One is of the wrong type, or of one that a recipe cannot give.
    """
    known = parameters_of(library_class)
    for parameter, value in given.items():
        # Annotations leave out that a parameter may be null where its default is.
        if value is None and known[parameter].default is None:
            continue
        if "Callable" in str(known[parameter].annotation):
            raise ParameterError(parameter, f"{name}.{parameter} is a function, and recipes hold no code")
        choices = get_args(known[parameter].annotation) if get_origin(known[parameter].annotation) is Literal else ()
        if choices and value not in choices:
            hint = (
                nearest(value, choices) if isinstance(value, str) else ""
            ) or f" (known: {', '.join(map(str, choices))})"
            raise ParameterError(parameter, f"{name}.{parameter} {value!r} is unknown{hint}")
        try:
            msgspec.convert(value, _type_of(known[parameter]))
        except msgspec.ValidationError as error:
            raise ParameterError(parameter, f"{name}.{parameter}: {complaint(error)}") from None


def _type_of(parameter: inspect.Parameter) -> Any:
    """Return what msgspec can check: paths are texts, and what has no annotation is like its default."""
    found = parameter.annotation
    if found is parameter.empty:
        return float if isinstance(parameter.default, float) else type(parameter.default)
    return str | list[str] if "Path" in str(found) else found


def check_usable(
    name: str,
    usable: "Collection[str]",
    others: "Collection[str]",
    why: "Callable[[str], str]",
    library: str,
    media: str,
) -> None:
    """Check that a recipe can name a class of a library.

    Args:
        name: As the recipe has it.
        usable: The classes that a recipe can name.
        others: Classes that the library has and a recipe cannot name.
        why: Says why a class cannot be used; empty for one that the library does not have.
        library: Its name.
        media: What its classes are for, in words.

    Raises:
        ParameterError: There is none of that name, or it cannot be used.
    """
    if name in usable:
        return
    if reason := why(name):
        raise ParameterError("", f"{name} of {library} cannot be used in a recipe: {reason}")
    hint = nearest(name, [*usable, *others]) or "; burnish transforms lists them"
    raise ParameterError("", f"{library} has no {name!r} for {media}{hint}")


def complaint(error: BaseException) -> str:
    """Return in one short line what an exception of a library says; of a bare `assert`, what it asserts."""
    text = " ".join(str(error).split())
    if not text and isinstance(error, AssertionError):
        # A bare `assert` says nothing but its source, which is read from where it was raised.
        last = traceback.extract_tb(error.__traceback__)[-1]
        first, end = last.lineno or 0, last.end_lineno or last.lineno or 0
        lines = " ".join(linecache.getline(last.filename, number).strip() for number in range(first, end + 1))
        text = f"must hold: {lines.removeprefix('assert ')}"
    return (text or type(error).__name__)[:_MAX_CHARACTERS].rstrip(" .")


def named_in(text: str, given: "Iterable[str]") -> str:
    """Return the first of the given parameters that a complaint names; empty where it names none."""
    # As a whole word: `p` is in every sentence.
    return next((name for name in given if re.search(rf"\b{re.escape(name)}\b", text)), "")
