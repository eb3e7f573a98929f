"""The ranges that a recipe declares, and the same recipe with narrower ones: its own text, comments and all.

A range is a `[low, high]` between which an operation draws a number, or the pair `min_X`, `max_X` of a class of
audiomentations. A list of two that is drawn from is none: `sample_rate: [8000, 16000]` of a codec is one or the other.
"""

import re
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import msgspec.inspect

from augment.operations.registry import Kind, OwnOperation, find
from augment.operations.signatures import parameters_of
from augment.recipe.choice import CHOICES
from augment.recipe.types import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np

    from curate.ground.yaml import YamlFile

    Place = tuple[str | int, ...]

Ends = tuple[float, float]
"""Low and high."""

NARROWEST = 0.1
"""Of the declared width: below, every sample would be alike, and a recipe for a condition would be one for a point."""

_STEPS = 100
"""Ends are drawn on so fine a grid: more digits would say that they matter."""
_PAIR = re.compile(r"tuple\[(int|float), \1\]")


class Range(NamedTuple):
    """A range of a recipe.

    Attributes:
        name: Of the operation and the parameter: `mix_noise.snr_db`; a number before them where two are alike.
        ends: As declared.
        whole: Whether it is of whole numbers.
        spans: Of each end, the first character in the text of the recipe and the one after the last.
    """

    name: str
    ends: Ends
    whole: bool
    spans: tuple[tuple[int, int], tuple[int, int]]


def ranges_of(file: "YamlFile", tag: str) -> list[Range]:
    """Return the ranges of a target, in the order of the recipe.

    Those that `vars` give are not among them, nor are those of the operations on every sample: they are for other
    targets too.

    Args:
        file: A recipe that was loaded before, and is valid.
        tag: Of the target.
    """
    target = file.content["targets"][tag]
    found = [
        one
        for kind in KINDS
        for number, item in enumerate(target.get(kind) or [])
        for one in _of_item(file, kind, item, ("targets", tag, kind, number))
    ]
    # Two aliases of one anchor are one place in the text.
    unique = list({one.spans: one for one in found}.values())
    names = [one.name for one in unique]
    return [
        one._replace(name=f"{names[: at + 1].count(one.name)} {one.name}") if names.count(one.name) > 1 else one
        for at, one in enumerate(unique)
    ]


def _of_item(file: "YamlFile", kind: Kind, item: object, path: "Place") -> "Iterator[Range]":
    """Yield the ranges of an operation, or of all that a choice chooses from."""
    if not isinstance(item, dict):
        return
    name, parameters = next(iter(item.items()))
    if name in CHOICES:
        of: tuple[str, ...] = () if isinstance(parameters, list) else ("of",)
        for number, branch in enumerate(parameters["of"] if of else parameters):
            at = (*path, name, *of, number)
            for place, one in enumerate(branch) if isinstance(branch, list) else ():
                yield from _of_item(file, kind, one, (*at, place))
            yield from _of_item(file, kind, branch, at)
        return
    for parameter, low, high in _pairs(parameters or {}):
        whole = _is_whole(kind, name, str(low[0]), parameters)
        ends = _value(parameters, low), _value(parameters, high)
        if whole is not None and ends[0] < ends[1]:
            yield Range(
                f"{name}.{parameter}", ends, whole, (file.spans[*path, name, *low], file.spans[*path, name, *high])
            )


def _pairs(
    parameters: "Mapping[str, object]",
) -> "Iterator[tuple[str, tuple[str | int, ...], tuple[str | int, ...]]]":
    """Yield the parameters that may be ranges, each with the places of its ends."""
    for parameter, value in parameters.items():
        if isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)):
            yield parameter, (parameter, 0), (parameter, 1)
        elif parameter.startswith("min_") and _is_number(value):
            other = f"max_{parameter.removeprefix('min_')}"
            if _is_number(parameters.get(other)):
                yield parameter.removeprefix("min_"), (parameter,), (other,)


def _value(parameters: "Mapping[str, object]", place: tuple[str | int, ...]) -> float:
    found = parameters[str(place[0])]
    number = found[int(place[1])] if isinstance(found, list) else found
    assert isinstance(number, int | float)
    return number


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(kind: Kind, name: str, parameter: str, parameters: "Mapping[str, object]") -> bool | None:
    """Return whether a range is of whole numbers; None where the operation draws nothing between the two."""
    operation = find(kind, name)
    if isinstance(operation, OwnOperation):
        described = msgspec.inspect.type_info(operation.module.Settings)
        assert isinstance(described, msgspec.inspect.StructType)
        of = next((_pair_of(field.type) for field in described.fields if field.name == parameter), None)
        return None if of is None else isinstance(of, msgspec.inspect.IntType)
    classes = import_module(f"augment.{kind}.library_classes").classes()
    annotation = parameters_of(classes[name])[parameter].annotation
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    if parameter.startswith("min_"):
        return text == "int"
    found = set(_PAIR.findall(text))
    if not found:
        return None
    # Of `tuple[int, int] | tuple[float, float]`, pixels or shares, what is written says which is meant.
    values = parameters[parameter]
    assert isinstance(values, list)
    return "int" in found and (len(found) == 1 or all(isinstance(one, int) for one in values))


def _pair_of(kind: msgspec.inspect.Type) -> msgspec.inspect.Type | None:
    """Return the type of the two numbers of `[low, high]`; None where a setting takes no such pair."""
    if isinstance(kind, msgspec.inspect.Metadata):
        return _pair_of(kind.type)
    if isinstance(kind, msgspec.inspect.UnionType):
        return next((found for one in kind.types if (found := _pair_of(one)) is not None), None)
    return kind.item_types[0] if isinstance(kind, msgspec.inspect.TupleType) and len(kind.item_types) == 2 else None


def draw_ends(ranges: "Sequence[Range]", generator: "np.random.Generator") -> tuple[Ends, ...]:
    """Return narrower ends of each range: two points of it, at least a tenth of it apart."""
    return tuple(_draw(one, generator) for one in ranges)


def _draw(one: Range, generator: "np.random.Generator") -> Ends:
    low, high = one.ends
    first, last = sorted(generator.uniform(0, 1, 2).tolist())
    if last - first < NARROWEST:
        first = min(first, 1 - NARROWEST)
        last = first + NARROWEST
    ends = [low + (high - low) * round(share * _STEPS) / _STEPS for share in (first, last)]
    if one.whole:
        return round(ends[0]), round(ends[1])
    return float(f"{ends[0]:.6g}"), float(f"{ends[1]:.6g}")


def narrowed(text: str, ranges: "Sequence[Range]", ends: "Sequence[Ends]") -> str:
    """Return the text of a recipe with other ends in the place of the declared ones; nothing else of it changes."""
    edits = [
        (span, number)
        for one, pair in zip(ranges, ends, strict=True)
        for span, number in zip(one.spans, pair, strict=True)
    ]
    # From the end on, so that the places before it hold.
    for (start, stop), number in sorted(edits, reverse=True):
        # Of a whole number all digits: 1234567 as 1.23457e+06 would be another one, and none that is whole.
        text = f"{text[:start]}{number if isinstance(number, int) else format(number, '.6g')}{text[stop:]}"
    return text
