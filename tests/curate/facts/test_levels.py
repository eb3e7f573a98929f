"""Levels of tiny arrays with exact results."""

import numpy as np
import pytest

from curate.facts.levels import clipping_ratio, dc_offset, peak_dbfs, rms_dbfs


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


SINE = np.sin(2 * np.pi * 440 * np.arange(16000) / 16000).astype(np.float32)[:, None]


@pytest.mark.parametrize(
    ("samples", "peak", "rms"),
    [
        pytest.param(column(0, 0, 0), -150, -150, id="silence"),
        pytest.param(column(1, -1, 1), 0, 0, id="square"),
        pytest.param(column(0.5, -0.5), -6.0206, -6.0206, id="half"),
        pytest.param(column(0, -1), 0, -3.0103, id="negative"),
        pytest.param(SINE, 0, -3.0103, id="sine"),
        pytest.param(column(1e-9), -150, -150, id="under-the-floor"),
        pytest.param(np.array([[1, 0], [-1, 0]], np.float32), 0, -3.0103, id="stereo"),
    ],
)
def test_peak_and_rms(samples: np.ndarray, peak: float, rms: float) -> None:
    assert peak_dbfs(samples) == pytest.approx(peak, abs=1e-3)
    assert rms_dbfs(samples) == pytest.approx(rms, abs=1e-3)


def test_rms_does_not_drift_with_length() -> None:
    samples = np.full((3_000_001, 1), 0.1, np.float32)
    assert rms_dbfs(samples) == pytest.approx(-20, abs=1e-3)


def test_dc_offset_is_that_of_the_worst_channel() -> None:
    assert dc_offset(np.array([[0.5, -0.75], [0.25, -0.25]], np.float32)) == -0.5
    assert dc_offset(column(0.25, -0.25)) == 0


@pytest.mark.parametrize(
    ("samples", "subtype", "expected"),
    [
        pytest.param(column(0, 1, 1, 1, 0, 0, 0, 0), "PCM_16", 3 / 8, id="run-of-three"),
        pytest.param(column(0, 1, 1, 0, 1, 1, 0, 0), "PCM_16", 0, id="runs-of-two"),
        pytest.param(column(-1, -1, -1, -1, 1, 1, 1, 0), "PCM_16", 7 / 8, id="both-rails"),
        pytest.param(column(0, 0.5, 0.5, 0.5, 0.5, 0, 0, 0), "PCM_16", 4 / 8, id="turned-down-after-clipping"),
        pytest.param(column(0, 0.2, 0.2, 0.2, 0.2, 0, 0, 0), "PCM_16", 0, id="coarse-steps"),
        pytest.param(column(0, 0.5, 0.5, 0.5, 0.5, 0, 0, 0), "PCM_U8", 0, id="8-bit-steps"),
        pytest.param(column(0, *[127 / 128] * 3, 0, 0, 0, 0), "PCM_U8", 3 / 8, id="8-bit-full-scale"),
        pytest.param(column(0, *[32124 / 32768] * 3, 0, 0, 0, 0), "ULAW", 3 / 8, id="ulaw-full-scale"),
        pytest.param(column(2, 3, 4, 0), "FLOAT", 3 / 4, id="beyond-full-scale"),
        pytest.param(np.zeros((8, 2), np.float32), "PCM_16", 0, id="silence"),
        pytest.param(np.array([[1, 0]] * 4, np.float32), None, 0.5, id="one-of-two-channels"),
        pytest.param(SINE, "PCM_16", 0, id="full-scale-sine"),
    ],
)
def test_clipping(samples: np.ndarray, subtype: str | None, expected: float) -> None:
    assert clipping_ratio(samples, subtype) == pytest.approx(expected)


@pytest.mark.parametrize("gain", [1, 0.5, 0.3])
def test_a_clipped_sine_is_found_at_any_gain(gain: float) -> None:
    clipped = np.clip(2 * SINE, -1, 1)
    stored = np.round(clipped * gain * 32767) / 32768
    assert clipping_ratio(stored.astype(np.float32), "PCM_16") == pytest.approx(2 / 3, abs=0.02)
