"""All pairs of fingerprints within a distance, and no others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.duplicates.audio.fingerprint_candidates import near_fingerprints
from curate.ground.errors import InputError

ZERO = "00" * 16
VALUES = st.lists(st.integers(0, 127), max_size=20).map(lambda places: sum(1 << place for place in set(places)))


def found(*fingerprints: str | None, distance: int = 16) -> list[tuple[int, int]]:
    pairs = near_fingerprints(fingerprints, distance)
    assert pairs.dtype == np.int64
    assert pairs.shape[1:] == (2,)
    return [(int(i), int(j)) for i, j in pairs]


def test_none_and_nothing() -> None:
    assert found() == []
    assert found(None, None) == []
    assert found(ZERO, None) == []


def test_sixteen_bits_are_near_and_seventeen_are_not() -> None:
    assert found(ZERO, None, "ffff" + "00" * 14) == [(0, 2)]
    assert found(ZERO, "ffff80" + "00" * 13) == []
    assert found("00" * 15 + "01", ZERO, distance=0) == []


@pytest.mark.parametrize("digits", ["", "00" * 15, "zz" * 16, "00 " * 10 + "00", "é" * 32])
def test_other_digits_are_refused(digits: str) -> None:
    with pytest.raises(InputError, match="32 hexadecimal digits"):
        near_fingerprints([ZERO, digits])


def test_digits_that_only_add_up_are_refused() -> None:
    with pytest.raises(InputError):
        near_fingerprints(["00" * 15, "00" * 17])


@settings(max_examples=15)
@given(st.lists(st.none() | VALUES, max_size=12), st.integers(0, 17))
def test_as_by_comparing_each_with_each(values: list[int | None], distance: int) -> None:
    digits = [None if value is None else f"{value:032x}" for value in values]
    expected = [
        (i, j)
        for i, one in enumerate(values)
        for j, other in enumerate(values)
        if i < j and one is not None and other is not None and (one ^ other).bit_count() <= distance
    ]
    # Of one value there are at most eight here, but for a list of nothing else.
    if max([values.count(value) for value in values if value is not None], default=0) <= 8:
        assert found(*digits, distance=distance) == expected


def test_many_of_one_value_are_compared_with_the_first() -> None:
    pairs = found(*[ZERO] * 20_000)
    assert len(pairs) == 276 + 20_000 - 24
    assert {(0, i) for i in range(1, 20_000)} <= set(pairs)


def test_two_values_near_each_other_with_many_members() -> None:
    pairs = found(*[ZERO] * 10, *["01" + "00" * 15] * 9)
    assert len(pairs) == 45 + 36 + 90


def test_planted_pairs_among_many() -> None:
    chance = np.random.default_rng(0)
    words = chance.integers(0, 256, (5000, 16), dtype=np.uint8)
    for place in range(500):
        bits = np.unpackbits(words[place])
        bits[chance.choice(128, 16, replace=False)] ^= 1
        words[4000 + place] = np.packbits(bits)
    assert found(*(word.tobytes().hex() for word in words)) == [(place, 4000 + place) for place in range(500)]
