import io

import numpy as np
import pytest
from PIL import Image

from augment.preview.spectrogram import BANDS, COLUMNS, draw_spectrogram, spectrogram

RATE = 16000


def tone(hz: float, duration_s: float = 1.0, rate: int = RATE) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.sin(2 * np.pi * hz * np.arange(int(duration_s * rate)) / rate).astype(np.float32)


@pytest.mark.parametrize("hz", [100, 440, 3000, 7000])
def test_a_tone_is_in_the_band_of_its_pitch_with_its_power(hz: float) -> None:
    shown = spectrogram(tone(hz), RATE, RATE / 2)
    assert shown.shape == (BANDS, COLUMNS)
    assert shown.dtype == np.float32
    inside = shown[:, 20:-20]  # the first and last windows reach over the ends
    mel = 2595 * np.log10(1 + hz / 700) / (2595 * np.log10(1 + RATE / 2 / 700))
    assert np.abs(inside.argmax(axis=0) - mel * BANDS).max() <= 2
    power = (10 ** (inside / 10)).sum(axis=0)
    np.testing.assert_allclose(10 * np.log10(power), -3.01, atol=0.2)


@pytest.mark.parametrize("hz", [500, 1000, 2000])
def test_the_power_of_a_tone_lies_around_its_pitch(hz: float) -> None:
    power = 10 ** (spectrogram(tone(hz), RATE, RATE / 2)[:, 200] / 10)
    edges_hz = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), BANDS + 1) / 2595) - 1)
    assert power @ (edges_hz[1:] + edges_hz[:-1]) / 2 / power.sum() == pytest.approx(hz, abs=6)


def test_the_scale_of_pitch_is_the_callers() -> None:
    wide, narrow = spectrogram(tone(1000), RATE, 8000), spectrogram(tone(1000, rate=8000), 8000, 8000)
    assert wide[:, 200].argmax() == pytest.approx(narrow[:, 200].argmax(), abs=1)
    above = 2595 * np.log10(1 + 4200 / 700) / (2595 * np.log10(1 + 8000 / 700)) * BANDS
    assert narrow[int(above) + 1 :].max() == -120, "over half the sample rate there is nothing"


def test_no_low_band_is_empty_because_it_is_narrow() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    assert spectrogram(noise, RATE, 8000).mean(axis=1).min() > -60


@pytest.mark.parametrize("frames", [1, 5, 419, 420, 421, 100_000])
def test_any_length_has_its_columns(frames: int) -> None:
    shown = spectrogram(np.zeros(frames, np.float32), 8000, 4000)
    assert shown.shape == (BANDS, min(frames, COLUMNS))
    assert (shown == -120).all()


def test_a_drawing_has_the_highest_band_on_top_and_reads_in_grey() -> None:
    values = np.array([[-80.0, -200.0], [0.0, -40.0]], np.float32)
    image = Image.open(io.BytesIO(draw_spectrogram(values, 0.0)))
    assert image.size == (2, 2)
    assert image.mode == "P"
    assert np.asarray(image).tolist() == [[255, 128], [0, 0]]
    ramp = np.linspace(-80, 0, 256, dtype=np.float32)[None]
    grey = np.asarray(Image.open(io.BytesIO(draw_spectrogram(ramp, 0.0))).convert("RGB").convert("L"))[0].astype(int)
    assert (np.diff(grey) >= 0).all()
