"""`peak`."""

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.peak import Settings, apply
from augment.operations.media import Media, RejectedError


@pytest.mark.parametrize(
    ("peak_dbfs", "expected"),
    [
        pytest.param(0.0, [[0.5, -1.0], [0.25, 0.0]], id="full-scale"),
        pytest.param(-20.0, [[0.05, -0.1], [0.025, 0.0]], id="lower"),
    ],
)
def test_the_largest_sample_of_any_channel(peak_dbfs: float, expected: list[list[float]]) -> None:
    media = Media(np.array([[0.1, -0.2], [0.05, 0.0]], np.float32), 8000)
    changed = apply(media, {"peak_dbfs": peak_dbfs})
    np.testing.assert_allclose(changed.array, expected, rtol=1e-6)
    assert changed.array.dtype == np.float32


def test_silence_is_rejected() -> None:
    with pytest.raises(RejectedError, match="it is silent, so it has no peak"):
        apply(Media(np.zeros((10, 1), np.float32), 8000), {"peak_dbfs": -1})


def test_not_over_full_scale() -> None:
    with pytest.raises(ValidationError, match="peak_dbfs: 1 is above 0"):
        convert({"peak_dbfs": 1}, Settings)
