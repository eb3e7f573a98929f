"""A sample cannot be wrong in itself, and no view of it has its own idea of what is valid."""

import pkgutil
from importlib import import_module
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

import augment
import baselines
import cli
import curate
from curate.facts.records import AudioFacts, ImageFacts
from curate.records.origin import Origin
from curate.records.sample import MeasuredView, Sample, View

PARTS = {"image": ImageFacts, "audio": AudioFacts}


def views() -> list[type[Struct]]:
    for package in (augment, baselines, cli, curate):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            try:
                import_module(module.name)
            except ModuleNotFoundError as missing:
                # A module that an extra is for: its views, if it had any, would be looked at by tests/extras only.
                if missing.name != "paramiko":
                    raise
    found: list[type[Struct]] = [*View.__subclasses__(), *MeasuredView.__subclasses__()]
    for view in found:
        found += view.__subclasses__()
    return [view for view in found if view is not Sample]


def test_every_view_is_a_part_of_a_sample() -> None:
    known, types = {field.name: field for field in fields(Sample)}, get_type_hints(Sample)
    found = views()
    assert len(found) >= 8
    for view in found:
        own = get_type_hints(view)
        for field in fields(view):
            name, real = f"{view.__module__}.{view.__qualname__}.{field.name}", known.get(field.name)
            if real is None:
                # Other commands and programs write it, or do not.
                assert field.default is None, name
                continue
            assert (field.default, field.default_factory) == (real.default, real.default_factory), name
            if field.name in PARTS:
                (part,) = {one for one in get_args(own[field.name]) if one is not type(None)}
                assert set(part.__struct_fields__) <= set(PARTS[field.name].__struct_fields__), name
            elif field.name == "origin":
                assert own["origin"] == Origin | None, name
            else:
                assert own[field.name] == types[field.name], name
        if {"kind", "image"} <= set(view.__struct_fields__):
            assert issubclass(view, MeasuredView), view


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"kind": "image", "audio": AudioFacts()}, "its kind is image, and its facts are those of kind audio"),
        ({"kind": "audio", "image": ImageFacts()}, "its kind is audio, and its facts are those of kind image"),
        ({"kind": "audio", "image": ImageFacts(), "audio": AudioFacts()}, "facts of an image and of a recording"),
        ({"image": ImageFacts(), "audio": AudioFacts()}, "facts of an image and of a recording"),
    ],
)
def test_a_sample_with_facts_of_another_kind_cannot_be_made(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Sample("a", **wrong)
    with pytest.raises(ValueError, match=problem):
        replace(Sample("a"), **wrong)


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        (Sample("a"), None),
        (Sample("a", image=ImageFacts()), "image"),
        (Sample("a", audio=AudioFacts()), "audio"),
        (Sample("a", kind="video"), "video"),
        (Sample("a", kind="video", image=ImageFacts(width=1)), "video"),
    ],
)
def test_the_kind_is_what_the_facts_say_where_nothing_else_is_said(sample: Sample, kind: str | None) -> None:
    assert sample.kind == kind
    assert sample.facts == (sample.image or sample.audio)
