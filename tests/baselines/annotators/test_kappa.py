"""Kappas and alpha: published values and the ends."""

from collections import Counter

import pytest

from baselines.annotators.kappa import cohen, fleiss, krippendorff

WIKIPEDIA = """
0 0 0 0 14
0 2 6 4 2
0 0 3 5 6
0 3 9 2 0
2 2 8 1 1
7 7 0 0 0
3 2 6 3 0
2 5 3 2 2
6 5 2 1 0
0 2 2 3 7
"""
"""10 samples, 14 annotators, 5 labels."""
CODERS = """
* * * * * 3 4 1 2 1 1 3 3 * 3
1 * 2 1 3 3 4 3 * * * * * * *
* * 2 1 3 4 4 * 2 1 1 3 3 * 4
"""
"""The sample data of the package krippendorff: a row for each annotator, * is missing."""


def test_cohen() -> None:
    table = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    assert cohen(Counter(table).elements()) == pytest.approx(0.4)


def test_two_annotators_of_five_samples() -> None:
    pairs = list(zip("aabbb", "aabba", strict=True))
    assert cohen(pairs) == pytest.approx(0.6153846, abs=1e-7)
    assert krippendorff([Counter(pair) for pair in pairs]) == pytest.approx(0.64, abs=1e-9)


def test_cohen_is_that_of_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    first, second = "aabbccaabca", "abbbcaaabcc"
    assert cohen(zip(first, second, strict=True)) == pytest.approx(sklearn.cohen_kappa_score(list(first), list(second)))


def test_fleiss() -> None:
    samples = [dict(zip("abcde", map(int, row.split()), strict=True)) for row in WIKIPEDIA.split("\n")[1:-1]]
    assert fleiss(samples) == pytest.approx(0.20993, abs=5e-6)


def test_krippendorff() -> None:
    rows = [row.split() for row in CODERS.split("\n")[1:-1]]
    samples = [Counter(label for label in column if label != "*") for column in zip(*rows, strict=True)]
    assert krippendorff(samples) == pytest.approx(0.691358, abs=5e-7)


def test_perfect_agreement_is_one() -> None:
    assert cohen([("a", "a"), ("b", "b")]) == 1.0
    assert fleiss([{"a": 3}, {"b": 3}]) == 1.0
    assert krippendorff([{"a": 3}, {"b": 2}, {"c": 1}]) == 1.0


def test_less_than_chance_is_below_zero() -> None:
    assert cohen([("a", "b"), ("b", "a")]) == -1.0
    assert fleiss([{"a": 1, "b": 1}] * 4) == -1.0
    assert krippendorff([{"a": 1, "b": 1}] * 4) == pytest.approx(1 - 7 * 8 / 32)


def test_one_label_only_or_nothing_is_not_defined() -> None:
    assert cohen([("a", "a")] * 3) is None
    assert fleiss([{"a": 3, "b": 0}, {"a": 3}]) is None
    assert krippendorff([{"a": 3}, {"a": 2}]) is None
    assert cohen([]) is None
    assert fleiss([]) is None
    assert krippendorff([{"a": 1}, {"b": 1}]) is None
