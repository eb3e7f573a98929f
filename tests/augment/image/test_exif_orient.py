import numpy as np

from tests.augment.image.pictures import done, noise


def test_pixels_are_upright_already_and_it_is_noted() -> None:
    pixels, drawn, noted = done("exif_orient", noise())
    assert np.array_equal(pixels, noise())
    assert (drawn, noted) == ({}, {"exif_orient": True})
