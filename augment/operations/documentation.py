"""Every operation that a recipe can name, described from the code itself: parameters, types, defaults, an example."""

import inspect
import re
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Literal

import msgspec
import yaml

from augment.operations.annotation_text import words_of, words_of_annotation
from augment.operations.applied_params import reduced
from augment.operations.registry import OPERATIONS, Kind
from augment.operations.signatures import parameters_of
from curate.ground.errors import UsageError, nearest

Source = Literal["burnish", "albumentations", "audiomentations"]
LIBRARIES: "dict[Kind, Source]" = {"audio": "audiomentations", "image": "albumentations"}

_SECTION = re.compile(r"^(Args|Arguments|Parameters):\s*$", re.MULTILINE)
_GOOGLE = re.compile(r"^    (\w+)(?: \(.*?\))?: ?(.*)$")
_SPHINX = re.compile(r":param (\w+):")
_SENTENCE = re.compile(r"(?<=[.!?])\s(?=[A-Z])")

_EXAMPLES: dict[str, dict[str, object]] = {
    "bandlimit": {"low_hz": 300, "high_hz": 3400},
    "mix_noise": {"folder": "noise", "snr_db": [5, 20]},
    "motion_blur": {"length_px": [3, 9]},
    "occlude": {"area_share": [0.1, 0.3]},
    "resize": {"longest_side": 512},
    "reverb": {"folder": "rooms"},
    "time_mask": {"share": [0.05, 0.15]},
}
"""What examples of our operations show, where it is not their first parameter with its default."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of an operation.

    Attributes:
        name: In the recipe.
        type: In words, with its limits where the type has them.
        required: Whether it has to be given.
        default: What it is else.
        description: Unit, meaning, limits, source of the default.
    """

    name: str
    type: str
    required: bool = False
    default: object = None
    description: str = ""


class Documented(msgspec.Struct, frozen=True, kw_only=True):
    """An operation.

    Attributes:
        name: In the recipe.
        kind: What it works on, and so the list of the recipe that it can be in.
        source: Who wrote it.
        summary: One sentence.
        parameters: All of them.
        example: A line of a recipe that works.
        needs: The package that it needs and that is not installed; empty if there is none.
    """

    name: str
    kind: Kind
    source: Source
    summary: str
    parameters: tuple[Parameter, ...]
    example: str
    needs: str = ""


class Catalogue(msgspec.Struct, frozen=True):
    """Operations, in the order in which they are shown."""

    operations: tuple[Documented, ...]


@cache
def catalogue() -> Catalogue:
    """Return all operations: ours first, then the library's, each sorted by name."""
    found: list[Documented] = []
    for kind, library in LIBRARIES.items():
        found += (document_own(kind, name) for name in OPERATIONS[kind])
        found += (document_class(kind, library, name) for name in _classes(kind).classes())
    return Catalogue(tuple(found))


def documented(name: str) -> Catalogue:
    """Return the operations of that name; both libraries may have one.

    Raises:
        UsageError: There is none; names the nearest, or says why it cannot be used.
    """
    if own := tuple(document_own(kind, name) for kind in LIBRARIES if name in OPERATIONS[kind]):
        return Catalogue(own)  # without the seconds that the libraries take to import
    operations = catalogue().operations
    if found := tuple(operation for operation in operations if operation.name == name):
        return Catalogue(found)
    # A class that a library does have, but no recipe can use, is better explained than corrected to another name.
    for kind, library in LIBRARIES.items():
        if why := _classes(kind).refused(name):
            raise UsageError(f"{name} of {library} cannot be used in a recipe: {why}")
    hint = nearest(name, [operation.name for operation in operations]) or "; burnish transforms lists them"
    raise UsageError(f"there is no operation {name!r}{hint}")


def document_own(kind: Kind, name: str) -> Documented:
    """Describe one of our operations from its settings."""
    settings = import_module(OPERATIONS[kind][name]).Settings
    parameters = parameters_of_settings(settings)
    first = dict([(found.name, found.default) for found in parameters if found.default is not None][:1])
    return Documented(
        name=name,
        kind=kind,
        source="burnish",
        summary=" ".join((settings.__doc__ or "").split()),
        parameters=parameters,
        example=_example(name, _EXAMPLES.get(name) or first),
    )


def parameters_of_settings(settings: type[msgspec.Struct]) -> tuple[Parameter, ...]:
    """Return the parameters that a record of settings stands for."""
    described = msgspec.inspect.type_info(settings)
    assert isinstance(described, msgspec.inspect.StructType)
    return tuple(_field(field) for field in described.fields)


def document_class(kind: Kind, library: Source, name: str) -> Documented:
    """Describe a class of a library from its signature and its docstrings."""
    classes = _classes(kind)
    found = classes.classes()[name]
    texts = parameters_in(found)
    least = classes.EXAMPLES.get(name, {})
    return Documented(
        name=name,
        kind=kind,
        source=library,
        summary=summary_of(found),
        parameters=tuple(_argument(argument, texts.get(key, "")) for key, argument in parameters_of(found).items()),
        example=_example(name, {**least, "p": 0.5}),
        needs=classes.missing_package(name, least),
    )


def _classes(kind: Kind) -> ModuleType:
    return import_module(f"augment.{kind}.library_classes")


def _field(field: msgspec.inspect.Field) -> Parameter:
    kind, description = field.type, ""
    if isinstance(kind, msgspec.inspect.Metadata):
        description = (kind.extra_json_schema or {}).get("description", "")
    default = None if field.required else field.default
    return Parameter(
        name=field.encode_name,
        type=words_of(kind),
        required=field.required,
        default=reduced(default),
        description=description,
    )


def _argument(argument: inspect.Parameter, text: str) -> Parameter:
    required = argument.default is argument.empty
    return Parameter(
        name=argument.name,
        type=words_of_annotation(argument),
        required=required,
        default=None if required else reduced(argument.default),
        description=text,
    )


def _example(name: str, parameters: dict[str, object]) -> str:
    """Return a line of a recipe."""
    step: object = {name: parameters} if parameters else name
    text: str = yaml.safe_dump(step, default_flow_style=True, sort_keys=False, width=1000)
    # YAML ends a document that is a bare word with a line of dots.
    text = text.partition("\n...")[0].strip()
    return f"- {text[1:-1] if parameters else text}"


def summary_of(library_class: type) -> str:
    """Return the first sentence of the docstring of a class, with a full stop."""
    first = (inspect.getdoc(library_class) or "").partition("\n\n")[0]
    return _SENTENCE.split(" ".join(first.split()), maxsplit=1)[0].rstrip(".") + "."


def parameters_in(library_class: type) -> dict[str, str]:
    """Return what the docstrings say of each parameter, in the style of Google or of Sphinx."""
    texts = inspect.getdoc(library_class) or "", inspect.getdoc(library_class.__init__) or ""  # type: ignore[misc]
    found: dict[str, str] = {}
    for doc in texts:
        parts = _SPHINX.split(doc)[1:]
        sphinx = {name: " ".join(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}
        found |= _google(doc) | sphinx
    return found


def _google(doc: str) -> dict[str, str]:
    """Read the section of the arguments: each begins four spaces in, and goes on further in."""
    found: dict[str, str] = {}
    start, name = _SECTION.search(doc), ""
    for line in doc[start.end() :].strip("\n").splitlines() if start else ():
        if line and not line.startswith(" "):  # the next section
            break
        if head := _GOOGLE.match(line):
            name = head[1]
            found[name] = head[2]
        elif name:
            found[name] += f" {line.strip()}"
    return {key: text.strip() for key, text in found.items()}
