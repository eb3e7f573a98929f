"""The families of features and where they stand in the vector."""

import pytest

from baselines.features.families import choose_families, columns
from curate.ground.errors import UsageError


def test_columns_of_some_families() -> None:
    assert columns("audio", ("level",)).tolist() == list(range(2120, 2142))
    assert columns("audio", ("mel", "level")).tolist() == [*range(1600), *range(2120, 2142)]


def test_no_names_mean_all_in_their_order() -> None:
    assert choose_families("image", ()) == ("hog", "colour", "thumbnail")
    assert choose_families("image", ("thumbnail", "hog")) == ("hog", "thumbnail")


def test_a_family_of_the_other_kind() -> None:
    with pytest.raises(UsageError, match=r"--feature 'mel' is not made of images \(known: hog, colour, thumbnail\)"):
        choose_families("image", ["mel"])
