import numpy as np
import pytest
from numpy.typing import NDArray

from augment.demo.noises import KINDS, make_noise

RATE = 8000


def _noise(kind: str, seed: int = 0, frames: int = 2 * RATE) -> NDArray[np.float32]:
    words = [np.sin(np.arange(2000, dtype=np.float32) * pitch)[:, None] for pitch in (0.1, 0.3)]
    return make_noise(kind, frames, RATE, np.random.default_rng(seed), words)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("frames", [1500, 2 * RATE], ids=["short", "long"])
def test_shape_level_and_range(kind: str, frames: int) -> None:
    noise = _noise(kind, frames=frames)
    assert noise.shape == (frames, 1)
    assert noise.dtype == np.float32
    assert np.sqrt(np.mean(np.square(noise))) == pytest.approx(0.08, rel=0.02)
    assert abs(float(noise.mean())) < 1e-3
    assert np.abs(noise).max() <= 0.99


def test_each_has_a_character_of_its_own(kind: str) -> None:
    assert (_noise(kind) == _noise(kind)).all()
    spectra = [np.abs(np.fft.rfft(_noise(kind, seed)[:, 0])) for seed in (0, 1)]
    assert np.corrcoef(spectra[0], spectra[1])[0, 1] < 0.9


def test_a_machine_hums_on_one_pitch_and_a_street_rumbles() -> None:
    hum, rumble = (np.square(np.abs(np.fft.rfft(_noise(kind)[:, 0]))) for kind in ("machine", "street"))
    assert np.sort(hum)[-40:].sum() > 0.4 * hum.sum(), "most of it stands in a few lines"
    assert np.sort(rumble)[-40:].sum() < 0.2 * rumble.sum()
