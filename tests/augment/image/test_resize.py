from typing import Any

import numpy as np
import pytest

from augment.image.resize import frame, scale
from augment.operations.media import Media
from augment.operations.registry import ParameterError, find
from tests.augment.image.pictures import done, flat, noise


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        ({"longest_side": 30}, (30, 20)),
        ({"shortest_side": 30}, (45, 30)),
        ({"width": 30}, (30, 20)),
        ({"height": 10}, (15, 10)),
        ({"width": 30, "height": 30}, (30, 20)),
        ({"width": 30, "height": 30, "fit": "stretch"}, (30, 30)),
        ({"width": 30, "height": 30, "fit": "cover"}, (30, 30)),
        ({"width": 30, "height": 30, "fit": "pad"}, (30, 30)),
        ({"longest_side": 120}, (60, 40)),
        ({"longest_side": 120, "enlarge": True}, (120, 80)),
        ({"width": 90, "height": 20, "fit": "stretch"}, (60, 20)),
        ({"width": 90, "height": 20, "fit": "stretch", "enlarge": True}, (90, 20)),
        ({"width": 50, "height": 90, "fit": "cover"}, (50, 40)),
        ({"width": 50, "height": 90, "fit": "cover", "enlarge": True}, (50, 90)),
        ({"width": 100, "height": 90, "fit": "pad"}, (100, 90)),
        ({"width": 1, "height": 1}, (1, 1)),
    ],
    ids=str,
)
def test_sizes_of_a_picture_of_60_by_40(parameters: dict[str, Any], size: tuple[int, int]) -> None:
    pixels, _, _ = done("resize", noise(), **parameters)
    assert (pixels.shape[1], pixels.shape[0]) == size


def test_shrinking_takes_the_mean_of_the_area() -> None:
    pixels = flat(0, 2, 4)
    pixels[:, :2], pixels[0, 2] = 100, 200
    assert scale(pixels, 2, 1)[0, :, 0].tolist() == [100, 50]


@pytest.mark.parametrize("size", [(200, 100), (7, 3), (200, 3)], ids=["larger", "smaller", "both"])
def test_a_flat_picture_stays_flat(size: tuple[int, int]) -> None:
    assert np.unique(scale(flat(77), *size)).tolist() == [77]


def test_the_same_size_changes_nothing() -> None:
    pixels = noise()
    assert np.array_equal(done("resize", pixels, width=60, height=40)[0], pixels)


def test_pad_puts_the_picture_in_the_middle_of_the_fill() -> None:
    framed = frame(flat(9, 1, 2), 4, 3, [1, 2, 3])
    assert framed[:, :, 0].tolist() == [[1, 1, 1, 1], [1, 9, 9, 1], [1, 1, 1, 1]]
    assert framed[0, 0].tolist() == [1, 2, 3]


def test_cover_cuts_the_overhang_off_evenly() -> None:
    pixels = np.arange(5, dtype=np.uint8).reshape(1, 5, 1).repeat(3, 2)
    assert frame(pixels, 3, 1, [0, 0, 0])[0, :, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({}, "needs width, height or both"),
        ({"width": 3, "longest_side": 3}, "needs width, height or both"),
        ({"width": 3, "fit": "pad"}, "fit pad needs width and height"),
        ({"width": 0}, "resize.width: Expected `int` >= 1"),
        ({"witdh": 3}, "did you mean 'width'?"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(parameters: dict[str, Any], problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        find("image", "resize").settings(parameters)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "short"),
    [
        pytest.param({"longest_side": 80}, {"longest_side": -20}, id="longest"),
        pytest.param({"shortest_side": 50}, {"shortest_side": -10}, id="shortest"),
        pytest.param({"width": 61}, {"width": -1}, id="width"),
        pytest.param({"width": 90, "height": 45}, {"width": -30, "height": -5}, id="inside-of-a-box"),
        pytest.param({"width": 90, "height": 30}, {}, id="touches-the-box"),
        pytest.param({"width": 50, "height": 45, "fit": "cover"}, {"height": -5}, id="cover"),
        pytest.param({"width": 90, "height": 20, "fit": "stretch"}, {"width": -30}, id="stretch"),
        pytest.param({"longest_side": 80, "enlarge": True}, {}, id="enlarged"),
        pytest.param({"longest_side": 50}, {}, id="shrunk"),
        pytest.param({"width": 50, "height": 30, "fit": "cover"}, {}, id="covered"),
    ],
)
def test_what_was_to_be_larger_is_noted(parameters: dict[str, Any], short: dict[str, int]) -> None:
    operation, media = find("image", "resize"), Media(noise(40, 60))
    settings = operation.settings(parameters)
    (made,) = operation.apply(media, operation.draw(settings, media, np.random.default_rng(0)))
    assert {name: one["by"] for name, one in made.noted.get("missed", {}).items()} == short
