"""The description of every operation is complete, and its example works."""

import json
from typing import Any

import msgspec
import pytest
import yaml

from augment.operations.documentation import Documented, catalogue, documented
from augment.operations.registry import OPERATIONS, find
from curate.ground.errors import UsageError

ALL = catalogue().operations
OURS = [operation for operation in ALL if operation.source == "burnish"]


def ids(operation: Documented) -> str:
    return f"{operation.kind}-{operation.name}"


def test_every_operation_is_there() -> None:
    assert {(found.kind, found.name) for found in OURS} == {
        (kind, name) for kind in OPERATIONS for name in OPERATIONS[kind]
    }
    assert {found.source for found in ALL} == {"burnish", "albumentations", "audiomentations"}
    assert len(ALL) > 140


@pytest.mark.parametrize("operation", [found for found in ALL if not found.needs], ids=ids)
def test_the_example_is_yaml_that_the_operation_takes(operation: Documented) -> None:
    (step,) = yaml.safe_load(operation.example)
    name, parameters = (step, {}) if isinstance(step, str) else next(iter(step.items()))
    assert name == operation.name
    assert set(parameters) <= {parameter.name for parameter in operation.parameters}
    find(operation.kind, name).settings(parameters)


@pytest.mark.parametrize("operation", ALL, ids=ids)
def test_nothing_is_left_without_words(operation: Documented) -> None:
    assert operation.summary.endswith(".")
    assert len(operation.summary) > 15
    for parameter in operation.parameters:
        assert parameter.type
        json.dumps(msgspec.to_builtins(parameter), allow_nan=False)


@pytest.mark.parametrize("operation", OURS, ids=ids)
def test_our_parameters_have_a_meaning(operation: Documented) -> None:
    assert [parameter.name for parameter in operation.parameters if not parameter.description] == []


@pytest.mark.parametrize(
    ("name", "parameter", "wanted"),
    [
        ("gain", "gain_db", {"type": "number or [low, high]", "default": [-6, 6], "required": False}),
        ("mix_noise", "folder", {"type": "text", "default": None, "required": True}),
        ("jpeg", "subsampling", {"type": "420 | 422 | 444", "default": "420"}),
        ("GaussNoise", "std_range", {"type": "[number, number]", "default": [0.2, 0.44]}),
        ("RandomCrop", "height", {"type": "integer", "required": True}),
        ("AddGaussianNoise", "min_amplitude", {"description": "Minimum noise amplification factor"}),
    ],
    ids=str,
)
def test_some_parameters(name: str, parameter: str, wanted: dict[str, Any]) -> None:
    (operation,) = documented(name).operations
    (found,) = [one for one in operation.parameters if one.name == parameter]
    assert wanted.items() <= msgspec.to_builtins(found).items()


def test_a_missing_package_is_named() -> None:
    from importlib.util import find_spec

    (operation,) = documented("RoomSimulator").operations
    assert operation.needs == ("" if find_spec("pyroomacoustics") else "pyroomacoustics")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("mixnoise", "there is no operation 'mixnoise' (did you mean 'mix_noise'?)"),
        ("Rotat", "there is no operation 'Rotat' (did you mean 'Rotate'?)"),
        ("xyzzy", "there is no operation 'xyzzy'; burnish transforms lists them"),
        ("Mosaic", "Mosaic of albumentations cannot be used in a recipe: it needs other pictures in memory"),
    ],
)
def test_an_unknown_name(name: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        documented(name)
    assert str(caught.value).startswith(problem)
