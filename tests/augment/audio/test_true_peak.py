"""The true-peak meter: EBU Tech 3341's table, and frequencies up to the top."""

import numpy as np
import pytest

from augment.audio.true_peak import true_peak_dbtp


@pytest.mark.parametrize(
    ("amplitude", "phase", "expected"),
    [
        pytest.param(0.5, 0, -6.0, id="0"),
        pytest.param(0.5, 45, -6.0, id="45"),
        pytest.param(0.5, 60, -6.0, id="60"),
        pytest.param(0.5, 67.5, -6.0, id="67.5"),
        pytest.param(1.41, 45, 3.0, id="over-full-scale"),
    ],
)
@pytest.mark.parametrize("rate", [48000, 44100, 16000])
def test_ebu_3341(amplitude: float, phase: float, expected: float, rate: int) -> None:
    at = np.arange(rate)
    sine = (amplitude * np.sin(np.pi / 2 * at + np.radians(phase))).astype(np.float32)
    faded = sine * np.minimum(1, np.minimum(at, at[::-1]) / 500).astype(np.float32)
    assert expected - 0.4 <= true_peak_dbtp(faded[:, None]) <= expected + 0.2


@pytest.mark.parametrize("share", [0.01, 0.1, 0.2, 0.3, 0.4, 0.45])
def test_any_phase_of_any_frequency(share: float) -> None:
    at = np.arange(4000)
    window = np.minimum(1, np.minimum(at, at[::-1]) / 500)
    for phase in np.linspace(0, np.pi, 9):
        sine = (window * np.sin(2 * np.pi * share * at + phase)).astype(np.float32)
        assert true_peak_dbtp(sine[:, None]) == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("frames", [1, 2, 65535, 65536, 65537, 140000])
def test_a_click_at_either_end(frames: int) -> None:
    for at in (0, frames - 1):
        samples = np.zeros((frames, 2), np.float32)
        samples[at, 1] = -0.5
        assert true_peak_dbtp(samples) == pytest.approx(-6.02, abs=0.01)


def test_a_crest_between_chunks_is_seen() -> None:
    for shift in range(-3, 4):
        samples = np.zeros((140000, 1), np.float32)
        # Two equal samples of a sinc: the crest, 1.27 times as high, is halfway between them.
        samples[65535 + shift : 65537 + shift] = 0.5
        assert true_peak_dbtp(samples) == pytest.approx(-3.9, abs=0.1)


def test_silence() -> None:
    assert true_peak_dbtp(np.zeros((100, 1), np.float32)) == -200
