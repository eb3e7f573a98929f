"""Slices that nobody tagged: found on one half of the tested samples, tested on the other, and the other way round."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.data.folds import make_folds, units
from baselines.metrics.fisher import count_tables, more_wrong_p
from baselines.metrics.significance import holm
from baselines.slices.error_clusters import Space, find_regions, find_space
from baselines.slices.slice_terms import SLICE_KEY, Enriched, SliceSample, Term, describe, find_terms, member_table
from baselines.slices.sliceline import find_conjunctions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from baselines.data.predictions import Prediction
    from baselines.slices.error_clusters import Region
    from curate.split.grouping import Grouping

    Mask = NDArray[np.bool_]

LEVEL = 0.05
"""Of the family of all tests of one call (Holm): with errors at random, a call reports anything at most that often."""
LEAST_TESTED = 40
"""Tested samples below which nothing is looked for: of 20 in a half, 5 in a slice, no p passes eight tests."""
LEAST_WRONG = 5
_MOST = 3
"""Candidates of each kind and half: the more are tested, the less can be told of each."""
_LEAST_SHARE, _LEAST = 0.03, 5
_FEW_GROUPS = 5
_OWN_STRATUM = 5
"""Samples that a group needs in the testing half to be held against itself; smaller groups are put together."""


class Slice(Struct, frozen=True):
    """A part of the samples on which the model is worse.

    Attributes:
        name: What it is called; its tag is `slice=` and this.
        kind: `cluster` or `terms`.
        samples: Tested samples in it, of both halves.
        accuracy: Of those in the half that it was tested on, 0 to 1: not those that it was found by.
        rest: Accuracy of the others in that half.
        tested: Its samples in that half.
        p: Adjusted over all tests of the call (Holm).
        gain: (rest - accuracy) x share of all tested samples.
        half: Found on `first` or `second` half, or on `both`.
        described: What holds inside more often than outside.
        paths: Of its samples: wrong ones first, of a cluster those nearest to the middle of what is wrong.
    """

    name: str
    kind: str
    samples: int
    accuracy: float
    rest: float
    tested: int
    p: float
    gain: float
    half: str
    described: tuple[Enriched, ...]
    paths: tuple[str, ...]


class Groups(Struct, frozen=True):
    """What halves were not cut through."""

    key: str
    count: int


class Slices(Struct, frozen=True):
    """What was found.

    Attributes:
        slices: Most to gain first.
        samples: Tested.
        accuracy: Of all of them.
        tests: Candidates that were tested, of both halves.
        groups: None where the run knows none.
        source: Where the vectors come from, in words.
        notes: What the user should know, a sentence each.
    """

    slices: tuple[Slice, ...]
    samples: int
    accuracy: float
    tests: int
    groups: Groups | None
    source: str
    notes: tuple[str, ...]


class TestedSamples(NamedTuple):
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


class FoundSlices(NamedTuple):
    """The report, and what is needed to find the slices' members among other samples."""

    report: Slices
    rules: dict[str, Rule]
    space: Space | None


class _Candidate(NamedTuple):
    rule: Rule
    inside: "Mask"
    half: str
    tested: "Mask"
    p: float


