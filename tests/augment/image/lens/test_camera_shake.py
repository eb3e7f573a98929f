import numpy as np
import pytest

from augment.image.lens.camera_shake import path
from tests.augment.image.pictures import done, flat, noise


@pytest.mark.parametrize("inertia_share", [0, 0.5, 1])
@pytest.mark.parametrize("jerks", [0, 10])
def test_a_path_is_centred_and_its_ends_are_one_apart(inertia_share: float, jerks: float) -> None:
    for seed in range(10):
        x, y = path(inertia_share, jerks, np.random.default_rng(seed))
        assert x.shape == y.shape == (400,)
        assert (x.mean(), y.mean()) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))
        points = np.stack([x, y], 1)
        widest = np.linalg.norm(points[:, None] - points[None], axis=2).max()
        assert 0.99 < widest < 1.2


def crookedness(inertia_share: float) -> float:
    """How long the way is for how far it goes."""
    found = []
    for seed in range(40):
        x, y = path(inertia_share, 0, np.random.default_rng(seed))
        found.append(np.hypot(np.diff(x), np.diff(y)).sum())
    return float(np.median(found))


def test_with_less_inertia_the_way_is_more_crooked() -> None:
    assert 1 < crookedness(1) < crookedness(0.5) < crookedness(0)


def test_a_path_is_no_straight_line_and_no_blot() -> None:
    spreads = []
    for seed in range(40):
        x, y = path(0.6, 0.5, np.random.default_rng(seed))
        small, large = np.linalg.eigvalsh(np.cov(x, y))
        spreads.append(np.sqrt(small / large))
    assert 0.1 < np.median(spreads) < 0.8
    assert np.std(spreads) > 0.1, "every hand trembles in its own way"


def test_within_a_pixel_nothing_moves() -> None:
    assert np.array_equal(done("camera_shake", noise(), extent_share=0.01)[0], noise())


def test_a_flat_picture_stays_flat_and_a_busy_one_gets_blurred() -> None:
    assert np.array_equal(done("camera_shake", flat(90), extent_share=0.3)[0], flat(90))
    assert done("camera_shake", noise(), extent_share=0.1)[0].std() < 0.7 * noise().std()
