"""Pairs of near hashes against comparing all of them, and inputs that would be quadratic."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.duplicates.image import hash_candidates
from curate.duplicates.image.hash_candidates import MOST_COPIES, Hashes, candidates, near_pairs, near_pairs_between

BITS = st.integers(0, 2**64 - 1)


@pytest.fixture
def banded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small sets would be compared one by one: make that seem slow."""
    monkeypatch.setattr(hash_candidates, "_BRUTE", 1e9)


def found(hashes: Hashes, distance: int) -> list[tuple[int, int]]:
    return [(int(i), int(j)) for block in near_pairs(hashes, distance) for i, j in block]


def found_between(left: Hashes, right: Hashes, distance: int) -> list[tuple[int, int]]:
    return [(int(i), int(j)) for block in near_pairs_between(left, right, distance) for i, j in block]


def all_compared(hashes: Hashes, distance: int) -> list[tuple[int, int]]:
    return [
        (i, j)
        for i, j in itertools.combinations(range(len(hashes)), 2)
        if (int(hashes[i]) ^ int(hashes[j])).bit_count() <= distance
    ]


def clustered(seed: int, count: int, centres: int = 12, changes: int = 8) -> Hashes:
    """Return hashes around a few centres, some of them equal."""
    generator = np.random.default_rng(seed)
    hashes = generator.integers(0, 2**64, centres, dtype=np.uint64)[generator.integers(0, centres, count)]
    for _ in range(changes):
        bit = np.uint64(1) << generator.integers(0, 64, count).astype(np.uint64)
        hashes ^= np.where(generator.random(count) < 0.7, bit, np.uint64(0))
    return hashes


@pytest.mark.parametrize(
    ("distance", "expected"),
    [(0, [(0, 3)]), (1, [(0, 1), (0, 3), (1, 3)]), (2, [(0, 1), (0, 3), (1, 2), (1, 3)])],
    ids=["equal", "one-bit", "two-bits"],
)
def test_known_distances(distance: int, expected: list[tuple[int, int]]) -> None:
    hashes = np.array([0, 1, 0b111, 0, 2**64 - 1], np.uint64)
    assert sorted(found(hashes, distance)) == expected


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_compare(count: int) -> None:
    hashes = np.zeros(count, np.uint64)
    assert found(hashes, 10) == []
    assert found_between(hashes, np.zeros(0, np.uint64), 10) == []


@pytest.mark.usefixtures("banded")
@pytest.mark.parametrize("distance", [0, 1, 2, 3, 5, 7, 10])
@pytest.mark.parametrize("seed", range(3))
def test_clusters_are_found_as_by_comparing_all(seed: int, distance: int) -> None:
    hashes = clustered(seed, 300)
    pairs = found(hashes, distance)
    assert len(set(pairs)) == len(pairs)
    assert sorted(pairs) == all_compared(hashes, distance)


@pytest.mark.usefixtures("banded")
def test_two_sets_are_found_as_by_comparing_all() -> None:
    left, right = clustered(1, 150), clustered(1, 170, changes=10)
    pairs = found_between(left, right, 10)
    expected = np.argwhere(np.bitwise_count(left[:, None] ^ right[None]) <= 10)
    assert len(expected) > 100
    assert sorted(pairs) == [(int(i), int(j)) for i, j in expected]


@settings(max_examples=60)
@given(st.lists(BITS, max_size=14), st.integers(0, 12))
def test_any_hashes(values: list[int], distance: int) -> None:
    hashes = np.array(values, np.uint64)
    assert sorted(found(hashes, distance)) == all_compared(hashes, distance)


@pytest.mark.usefixtures("banded")
def test_planted_pairs_among_many_random_hashes() -> None:
    generator = np.random.default_rng(0)
    hashes = generator.integers(0, 2**64, 20_000, dtype=np.uint64)
    for place in range(200):
        bits = generator.choice(64, place % 11, replace=False)
        hashes[place + 200] = hashes[place] ^ np.uint64(sum(1 << int(bit) for bit in bits))
    assert {(place, place + 200) for place in range(200)} <= set(found(hashes, 10))


def test_a_hundred_thousand_equal_hashes_are_a_chain() -> None:
    count = 100_000
    hashes = np.full(count, 7, np.uint64)
    hashes[-1] = 3
    pairs = np.concatenate(list(near_pairs(hashes, 2)))
    assert len(pairs) < count * MOST_COPIES
    # The chain is not torn anywhere, and a near hash hangs on it.
    assert set(pairs[pairs[:, 1] - pairs[:, 0] == 1, 0].tolist()) >= set(range(count - 2))
    assert count - 1 in pairs[:, 1]


@pytest.mark.usefixtures("banded")
def test_blocks_are_bounded_where_everything_is_near() -> None:
    hashes = np.arange(3000, dtype=np.uint64)
    sizes = [len(block) for block in near_pairs(hashes, 12)]
    assert sum(sizes) == 3000 * 2999 // 2
    assert max(sizes) <= 1 << 20


def test_trimmed_hashes_meet_whole_ones_and_each_other() -> None:
    draw = np.random.default_rng(3)
    far = draw.integers(0, 2**64, 6, dtype=np.uint64)
    original = f"{int(far[1]):016x}"
    # 0 and 4 are the picture 1 in two frames; 5 is something else in one.
    trimmed = [original, None, None, None, f"{int(far[1]) ^ 7:016x}", "0123456789abcdef"]
    assert candidates(far, far, far).tolist() == []
    assert candidates(far, far, far, trimmed=trimmed).tolist() == [[0, 1], [0, 4], [1, 4]]