def find_slices(tested: TestedSamples, seed: int = 0) -> FoundSlices:
    """Return the slices on which a model is worse than on the rest.

    Candidates are found on one half and tested on the other, in both directions, by Fisher's exact test; p is adjusted
    over all of these tests. Halves have each class alike, and do not cut through copies or groups.

    Args:
        tested: What to find them in; there is a sample or more.
        seed: Where chance begins.
    """
    wrong = np.array([one.prediction != one.label for one in tested.predictions], np.bool_)
    if why := _why_nothing(wrong):
        report = Slices((), len(wrong), 1 - float(wrong.mean()), 0, None, tested.source, (why,))
        return FoundSlices(report, {}, None)
    loss, notes = _losses(tested.predictions, wrong)
    halves = _halve(tested, seed)
    notes += halves.notes
    space = find_space(tested.vectors, standardize=tested.standardize)
    projected = space.project(tested.vectors)
    least = max(_LEAST, round(_LEAST_SHARE * len(wrong) / 2))
    terms = find_terms(tested.samples, 2 * least)
    table = member_table(terms, tested.samples)
    candidates: list[_Candidate] = []
    for name, half in (("first", halves.first), ("second", ~halves.first)):
        regions = find_regions(projected[half], loss[half], wrong[half], most=_MOST, least=least, seed=seed)
        found = find_conjunctions(table[:, half], wrong[half], most=_MOST, least=least, overlap=0.5)
        rules = [*(Rule(region=one) for one in regions), *(Rule(tuple(terms[at] for at in one.terms)) for one in found)]
        for rule in rules:
            inside = rule.members(tested.samples, projected)
            # How many there are to test does not look at errors, so that leaving out the small ones is no test.
            if min((inside & ~half).sum(), (~inside & ~half).sum()) >= _LEAST:
                p = more_wrong_p(count_tables(wrong[~half], inside[~half], halves.stratum[~half]))
                candidates.append(_Candidate(rule, inside, name, ~half, p))
    kept = _significant(candidates)
    described = _with_labels(terms, table, tested.predictions)
    named = _named([(one, describe(*described, one.inside)) for one, _, _ in kept])
    slices = [
        _slice(name, one, (p, half), text, wrong, projected, tested)
        for (name, text), (one, p, half) in zip(named, kept, strict=True)
    ]
    slices.sort(key=lambda one: (-one.gain, one.name))
    right = 1 - float(wrong.mean())
    report = Slices(tuple(slices), len(wrong), right, len(candidates), halves.groups, tested.source, tuple(notes))
    return FoundSlices(report, {name: one.rule for (name, _), (one, _, _) in zip(named, kept, strict=True)}, space)


class _Halves(NamedTuple):
    first: "Mask"
    stratum: "NDArray[np.int64]"
    groups: Groups | None
    notes: list[str]


def _halve(tested: TestedSamples, seed: int) -> _Halves:
    """Return which samples are in the first half, what each is compared within, and what to know of the groups."""
    unit = units(tested.samples, [one.digest for one in tested.samples], tested.grouping)
    # By class, and never by error: halves with equally many errors in each class would share what is chance in them.
    labels = np.unique([one.label for one in tested.predictions], return_inverse=True)[1]
    first = np.asarray(make_folds(unit, labels, np.ones(len(unit), np.bool_), 2, seed) != 1)
    if not tested.grouping:
        return _Halves(first, np.zeros(len(unit), np.int64), None, [])
    key = tested.grouping.text
    values = [tested.grouping.values(one.path, one.tags) for one in tested.samples]
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
    return _Halves(first, stratum, Groups(key, len(set(values))), notes)


def _why_nothing(wrong: "Mask") -> str:
    if not wrong.any():
        return f"all {len(wrong):,} tested samples are right: there is nothing to find slices by"
    if len(wrong) < LEAST_TESTED:
        return (
            f"{len(wrong):,} tested samples are too few: slices are found on one half and tested on the other, from "
            f"{LEAST_TESTED} on"
        )
    if wrong.sum() < 2 * LEAST_WRONG:
        return (
            f"{int(wrong.sum()):,} of {len(wrong):,} are wrong, too few for slices (from {2 * LEAST_WRONG} on); look "
            "at each: burnish audit"
        )
    return ""


def _losses(predictions: "Sequence[Prediction]", wrong: "Mask") -> "tuple[NDArray[np.float64], list[str]]":
    """Return 1 - probability of the true class, and a note where the run has no probabilities."""
    if all(one.probabilities for one in predictions):
        return np.array([1 - one.probabilities.get(one.label, 0.0) for one in predictions], np.float64), []
    return wrong.astype(np.float64), ["the run has no probabilities: clusters are found by right and wrong alone"]


