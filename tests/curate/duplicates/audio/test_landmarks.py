"""Landmarks are found again in excerpts, behind silence and over a telephone, and not in other sounds."""

import numpy as np
import pytest
from scipy import signal

from curate.duplicates.audio import landmarks
from curate.duplicates.audio.alignment import RATE, Signal
from curate.duplicates.audio.landmarks import NONE, Landmark, find_landmarks, landmark_candidates


def melody(seed: int, seconds: float = 1.5) -> Signal:
    """Return syllables: harmonics of a gliding voice, swelling, each with formants of its own."""
    draw = np.random.default_rng(seed)
    at = np.arange(round(0.15 * RATE)) / RATE
    found = []
    for _ in range(round(seconds / 0.15)):
        phase = 2 * np.pi * np.cumsum(np.linspace(draw.uniform(110, 260), draw.uniform(110, 260), len(at))) / RATE
        harmonics = np.arange(1, 16)
        loud = sum(np.exp(-np.square((harmonics - place) / 1.5)) for place in draw.uniform(1, 15, 3))
        found.append((loud + 0.1) @ np.sin(np.outer(harmonics, phase)) * np.hanning(len(at)))
    return np.asarray(0.1 * np.concatenate(found), np.float32)


def pairs(*signals: Signal) -> list[tuple[int, int]]:
    return landmark_candidates([find_landmarks(one) for one in signals])


def test_landmarks_are_in_order_of_time() -> None:
    found = find_landmarks(melody(0))
    assert found.dtype == Landmark
    assert len(found) > 50
    assert (np.diff(found["frame"].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    "sound", [np.zeros(0, np.float32), np.zeros(8000, np.float32), np.ones(3, np.float32)], ids=["empty", "silent", "3"]
)
def test_where_there_are_none(sound: Signal) -> None:
    assert len(find_landmarks(sound)) == 0


def test_others_share_few() -> None:
    # All are one voice with formants drawn at random; of pairs of words that people spoke 2 in 11,000 come up.
    assert len(pairs(*(melody(seed) for seed in range(12)))) <= 13


def test_none_and_nothing() -> None:
    assert landmark_candidates([]) == []
    assert landmark_candidates([NONE, NONE]) == []


def test_an_excerpt_comes_up_whichever_comes_first() -> None:
    whole = melody(5)
    excerpt = whole[5003:9000]
    others = [melody(seed) for seed in range(6, 12)]
    assert (0, 7) in pairs(whole, *others, excerpt)
    assert (0, 7) in pairs(excerpt, *others, whole)


def test_an_excerpt_of_what_is_quiet_comes_up() -> None:
    # What is said before is 30 dB louder, and the excerpt does not have it.
    said = melody(8)
    whole = np.concatenate([said, melody(9) / 30])
    assert (0, 1) in pairs(whole, whole[len(said) + 2003 : len(said) + 4500])


def test_behind_silence_with_another_sound_behind_it() -> None:
    sound = melody(3)
    later = np.concatenate([np.zeros(9000, np.float32), sound, melody(4)])
    assert pairs(sound, later, melody(7)) == [(0, 1)]


def test_over_a_telephone() -> None:
    band = signal.butter(6, (300, 3400), "bandpass", fs=RATE, output="sos")
    assert (0, 2) in pairs(melody(3), melody(4), signal.sosfilt(band, melody(3)).astype(np.float32))


def test_one_sound_many_times_is_bounded() -> None:
    found = pairs(*[melody(0)] * 30)
    assert len(found) == 30 * 29 // 2


def chords(seed: int) -> Signal:
    """Return eight chords of 0.2 s, all of whose notes begin at once."""
    draw = np.random.default_rng(seed)
    at = np.arange(round(0.2 * RATE)) / RATE
    struck = [np.sin(2 * np.pi * np.outer(draw.uniform(320, 3300, 12), at)).sum(axis=0) for _ in range(8)]
    return np.asarray(np.concatenate([0.02 * one * np.exp(-12 * at) for one in struck]), np.float32)


def test_chords_come_up() -> None:
    # The next peaks of a note are the other notes of its chord, at no distance of time.
    assert pairs(chords(1), chords(2), chords(1)[3203:9000]) == [(0, 2)]


def test_faster_ones_are_compared_with_those_as_they_are_alone() -> None:
    one, other, third = (find_landmarks(melody(seed)) for seed in (1, 2, 3))
    assert landmark_candidates([one, other], [NONE, one]) == [(0, 1)]
    assert landmark_candidates([one, other], [NONE, NONE]) == []
    assert landmark_candidates([one, other], [third, third]) == []
    assert landmark_candidates([one, other], [one, other]) == []


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = [find_landmarks(melody(seed)) for seed in (*range(12), 3, 5)]
    whole = landmark_candidates(sounds)
    assert {(3, 12), (5, 13)} <= set(whole)
    for at_once in (1, 500, 20_000):
        monkeypatch.setattr(landmarks, "_AT_ONCE", at_once)
        assert landmark_candidates(sounds) == whole
