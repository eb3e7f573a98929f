"""Ratios: what is understood, and what is refused."""

import pytest

from curate.ground.errors import UsageError
from curate.split.wish import parse_ratio


def test_names_keep_their_order_and_spaces_do_not_matter() -> None:
    assert parse_ratio("train=0.8, val = .1,test=1e-1") == (("train", "val", "test"), (0.8, 0.1, 0.1))


def test_thirds_sum_to_one_within_the_tolerance() -> None:
    assert parse_ratio("a=0.3333333,b=0.3333333,c=0.3333334").names == ("a", "b", "c")


@pytest.mark.parametrize(
    "text", ["train=0.8,val=0.1,test=0.1", "test=0.1,train=0.8,val=0.1", "testing=0.1,validation=0.1,training=0.8"]
)
def test_validation_is_cut_off_first_then_test_whatever_the_order(text: str) -> None:
    ratio = parse_ratio(text)
    assert [ratio.names[index].removesuffix("ing") for index, _ in ratio.cut_offs()] in (
        ["val", "test", "train"],
        ["validation", "test", "train"],
    )
    assert [end for _, end in ratio.cut_offs()] == [0.1, 0.2, 1.0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("train=0.8,test=0.1", "sums to 0.9, not to 1"),
        ("train=0.8,test=0.200002", "sums to 1.000002, not to 1"),
        ("train=1.1,test=-0.1", "the share of test is -0.1; it has to be above 0"),
        ("train=1,test=0", "the share of test is 0; it has to be above 0"),
        ("train=nan,test=0.5", "the share of train is nan; it has to be above 0"),
        ("train=inf,test=0.5", "the share of train is inf"),
        ("train=0.5,train=0.5", "names train twice"),
        ("train=1", "names one split; name at least two"),
        ("0.8,0.2", "'0.8' is not NAME=NUMBER"),
        ("", "'' is not NAME=NUMBER"),
        ("train=0.8,", "'' is not NAME=NUMBER"),
        ("train=much,test=0.2", "'much' is not a number"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match="--ratio") as caught:
        parse_ratio(text)
    assert problem in str(caught.value)