def _significant(candidates: list[_Candidate]) -> "list[tuple[_Candidate, float, str]]":
    """Return the candidates that hold, with adjusted p and the half they were found on; of two alike the surer one."""
    adjusted = holm([one.p for one in candidates])
    kept: list[tuple[_Candidate, float, str]] = []
    for p, one in sorted(zip(adjusted, candidates, strict=True), key=lambda pair: (pair[0], pair[1].p)):
        if p >= LEVEL:
            break
        alike = [at for at, (other, _, _) in enumerate(kept) if _share_half(one.inside, other.inside)]
        if not alike:
            kept.append((one, p, one.half))
        for at in alike:
            other, least, half = kept[at]
            kept[at] = (other, least, half if half == one.half else "both")
    return kept


def _share_half(one: "Mask", other: "Mask") -> bool:
    """Return whether half of the smaller one or more lies in the other: the same weakness, said twice."""
    return bool(2 * (one & other).sum() >= min(one.sum(), other.sum()))


def _with_labels(
    terms: "Sequence[Term]", table: "Mask", predictions: "Sequence[Prediction]"
) -> "tuple[list[str], Mask]":
    """Return names and members of all that a slice is described by: terms, true classes and predicted ones."""
    names, rows = [one.name for one in terms], [table]
    for what, values in (
        ("label", [one.label for one in predictions]),
        ("taken-for", [one.prediction for one in predictions]),
    ):
        classes = sorted(set(values))
        names += [f"{what}={one}" for one in classes]
        place = {one: at for at, one in enumerate(classes)}
        column = np.array([place[one] for one in values])
        rows.append(column[None, :] == np.arange(len(classes))[:, None])
    return names, np.vstack(rows)


def _named(found: "list[tuple[_Candidate, tuple[Enriched, ...]]]") -> "list[tuple[str, tuple[Enriched, ...]]]":
    """Return a name for each: its terms, or what a cluster mostly is; with a number where two would have one name."""
    names: dict[str, tuple[Enriched, ...]] = {}
    for one, described in found:
        said = "+".join(term.name for term in one.rule.terms)
        words = "+".join(each.name for each in described[:2] if not each.name.startswith("taken-for="))
        stem = said or (f"mostly-{words}" if words else "cluster")
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names[name] = described
    return list(names.items())


def _slice(
    name: str,
    one: _Candidate,
    verdict: tuple[float, str],
    described: "tuple[Enriched, ...]",
    wrong: "Mask",
    projected: "NDArray[np.float32]",
    tested: TestedSamples,
) -> Slice:
    here, there = one.inside & one.tested, ~one.inside & one.tested
    accuracy, rest = 1 - float(wrong[here].mean()), 1 - float(wrong[there].mean())
    members = np.flatnonzero(one.inside)
    # Errors outside what ails a slice fall into it too, anywhere; those that it is about lie together.
    middle = projected[one.inside & wrong].mean(axis=0) if one.rule.region else projected[members].mean(axis=0)
    far = np.square(projected[members] - middle).sum(axis=1)
    order = members[np.lexsort((far, ~wrong[members]))]
    return Slice(
        name=name,
        kind="cluster" if one.rule.region else "terms",
        samples=len(members),
        accuracy=accuracy,
        rest=rest,
        tested=int(here.sum()),
        p=verdict[0],
        gain=(rest - accuracy) * len(members) / len(wrong),
        half=verdict[1],
        described=described,
        paths=tuple(tested.samples[at].path for at in order.tolist()),
    )


def slice_tags(
    found: FoundSlices, samples: "Sequence[SliceSample]", vectors: "NDArray[np.float32]", known: "Mask"
) -> list[tuple[str, ...]]:
    """Return the tags of the slices that each sample belongs to, tested or not.

    Args:
        found: What `find_slices` found.
        samples: Any.
        vectors: Theirs, from the same source, shape (samples, length).
        known: Which of them have a vector; the others are in no cluster.
    """
    tags: list[tuple[str, ...]] = [() for _ in samples]
    if not found.space or not samples:
        return tags
    projected = found.space.project(vectors)
    for name, rule in found.rules.items():
        inside = rule.members(samples, projected) & (known if rule.region else True)
        for at in np.flatnonzero(inside).tolist():
            tags[at] += (f"{SLICE_KEY}={name}",)
    return tags
