"""Other draws of a training part."""

import numpy as np

from baselines.data.draws import draw_half

NAMES = [f"sha256:{n}" for n in range(40)]


def drawn(
    label: list[int], unit: list[int] | None = None, testable: list[bool] | None = None, number: int = 0
) -> list[int]:
    count = len(label)
    arrays = np.arange(count), np.array(unit or range(count)), np.array(label), np.array(testable or [True] * count)
    return [int(index) for index in draw_half(*arrays, NAMES[:count], (0, number))]


def test_half_of_all_and_of_each_class_by_chance() -> None:
    label = [0] * 20 + [1] * 20
    found = [drawn(label, number=number) for number in range(20)]
    assert {len(one) for one in found} == {20}
    assert all(one == sorted(one) for one in found)
    counts = {int(np.bincount(np.array(label)[one])[0]) for one in found}
    assert len(counts) > 2, "how many of a class there are is part of the draw"


def test_no_class_is_lost() -> None:
    label = [0] * 30 + [1, 2, 3]
    assert all(set(np.array(label)[drawn(label, number=number)]) == {0, 1, 2, 3} for number in range(10))


def test_another_number_is_another_draw_and_the_same_is_the_same() -> None:
    label = [0] * 20
    assert drawn(label) == drawn(label)
    assert len({tuple(drawn(label, number=number)) for number in range(10)}) == 10


def test_every_sample_is_as_likely() -> None:
    counts = np.zeros(20)
    for number in range(400):
        counts[drawn([0] * 20, number=number)] += 1
    # Binomial of 400 with 1/2: ten standard deviations of 10 around 200 for none of twenty would be a fault.
    assert (abs(counts - 200) < 45).all()


def test_units_are_whole() -> None:
    unit = [n // 8 for n in range(40)]
    found = drawn([n % 2 for n in range(40)], unit)  # two words of each of five speakers
    kept = {unit[index] for index in found}
    assert len(kept) == 2, "of five, so that the spread is rather too large than too small"
    assert len(found) == 16


def test_what_a_recipe_adds_changes_no_draw() -> None:
    real = drawn([0] * 10 + [1] * 10)
    # A generated sample of each of the first class, in the unit of its source.
    label, unit = [0] * 10 + [1] * 10 + [0] * 10, [*range(20), *range(10)]
    found = drawn(label, unit, [True] * 20 + [False] * 10)
    assert [index for index in found if index < 20] == real
    assert [index - 20 for index in found if index >= 20] == [index for index in real if index < 10]
