"""Every number of every own operation has limits, and nothing that is no number gets through."""

import math
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from augment.operations.registry import OPERATIONS, Kind, OwnOperation, ParameterError, find

BEYOND_SENSE = {
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
    "1e18": 1e18,
    "-1e18": -1e18,
    "whole": 10**18,
    "-whole": -(10**18),
    "endless": 10**400,
}


def numeric_fields() -> list[tuple[Kind, str, str]]:
    found = []
    for kind, names in OPERATIONS.items():
        for name in names:
            operation = find(kind, name)
            assert isinstance(operation, OwnOperation)
            hints = get_type_hints(operation.module.Settings)
            found += [(kind, name, field) for field, hint in hints.items() if kinds_in(hint) & {int, float}]
    return found


def kinds_in(hint: Any) -> set[type]:
    """Return the types that a type is put together from, those of literals left out."""
    if get_origin(hint) is Literal:
        return set()
    if get_origin(hint) in {Union, types.UnionType, tuple, Annotated}:
        parts = get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint)
        return set().union(*map(kinds_in, parts))
    return {hint}


def test_the_fields_are_found() -> None:
    assert len(numeric_fields()) > 40
    assert {("audio", "time_mask", "duration_s"), ("image", "resize", "fill")} <= set(numeric_fields())


@pytest.mark.parametrize(("kind", "name", "field"), numeric_fields(), ids="-".join)
def test_a_number_beyond_sense_is_refused_by_name(kind: Kind, name: str, field: str) -> None:
    for value in BEYOND_SENSE.values():
        for written in (value, [value, value], [1, value], [value, 1], [value] * 3):
            with pytest.raises(ParameterError) as caught:
                find(kind, name).settings(needed(name) | {field: written})
            assert len(str(caught.value).splitlines()) == 1
            assert len(str(caught.value)) < 300
            assert field in str(caught.value)


@pytest.mark.parametrize(("kind", "name", "field"), numeric_fields(), ids="-".join)
def test_a_range_the_wrong_way_round_is_refused(kind: Kind, name: str, field: str) -> None:
    for written in ([0.9, 0.1], [90, 20], [0, -4]):
        with pytest.raises(ParameterError):
            find(kind, name).settings(needed(name) | {field: written})


def needed(name: str) -> dict[str, object]:
    return {"folder": "x"} if name in {"mix_noise", "reverb"} else {}
