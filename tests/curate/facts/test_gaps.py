"""Digital silence inside, and sound that stops short."""

import numpy as np
import pytest

from curate.facts.gaps import gaps

RATE = 8000
NOISE = (np.random.default_rng(0).normal(size=(RATE, 1)) / 10).astype(np.float32)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param([0] * 20 + [1] * 20 + [0] * 20, 0, id="ends"),
        pytest.param([1] + [0] * 12 + [1] + [0] * 30 + [1], 0.030, id="longest"),
        pytest.param([1, *[0] * 10, 1], 0.010, id="10-ms"),
        pytest.param([1, *[0] * 9, 1], 0, id="9-ms"),
        pytest.param([0] * 40, 0, id="nothing-else"),
        pytest.param([1, *[0.5] * 30, 1], 0, id="held"),
    ],
)
def test_inner_silence(samples: list[float], expected: float) -> None:
    assert gaps(np.array(samples, np.float32)[:, None], 1000)[0] == pytest.approx(expected)


def test_silence_is_that_of_all_channels() -> None:
    samples = np.array([[1, 1], *[[0, 1]] * 30, [1, 1]], np.float32)
    assert gaps(samples, 1000)[0] == 0


@pytest.mark.parametrize("start", range(24))
def test_no_run_is_looked_over(start: int) -> None:
    """Only eight places of a run are looked at first: wherever it begins, they are in it."""
    samples = np.tile(np.array([1, -1], np.float32), 100)[:, None]
    samples[20 + start : 44 + start] = 0
    assert gaps(samples, 2400)[0] == pytest.approx(0.01)


def with_gap(start: int, length: int, value: float = 0) -> np.ndarray:
    samples = NOISE.copy()
    samples[start : start + length] = value
    return samples


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param(NOISE, 0, id="whole"),
        pytest.param(with_gap(1001, 160), 1, id="20-ms"),
        pytest.param(with_gap(1001, 160, 0.05), 1, id="held"),
        pytest.param(with_gap(1001, 8), 0, id="1-ms"),
        pytest.param(with_gap(1001, 4000), 0, id="half-a-second"),
        pytest.param(with_gap(0, 160), 0, id="beginning"),
        pytest.param(with_gap(RATE - 160, 160), 0, id="end"),
        pytest.param(np.clip(with_gap(1001, 160, 9), -0.1, 0.1), 0, id="clipped"),
        pytest.param(np.zeros_like(NOISE), 0, id="silence"),
        pytest.param(NOISE[:3], 0, id="three-samples"),
    ],
)
def test_dropouts(samples: np.ndarray, expected: int) -> None:
    assert gaps(samples, RATE)[1] == expected


def test_a_pause_that_fades_is_none() -> None:
    fade = np.concatenate([np.linspace(1, 0, 2000), np.zeros(400), np.linspace(0, 1, 2000)])[:, None]
    assert gaps((NOISE[: len(fade)] * fade).astype(np.float32), RATE)[1] == 0


def test_coarse_steps_are_none() -> None:
    wave = 2.6 / 128 * np.sin(2 * np.pi * 20 * np.arange(RATE) / RATE)[:, None]
    assert gaps((np.round(wave * 128) / 128).astype(np.float32), RATE)[1] == 0
