"""The same samples twice."""

from collections.abc import Sequence

import pytest

from curate.drift.rows import Rows
from curate.drift.skew import Skewed, skew
from curate.ground.errors import InputError
from tests.curate.drift.sets import photos


def rows(brightness: Sequence[float | None], first: int = 0, **columns: Sequence[object]) -> Rows:
    return photos(brightness, digest=[f"sha256:{first + n}" for n in range(len(brightness))], **columns)


def of(name: str, a: Rows, b: Rows, **words: float) -> Skewed:
    found = skew(a, b, "digest", 0.01, 0.1, **words)
    return next(one for one in found.tests if one.name == name)


def test_equal_facts_of_enough_samples_are_steady() -> None:
    made = of("image.brightness", rows([0.5] * 100), rows([0.5] * 100))
    assert (made.differing, made.effect, made.verdict) == (0, 0, "steady")
    assert made.bound == pytest.approx(1 - 0.01 ** (1 / 100), abs=1e-6), "Clopper and Pearson: 1 - alpha^(1/n) of none"
    assert of("image.brightness", rows([0.5] * 20), rows([0.5] * 20)).verdict == "cannot tell"


def test_a_share_above_the_margin_is_drift_and_the_worst_are_named() -> None:
    made = of("image.brightness", rows([0.5] * 100), rows([0.5] * 60 + [0.6] * 39 + [0.9]))
    assert (made.differing, made.verdict, made.worst[0]) == (40, "drifted", "99.jpg")


@pytest.mark.parametrize(("tolerance", "differing"), [(0.001, 100), (0.1, 0)])
def test_the_tolerance_is_relative(tolerance: float, differing: int) -> None:
    assert of("image.brightness", rows([0.5] * 100), rows([0.52] * 100), tolerance=tolerance).differing == differing


def test_missing_on_one_side_only_differs() -> None:
    assert of("image.brightness", rows([0.5] * 50 + [None] * 50), rows([0.5] * 100)).differing == 50


def test_samples_of_one_side_are_counted() -> None:
    found = skew(rows([0.5] * 10), rows([0.5] * 10, first=6), "digest", 0.01, 0.1)
    assert (found.joined, found.only) == (4, (6, 6))
    with pytest.raises(InputError, match="no sample is in both"):
        skew(rows([0.5]), rows([0.5], first=1), "digest", 0.01, 0.1)


def test_copies_of_a_file_count_once_and_two_samples_of_an_id_are_an_error() -> None:
    twice = photos([0.5, 0.5], digest=["sha256:0", "sha256:0"])
    found = skew(twice, rows([0.5]), "digest", 0.01, 0.1)
    assert (found.joined, found.copies) == (1, 1)
    for side in (twice, one := photos([0.5])):
        side.columns["named"] = side.columns["kind"]
    with pytest.raises(InputError, match=r"id 'image' is of several samples: 0\.jpg and 1\.jpg"):
        skew(twice, one, "id", 0.01, 0.1)
