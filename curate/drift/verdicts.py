"""Drifted, steady, or cannot tell: the tests of two sets, all at once."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from curate.drift.tests import OneTest, Verdict, coded, counted, describe, fisher
from curate.statistics import categories, group_permutation, kolmogorov_smirnov, needed
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from curate.drift.comparisons import Comparison
    from curate.statistics.group_permutation import Form, Units

_MOST_DRAWS = 200_000


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

    def test(self, comparisons: "Sequence[Comparison]") -> list[OneTest]:
        """Return the tests with their own p values; `decide` adjusts them."""
        family = max(1, len(comparisons) + self.extra)
        draws = min(_MOST_DRAWS, max(999, math.ceil(10 * family / self.alpha)))
        made = [describe(one) for one in comparisons]
        # A generator for each: what one test draws does not depend on which others there are.
        generators = [np.random.default_rng([self.seed, *one.name.encode("utf-8", "replace")]) for one in comparisons]
        if self.units is not None:
            ways = group_permutation.arrangements(self.units, draws, np.random.default_rng(self.seed))
            least = self.units.least_p if ways[1] else 1 / (1 + draws)
            pairs = zip(comparisons, made, generators, strict=True)
            return [self._of_groups(one, test, ways, least, rng) for one, test, rng in pairs]
        numbers = [place for place, one in enumerate(comparisons) if one.form == "numbers"]
        apart = [kolmogorov_smirnov.distance(*comparisons[place].numbers) for place in numbers]
        p = dict(zip(numbers, kolmogorov_smirnov.p_values(apart), strict=True))
        for place, (one, rng) in enumerate(zip(comparisons, generators, strict=True)):
            if one.form == "names":
                a, b = counted(*coded(one))
                off = categories.band(a, b, self.alpha, rng)
                p[place] = categories.permutation_p(a, b, draws, rng)
            else:
                # Whether something is so is a distribution function of one step: the same band holds.
                off = kolmogorov_smirnov.band(*one.sizes, self.alpha)
                p[place] = p[place] if place in p else fisher(*counted(*coded(one)))
            made[place] = replace(made[place], p=p[place], bound=min(1.0, made[place].effect + off))
        return made

    def decide(self, tests: "Sequence[OneTest]", comparisons: "Sequence[Comparison]" = ()) -> list[OneTest]:
        """Return the tests with adjusted p values and verdicts.

        Args:
            tests: All of the call.
            comparisons: Of them, as far as there are any, for how many samples would tell.
        """
        told = able_to_reject([one.least_p for one in tests], self.alpha)
        adjusted = dict(zip(told, holm([tests[place].p for place in told]), strict=True))
        by_name = {one.name: one for one in comparisons}
        found = []
        for place, one in enumerate(tests):
            p = adjusted.get(place, 1.0)
            verdict: Verdict = "steady" if one.bound < self.margin else "cannot tell"
            if p < self.alpha and one.effect >= self.margin:
                verdict = "drifted"
            why, number = "", one.needed if verdict == "cannot tell" else None
            if verdict == "cannot tell" and self.units is not None:
                why = self._why_groups(sum(test.least_p < 1 for test in tests))
            elif verdict == "cannot tell" and self.explain and one.name in by_name:
                why, number = self._why(one, self.alpha / max(1, len(told)), by_name[one.name])
            found.append(replace(one, adjusted_p=p, verdict=verdict, why=why, needed=number))
        return found

    def _of_groups(
        self,
        one: "Comparison",
        test: OneTest,
        ways: "tuple[NDArray[np.bool_], bool]",
        least: float,
        rng: np.random.Generator,
    ) -> OneTest:
        units = self.units
        assert units is not None
        form: Form = "ordered" if one.form == "numbers" else "names"
        split = int((~units.on_b[units.of]).sum())
        of = np.concatenate([units.of[one.positions[0]], units.of[split + one.positions[1]]])
        codes = np.concatenate(coded(one))
        counts = group_permutation.profile(of, codes, (len(units.on_b), int(codes.max()) + 1))
        p = group_permutation.permutation_p(counts, units, ways, form)
        off = group_permutation.band(counts, units, form, self.alpha, rng)
        return replace(test, p=p, bound=min(1.0, test.effect + off), least_p=max(least, float(test.least_p == 1)))

    def _why(self, one: OneTest, level: float, comparison: "Comparison") -> tuple[str, int | None]:
        """Return why a test cannot tell, and how many samples of each side would."""
        a, b = counted(*coded(comparison))
        form: Form = "names" if comparison.form == "names" else "ordered"
        changed = one.p < self.alpha
        if one.effect >= self.margin and changed:
            number = needed.needed_for_drifted(a / a.sum(), b / b.sum(), form, level)
            return f"a change as large would be found with {number:,} of each" if number else "", number
        # A difference that is there, but small, is told from the margin by more samples than none at all.
        true = one.effect if changed else 0.0
        number = needed.needed_for_steady((a + b) / (a + b).sum(), form, self.margin, self.alpha, true)
        if number and one.effect >= self.margin:
            # What was seen may be there, or be chance: so many tell which.
            number = max(number, needed.needed_for_drifted(a / a.sum(), b / b.sum(), form, level) or number)
        return f"{number:,} of each would tell" if number else "", number

    def _why_groups(self, family: int) -> str:
        units = self.units
        assert units is not None
        a, b = units.counts
        word = f"{self.group}s" if self.group.isalpha() and self.group != "folder" else "groups"
        what, level = f"{a:,} against {b:,} {word}", self.alpha / max(1, family)
        least = units.least_p if units.ways <= group_permutation.MOST_WAYS else 1 / _MOST_DRAWS
        if least >= level:
            tests = f", and {family:,} tests at once need one under {level:.2g}" if family > 1 else ""
            enough = next(number for number in range(2, 60) if 2 / math.comb(2 * number, number) < level)
            return f"{what} allow no p under {least:.2g}{tests}; {enough} against {enough} could tell a change"
        if min(a, b) < group_permutation.FEWEST_FOR_BAND:
            return f"{what} say nothing of others; steady needs {group_permutation.FEWEST_FOR_BAND} on each side"
        return f"{what} differ too much among each other"


def verdict_of_all(verdicts: "Iterable[Verdict]") -> Verdict:
    """Return the verdict of several: drifted if any is, steady only if every one is.

    That needs no correction: to say steady of all, every single bound has to hold.
    """
    found = set(verdicts)
    if "drifted" in found:
        return "drifted"
    return "steady" if found == {"steady"} else "cannot tell"


def able_to_reject(least: "Sequence[float]", alpha: float) -> list[int]:
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
