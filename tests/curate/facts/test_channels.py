"""Channels of tiny arrays with exact results, and the weights of the layouts that a WAV can name."""

import numpy as np
import pytest

from curate.facts.channels import channel_gap_db, channel_weights, mono_loss_db

X = np.array([0.5, -0.5, 0.5, -0.5], np.float32)
ONES = np.ones(2)


def stack(*channels: np.ndarray) -> np.ndarray:
    return np.stack(channels, axis=1).astype(np.float32)


@pytest.mark.parametrize(
    ("samples", "gap", "loss"),
    [
        pytest.param(stack(X, X), 0, 0, id="same"),
        pytest.param(stack(X, -X), 0, 150, id="anti-phase"),
        pytest.param(stack(X, 0 * X), 150 - 6.0206, 3.0103, id="dead"),
        pytest.param(stack(X, 0 * X + 0.25), 150 - 6.0206, 3.0103, id="constant"),
        pytest.param(stack(X, X / 10), 20, 2.2257, id="quieter"),
        pytest.param(stack(0 * X, 0 * X), 0, 0, id="silence"),
    ],
)
def test_two_channels(samples: np.ndarray, gap: float, loss: float) -> None:
    assert channel_gap_db(samples, ONES) == pytest.approx(gap, abs=1e-3)
    assert mono_loss_db(samples) == pytest.approx(loss, abs=1e-3)


def test_mono_has_no_gap() -> None:
    assert channel_gap_db(X[:, None], np.ones(1)) == 0
    assert mono_loss_db(X[:, None]) == 0


def test_a_silent_lfe_is_not_dead() -> None:
    samples = stack(X, X, X, 0 * X, X, X)
    assert channel_gap_db(samples, channel_weights(6)) == pytest.approx(0)


@pytest.mark.parametrize(
    ("mask", "weights"),
    [
        pytest.param(0x4, [1], id="mono"),
        pytest.param(0x3, [1, 1], id="stereo"),
        pytest.param(0xB, [1, 1, 0], id="2.1"),
        pytest.param(0x33, [1, 1, 1.41, 1.41], id="quad"),
        pytest.param(0x107, [1, 1, 1, 1], id="4.0"),
        pytest.param(0x3F, [1, 1, 1, 0, 1.41, 1.41], id="5.1"),
        pytest.param(0x60F, [1, 1, 1, 0, 1.41, 1.41], id="5.1-side"),
        pytest.param(0x70F, [1, 1, 1, 0, 1, 1.41, 1.41], id="6.1"),
        pytest.param(0x63F, [1, 1, 1, 0, 1, 1, 1.41, 1.41], id="7.1"),
        pytest.param(0xFF, [1, 1, 1, 0, 1.41, 1.41, 1, 1], id="7.1-wide"),
    ],
)
def test_weights(mask: int, weights: list[float]) -> None:
    assert channel_weights(len(weights), mask).tolist() == weights


def test_weights_without_a_mask() -> None:
    assert channel_weights(6, 0x3).tolist() == channel_weights(6).tolist() == [1, 1, 1, 0, 1.41, 1.41]
    assert channel_weights(6, 0, "OGG").tolist() == [1, 1, 1, 1.41, 1.41, 0]
    assert channel_weights(10).tolist() == [1, 1, 1, 0, 1, 1, 1.41, 1.41, 0, 0]
