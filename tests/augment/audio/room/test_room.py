"""A made-up room."""

import numpy as np
import pytest

from augment.audio.room.room import Settings, apply, draw, impulse_response
from augment.operations.media import Media, RejectedError

SOUND = Media(np.random.default_rng(0).standard_normal((8000, 2)).astype(np.float32) * 0.1, 8000)


def test_the_echo_decays_by_60_db_in_the_time_that_was_asked_for() -> None:
    impulse = impulse_response(16000, 0.5, 0, 1)[:, 0]
    assert impulse.dtype == np.float32
    assert impulse.shape == (8000,)
    energy = np.cumsum(np.square(impulse[1:])[::-1])[::-1]
    level_db = 10 * np.log10(energy / energy[0])
    # Schroeder's integral falls by 60 dB over rt60 times; 30 dB are over at half of it.
    assert np.argmax(level_db <= -30) / 16000 == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("ratio_db", [-6, 0, 12])
def test_the_direct_sound_is_so_many_db_above_the_echo(ratio_db: float) -> None:
    impulse = impulse_response(16000, 0.4, ratio_db, 3)[:, 0]
    assert impulse[0] == 1
    assert 10 * np.log10(1 / np.square(impulse[1:]).sum()) == pytest.approx(ratio_db, abs=0.05)


def test_level_length_and_timing_stay() -> None:
    drawn = draw(Settings(), SOUND, np.random.default_rng(1))
    heard = apply(SOUND, drawn)
    assert heard.array.shape == SOUND.array.shape
    assert heard.array.dtype == np.float32
    assert np.sqrt(np.square(heard.array / heard.noted["scale"]).mean()) == pytest.approx(
        np.sqrt(np.square(SOUND.array).mean()), rel=1e-3
    )
    click = np.zeros((4000, 1), np.float32)
    click[1000] = 0.5
    assert int(np.abs(apply(Media(click, 8000), drawn).array).argmax()) == 1000
    np.testing.assert_array_equal(apply(SOUND, drawn).array, heard.array)


def test_silence_is_rejected() -> None:
    with pytest.raises(RejectedError, match="silent"):
        apply(Media(np.zeros((100, 1), np.float32), 8000), draw(Settings(), SOUND, np.random.default_rng(0)))


@pytest.mark.parametrize("wrong", [{"rt60_s": 0}, {"rt60_s": (2, 1)}, {"direct_to_reverberant_db": 90}], ids=str)
def test_senseless_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)
