"""The same samples in training and in serving: do both see the same facts?

A resampler, another decoder or a resize in only one of the two changes facts of every sample a little, which no
comparison of distributions would find.
"""

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct

from curate.drift.comparisons import column_of, is_known
from curate.drift.tests import Verdict
from curate.drift.verdicts import verdict_of_all
from curate.facts.fact_schema import CATEGORIES, NUMBERS
from curate.ground.errors import InputError
from curate.statistics.binomial import more_p, share_upper
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.drift.rows import Rows

Key = Literal["digest", "id"]
TOLERANCE = 0.001
"""Relative; facts are rounded to four decimals."""
_WORST = 5


class Skewed(Struct, frozen=True):
    """A fact of samples that both have.

    Attributes:
        name: Of the fact.
        samples: In which either has it.
        differing: In how many it is not the same: by more than the tolerance, or missing on one side only.
        effect: Their share.
        p: Of a share that is not above the margin; one-sided.
        adjusted_p: Of all facts together.
        bound: What the share is at most.
        verdict: `drifted`: it is above the margin.
        worst: Paths of the samples that differ most.
    """

    name: str
    samples: int
    differing: int
    effect: float
    p: float
    adjusted_p: float
    bound: float
    verdict: Verdict
    worst: tuple[str, ...] = ()


class Skew(Struct, frozen=True):
    """What samples that both sides have say.

    Attributes:
        verdict: Of all facts.
        tests: Those that differ most first.
        key: What they were joined by.
        joined: Samples that both have.
        only: Samples that only the reference and only the new set has.
        without: Samples of both without a key.
        copies: Samples of both whose key came before with the same digest, and that were left out.
        tolerance: Relative.
        alpha: How often a call says drifted where no share is above the margin.
        margin: A share below does not matter.
    """

    verdict: Verdict
    tests: tuple[Skewed, ...]
    key: Key
    joined: int
    only: tuple[int, int]
    without: int
    copies: int
    tolerance: float
    alpha: float
    margin: float


def skew(reference: "Rows", new: "Rows", key: Key, alpha: float, margin: float, tolerance: float = TOLERANCE) -> Skew:
    """Return by which facts the same samples differ between two manifests.

    Args:
        reference: All rows, such as of training.
        new: All rows, such as of serving.
        key: What makes two rows one sample.
        alpha: Level.
        margin: Share of the samples that may differ.
        tolerance: Numbers differ if |a - b| > tolerance · max(|a|, |b|).

    Raises:
        InputError: No sample is in both, or an id is of several samples.
    """
    places, copies = zip(*(_places(side, key) for side in (reference, new)), strict=True)
    both = sorted(places[0].keys() & places[1].keys())
    if not both:
        raise InputError(f"no sample is in both manifests by its {key}")
    rows = [np.array([side[one] for one in both], np.intp) for side in places]
    names = [*NUMBERS, *(name for name in CATEGORIES if name != "split"), "label", "prediction", "confidence"]
    found = []
    for name in names:
        a, b = column_of(reference, name)[rows[0]], column_of(new, name)[rows[1]]
        if (is_known(a) | is_known(b)).any():
            found.append(_compare(name, a, b, column_of(new, "path")[rows[1]], tolerance, alpha, margin))
    adjusted = holm([one.p for one in found])
    judged = []
    for one, p in zip(found, adjusted, strict=True):
        above = p < alpha and one.effect >= margin
        verdict: Verdict = "drifted" if above else "steady" if one.bound < margin else "cannot tell"
        judged.append(Skewed(one.name, one.samples, one.differing, one.effect, one.p, p, one.bound, verdict, one.worst))
    judged.sort(key=lambda one: (-one.effect, one.name))
    sizes = [sum(column is not None for column in _keys(side, key)) for side in (reference, new)]
    return Skew(
        verdict_of_all(one.verdict for one in judged),
        tuple(judged),
        key,
        len(both),
        (len(places[0]) - len(both), len(places[1]) - len(both)),
        reference.kept + new.kept - sum(sizes),
        sum(copies),
        tolerance,
        alpha,
        margin,
    )


def _keys(side: "Rows", key: Key) -> "NDArray[np.object_]":
    return np.asarray(column_of(side, "digest" if key == "digest" else "named"), object)


def _places(side: "Rows", key: Key) -> tuple[dict[str, int], int]:
    """Return the row of each key, and how many rows are copies of one that came before.

    Raises:
        InputError: An id is of several samples.
    """
    found: dict[str, int] = {}
    copies = 0
    for at, one in enumerate(_keys(side, key)):
        if one is None:
            continue
        if str(one) in found:
            # Copies of a file have one digest and the same facts; an id that two samples have joins what is not one.
            if key == "id":
                paths = column_of(side, "path")
                raise InputError(f"id {one!r} is of several samples: {paths[found[str(one)]]} and {paths[at]}")
            copies += 1
            continue
        found[str(one)] = at
    return found, copies


def _compare(
    name: str,
    a: "NDArray[np.float64] | NDArray[np.object_]",
    b: "NDArray[np.float64] | NDArray[np.object_]",
    paths: "NDArray[np.float64] | NDArray[np.object_]",
    tolerance: float,
    alpha: float,
    margin: float,
) -> Skewed:
    known = is_known(a), is_known(b)
    either = known[0] | known[1]
    if a.dtype == np.float64:
        first, second = a.astype(np.float64), b.astype(np.float64)
        scale = np.maximum(np.abs(first), np.abs(second))
        with np.errstate(invalid="ignore"):
            off = np.abs(first - second)
            differs = off > tolerance * scale
    else:
        off, differs = np.ones(len(a)), np.array([str(x) != str(y) for x, y in zip(a, b, strict=True)], np.bool_)
    differs = (differs & known[0] & known[1]) | (known[0] != known[1])
    number, hits = int(either.sum()), int((differs & either).sum())
    share = hits / number
    bound = share_upper(hits, number, alpha)
    off = np.where(differs & either, np.where(np.isfinite(off), off, math.inf), -1.0)
    worst = [str(paths[at]) for at in np.argsort(-off, kind="stable")[:_WORST].tolist() if off[at] >= 0]
    p = more_p(hits, number, margin)
    return Skewed(name, number, hits, share, p, 1.0, bound, "cannot tell", tuple(worst))
