"""How cut-outs and mirror images lie on a picture, and which pictures share features."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from curate.duplicates.image.feature_candidates import _LEAST_WIDTH, MOST_BITS, Guess, _Table, candidates, lay
from curate.duplicates.image.features import NONE, Feature
from tests.curate.duplicates.image.test_features import features, textured


def guess_of(a: Image.Image, b: Image.Image, *, mirrored: bool = False) -> Guess | None:
    return lay(0, 1, (features(a), features(b)), mirrored=mirrored)


def test_a_cut_out_lies_where_it_was_cut_out() -> None:
    whole = textured(1)
    guess = guess_of(whole, whole.crop((160, 120, 480, 360)))
    assert guess is not None
    corner, centre = guess.matrix[:, 2], guess.matrix @ (0.5, 0.375, 1)
    assert corner == pytest.approx((160 / 640, 120 / 640), abs=0.01)
    assert centre == pytest.approx((0.5, 0.375), abs=0.01)
    assert guess.overlaps((640, 480), (320, 240)) == pytest.approx((0.25, 1.0), abs=0.03)


def test_the_other_way_round_is_the_inverse() -> None:
    whole = textured(1)
    guess = guess_of(whole, whole.crop((160, 120, 480, 360)))
    assert guess is not None
    back = guess.reversed()
    assert (back.first, back.second) == (1, 0)
    assert back.overlaps((320, 240), (640, 480)) == pytest.approx((1.0, 0.25), abs=0.03)
    assert back.reversed().matrix == pytest.approx(guess.matrix, abs=1e-5)


def test_a_mirror_image_agrees_in_a_mirror_only() -> None:
    image = textured(2)
    assert guess_of(image, ImageOps.mirror(image)) is None
    guess = guess_of(image, ImageOps.mirror(image), mirrored=True)
    assert guess is not None
    assert np.linalg.det(guess.matrix[:, :2]) == pytest.approx(-1, abs=0.03)


def test_other_pictures_hardly_ever_agree_and_then_in_little() -> None:
    found = [features(textured(seed)) for seed in range(8)]
    guesses = [lay(0, 1, (a, b), mirrored=False) for a in found for b in found if a is not b]
    agreed = [guess.matches for guess in guesses if guess]
    # Ellipses and rectangles have corners of few kinds; a comparison of pixels comes behind.
    assert len(agreed) <= 10
    assert max(agreed, default=0) <= 8


def test_pairs_are_found_among_others_each_once_in_order() -> None:
    images = [textured(seed) for seed in range(20)]
    copies = [images[3].crop((40, 40, 600, 440)), ImageOps.mirror(images[7])]
    found = list(candidates([features(image) for image in (*images, *copies)]))
    assert (3, 20, False) in found
    assert (7, 21, True) in found
    assert len(set(found)) == len(found)
    assert all(i < j for i, j, _ in found)


def test_without_flips_no_mirror_image_is_looked_for() -> None:
    image = textured(2)
    found = candidates([features(image), features(ImageOps.mirror(image))], flips=False)
    assert not [one for one in found if one[2]]


def test_none_and_nothing() -> None:
    assert list(candidates([])) == []
    assert list(candidates([NONE, NONE])) == []
    assert lay(0, 1, (NONE, features(textured(0))), mirrored=False) is None


@pytest.mark.parametrize(("flipped", "found"), [(MOST_BITS, True), (MOST_BITS + 1, False), (48, False)])
def test_features_that_share_a_word_are_alike_in_the_rest_too(flipped: int, *, found: bool) -> None:
    draw = np.random.default_rng(0)
    one = np.zeros(40, Feature)
    one["x"], one["y"] = draw.integers(1 << 16, size=(2, 40))
    bits = draw.integers(2, size=(40, 128), dtype=np.uint8)
    other = one.copy()
    # What flips is in no word of the first table, so that of this one all features of both pictures are the same.
    outside = np.setdiff1d(np.arange(128), _Table(one["signs"], 0, _LEAST_WIDTH).bits)
    changed = bits.copy()
    for row in changed:
        row[draw.choice(outside, flipped, replace=False)] ^= 1
    for features_, rows in ((one, bits), (other, changed)):
        features_["signs"] = np.packbits(rows, axis=1, bitorder="little").view("<u8")
    assert [*candidates([one, other], flips=False)] == ([(0, 1, False)] if found else [])
