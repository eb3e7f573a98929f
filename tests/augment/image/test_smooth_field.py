import numpy as np
import pytest

from augment.image.smooth_field import ramp, smooth_field, smooth_step


@pytest.mark.parametrize("cells", [1, 3, 30])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 40), (50, 2), (64, 96)])
def test_a_field_has_the_size_that_was_asked_for(height: int, width: int, cells: int) -> None:
    field = smooth_field(height, width, cells, np.random.default_rng(0))
    assert field.shape == (height, width)
    assert field.dtype == np.float32
    assert np.isfinite(field).all()


def test_a_field_is_smooth_and_about_nothing() -> None:
    fields = [smooth_field(200, 200, 4, np.random.default_rng(seed)) for seed in range(20)]
    assert np.mean(fields) == pytest.approx(0, abs=0.1)
    assert np.std(fields) == pytest.approx(0.55, abs=0.15)
    assert max(np.abs(np.diff(field)).max() for field in fields) < 0.15


@pytest.mark.parametrize(
    ("direction_deg", "expected"),
    [(0, [[0.25, 0.75], [0.25, 0.75]]), (90, [[0.75, 0.75], [0.25, 0.25]]), (45, [[0.5, 0.75], [0.25, 0.5]])],
    ids=["right", "up", "to the upper right"],
)
def test_a_ramp_rises_to_where_it_says(direction_deg: float, expected: list[list[float]]) -> None:
    assert ramp(2, 2, direction_deg) == pytest.approx(np.array(expected), abs=1e-6)


def test_a_smooth_step() -> None:
    values = np.array([-1, 0, 0.25, 0.5, 1, 2], np.float32)
    assert smooth_step(values).tolist() == [0, 0, 0.15625, 0.5, 1, 1]
    assert smooth_step(values).dtype == np.float32
