"""Reverberation time, measured: of decays that are known, over noise, and of measured rooms."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from augment.audio.room.decay import measured_rt60_s
from tests.augment.audio.sounds import Sound


def decay(rt60_s: float, rate: int = 16000, floor: float = 0.0, seed: int = 0) -> Sound:
    """A direct sound, and noise that falls by 60 dB in a time, over a floor."""
    generator = np.random.default_rng(seed)
    time_s = np.arange(round(1.5 * rt60_s * rate)) / rate
    impulse = generator.standard_normal(len(time_s)) * 10 ** (-3 * time_s / rt60_s)
    impulse += floor * generator.standard_normal(len(time_s))
    impulse[0] = 10
    return impulse.astype(np.float32)[:, None]


@pytest.mark.parametrize("rt60_s", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("floor", [0.0, 1e-3, 1e-2], ids=["no-noise", "-60-dB", "-40-dB"])
def test_known_decays(rt60_s: float, floor: float) -> None:
    found = [measured_rt60_s(decay(rt60_s, floor=floor, seed=seed), 16000) for seed in range(10)]
    assert np.mean([one for one in found if one]) == pytest.approx(rt60_s, rel=0.05)
    assert None not in found


def test_an_exact_exponential_is_exact() -> None:
    time_s = np.arange(16000) / 16000
    impulse = (10 ** (-3 * time_s / 0.4)).astype(np.float32)[:, None]
    assert measured_rt60_s(impulse, 16000) == pytest.approx(0.4, rel=0.002)


@pytest.mark.parametrize(
    "impulse",
    [
        pytest.param(np.ones((1, 1), np.float32), id="one-sample"),
        pytest.param(np.ones((16000, 1), np.float32), id="does-not-fall"),
        pytest.param(np.eye(16000, 1, dtype=np.float32), id="nothing-behind"),
        pytest.param(np.random.default_rng(0).standard_normal((16000, 1)).astype(np.float32), id="noise"),
    ],
)
def test_what_cannot_be_told_is_not_told(impulse: Sound) -> None:
    assert measured_rt60_s(impulse, 16000) is None


def test_measured_rooms(data: Path) -> None:
    found = {}
    for path in sorted((data / "noise" / "rir").glob("*.wav")):
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        found[path.name] = measured_rt60_s(samples, rate)
    assert found["rir48000.wav"] == pytest.approx(0.88, abs=0.05)
    assert found["rir1.wav"] == pytest.approx(0.84, abs=0.05)
    # Sunk into its own noise after 8 ms: nothing can be said of it.
    assert found["rir2.wav"] is None
