"""The powers of frames, by hand and by librosa."""

import librosa
import numpy as np
import pytest

from augment.audio.silence import audible, frame_powers, over_floor_db
from tests.augment.audio.sounds import noise, silence, tone


def test_powers_of_centred_frames() -> None:
    samples = np.array([[1], [2], [3], [4]], np.float32)
    # 0 0 1 2 | 1 2 3 4 | 3 4 0 0
    np.testing.assert_array_equal(frame_powers(samples, 4, 2), [5 / 4, 30 / 4, 25 / 4])


def test_the_loudest_channel_counts() -> None:
    samples = np.array([[0, 1], [0, 0], [0, 0], [2, 0]], np.float32)
    np.testing.assert_array_equal(frame_powers(samples, 2, 2), [1 / 2, 0, 4 / 2])


@pytest.mark.parametrize(("frame_length", "hop_length"), [(2048, 512), (1000, 300), (255, 100), (256, 256), (2, 1)])
@pytest.mark.parametrize("frames", [1, 511, 512, 2048, 5001])
@pytest.mark.parametrize("channels", [1, 2])
def test_like_librosa(frames: int, frame_length: int, hop_length: int, channels: int) -> None:
    samples = noise(frames, channels)
    rms = librosa.feature.rms(y=samples.T, frame_length=frame_length, hop_length=hop_length)
    powers = frame_powers(samples, frame_length, hop_length)
    np.testing.assert_allclose(powers, rms[:, 0].max(axis=0) ** 2, rtol=1e-4)


def test_all_of_silence_is_audible() -> None:
    assert audible(np.zeros((5000, 2), np.float32), 60).all()


@pytest.mark.parametrize("hop_length", [160, 512])
def test_what_is_steady_stands_out_nowhere_not_even_at_the_ends(hop_length: int) -> None:
    for steady in (silence(1) + np.float32(0.3), tone(1000, 1), silence(1)):
        assert over_floor_db(steady, 16000, hop_length).max() < 3


@pytest.mark.parametrize("rate", [1, 100, 8000, 96000])
@pytest.mark.parametrize("frames", [1, 7, 5000])
def test_there_is_a_figure_for_each_frame_of_any_recording(frames: int, rate: int) -> None:
    found = over_floor_db(noise(frames, 2), rate, 100)
    assert found.shape == (1 + frames // 100,)
    assert np.isfinite(found).all()
