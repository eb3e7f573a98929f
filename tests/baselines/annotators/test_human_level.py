"""Human level: against the manifest, and against the other annotators."""

import pytest

from baselines.annotators.annotations import Annotations
from baselines.annotators.human_level import HumanLevel, human_levels
from baselines.metrics.intervals import wilson
from curate.ground.errors import InputError

GIVEN = Annotations(
    labels={
        "1": {"ann": "x", "bob": "x", "eve": "y"},
        "2": {"ann": "x", "bob": "y"},
        "3": {"ann": "z"},
    },
    tags={"1": ("dark",), "2": (), "3": ("dark",)},
    annotators=("ann", "bob", "eve"),
    missing=0,
)


def test_against_the_manifest() -> None:
    found = human_levels(GIVEN, {"1": "x", "3": "y", "9": "x"}, {"3": ("far",), "2": ("far",)})
    assert found == (
        HumanLevel("(all)", 2 / 4, 2, wilson(1, 2)),
        HumanLevel("dark", 2 / 4, 2, wilson(1, 2)),
        HumanLevel("far", 0.0, 1, wilson(0, 1)),
    )


def test_against_the_others_where_a_tie_counts_its_share() -> None:
    """Sample 1: ann and bob each meet a tie of x and y; eve meets two x. Sample 2: both meet the other label."""
    found = human_levels(GIVEN, None, {})
    assert [(level.tag, level.samples) for level in found] == [("(all)", 2), ("dark", 1)]
    assert [level.human for level in found] == pytest.approx([(0.5 + 0.5 + 0) / 5, 1 / 3])


def test_two_annotators_give_their_agreement() -> None:
    labels = {str(n): {"ann": "x", "bob": "x" if n < 3 else "y"} for n in range(4)}
    (found,) = human_levels(Annotations(labels, {}, ("ann", "bob"), 0), None, {})
    assert found == HumanLevel("(all)", 0.75, 4, wilson(3, 4))


def test_a_manifest_of_other_samples() -> None:
    with pytest.raises(InputError, match="the manifest has a label of none of the samples"):
        human_levels(GIVEN, {"9": "x"}, {})
