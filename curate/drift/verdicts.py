"""Drifted, steady, or cannot tell: the tests of two sets, all at once."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from curate.statistics import categories, group_permutation, kolmogorov_smirnov, needed
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from curate.drift.comparisons import Comparison, Subject
    from curate.statistics.group_permutation import Units

Verdict = Literal["drifted", "steady", "cannot tell"]
VERDICTS: tuple[Verdict, ...] = ("drifted", "steady", "cannot tell")
STEPS = 256
"""Values at which distribution functions are compared where whole groups are exchanged, and where more are simulated."""
_MOST_DRAWS = 200_000
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


class Test(Struct, frozen=True):
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
    on: "Subject"
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


@dataclass(slots=True)
class Judge:
    """What all tests of a call share.

    Attributes:
        alpha: How often a call may say drifted where nothing changed.
        margin: Effects below do not matter.
        seed: Where chance begins.
        units: Groups of the rows, those of the reference first; None: samples are independent.
        group: What a group is called.
        explain: Whether the number of samples that would tell is simulated.
        extra: Tests that are made elsewhere and share the family.
    """

    alpha: float = 0.01
    margin: float = 0.1
    seed: int = 0
    units: "Units | None" = None
    group: str = ""
    explain: bool = True
    extra: int = 0
    _ways: "tuple[NDArray[np.bool_], bool] | None" = field(default=None, init=False)

    def test(self, comparisons: "Sequence[Comparison]") -> list[Test]:
        """Return the tests with their own p values; `decide` adjusts them."""
        family = max(1, len(comparisons) + self.extra)
        draws = min(_MOST_DRAWS, max(999, math.ceil(10 * family / self.alpha)))
        if self.units is not None:
            self._ways = group_permutation.arrangements(self.units, draws, np.random.default_rng(self.seed))
        # A generator for each: what one test draws does not depend on which others there are.
        return [self._test(one, draws, np.random.default_rng([self.seed, *one.name.encode()])) for one in comparisons]

    def decide(self, tests: "Sequence[Test]", shares: "Sequence[Comparison]" = ()) -> list[Test]:
        """Return the tests with adjusted p values and verdicts.

        Args:
            tests: All of the call.
            shares: Their comparisons, as far as there are any, for what would tell.
        """
        told = testable([one.least_p for one in tests], self.alpha)
        adjusted = dict(zip(told, holm([tests[place].p for place in told]), strict=True))
        by_name = {one.name: one for one in shares}
        found = []
        for place, one in enumerate(tests):
            p = adjusted.get(place, 1.0)
            verdict = self._verdict(one.effect, p, one.bound)
            why, number = "", None
            if verdict == "cannot tell":
                why, number = self._why(one, len(told), by_name.get(one.name))
            found.append(replace(one, adjusted_p=p, verdict=verdict, why=why, needed=number))
        return found

    def _verdict(self, effect: float, adjusted_p: float, bound: float) -> Verdict:
        if adjusted_p < self.alpha and effect >= self.margin:
            return "drifted"
        return "steady" if bound < self.margin else "cannot tell"

    def _test(self, one: "Comparison", draws: int, rng: np.random.Generator) -> Test:
        made = _described(one)
        a, b = coded(one)
        if self.units is not None:
            assert self._ways is not None
            form: group_permutation.Form = "ordered" if one.form == "numbers" else "names"
            split = int((~self.units.on_b[self.units.of]).sum())
            of = np.concatenate([self.units.of[one.positions[0]], self.units.of[split + one.positions[1]]])
            codes = np.concatenate([a, b])
            counts = group_permutation.profile(of, codes, (len(self.units.on_b), int(codes.max()) + 1))
            p = group_permutation.permutation_p(counts, self.units, self._ways, form)
            off = group_permutation.band(counts, self.units, form, self.alpha, rng)
            return replace(made, p=p, bound=min(1.0, made.effect + off))
        counts_a, counts_b = counted(a, b)
        if one.form == "numbers":
            apart = kolmogorov_smirnov.distance(*one.values)  # type: ignore[arg-type]
            off = kolmogorov_smirnov.band(*one.sizes, self.alpha)
            return replace(made, p=kolmogorov_smirnov.p_value(apart), bound=min(1.0, made.effect + off))
        if one.form == "share":
            # Whether something is so is a distribution function of one step: the same band holds.
            off = kolmogorov_smirnov.band(*one.sizes, self.alpha)
            return replace(made, p=fisher(counts_a, counts_b), bound=min(1.0, made.effect + off))
        p = categories.permutation_p(counts_a, counts_b, draws, rng)
        off = categories.band(counts_a, counts_b, self.alpha, rng)
        return replace(made, p=p, bound=min(1.0, made.effect + off))

    def _why(self, one: Test, family: int, comparison: "Comparison | None") -> tuple[str, int | None]:
        """Return why a test cannot tell, and how many samples of each side would."""
        level = self.alpha / max(1, family)
        if self.units is not None:
            return self._why_groups(family, level), None
        if not self.explain or comparison is None:
            return "", None
        a, b = coded(comparison)
        if comparison.form == "numbers":
            a, b = stepped(comparison)
        counts_a, counts_b = counted(a, b)
        form: group_permutation.Form = "names" if comparison.form == "names" else "ordered"
        if one.effect >= self.margin:
            number = needed.needed_for_drifted(counts_a / counts_a.sum(), counts_b / counts_b.sum(), form, level)
            return f"a change as large would be found with {number:,} of each" if number else "", number
        both = counts_a + counts_b
        true = one.effect if one.p < self.alpha else 0.0
        number = needed.needed_for_steady(both / both.sum(), form, self.margin, self.alpha, true)
        return f"steady would be told of {number:,} of each" if number else "", number

    def _why_groups(self, family: int, level: float) -> str:
        units = self.units
        assert units is not None
        a, b = units.counts
        what = f"{a:,} against {b:,} {self.group or 'groups'}"
        least = units.least_p if units.ways <= group_permutation.MOST_WAYS else 1 / _MOST_DRAWS
        if least >= level:
            tests = f", and {family} tests at once need one under {level:.2g}" if family > 1 else ""
            enough = next(number for number in range(2, 60) if 2 / math.comb(2 * number, number) < level)
            return f"{what} allow no p under {least:.2g}{tests}; {enough} against {enough} could tell a change"
        if min(a, b) < group_permutation.FEWEST_FOR_BAND:
            return f"{what} say nothing of others; steady needs {group_permutation.FEWEST_FOR_BAND} on each side"
        return f"{what} differ too much among each other"


def verdict_of(tests: "Sequence[Test]") -> Verdict:
    """Return the verdict of all: drifted if anything is, steady only if everything is."""
    verdicts = {one.verdict for one in tests}
    if "drifted" in verdicts:
        return "drifted"
    return "steady" if verdicts == {"steady"} else "cannot tell"


def testable(least: "Sequence[float]", alpha: float) -> list[int]:
    """Return the places of the tests that could reject at all, each of the others being a test that blinds the rest.

    With K the smallest number for which at most K tests can have a p below alpha / K, these are the family (Tarone
    1990). The least p depends on both sides together only, not on what is where: a tag that 2 of 1,000 samples have, or
    a fact that is the same in all, is no test.
    """
    for number in range(1, len(least) + 1):
        found = [place for place, p in enumerate(least) if p < alpha / number]
        if len(found) <= number:
            return found
    return []


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


def _described(one: "Comparison") -> Test:
    """Return what is to be seen without any test."""
    a, b = one.values
    same = len(np.unique(np.concatenate([a, b]))) == 1 if one.form == "numbers" else len(names_of(one)) == 1
    bare = Test(one.name, one.on, 0.0, 1.0, 1.0, "cannot tell", one.sizes, least_p=float(same))
    if one.form == "numbers":
        apart = kolmogorov_smirnov.distance(a, b)  # type: ignore[arg-type]
        first, second = a.astype(np.float64), b.astype(np.float64)
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


def _printed(test: Test, a: "NDArray[np.int64]", b: "NDArray[np.int64]") -> Test:
    return replace(
        test,
        jensen_shannon=categories.jensen_shannon(a, b),
        stability=categories.population_stability(a, b),
        stability_by_chance=categories.stability_by_chance(len(a), int(a.sum()), int(b.sum()), 0.01)
        if len(a) > 1
        else 0.0,
    )
