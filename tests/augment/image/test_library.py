"""Every usable class of albumentations, on a real picture; and what users can get wrong."""

import json
import random
import subprocess
import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from augment.image.library_classes import EXAMPLES, REFUSED, classes
from augment.operations.media import Media, RejectedError
from augment.operations.registry import ParameterError, find
from curate.media.image import load_pixels
from curate.media.storage import read_media
from tests.augment.image.pictures import Pixels, done, noise
from tests.conftest import ROOT
from tests.soak import SOAK, some

ALL = sorted(classes())

RUN_ALL = """
import json, random, sys, warnings
import numpy as np
warnings.simplefilter("error")
import socket
def refuse(*arguments): raise AssertionError("the network was asked for")
socket.socket.connect = refuse
sys.path.insert(0, sys.argv[1])
from tests.augment.image.test_library import digests, photo
random.seed(99), np.random.seed(99)
print(json.dumps(digests(photo(sys.argv[2]), backwards=True)))
"""


def photo(path: str) -> Pixels:
    """Return a part of a photo, small enough for the slowest class."""
    data = read_media(path)
    assert data is not None
    return np.ascontiguousarray(load_pixels(data)[:180, :150])


def digests(pixels: Pixels, *, backwards: bool = False) -> dict[str, str]:
    """Return the digest of what each class makes of a picture, with `p` 1."""
    found = {}
    asked = some(ALL, 20)
    for name in reversed(asked) if backwards else asked:
        if backwards:
            done(name, noise(120, 110), 7, **EXAMPLES.get(name, {}))  # what ran before must not matter
        made, _, noted = done(name, pixels, 5, **EXAMPLES.get(name, {}), p=1)
        assert noted["applied"]
        json.dumps(noted, allow_nan=False)
        found[name] = f"{made.shape} {sha256(made.tobytes()).hexdigest()} {noted}"
    return found


@pytest.fixture(scope="module")
def picture(data: Path) -> str:
    return str(min((data / "clothing" / "train").glob("*/*.jpg")))


def test_every_class_makes_the_same_in_a_fresh_process_whatever_ran_before(picture: str) -> None:
    here = digests(photo(picture))
    result = subprocess.run(
        [sys.executable, "-c", RUN_ALL, str(ROOT), picture], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]
    there = json.loads(result.stdout)
    assert [name for name in here if here[name] != there[name]] == []
    assert len(here) > (85 if SOAK else 15)
    assert result.stderr == ""


@pytest.mark.parametrize("name", ["GaussNoise", "RandomFog", "CoarseDropout", "ShotNoise"])
def test_global_seeds_are_neither_used_nor_touched(name: str) -> None:
    random.seed(1)
    np.random.seed(1)
    first = done(name, noise(), p=1)[0]
    assert (random.random(), np.random.random()) == pytest.approx((0.13436424411240122, 0.417022004702574))
    assert np.array_equal(first, done(name, noise(), p=1)[0])
    assert not np.array_equal(first, done(name, noise(), 1, p=1)[0])


def test_every_class_is_usable_or_refused_with_a_reason() -> None:
    albumentations: Any = import_module("albumentations")
    public = [
        name
        for name in dir(albumentations)
        if isinstance(found := getattr(albumentations, name), type)
        and issubclass(found, (albumentations.BasicTransform, albumentations.BaseCompose))
        and found.__module__ != "albumentations.core.transforms_interface"
    ]
    assert set(REFUSED) <= set(public), "no reason without a class"
    for name in set(public) - set(ALL):
        with pytest.raises(ParameterError, match=f"^{name} of albumentations cannot be used in a recipe: "):
            find("image", name)


