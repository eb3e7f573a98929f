"""Features: how many, where, and where there are none."""

import numpy as np
import pytest
from PIL import Image

from curate.duplicates.image.features import MOST, Feature, Features, find_features, positions
from tests.curate.duplicates.image.test_compare import scene


def features(image: Image.Image) -> Features:
    return find_features(np.asarray(image.convert("RGB")))


def textured(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    return scene(seed, size)


def test_features_are_few_and_within_the_picture() -> None:
    found = features(textured(0))
    assert found.dtype == Feature
    assert 48 <= len(found) <= MOST
    places = positions(found)
    assert places.min() >= 0
    assert places[:, 0].max() <= 1
    assert places[:, 1].max() <= 0.75


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(Image.new("RGB", (300, 200), (90, 90, 90)), id="one-colour"),
        pytest.param(textured(0).resize((400, 20)), id="a-thin-strip"),
        pytest.param(Image.new("RGB", (1, 1)), id="one-pixel"),
    ],
)
def test_where_there_are_none(image: Image.Image) -> None:
    assert len(features(image)) == 0
