"""`speed`."""

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.speed import Settings, apply
from augment.operations.media import Media
from tests.augment.audio.sounds import heard, power_db, strongest_hz, tone


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0, 1.0371, 2.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_length_and_pitch(factor: float, channels: int) -> None:
    changed = apply(Media(tone(440, 1, channels=channels), 16000), {"factor": factor})
    assert changed.array.shape == (round(16000 / factor), channels)
    assert changed.array.dtype == np.float32
    assert changed.sample_rate == 16000
    assert strongest_hz(heard(changed), 16000) == pytest.approx(440 * factor, abs=1.5)


def test_what_gets_too_high_is_gone() -> None:
    assert power_db(heard(apply(Media(tone(5000, 1), 16000), {"factor": 2.0}))[400:-400]) < -90


def test_limits() -> None:
    with pytest.raises(ValidationError, match=r"factor: 0 is below 0.1"):
        convert({"factor": 0}, Settings)