@pytest.mark.parametrize(
    ("name", "parameters", "parameter", "problem"),
    [
        ("GaussNois", {}, "", "albumentations has no 'GaussNois' for pictures (did you mean 'GaussNoise'?)"),
        ("Xyzzy", {}, "", "albumentations has no 'Xyzzy' for pictures; burnish transforms lists them"),
        ("Rotate", {"limits": 10}, "limits", "Rotate has no parameter 'limits' (did you mean 'limit'?)"),
        ("Rotate", {"limit": "ten"}, "limit", "Rotate.limit: should be a valid tuple, or should be a valid number"),
        ("Rotate", {"strict": True}, "strict", "Rotate has no parameter 'strict' (known: limit, interpolation, "),
        ("RandomCrop", {"height": 9}, "", "RandomCrop needs width"),
        ("RandomRotate90", {"p": 2}, "p", "RandomRotate90.p: should be less than or equal to 1"),
        ("MedianBlur", {"blur_limit": "x"}, "blur_limit", "MedianBlur.blur_limit: should be a valid tuple"),
        ("CropAndPad", {}, "", "CropAndPad: Both px and percent parameters cannot be None simultaneously"),
        ("ToGray", {"num_output_channels": 1}, "", "ToGray makes uint8 of shape (96, 96), and a picture is uint8 RGB"),
        ("Normalize", {}, "", "Normalize of albumentations cannot be used in a recipe: a file has whole pixel values"),
        (
            "Sequential",
            {},
            "",
            "Sequential of albumentations cannot be used in a recipe: recipes have OneOf and SomeOf",
        ),
        ("Pad3D", {}, "", "Pad3D of albumentations cannot be used in a recipe: it is for volumes"),
        (
            "ImageCompression",
            {"quality_range": [0, 300]},
            "quality_range",
            "ImageCompression.quality_range: All values in (0, 300) must be >= 1 and <= 100",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_user_can_get_wrong(name: str, parameters: dict[str, Any], parameter: str, problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        find("image", name).settings(parameters)
    assert str(caught.value).startswith(problem)
    assert "\n" not in str(caught.value)
    assert caught.value.parameter == parameter


def test_p_decides_and_it_is_noted() -> None:
    decisions = set()
    for seed in range(20):
        made, _, noted = done("InvertImg", noise(), seed, p=0.5)
        assert np.array_equal(made, 255 - noise() if noted["applied"] else noise())
        decisions.add(noted["applied"])
        assert ("applied_params" in noted) == noted["applied"]
    assert decisions == {True, False}


def test_what_was_drawn_is_noted_as_json() -> None:
    _, drawn, noted = done("GaussNoise", noise(), p=1)
    assert drawn["parameters"] == {"p": 1}
    assert noted["applied_params"] == {"noise_map": {"shape": [40, 60, 3]}}
    assert msgspec.json.decode(msgspec.json.encode(drawn)) == drawn


def test_a_picture_that_is_too_small_is_rejected_in_one_line() -> None:
    with pytest.raises(RejectedError, match=r"^RandomCrop: ") as caught:
        done("RandomCrop", noise(20, 20), height=50, width=50, p=1)
    assert "\n" not in str(caught.value)


def test_the_library_s_advice_is_a_note() -> None:
    operation = find("image", "ShiftScaleRotate")
    notes = operation.prepare(operation.settings({})).notes
    (note,) = notes
    assert note.startswith("ShiftScaleRotate: ShiftScaleRotate is a special case of Affine transform. Please use")


def test_settings_travel_to_workers() -> None:
    import pickle

    operation = find("image", "Rotate")
    prepared = operation.prepare(operation.settings({"limit": [-5, 5]}))
    assert pickle.loads(pickle.dumps(prepared)) == prepared
    assert prepared.identity == {"limit": [-5, 5]}


def test_it_works_on_another_thread_count() -> None:
    import cv2

    before = done("ElasticTransform", noise(100, 100), p=1)[0]
    cv2.setNumThreads(2)
    try:
        operation = find("image", "ElasticTransform")
        drawn = operation.draw(operation.settings({"p": 1}), Media(noise(100, 100)), np.random.default_rng(0))
        assert np.array_equal(operation.apply(Media(noise(100, 100)), drawn)[0].array, before)
    finally:
        cv2.setNumThreads(0)
