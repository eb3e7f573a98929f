"""The front end of the speech embedding: the levels of the package's own mel network, and the windows of a clip."""

import numpy as np
import pytest

from baselines.embeddings.speech import BANDS, FRAMES, mel, windows

REFERENCE = ([9.287843, 8.97328, 9.295153, 9.891115], [9.905973, 9.319342, 9.131638, 9.243362])


def test_levels_are_those_of_the_network() -> None:
    """What melspectrogram.tflite gives for this noise, run by ai-edge-litert 2.3.0; its output / 10 + 2."""
    noise = (np.random.default_rng(0).standard_normal(16000) * 3000).astype(np.float32)
    found = mel(noise)
    assert found.shape == (97, BANDS)
    assert found.dtype == np.float32
    assert found[0, :4] == pytest.approx(REFERENCE[0], abs=1e-5)
    assert found[96, 28:] == pytest.approx(REFERENCE[1], abs=1e-5)


def test_the_range_is_80_db() -> None:
    sound = np.zeros(16000, np.float32)
    sound[:2000] = 10000 * np.sin(np.arange(2000))
    found = mel(sound)
    assert found.max() - found.min() == pytest.approx(8)


@pytest.mark.parametrize(
    ("seconds", "rate", "count"), [(0.1, 16000, 1), (0.25, 8000, 1), (1.0, 16000, 9), (1.0, 44100, 9), (200, 8000, 750)]
)
def test_clips_of_any_length_and_rate(seconds: float, rate: int, count: int) -> None:
    sound = np.asarray(np.random.default_rng(1).standard_normal((int(seconds * rate), 2)) / 10, np.float32)
    found = windows(sound, rate)
    assert found.shape == (count, 1, FRAMES, BANDS)
    assert np.isfinite(found).all()
