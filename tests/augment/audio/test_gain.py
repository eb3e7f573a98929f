"""`gain`."""

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.gain import Settings, apply, draw
from augment.operations.media import Media


@pytest.mark.parametrize(
    ("gain_db", "expected"),
    [
        pytest.param(0.0, [0.5, -0.25, 0.0], id="none"),
        pytest.param(20.0, [5.0, -2.5, 0.0], id="louder"),
        pytest.param(-20.0, [0.05, -0.025, 0.0], id="softer"),
    ],
)
def test_gain(gain_db: float, expected: list[float]) -> None:
    media = Media(np.array([[0.5], [-0.25], [0.0]], np.float32), 8000)
    changed = apply(media, {"gain_db": gain_db})
    np.testing.assert_allclose(changed.array[:, 0], expected, rtol=1e-6)
    assert changed.array.dtype == np.float32
    assert changed.sample_rate == 8000


def test_drawn_between_the_limits() -> None:
    generator = np.random.default_rng(0)
    media = Media(np.zeros((1, 1), np.float32), 8000)
    drawn = [draw(Settings(gain_db=(-3, 5)), media, generator)["gain_db"] for _ in range(200)]
    assert -3 <= min(drawn) < -2.5
    assert 4.5 < max(drawn) <= 5


def test_limits() -> None:
    with pytest.raises(ValidationError, match=r"gain_db: \[6, -6\] is the wrong way round"):
        convert({"gain_db": [6, -6]}, Settings)
