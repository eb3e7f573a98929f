"""Two signals on one time line."""

import numpy as np
import pytest

from curate.duplicates.audio.alignment import RATE, Signal, _through_channel, align


def noise(seed: int, frames: int) -> Signal:
    return np.random.default_rng(seed).normal(scale=0.1, size=frames).astype(np.float32)


@pytest.mark.parametrize("longer_first", [True, False])
@pytest.mark.parametrize("begin", [0, 1, 4400, 7000])
def test_an_excerpt_lies_where_it_was_cut_out(begin: int, longer_first: bool) -> None:
    # The first half is 40 dB louder; right behind it, its ringing is louder than what is there, and nothing is found.
    whole = np.concatenate([noise(1, 4000), noise(2, 4000) / 100])
    excerpt = whole[begin : begin + 1000]
    found = align(whole, excerpt) if longer_first else align(excerpt, whole)
    assert found is not None
    assert found.shift_s * RATE == pytest.approx(-begin if longer_first else begin, abs=0.2)
    assert found.correlation > 0.99
    assert found.inside > 0.99


def test_where_nothing_lies_together() -> None:
    silence = np.zeros(4000, np.float32)
    assert align(silence, noise(1, 1000)) is None
    assert align(noise(1, 1000), silence) is None
    assert align(noise(1, 300), noise(1, 300)) is None


def test_what_has_more_bands_goes_through_the_filter() -> None:
    size = 4096
    full = np.fft.rfft(noise(1, size)).astype(np.complex64)
    # Of one half of the band there is noise alone, 60 dB down.
    low = np.where(np.arange(len(full)) < len(full) // 2, full, np.fft.rfft(noise(2, size)) / 1000).astype(np.complex64)
    for first, second, kept in ((full, low, 1), (low, full, 0)):
        through = _through_channel(first, second, size)
        assert through[kept] is (first, second)[kept]
        other = through[1 - kept][: len(full) // 2 - 60]
        assert np.abs(other - low[: len(other)]).max() < 0.2 * np.abs(low).max()
        assert np.abs(through[1 - kept][-500:]).max() < 0.01 * np.abs(full).max()
