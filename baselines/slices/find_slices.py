"""Slices that nobody tagged: found on one half of the tested samples, tested on the other, and the other way round."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.slices.error_clusters import Space, find_space
from baselines.slices.slice_candidates import (
    DRAWS,
    Candidate,
    Groups,
    Rule,
    RunSamples,
    Search,
    find_candidates,
    halve,
    prepare,
    significant,
)
from baselines.slices.slice_terms import SLICE_KEY, Enriched, SliceSample, Term, describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from baselines.data.predictions import Prediction

    Mask = NDArray[np.bool_]

LEAST_TESTED = 40
"""Tested samples below which nothing is looked for: of 20 in a half, 5 in a slice, hardly a p passes so many tests."""
LEAST_WRONG = 5


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
        half: That found it, in words; accuracy, rest and p are of the other half of that draw.
        halves: How many of all halves found it, or one that shares half of its samples, and it held.
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
    halves: int
    described: tuple[Enriched, ...]
    paths: tuple[str, ...]


class Slices(Struct, frozen=True):
    """What was found.

    Attributes:
        slices: Most to gain first.
        samples: Tested.
        accuracy: Of all of them.
        tests: Candidates that were tested.
        halves: That candidates were looked for in.
        groups: None where the run knows none.
        source: Where the vectors come from, in words.
        notes: What the user should know, a sentence each.
    """

    slices: tuple[Slice, ...]
    samples: int
    accuracy: float
    tests: int
    halves: int
    groups: Groups | None
    source: str
    notes: tuple[str, ...]


class FoundSlices(NamedTuple):
    """The report, and what is needed to find the slices' members among other samples."""

    report: Slices
    rules: dict[str, Rule]
    space: Space | None


def find_slices(tested: RunSamples, seed: int = 0) -> FoundSlices:
    """Return the slices on which a model is worse than on the rest.

    Candidates are found on one half and tested on the other, in both directions, by Fisher's exact test; p is adjusted
    over all of these tests. Halves have each class alike, and do not cut through copies or groups.

    Args:
        tested: What to find them in; there is a sample or more.
        seed: Where chance begins.
    """
    wrong = np.array([one.prediction != one.label for one in tested.predictions], np.bool_)
    if why := _why_nothing(wrong):
        report = Slices((), len(wrong), 1 - float(wrong.mean()), 0, 0, None, tested.source, (why,))
        return FoundSlices(report, {}, None)
    loss, notes = _losses(tested.predictions, wrong)
    space = find_space(tested.vectors, standardize=tested.standardize)
    search = prepare(tested, space.project(tested.vectors), loss, wrong)
    draws = [halve(tested, seed + draw) for draw in range(DRAWS)]
    candidates = [one for draw, halves in enumerate(draws) for one in find_candidates(search, halves, draw, seed)]
    kept = significant(candidates)
    described = _with_labels(search.terms, search.table, tested.predictions)
    named = _named([(one, describe(*described, one.inside)) for one, _, _ in kept])
    slices = [
        _slice(name, one, (p, halves), text, search) for (name, text), (one, p, halves) in zip(named, kept, strict=True)
    ]
    slices.sort(key=lambda one: (-one.gain, one.name))
    right = 1 - float(wrong.mean())
    notes += draws[0].notes
    report = Slices(
        tuple(slices), len(wrong), right, len(candidates), 2 * DRAWS, draws[0].groups, tested.source, tuple(notes)
    )
    return FoundSlices(report, {name: one.rule for (name, _), (one, _, _) in zip(named, kept, strict=True)}, space)


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


def _named(found: "list[tuple[Candidate, tuple[Enriched, ...]]]") -> "list[tuple[str, tuple[Enriched, ...]]]":
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
    one: Candidate,
    verdict: tuple[float, int],
    described: "tuple[Enriched, ...]",
    search: Search,
) -> Slice:
    wrong, projected = search.wrong, search.projected
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
        half=one.half,
        halves=verdict[1],
        described=described,
        paths=tuple(search.tested.samples[at].path for at in order.tolist()),
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
