"""Where in a recording something is heard."""

import numpy as np
import pytest

from augment.audio.noise.sounding import Parts, frame_powers, heard_shares, heard_spans, sounding_parts
from tests.augment.audio.sounds import Sound, noise, silence


def parts(sound: Sound, rate: int = 16000) -> Parts:
    return sounding_parts(heard_spans(frame_powers([sound], rate), rate, len(sound)))


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        pytest.param(noise(32000), ((0.0, 2.0),), id="all"),
        pytest.param(silence(2), (), id="none"),
        pytest.param(np.zeros((0, 1), np.float32), (), id="empty"),
        pytest.param(np.full((32000, 1), 0.3, np.float32), (), id="an-offset"),
        pytest.param(
            np.concatenate([silence(1), np.full((16000, 1), 0.3, np.float32)]), (), id="an-offset-that-begins"
        ),
        pytest.param(np.concatenate([noise(16000), silence(9)]) + np.float32(0.3), ((0.0, 1.0),), id="over-an-offset"),
        pytest.param(noise(3), ((0.0, 0.000188),), id="three-samples"),
        pytest.param(np.concatenate([noise(16000), silence(9)]), ((0.0, 1.0),), id="silent-after-a-second"),
        pytest.param(
            np.concatenate([noise(16000), noise(144000, level=1e-4)]), ((0.0, 1.0),), id="hiss-after-a-second"
        ),
        pytest.param(np.concatenate([silence(3), noise(16000)]), ((3.0, 4.0),), id="silent-before"),
        pytest.param(np.concatenate([noise(8000), silence(0.8), noise(8000)]), ((0.0, 1.8),), id="a-pause"),
        pytest.param(
            np.concatenate([noise(8000), silence(1.2), noise(8000)]), ((0.0, 0.5), (1.7, 2.2)), id="two-parts"
        ),
        pytest.param(np.concatenate([noise(1600), silence(2), noise(8000)]), ((2.1, 2.6),), id="a-click-and-a-sound"),
        pytest.param(np.concatenate([silence(2), noise(1600), silence(1)]), ((2.0, 2.1),), id="a-click"),
    ],
)
def test_parts(sound: Sound, expected: Parts) -> None:
    assert parts(sound) == expected


def test_a_click_does_not_silence_what_is_around_it() -> None:
    sound = noise(160000, level=0.006)
    sound[80000] = 1
    assert parts(sound) == ((0.0, 10.0),)


def test_blocks_make_no_difference() -> None:
    sound = noise(50000, channels=2)
    whole = frame_powers([sound], 16000)
    assert whole.shape == (63,)
    np.testing.assert_allclose(frame_powers([sound[:16000], sound[16000:]], 16000), whole)


def test_the_longest_are_kept() -> None:
    piece = np.concatenate([noise(4800), silence(1.2)])
    assert len(parts(np.tile(piece, (100, 1)))) == 64


def test_what_share_of_a_stretch_is_heard() -> None:
    spans = ((1.0, 2.0), (3.0, 3.5))
    starts = np.array([0.0, 0.5, 1.0, 2.0, 2.0, 3.25, 9.0])
    assert heard_shares(spans, starts, 1.0).tolist() == [0, 0.5, 1, 0, 0, 0.25, 0]
    assert heard_shares(spans, np.array([0.0]), 4.0).tolist() == [1.5 / 4]


def test_spans_have_no_pauses() -> None:
    barks = np.tile(np.concatenate([noise(1600), silence(0.4)]), (3, 1))
    found = heard_spans(frame_powers([barks], 16000), 16000, len(barks))
    assert [(round(start, 6), round(end, 6)) for start, end in found] == [(0.0, 0.1), (0.5, 0.6), (1.0, 1.1)]
