"""The keys of candidates for cropped, flipped and turned copies."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from curate.facts.phash import phash, phash_disc, phashes

_TURNS = Image.Transpose


def scene(seed: int) -> Image.Image:
    """Return a smooth picture, 256 x 256, unlike those of other seeds."""
    noise = np.random.default_rng(seed).integers(0, 255, (9, 9), dtype=np.uint8)
    return Image.fromarray(noise).resize((256, 256), Image.Resampling.BICUBIC)


def bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.transpose(_TURNS.FLIP_LEFT_RIGHT),
        lambda picture: picture.transpose(_TURNS.FLIP_TOP_BOTTOM),
        lambda picture: picture.transpose(_TURNS.ROTATE_90),
        lambda picture: picture.transpose(_TURNS.TRANSPOSE),
    ],
    ids=["flipped", "upside down", "turned", "transposed"],
)
@pytest.mark.parametrize("seed", range(5))
def test_the_disc_does_not_change_when_it_is_turned(change: Callable[[Image.Image], Image.Image], seed: int) -> None:
    picture = scene(seed)
    assert bits(phash_disc(change(picture)), phash_disc(picture)) <= 6
    assert bits(phash(change(picture)), phash(picture)) > 16, "the plain hash does"


def test_discs_of_different_pictures_differ() -> None:
    hashes = [phash_disc(scene(seed)) for seed in range(20)]
    assert min(bits(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) > 8
    assert all(len(one) == 16 for one in hashes)


@pytest.mark.parametrize("seed", range(5))
def test_the_inner_hash_is_that_of_the_cropped_picture(seed: int) -> None:
    picture = scene(seed).resize((1280, 1280))
    cropped = picture.crop((32, 32, 1248, 1248))  # 2.5 % at each edge
    whole, inner = phashes(picture)
    assert bits(inner, phash(cropped)) <= 4
    assert whole == phash(picture)
