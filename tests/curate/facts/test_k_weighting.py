"""The filter of BS.1770-4 in blocks, against the recursion it stands for."""

import numpy as np
import pytest
from numpy.typing import NDArray

from curate.facts import k_weighting
from curate.facts.k_weighting import hop_powers, response, sections


def filtered(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return what both sections leave, sample by sample in float64."""
    found = samples.astype(np.float64)
    for zeros, poles in sections(rate):
        given, found, first, second = found, np.empty_like(found), 0.0, 0.0
        for at, value in enumerate(given):
            found[at] = zeros[0] * value + first
            first = zeros[1] * value - poles[1] * found[at] + second
            second = zeros[2] * value - poles[2] * found[at]
    return found


def sound(clips: int, frames: int) -> NDArray[np.float32]:
    """Return noise that swells, on an offset that the high pass takes away."""
    noise = np.random.default_rng(0).normal(size=(clips, frames)) * np.linspace(0.001, 1, frames)
    return (noise + 0.5).astype(np.float32)


@pytest.mark.parametrize("rate", [4000, 8000, 16000, 22050, 44100, 48000])
def test_powers_are_those_of_the_recursion(rate: int) -> None:
    hop = rate // 10
    samples = sound(1, 3 * hop + 17)
    expected = np.square(filtered(samples[0], rate)[: 3 * hop]).reshape(3, hop).mean(axis=1)
    found = hop_powers(samples, rate)
    assert found is not None
    assert found.shape == (1, 3)
    assert found.dtype == np.float64
    assert 10 * np.log10(found[0] / expected) == pytest.approx(0, abs=1e-4)


def test_each_clip_is_what_it_is_alone() -> None:
    samples = sound(20, 16000)
    together = hop_powers(samples, 16000)
    assert together is not None
    for clip, powers in zip(samples, together, strict=True):
        alone = hop_powers(clip[None], 16000)
        assert alone is not None
        assert (alone[0] == powers).all()


def test_a_long_recording_is_what_it_is_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = sound(1, 16000)
    whole = hop_powers(samples, 16000)
    monkeypatch.setattr(k_weighting, "_PART_VALUES", 3 * 1600)
    in_parts = hop_powers(samples, 16000)
    assert whole is not None
    assert in_parts is not None
    assert in_parts == pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize("frames", [1, 1599])
def test_less_than_a_hop_has_no_powers(frames: int) -> None:
    found = hop_powers(sound(2, frames), 16000)
    assert found is not None
    assert found.shape == (2, 0)


@pytest.mark.parametrize("rate", [11025, 12345, 192000])
def test_rates_that_no_block_divides(rate: int) -> None:
    assert hop_powers(sound(1, rate), rate) is None


@pytest.mark.parametrize(("hz", "expected_db"), [(1e-3, -180), (997, 0.69), (20000, 4.04)])
def test_response(hz: float, expected_db: float) -> None:
    level = 20 * np.log10(np.abs(response(np.array([hz]), 48000))[0])
    assert level == pytest.approx(expected_db, abs=0.02) if expected_db > -100 else level < expected_db
