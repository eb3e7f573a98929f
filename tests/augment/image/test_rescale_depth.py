import numpy as np
import pytest

from augment.image.rescale_depth import Settings, apply, draw
from augment.operations.media import Media, RejectedError
from tests.augment.image.pictures import done, flat, noise

GENERATOR = np.random.default_rng(0)


def test_a_picture_on_the_scale_of_its_file_stays() -> None:
    pixels, drawn, noted = done("rescale_depth", noise(), bits=12)
    assert np.array_equal(pixels, noise())
    assert (drawn, noted) == ({}, {})


@pytest.mark.parametrize(("bits", "level"), [(None, 200), (10, 200), (12, 50), (14, 12)])
def test_the_scale_of_white(bits: int | None, level: int) -> None:
    media = Media(flat(200), rescaled_from=(10, 16))
    drawn = draw(Settings(bits=bits), media, GENERATOR)
    assert drawn == {"bits": bits or 10}
    made = apply(media, drawn).array
    assert made.dtype == np.uint8
    assert made.shape == (20, 30, 3)
    assert (made == level).all()


def test_more_bits_than_white_has_are_refused() -> None:
    with pytest.raises(RejectedError, match="use 14 bits, more than the 12 of rescale_depth"):
        apply(Media(flat(200), rescaled_from=(14, 16)), {"bits": 12})
