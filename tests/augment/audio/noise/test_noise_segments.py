"""Pieces of noises: cut from long ones, looped from short ones without a seam."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from augment.audio.noise import noise_segments
from augment.audio.noise.noise_segments import excerpt, looped, whole
from curate.ground.errors import InputError
from tests.augment.audio.sounds import Sound, noise, strongest_hz, tone


def write(path: Path, samples: Sound, rate: int = 16000) -> tuple[str, str]:
    soundfile.write(path, samples, rate, "FLOAT")
    return str(path), f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def test_a_piece_of_a_short_one(tmp_path: Path) -> None:
    samples = noise(16000)
    name = write(tmp_path / "a.wav", samples)
    np.testing.assert_array_equal(excerpt(*name, 0.25, 100, 16000), samples[4000:4100])
    np.testing.assert_array_equal(excerpt(*name, 0.999, 100, 16000), samples[-100:])


def test_a_piece_of_a_long_one_is_all_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = noise(1_100_000)
    name = write(tmp_path / "a.wav", samples)
    monkeypatch.setattr(noise_segments, "read_unchanged", None)
    np.testing.assert_array_equal(excerpt(*name, 60, 100, 16000), samples[960000:960100])
    assert len(excerpt(*name, 68.7, 16000, 16000)) == 16000


@pytest.mark.parametrize("seconds", [2, 70], ids=["short", "long"])
def test_another_rate(tmp_path: Path, seconds: float) -> None:
    name = write(tmp_path / "a.wav", tone(440, seconds, 44100), 44100)
    piece = excerpt(*name, 0.7, 16000, 16000)
    assert len(piece) == 16000
    assert strongest_hz(piece, 16000) == pytest.approx(440, abs=1)


def test_a_loop_by_hand() -> None:
    samples = np.arange(1, 7, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(looped(samples, 4, 9, 0)[:, 0], [5, 6, 1, 2, 3, 4, 5, 6, 1])
    middle, side = np.sin(np.pi / 8), np.cos(np.pi / 8)
    loop = [1 * middle + 5 * side, 2 * side + 6 * middle, 3, 4]
    np.testing.assert_allclose(looped(samples, 0, 6, 2)[:, 0], [*loop, *loop[:2]], rtol=1e-6)


@pytest.mark.parametrize("frames", [1, 2, 3, 801])
def test_a_loop_of_anything(frames: int) -> None:
    assert looped(noise(frames, 2), 5, 1000, 800).shape == (1000, 2)


def test_a_loop_keeps_its_power() -> None:
    loop = looped(noise(8000), 0, 80000, 2000)
    powers = np.square(loop[:60000]).reshape(-1, 1000).mean(axis=1)
    assert powers.min() > 0.8 * 0.01
    assert powers.max() < 1.2 * 0.01


def test_a_loop_has_no_click() -> None:
    seam = tone(100.7, 0.5)
    steps = np.abs(np.diff(looped(seam, 0, 40000, 800)[:, 0]))
    assert steps.max() < 1.5 * np.abs(np.diff(seam[:, 0])).max()


def test_kept_but_not_for_others_to_write(tmp_path: Path) -> None:
    name = write(tmp_path / "a.wav", noise(100))
    assert whole(*name, 8000) is whole(*name, 8000)
    with pytest.raises(ValueError, match="read-only"):
        whole(*name, 16000)[0] = 1


def test_a_file_that_changed_or_went(tmp_path: Path) -> None:
    path, digest = write(tmp_path / "a.wav", noise(100))
    write(tmp_path / "a.wav", noise(100, seed=1))
    with pytest.raises(InputError, match="has changed since the command began: run it again"):
        excerpt(path, digest, 0, 10, 16000)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        excerpt(str(tmp_path / "b.wav"), digest, 0, 10, 16000)
