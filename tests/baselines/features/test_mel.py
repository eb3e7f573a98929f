"""Mel bands and cepstral coefficients."""

import numpy as np
import pytest

from baselines.features.mel import BANDS, COEFFICIENTS, SAMPLE_RATE, log_mel, mfcc


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


def test_coefficients_are_a_cosine_transform_without_the_level() -> None:
    from scipy.fft import dct

    bands = np.random.default_rng(2).normal(-40, 10, (3, BANDS)).astype(np.float32)
    expected = dct(bands, type=2, norm="ortho", axis=1)[:, 1 : COEFFICIENTS + 1]
    np.testing.assert_allclose(mfcc(bands), expected, atol=1e-4)
    np.testing.assert_allclose(mfcc(bands + 7), expected, atol=1e-3)
