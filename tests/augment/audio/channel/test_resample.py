"""`resample`: length, frequency and timing stay; what the new rate cannot hold is gone."""

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.channel.resample import Settings, apply, draw, fit, resample
from augment.operations.media import Media
from tests.augment.audio.sounds import delay, heard, noise, power_db, strongest_hz, tone


@pytest.mark.parametrize("quality", ["HQ", "VHQ"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("from_rate", "to_rate"), [(8000, 16000), (44100, 16000), (16000, 44100), (48000, 8000), (16000, 16000)]
)
def test_rates(from_rate: int, to_rate: int, channels: int, quality: str) -> None:
    settings = convert({"sample_rate": to_rate, "quality": quality}, Settings)
    media = Media(tone(440, 0.5, from_rate, channels=channels), from_rate)
    changed = apply(media, draw(settings, media, np.random.default_rng(0)))
    assert changed.sample_rate == to_rate
    assert changed.array.shape == (to_rate // 2, channels)
    assert changed.array.dtype == np.float32
    assert strongest_hz(heard(changed), to_rate) == pytest.approx(440, abs=1)
    inner = slice(to_rate // 20, -to_rate // 20)
    np.testing.assert_allclose(changed.array[inner], tone(440, 0.5, to_rate, channels=channels)[inner], atol=1e-4)


def test_what_does_not_fit_is_gone() -> None:
    assert power_db(resample(tone(5000, 1, 16000), 16000, 8000)[400:-400]) < -100


def test_there_and_back_in_time() -> None:
    click = np.zeros((4000, 1), np.float32)
    click[1000] = 1
    assert delay(click, resample(resample(click, 16000, 44100), 44100, 16000)) == 0


@pytest.mark.parametrize("frames", [1, 2, 7, 1001])
def test_length_is_rounded(frames: int) -> None:
    assert len(resample(noise(frames), 44100, 16000)) == max(1, round(frames * 16000 / 44100))


@pytest.mark.parametrize(("frames", "expected"), [(1, [1]), (2, [1, 2]), (4, [1, 2, 0, 0])])
def test_fit(frames: int, expected: list[float]) -> None:
    np.testing.assert_array_equal(fit(np.array([[1], [2]], np.float32), frames)[:, 0], expected)


@pytest.mark.parametrize("rate", [999, 768001])
def test_limits(rate: int) -> None:
    with pytest.raises(ValidationError, match="sample_rate: "):
        convert({"sample_rate": rate}, Settings)
