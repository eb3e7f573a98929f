"""Levels of tiny arrays with exact results."""

import numpy as np
import pytest

from curate.facts.levels import dc_offset, peak_dbfs, rms_dbfs


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
