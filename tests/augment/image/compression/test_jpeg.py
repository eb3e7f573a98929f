import io

import numpy as np
import pytest
from PIL import Image

from augment.operations.registry import ParameterError, find
from tests.augment.image.pictures import Pixels, done, flat, noise


def error(pixels: Pixels, quality: int) -> float:
    return float(np.abs(done("jpeg", pixels, quality=quality)[0].astype(int) - pixels).mean())


def test_it_is_a_real_jpeg() -> None:
    pixels = np.asarray(Image.fromarray(noise(60, 80)).resize((640, 480), Image.Resampling.BICUBIC))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=60, subsampling=2)
    wanted = np.abs(np.asarray(Image.open(buffer)).astype(int) - pixels).mean()
    assert error(pixels, 60) == pytest.approx(wanted, rel=0.02), "two encoders round some coefficients differently"


def test_lower_quality_loses_more() -> None:
    errors = [error(noise(), quality) for quality in (95, 60, 10)]
    assert errors == sorted(errors)
    assert errors[0] < errors[2]


def test_a_flat_grey_survives() -> None:
    assert np.array_equal(done("jpeg", flat(128), quality=50)[0], flat(128))


def test_the_quality_is_drawn_from_its_range() -> None:
    found = {done("jpeg", flat(0), seed, quality=[50, 53])[1]["quality"] for seed in range(40)}
    assert found == {50, 51, 52, 53}


@pytest.mark.parametrize("quality", [0, 101, [80, 30]], ids=str)
def test_a_quality_that_is_none(quality: int) -> None:
    with pytest.raises(ParameterError, match="quality"):
        find("image", "jpeg").settings({"quality": quality})
