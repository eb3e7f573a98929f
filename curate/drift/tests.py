"""One comparison as figures: how large the difference is, and what is printed beside it."""

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from curate.drift.comparisons import Subject
from curate.statistics import categories, kolmogorov_smirnov

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.drift.comparisons import Comparison

Verdict = Literal["drifted", "steady", "cannot tell"]
STEPS = 256
"""Values at which distribution functions are compared where groups are exchanged, or more samples simulated."""
_BINS = 10
_MOVED = 3


class Moved(Struct, frozen=True):
    """A name whose share moved.

    Attributes:
        name: Of a class, a format, a value of a tag.
        shares: In the reference and in the new set.
    """

    name: str
    shares: tuple[float, float]


class OneTest(Struct, frozen=True):
    """What one comparison says.

    Attributes:
        name: Of what.
        on: What it belongs to.
        effect: 0 to 1: the distance D of distribution functions, total variation, or a difference of shares.
        p: Of the hypothesis that both sets are of one source.
        adjusted_p: Of all tests together, by Holm's method.
        verdict: Of this one.
        samples: Of the reference and of the new set.
        needed: Samples of each side that would tell in 8 of 10 cases; None where it is told, or by groups.
        bound: What the true effect is at most.
        least_p: The least p that any parting of these samples could have; 1 where all are the same.
        why: Why it cannot be told, in words.
        middle: Medians of numbers, or shares of samples.
        auc: P(new > reference) + ½ P(equal), of numbers.
        moved: Names whose shares moved most.
        l_infinity: Largest difference of a share, of names.
        jensen_shannon: Divergence in bits; it decides nothing.
        stability: Population stability index; it decides nothing.
        stability_by_chance: What that exceeds by chance in one of 100 cases where nothing changes.
    """

    name: str
    on: Subject
    effect: float
    p: float
    adjusted_p: float
    verdict: Verdict
    samples: tuple[int, int]
    needed: int | None = None
    bound: float = 1.0
    least_p: float = 0.0
    why: str = ""
    middle: tuple[float, float] | None = None
    auc: float | None = None
    moved: tuple[Moved, ...] = ()
    l_infinity: float | None = None
    jensen_shannon: float | None = None
    stability: float | None = None
    stability_by_chance: float | None = None


def least_of_share(yes: int, n: int, m: int) -> float:
    """Return the least p value that Fisher's test can have of so many samples that are so: all of them on one side."""
    from scipy.special import gammaln

    few = min(yes, n + m - yes)
    if not few:
        return 1.0
    # All of those few on one side: C(size, few) / C(n + m, few) of the ways.
    whole = gammaln(n + m + 1) - gammaln(n + m - few + 1)
    return min(math.exp(gammaln(size + 1) - gammaln(size - few + 1) - whole) if size >= few else 0.0 for size in (n, m))


def fisher(a: "NDArray[np.int64]", b: "NDArray[np.int64]") -> float:
    """Return Fisher's two-sided p value of counts of no and yes."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([a, b]).pvalue) if len(a) > 1 else 1.0


def counted(a: "NDArray[np.int64]", b: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return how often each code occurs on each side."""
    number = int(max(a.max(), b.max())) + 1
    return np.bincount(a, minlength=number), np.bincount(b, minlength=number)


def coded(one: "Comparison") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return the values as codes from 0 on: the step of a number, the place of a name, no and yes."""
    if one.form == "numbers":
        return stepped(one)
    if one.form == "share":
        a, b = (value.astype(np.int64) for value in one.values)
        return a, b
    names = {name: place for place, name in enumerate(names_of(one))}
    a, b = (np.array([names[str(value)] for value in values], np.int64) for values in one.values)
    return a, b


def stepped(one: "Comparison") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return the steps of numbers: quantiles of both sides together, so that parting them otherwise changes no step."""
    both = np.concatenate([values.astype(np.float64) for values in one.values])
    values = np.unique(both)
    if len(values) > STEPS:
        values = np.unique(np.quantile(both, np.linspace(0, 1, STEPS), method="higher"))
    a, b = (np.searchsorted(values, side.astype(np.float64)).astype(np.int64) for side in one.values)
    return a, b


def names_of(one: "Comparison") -> list[str]:
    """Return the names that occur, in their order."""
    return sorted({str(value) for values in one.values for value in values})


def describe(one: "Comparison") -> OneTest:
    """Return what is to be seen without any test."""
    a, b = one.values
    same = len(np.unique(np.concatenate([a, b]))) == 1 if one.form == "numbers" else len(names_of(one)) == 1
    bare = OneTest(one.name, one.on, 0.0, 1.0, 1.0, "cannot tell", one.sizes, least_p=float(same))
    if one.form == "numbers":
        apart = kolmogorov_smirnov.distance(*one.numbers)
        first, second = one.numbers
        edges = np.unique(np.quantile(first, np.linspace(0, 1, _BINS + 1)[1:-1]))
        counts = [np.bincount(np.searchsorted(edges, side), minlength=len(edges) + 1) for side in (first, second)]
        middle = (float(np.median(first)), float(np.median(second)))
        return replace(_printed(bare, counts[0], counts[1]), effect=apart.d, auc=apart.auc, middle=middle)
    counts_a, counts_b = counted(*coded(one))
    if one.form == "share":
        shares = (float(a.astype(np.float64).mean()), float(b.astype(np.float64).mean()))
        least = least_of_share(int(a.sum() + b.sum()), *one.sizes)
        return replace(bare, effect=abs(shares[1] - shares[0]), middle=shares, least_p=least)
    p, q = counts_a / counts_a.sum(), counts_b / counts_b.sum()
    names = names_of(one)
    places = sorted(np.flatnonzero(p != q).tolist(), key=lambda at: -abs(q[at] - p[at]))[:_MOVED]
    moved = tuple(Moved(names[at], (float(p[at]), float(q[at]))) for at in places)
    found = replace(bare, effect=categories.total_variation(counts_a, counts_b), moved=moved)
    return replace(_printed(found, counts_a, counts_b), l_infinity=categories.l_infinity(counts_a, counts_b))


def _printed(test: OneTest, a: "NDArray[np.int64]", b: "NDArray[np.int64]") -> OneTest:
    return replace(
        test,
        jensen_shannon=categories.jensen_shannon(a, b),
        stability=categories.population_stability(a, b),
        stability_by_chance=categories.stability_by_chance(len(a), int(a.sum()), int(b.sum()), 0.01)
        if len(a) > 1
        else 0.0,
    )
