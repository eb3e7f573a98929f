"""Levels of tiny arrays with exact results."""

import numpy as np
import pytest

from curate.facts.levels import FLOOR_DBFS, channel_means, dc_offset, peak_dbfs, rms_dbfs, step, swings_dbfs


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


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("level", [0.1, 0.943, 0.98])
def test_dc_offset_does_not_drift_with_length(channels: int, level: float) -> None:
    assert dc_offset(np.full((200_000, channels), level, np.float32)) == pytest.approx(level, abs=1e-6)


def test_dc_offset_is_that_of_the_worst_channel() -> None:
    assert dc_offset(np.array([[0.5, -0.75], [0.25, -0.25]], np.float32)) == -0.5
    assert dc_offset(column(0.25, -0.25)) == 0


@pytest.mark.parametrize(
    ("subtype", "level", "expected"),
    [
        ("PCM_16", 0.9, 1), ("FLOAT", 0.9, 1), (None, 0, 1), ("PCM_U8", 0.9, 256),
        # The values of G.711: 0, 8, 24 ... 30076, 31100, 32124 and 8, 24 ... 30208, 31232, 32256.
        ("ULAW", 0, 8), ("ULAW", 8 / 32768, 8), ("ULAW", 0.95, 1024), ("ALAW", 0, 16), ("ALAW", 0.95, 1024),
    ],
)  # fmt: skip
def test_steps_of_formats(subtype: str | None, level: float, expected: float) -> None:
    assert step(subtype, level) * 32768 == expected


@pytest.mark.parametrize(
    ("samples", "subtype", "expected"),
    [
        pytest.param(column(0, 0), "PCM_16", FLOOR_DBFS, id="silence"),
        pytest.param(column(0.5, -0.5), "PCM_16", -6.0206, id="no-offset"),
        pytest.param(column(0.75, 0.25), "PCM_16", -12.0412, id="offset"),
        pytest.param(
            np.array([[0.5, 0.5], [0.5, 0.25]], np.float32), "PCM_16", -18.0618, id="one-channel-stands-still"
        ),
        pytest.param(column(*np.array([64, 65, 66]) / 128), "PCM_U8", FLOOR_DBFS, id="two-steps"),
        pytest.param(column(*np.array([64, 65, 67]) / 128), "PCM_U8", -37.7072, id="three-steps"),
        pytest.param(np.full((70000, 2), 0.1, np.float32), "FLOAT", -150, id="long-constant-of-two"),
        pytest.param(np.full((70000, 6), 0.98, np.float32), "PCM_24", -150, id="long-constant-of-six"),
    ],
)
def test_swing_is_the_peak_without_offset(samples: np.ndarray, subtype: str, expected: float) -> None:
    assert swings_dbfs(samples[None], channel_means(samples[None]), subtype) == pytest.approx([expected], abs=1e-2)
