"""A made-up room."""

import numpy as np
import pytest
from numpy.typing import NDArray

from augment.audio.room.room import Settings, apply, draw, make_room
from augment.operations.media import Media, RejectedError

SOUND = Media(np.random.default_rng(0).standard_normal((8000, 2)).astype(np.float32) * 0.1, 8000)


def crossings_s(impulse: NDArray[np.float32], rate: int) -> float:
    """RT60 as pyroomacoustics measures it: twice the time from -5 to -35 dB of the whole backward integral."""
    energy = np.cumsum(np.square(impulse[::-1], dtype=np.float64))[::-1]
    level_db = 10 * np.log10(energy / energy[0])
    return float(2 * (np.argmax(level_db < -35) - np.argmax(level_db < -5)) / rate)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("rt60_s", [0.2, 0.5, 1.2])
@pytest.mark.parametrize("treble_rt60", [0.5, 1.0])
def test_the_room_measures_what_was_asked_for(rate: int, rt60_s: float, treble_rt60: float) -> None:
    for seed in range(4):
        made = make_room(rate, rt60_s, -4, treble_rt60, seed)
        assert made.impulse.dtype == np.float32
        assert made.measured_rt60_s == pytest.approx(rt60_s, rel=0.005)
        # By another rule, from two points of the curve only: within what such points scatter.
        assert crossings_s(made.impulse[:, 0], rate) == pytest.approx(rt60_s, rel=0.08)


def test_both_are_recorded() -> None:
    drawn = draw(Settings(rt60_s=0.5), SOUND, np.random.default_rng(3))
    noted = apply(SOUND, drawn).noted
    assert drawn["rt60_s"] == 0.5
    assert noted["measured_rt60_s"] == pytest.approx(0.5, rel=0.006)
    assert "missed" not in noted


def test_treble_dies_away_sooner() -> None:
    impulse = make_room(16000, 0.6, -10, 0.5, 1).impulse[1:, 0]
    early, late = (np.abs(np.fft.rfft(part)) ** 2 for part in (impulse[:1600], impulse[4800:6400]))
    hz = np.fft.rfftfreq(1600, 1 / 16000)
    fall_db = [10 * np.log10(early[band].sum() / late[band].sum()) for band in (hz < 800, hz > 5000)]
    assert fall_db[1] > 1.5 * fall_db[0]


@pytest.mark.parametrize("ratio_db", [-20, -6, 0, 12])
def test_the_direct_sound_is_so_many_db_above_the_echo(ratio_db: float) -> None:
    impulse = make_room(16000, 0.4, ratio_db, 0.7, 3).impulse[:, 0]
    assert impulse[0] == 1
    assert 10 * np.log10(1 / np.square(impulse[1:]).sum()) == pytest.approx(ratio_db, abs=0.01)


def test_a_far_voice_comes_when_it_came_though_echoes_are_louder() -> None:
    click = np.zeros((4000, 1), np.float32)
    click[1000] = 0.5
    settings = Settings(rt60_s=0.06, direct_to_reverberant_db=-20)
    made = apply(Media(click, 8000), draw(settings, SOUND, np.random.default_rng(1))).array[:, 0]
    assert not np.abs(made[:1000]).max() > 1e-6
    assert made[1000] > 0
    assert np.abs(made[1001:]).max() > made[1000]


def test_level_length_and_timing_stay() -> None:
    drawn = draw(Settings(), SOUND, np.random.default_rng(1))
    heard = apply(SOUND, drawn)
    assert heard.array.shape == SOUND.array.shape
    assert heard.array.dtype == np.float32
    assert np.sqrt(np.square(heard.array / heard.noted["scale"]).mean()) == pytest.approx(
        np.sqrt(np.square(SOUND.array).mean()), rel=1e-3
    )
    np.testing.assert_array_equal(apply(SOUND, drawn).array, heard.array)


def test_silence_is_rejected() -> None:
    with pytest.raises(RejectedError, match="silent"):
        apply(Media(np.zeros((100, 1), np.float32), 8000), draw(Settings(), SOUND, np.random.default_rng(0)))


def test_a_made_room_is_not_shared_to_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        make_room(8000, 0.3, 0, 0.7, 1).impulse[0] = 2


@pytest.mark.parametrize(
    "wrong", [{"rt60_s": 0}, {"rt60_s": (2, 1)}, {"direct_to_reverberant_db": 90}, {"treble_rt60": 2}], ids=str
)
def test_senseless_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)
