"""Mel bands and cepstral coefficients."""

import numpy as np
import pytest

from baselines.features.mel import BANDS, COEFFICIENTS, SAMPLE_RATE, log_mel, mfcc, without_noise


def test_a_tone_is_loudest_in_its_band() -> None:
    # Band 19 of 40 between 60 Hz and 8 kHz is centred at 1,796 Hz on HTK's scale.
    time_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    bands = log_mel(np.sin(2 * np.pi * 1796 * time_s).astype(np.float32))
    assert bands.shape == (98, BANDS)
    assert bands.dtype == np.float32
    assert set(bands.argmax(axis=1).tolist()) == {19}
    assert np.all(bands[:, 38] < bands[:, 19] - 80), "the window keeps a tone out of far bands"


def test_the_level_is_relative_to_full_scale() -> None:
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32)
    quieter = log_mel(noise * np.float32(0.1)).mean() - log_mel(noise).mean()
    assert quieter == pytest.approx(-20, abs=1e-3)


@pytest.mark.parametrize(("length", "frames"), [(1, 1), (400, 1), (559, 1), (560, 2), (400 + 160 * 1999, 2000)])
def test_any_length(length: int, frames: int) -> None:
    bands = log_mel(np.zeros(length, np.float32))
    assert bands.shape == (frames, BANDS)
    np.testing.assert_allclose(bands, -100, atol=1e-4)


def test_blocks_do_not_show() -> None:
    signal = np.random.default_rng(1).standard_normal(400 + 160 * 1099).astype(np.float32)
    np.testing.assert_allclose(log_mel(signal)[1000:], log_mel(signal[160 * 1000 :]), atol=1e-4)


def test_each_band_loses_what_it_has_in_nine_tenths_of_the_frames() -> None:
    bands = np.full((11, BANDS), -20, np.float32)
    bands[5], bands[6], bands[7, 3] = 0, -17, -100
    clean = without_noise(bands)
    assert clean.dtype == np.float32
    # 1 - 0.01; 0.01995 - 0.01; of what is not above its noise, a tenth stays.
    np.testing.assert_allclose(clean[5], 10 * np.log10(0.99), atol=1e-4)
    np.testing.assert_allclose(clean[6], 10 * np.log10(10**-1.7 - 10**-2), atol=1e-4)
    np.testing.assert_allclose(clean[[0, 1, 2, 3, 4, 8, 9, 10]], -30, atol=1e-4)
    np.testing.assert_allclose(clean[7, [2, 3, 4]], [-30, -110, -30], atol=1e-4)


def test_a_steady_sound_keeps_its_spectrum() -> None:
    bands = np.repeat(np.linspace(-50, -10, BANDS, dtype=np.float32)[None], 20, axis=0)
    np.testing.assert_allclose(without_noise(bands), bands - 10, atol=1e-4)


def test_coefficients_are_a_cosine_transform_without_the_level() -> None:
    from scipy.fft import dct

    bands = np.random.default_rng(2).normal(-40, 10, (3, BANDS)).astype(np.float32)
    expected = dct(bands, type=2, norm="ortho", axis=1)[:, 1 : COEFFICIENTS + 1]
    np.testing.assert_allclose(mfcc(bands), expected, atol=1e-4)
    np.testing.assert_allclose(mfcc(bands + 7), expected, atol=1e-3)
