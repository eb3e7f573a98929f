import numpy as np
import pytest

from tests.augment.image.pictures import Pixels, done, flat, noise

NONE = {"specks": 0, "hairs": 0}


@pytest.mark.parametrize("lies_on", ["part", "lens"])
def test_no_dust_is_no_change(lies_on: str) -> None:
    assert np.array_equal(done("dust", noise(), lies_on=lies_on, **NONE)[0], noise())


def test_specks_on_a_part_are_few_pixels_and_sharp() -> None:
    dusty, _, _ = done("dust", flat(120, 400, 400), specks=40, hairs=0, opacity=0.8)
    changed = (dusty != 120).any(2)
    assert 0.0002 < changed.mean() < 0.02
    assert np.abs(dusty.astype(int) - 120).max() > 15


def test_what_lies_on_the_lens_only_takes_light_and_never_more_than_its_opacity() -> None:
    from augment.image.light import linear

    dusty, _, _ = done("dust", flat(200, 300, 300), lies_on="lens", specks=10, speck_share=0.02, opacity=0.5)
    assert dusty.max() == 200
    assert linear(dusty).min() == pytest.approx(linear(flat(200)).min() / 2, rel=0.03)
    assert np.abs(np.diff(dusty[..., 0].astype(int))).max() < 30, "out of focus"


def test_a_hair_is_a_thin_line() -> None:
    lengths = []
    for seed in range(20):
        hairy, _, _ = done("dust", flat(120, 400, 400), seed, specks=0, hairs=1, hair_share=0.25, opacity=1)
        lengths.append(int((np.abs(hairy.astype(int) - 120).max(2) > 8).sum()))
    assert 60 < np.median(lengths) < 400


@pytest.mark.parametrize("pixels", [flat(9, 1, 1), noise(3, 2)], ids=["1 px", "3 x 2"])
@pytest.mark.parametrize("lies_on", ["part", "lens"])
def test_small_pictures(pixels: Pixels, lies_on: str) -> None:
    assert done("dust", pixels, lies_on=lies_on)[0].shape == pixels.shape
