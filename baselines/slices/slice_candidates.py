"""Candidates for slices: found on one half of the tested samples, tested on the other half, and which of them hold."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.data.folds import make_folds, units
from baselines.metrics.fisher import count_tables, more_wrong_p
from baselines.slices.error_clusters import evidence, find_regions
from baselines.slices.slice_terms import SliceSample, Term, find_terms, member_table
from baselines.slices.sliceline import find_conjunctions
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from baselines.data.predictions import Prediction
    from baselines.slices.error_clusters import Region
    from curate.split.grouping import Grouping

    Mask = NDArray[np.bool_]

LEVEL = 0.05
"""Of the family of all tests of one call: with errors at random, a call reports anything at most that often."""
DRAWS = 3
"""How often halves are drawn: where errors fall in a single draw decides too much, and each draw costs certainty."""
_MOST = 3
"""Candidates of each kind and half: the more are tested, the less can be told of each."""
_WEIGHT = 0.5
"""Of a candidate in the family of tests, beside the one that looked worse."""
_LEAST_SHARE, _LEAST = 0.03, 5
_FEW_GROUPS = 5
_OWN_STRATUM = 5
"""Samples that a group needs to be held against itself; smaller groups are put together."""


class Groups(Struct, frozen=True):
    """What halves were not cut through."""

    key: str
    count: int


class RunSamples(NamedTuple):
    """What slices are found in.

    Attributes:
        samples: With the tags and facts that are known.
        predictions: Of these.
        vectors: float32, shape (samples, length).
        standardize: Whether the vectors' columns have units of their own.
        source: Where they come from, in words.
        grouping: What must not be cut through.
    """

    samples: "Sequence[SliceSample]"
    predictions: "Sequence[Prediction]"
    vectors: "NDArray[np.float32]"
    standardize: bool = False
    source: str = ""
    grouping: "Grouping | None" = None


class Rule(NamedTuple):
    """Who belongs to a slice, tested or not.

    Attributes:
        terms: That all hold; of a cluster, none.
        region: The cluster; None: the terms decide.
    """

    terms: tuple[Term, ...] = ()
    region: "Region | None" = None

    def members(self, samples: "Sequence[SliceSample]", projected: "NDArray[np.float32]") -> "Mask":
        """Return who belongs, bool of shape (samples,); `projected` are the samples in the directions of the space."""
        if self.region:
            return self.region.members(projected)
        return np.asarray(member_table(self.terms, samples).all(axis=0), np.bool_)


class Candidate(NamedTuple):
    rule: Rule
    inside: "Mask"
    half: str
    tested: "Mask"
    p: float
    weight: float


class Search(NamedTuple):
    """What candidates are looked for in.

    Attributes:
        tested: The samples.
        projected: Their vectors in the directions of the space, shape (samples, directions).
        loss: Of each, 0 to 1.
        wrong: Whether the model is wrong.
        terms: That samples are described by.
        table: For which samples each holds, shape (terms, samples).
        least: Samples that a candidate has at least in the half that finds it.
    """

    tested: RunSamples
    projected: "NDArray[np.float32]"
    loss: "NDArray[np.float64]"
    wrong: "Mask"
    terms: list[Term]
    table: "Mask"
    least: int


def prepare(tested: RunSamples, projected: "NDArray[np.float32]", loss: "NDArray[np.float64]", wrong: "Mask") -> Search:
    """Return what to look in; arguments as the attributes of `Search`."""
    least = max(_LEAST, round(_LEAST_SHARE * len(wrong) / 2))
    terms = find_terms(tested.samples, 2 * least)
    return Search(tested, projected, loss, wrong, terms, member_table(terms, tested.samples), least)


class Halves(NamedTuple):
    """A draw of halves.

    Attributes:
        first: Which samples are in the first half.
        stratum: What each sample is compared within, from 0 on.
        groups: What was not cut through.
        notes: What to know of the groups, a sentence each.
    """

    first: "Mask"
    stratum: "NDArray[np.int64]"
    groups: Groups | None
    notes: list[str]


def halve(tested: RunSamples, seed: int) -> Halves:
    """Return which samples are in the first half, what each is compared within, and what to know of the groups."""
    unit = units(tested.samples, [one.digest for one in tested.samples], tested.grouping)
    labels = np.unique([one.label for one in tested.predictions], return_inverse=True)[1]
    first = _first_half(unit, labels, seed)
    if not tested.grouping:
        return Halves(first, np.zeros(len(unit), np.int64), None, [])
    key = tested.grouping.text
    values = [tested.grouping.values(one.path, one.tags, one.digest) for one in tested.samples]
    fewest = min(len({value for value, here in zip(values, half, strict=True) if here}) for half in (first, ~first))
    notes = [
        f"halves do not cut through a {key}, and samples are compared within it: what is one {key} as a whole cannot "
        "be tested"
    ]
    if fewest < _FEW_GROUPS:
        notes.append(f"only {fewest} of {key} in a half: what holds for these may not hold for others")
    # Held against each other within their group, or, of groups too small for that, with those of all small ones.
    large = np.bincount(unit) >= _OWN_STRATUM
    stratum = np.asarray(np.where(large, np.cumsum(large), 0)[unit], np.int64)
    return Halves(first, stratum, Groups(key, len(set(values))), notes)


def _first_half(unit: "NDArray[np.int64]", labels: "NDArray[np.int64]", seed: int) -> "Mask":
    """Return which samples are in the first half: whole units, and each class spread evenly as far as units allow.

    By class, and never by error: halves with equally many errors of a class would share what is chance in them.
    """
    every = np.ones(len(unit), np.bool_)
    fold = make_folds(unit, labels, every, 2, seed)
    alone = fold < 0
    if alone.any():
        # What one unit holds alone would only ever be learned from, were this for training: here it takes a side too.
        places = np.unique(unit[alone], return_inverse=True)[1]
        fold[alone] = make_folds(places, np.zeros_like(places), every[alone], 2, seed)
        fold[fold < 0] = int((fold == 0).sum() > (fold == 1).sum())
    return np.asarray(fold == 0)


def find_candidates(search: Search, halves: Halves, draw: int, seed: int) -> list[Candidate]:
    """Return the candidates of both halves, each with the p value that it has on the other one."""
    found: list[Candidate] = []
    for name, half in (("first half", halves.first), ("second half", ~halves.first)):
        wrong, least = search.wrong[half], search.least
        # One group that is nearly everything leaves a half with nothing to find, or to test.
        if min(len(wrong), len(half) - len(wrong)) < 2 * _LEAST or not wrong.any():
            continue
        regions = find_regions(search.projected[half], search.loss[half], wrong, most=_MOST, least=least, seed=seed)
        terms = find_conjunctions(search.table[:, half], wrong, most=_MOST, least=least, overlap=0.5)
        rules = [Rule(region=one) for one in regions]
        rules += [Rule(tuple(search.terms[at] for at in one.terms)) for one in terms]
        masks = [rule.members(search.tested.samples, search.projected) for rule in rules]
        # Most weight for what looks worst on the half that finds: the other half, which tests, has no part in it.
        size, bad = (
            np.array([(mask & part).sum() for mask in masks], np.float64) for part in (half, half & search.wrong)
        )
        order = np.argsort(-evidence(bad, size, float(wrong.sum()), len(wrong)), kind="stable")
        for rank, at in enumerate(order.tolist()):
            inside = masks[at]
            # How many there are to test does not look at errors, so that leaving out the small ones is no test.
            if min((inside & ~half).sum(), (~inside & ~half).sum()) >= _LEAST:
                p = more_wrong_p(count_tables(search.wrong[~half], inside[~half], halves.stratum[~half]))
                found.append(Candidate(rules[at], inside, f"{name} of draw {draw + 1}", ~half, p, _WEIGHT**rank))
    return found


def significant(candidates: list[Candidate]) -> list[tuple[Candidate, float, int]]:
    """Return the candidates that hold, with adjusted p and how many halves found them; of those alike the surest."""
    adjusted = holm([one.p for one in candidates], [one.weight for one in candidates])
    ranked = sorted(zip(adjusted, candidates, strict=True), key=lambda pair: (pair[0], pair[1].p))
    holding = [(one, p) for p, one in ranked if p < LEVEL]
    kept: list[tuple[Candidate, float]] = []
    for one, p in holding:
        if not any(_share_half(one.inside, other.inside) for other, _ in kept):
            kept.append((one, p))
    return [
        (one, p, len({other.half for other, _ in holding if _share_half(one.inside, other.inside)})) for one, p in kept
    ]


def _share_half(one: "Mask", other: "Mask") -> bool:
    """Return whether half of the smaller one or more lies in the other: the same weakness, said twice."""
    return bool(2 * (one & other).sum() >= min(one.sum(), other.sum()))
