import numpy as np

from tests.augment.image.pictures import done, noise


def test_the_writer_of_the_file_is_told() -> None:
    pixels, drawn, noted = done("strip_metadata", noise())
    assert np.array_equal(pixels, noise())
    assert (drawn, noted) == ({}, {"strip_metadata": True})
