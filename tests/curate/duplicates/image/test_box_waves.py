"""The waves of a box are those of what is in it."""

import numpy as np
import pytest

from curate.duplicates.image import box_waves
from curate.duplicates.image.box_waves import WHOLE, refined, waves


def smooth(seed: int, cells: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float32]]:
    """Return waves drawn at random, at the middles of cells, shape (1, cells, cells)."""
    draw = np.random.default_rng(seed)
    at = (np.arange(cells) + 0.5) / cells
    planes = [np.outer(np.cos(a * at + b), np.cos(c * at + d)) for a, b, c, d in draw.uniform(1, 14, (9, 4))]
    return np.asarray(np.sum(planes, axis=0), np.float32)[None]


def test_a_box_has_the_waves_of_what_is_in_it() -> None:
    fine = smooth(0, 240)
    box = np.array([[0.1, 0.9, 0.05, 0.85]], np.float32)
    found = waves(fine, box, 8, 0.5)
    assert found.dtype == np.float32
    assert found.shape == (1, 64)
    assert float((found * waves(fine[:, 12:204, 24:216], WHOLE, 8, 0.5)).sum()) == pytest.approx(1, abs=1e-4)


def test_brightness_and_contrast_do_not_count() -> None:
    levels = smooth(1, 12)
    assert waves(3 * levels + 40, WHOLE, 8, 0.5) == pytest.approx(waves(levels, WHOLE, 8, 0.5), abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_a_box_that_is_a_little_off_is_moved_to_where_it_fits(seed: int) -> None:
    levels = smooth(seed, 48)
    box = np.array([[0.08, 0.95, 0.03, 0.9]], np.float32)
    sought = waves(levels, box, 8, 0.5)
    near = box + np.array([[0.02, -0.015, -0.015, 0.02]], np.float32)
    alike, found = refined(levels, sought, near, ((0.02, 0.0), (0.01, 0.0)) * 3, 0.5)
    before = float((waves(levels, near, 8, 0.5) * sought).sum())
    assert 1 - alike[0] < (1 - before) / 10
    assert np.abs(found - box).max() < 0.02


def test_what_is_too_little_alike_is_left_and_does_not_move_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = np.concatenate([smooth(seed, 48) for seed in range(4)])
    box = np.array([[0.08, 0.95, 0.03, 0.9]] * 4, np.float32)
    sought = waves(levels[[0, 2, 2, 3]], box, 8, 0.5)
    near = box + np.array([[0.02, -0.015, -0.015, 0.02]], np.float32)
    alone = [
        refined(levels[i : i + 1], sought[i : i + 1], near[i : i + 1], ((0.02, 0.0), (0.01, 0.0)), 0.5) for i in (2, 3)
    ]
    for at_once in (1024, 2):
        monkeypatch.setattr(box_waves, "_AT_ONCE", at_once)
        alike, found = refined(levels, sought, near, ((0.02, 0.8), (0.01, 0.9)), 0.5)
        assert alike[1] == 0
        assert found[1].tolist() == near[1].tolist()
        assert alike[2:] == pytest.approx(np.concatenate([one[0] for one in alone]), abs=1e-6)
        assert found[2:] == pytest.approx(np.concatenate([one[1] for one in alone]), abs=1e-6)
