"""What belongs together, against a plain search."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.ground.union_find import join_keys


def by_search(count: int, links: list[tuple[int, int]]) -> list[int]:
    names = list(range(count))
    for _ in range(count + 1):
        for key in {key for _, key in links}:
            members = [sample for sample, linked in links if linked == key]
            low = min(names[member] for member in members)
            for member in members:
                names[member] = low
    return names


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, 9)), max_size=25))
    )
)
def test_samples_that_share_a_key_belong_together(case: tuple[int, list[tuple[int, int]]]) -> None:
    count, links = case
    links += [(sample, 100 + sample) for sample in range(count)]
    samples, keys = np.array(links).T
    found = join_keys(count, samples.astype(np.uint32), keys.astype(np.uint64))
    assert found.tolist() == by_search(count, links)


def test_a_long_chain_is_one_component() -> None:
    count = 2000
    order = np.random.default_rng(0).permutation(count)
    samples = np.concatenate((order, order)).astype(np.uint32)
    keys = np.concatenate((np.arange(count), np.arange(1, count + 1))).astype(np.uint64)
    assert join_keys(count, samples, keys).tolist() == [0] * count
