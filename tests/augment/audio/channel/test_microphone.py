"""Another microphone: uneven from octave to octave, without bass, as loud as before."""

import numpy as np
import pytest
from numpy.typing import NDArray

from augment.audio.channel.microphone import Settings, apply, draw, response
from augment.operations.media import Media, RejectedError
from tests.augment.audio.sounds import noise, tone

OCTAVES_HZ = 31.25 * 2.0 ** np.arange(10)


def levels_db(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Level of each octave from 125 Hz on."""
    power = np.abs(np.fft.rfft(samples[:, 0])) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / rate)
    edges = 125 * 2.0 ** np.arange(7)
    return np.array([10 * np.log10(power[(hz >= low) & (hz < 2 * low)].mean()) for low in edges[:-1]])


def test_the_response_is_normal_from_octave_to_octave() -> None:
    drawn_db = np.array([20 * np.log10(response(OCTAVES_HZ, 4.0, None, seed)) for seed in range(400)])
    assert drawn_db.std() == pytest.approx(4.0, rel=0.05)
    assert drawn_db.mean() == pytest.approx(0.0, abs=0.3)
    # Between two octaves it is their mean, and neighbours have nothing to do with each other.
    between = 20 * np.log10(response(OCTAVES_HZ[:-1] * 2**0.5, 4.0, None, 7))
    assert between == pytest.approx((drawn_db[7, :-1] + drawn_db[7, 1:]) / 2)
    assert abs(np.corrcoef(drawn_db[:, 3], drawn_db[:, 4])[0, 1]) < 0.15


def test_the_bass_falls_by_12_db_an_octave_and_is_3_db_down_at_its_edge() -> None:
    found_db = 20 * np.log10(response(np.array([25.0, 50.0, 200.0, 3200.0]), 0.0, 200.0, 0))
    assert found_db[2:] == pytest.approx([-3.01, 0.0], abs=0.01)
    assert found_db[1] - found_db[0] == pytest.approx(12.04, abs=0.05)


def test_the_sound_gets_that_response_and_keeps_its_level() -> None:
    sound = Media(noise(32_000), 16_000)
    drawn = draw(Settings(uneven_db=6.0, low_cut_hz=200.0), sound, np.random.default_rng(2))
    found = apply(sound, drawn).samples
    assert found.dtype == np.float32
    assert found.shape == sound.array.shape
    assert np.square(found).mean() == pytest.approx(float(np.square(sound.array).mean()), rel=1e-3)
    middles = 125 * 2.0 ** (np.arange(6) + 0.5)
    wanted = 20 * np.log10(response(middles, 6.0, 200.0, drawn["seed"]))
    got = levels_db(found, 16_000) - levels_db(sound.samples, 16_000)
    assert np.ptp(wanted) > 6, "a microphone that does something"
    assert got - got.mean() == pytest.approx(wanted - wanted.mean(), abs=1.5)


def test_nothing_moves_in_time_and_a_flat_one_changes_nothing() -> None:
    click = np.zeros((8000, 2), np.float32)
    click[4000] = (0.5, -0.25)
    found = apply(Media(click, 8000), draw(Settings(), Media(click, 8000), np.random.default_rng(0))).array
    assert np.abs(found).argmax(axis=0).tolist() == [4000, 4000]
    flat = apply(Media(click, 8000), {"uneven_db": 0.0, "seed": 1}).array
    assert flat == pytest.approx(click, abs=1e-6)


def test_silence_is_refused() -> None:
    with pytest.raises(RejectedError, match="silent"):
        apply(Media(np.zeros((800, 1), np.float32), 8000), {"uneven_db": 3.0, "seed": 0})


def test_what_would_clip_is_made_softer_and_said() -> None:
    # A low tone under the bass cut is lifted back to its level, and with it the click of its start.
    media = Media(tone(30, 0.5, 16_000), 16_000)
    made = apply(media, {"uneven_db": 0.0, "low_cut_hz": 250.0, "seed": 0})
    assert np.abs(made.array).max() == pytest.approx(1.0, abs=0.01)
    scale = made.noted["scale"]
    assert isinstance(scale, float)
    assert 0 < scale < 1
    assert "missed" in made.noted


def test_no_bass_cut_draws_none() -> None:
    sound = Media(noise(100), 8000)
    assert "low_cut_hz" not in draw(Settings(low_cut_hz=None), sound, np.random.default_rng(0))
