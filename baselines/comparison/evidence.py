"""What the answers of two systems to the same samples say of the difference between them: its interval and its p value.

Three things move a difference without any system being the better one. Which samples are tested: the paired bootstrap
and McNemar's exact test, where samples are independent. Which groups are tested: with few speakers, what holds for
these need not hold for others, so the groups are the samples. Which samples were trained on: no test on one test set
can know, so that the spread over repeats of the training is added where both runs have it.
"""

import math
from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from baselines.metrics.clusters import (
    Variance,
    at_least,
    name_groups,
    of_groups,
    quantile,
    spread,
    sum_by_group,
    t_test,
    together,
)
from baselines.metrics.significance import exact_p, mcnemar, paired_bootstrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.comparison.align_runs import Pair

Verdict = Literal["better", "worse", "cannot tell"]
LEVEL = 0.05
"""Of a family of tests: any of them is wrong that rarely where nothing changed."""
MIN_SAMPLES = 5
"""With fewer, the interval is no interval: of one sample that turned right, the bootstrap draws nothing else."""


class Difference(Struct, frozen=True):
    """Two systems on the same samples.

    Attributes:
        samples: How many.
        a: Accuracy of the first system, 0 to 1; in a class this is its recall.
        b: Accuracy of the second system.
        difference: b - a.
        interval: 95 % interval of the difference. Of independent samples and without repeats the percentile interval of
            the paired bootstrap; else difference ± t · standard error, within -1 to 1.
        mcnemar_p: Two-sided p value of McNemar's test, which takes samples for independent and knows no repeats.
        verdict: `better` where the interval is above zero, `worse` where it is below, else `cannot tell`; so too for
            fewer than 5 samples. This is the single interval's.
        gained: Samples that only the second system gets right.
        lost: Samples that only the first system gets right.
        p: What the gate starts from: McNemar's exact p; by group the paired t-test on the groups' mean differences;
            where repeats add their spread, no less than what a t-test with it says.
        groups: How many groups the samples come in; None where that is not known.
        least_p: The least that so many groups can say; 0 for independent samples, whose exact test has it in `p`.
        adjusted_p: `p`, adjusted by Holm for all rows that the gate looks at; over all it stands apart, and is `p`.
        gate_verdict: The verdict at 5 % of the family, which `--fail-if` reads; `cannot tell` also where `least_p`,
            adjusted alike, does not reach it.
    """

    samples: int
    a: float
    b: float
    difference: float
    interval: tuple[float, float]
    mcnemar_p: float
    verdict: Verdict
    gained: int
    lost: int
    p: float
    groups: int | None
    least_p: float
    adjusted_p: float
    gate_verdict: Verdict


def weigh(pairs: "Sequence[Pair]", tag: str = "", seed: int = 0, *, same_draws: bool = False) -> Difference:
    """Return what some samples say of two systems, as if nothing else were looked at.

    Args:
        pairs: What the two systems said of each sample, of which there is one or more.
        tag: That all of them carry; where it names their only group, they are samples of that group.
        seed: Where the chance of the bootstrap begins.
        same_draws: Whether the repeats of both systems were trained on the same draws, one by one.
    """
    # What both get right or both get wrong says nothing of the difference but enlarges n: gained and lost are enough.
    counts, samples = Counter((pair.a, pair.b) for pair in pairs), len(pairs)
    both, gained, lost = counts[True, True], counts[False, True], counts[True, False]
    difference = (gained - lost) / samples
    names = name_groups([pair.group for pair in pairs], [pair.name for pair in pairs], tag)
    groups = sum_by_group((pair.b - pair.a for pair in pairs), names) if names else None
    draws = draw_variance(pairs, same_draws=same_draws)
    if groups is None and not draws.value:
        interval, p = paired_bootstrap(gained, lost, samples, seed), exact_p(gained, lost)
    else:
        interval, p = _by_t(difference, gained, lost, samples, groups, draws)
    # Where all groups moved the same way, tossing their signs gives 2 · (1/2)^G: less than that, G groups cannot say,
    # however alike they are. Of six it is 0.03, which no family of two comparisons can reach.
    least = min(1.0, 2.0 ** (1 - sum(bool(total) for total, _ in groups.values()))) if groups else 0.0
    verdict = decide(interval, samples)
    return Difference(
        samples=samples,
        a=(both + lost) / samples,
        b=(both + gained) / samples,
        difference=difference,
        interval=interval,
        mcnemar_p=mcnemar(gained, lost),
        verdict=verdict,
        gained=gained,
        lost=lost,
        p=p,
        groups=None if groups is None else len(groups),
        least_p=least,
        adjusted_p=p,
        gate_verdict=judge(max(p, least), verdict),
    )


def decide(interval: tuple[float, float], samples: int) -> Verdict:
    """Return the verdict by the fixed rule: interval above zero: better; below: worse; else cannot tell."""
    # An end that is exactly 0 does not exclude it.
    low, high = interval
    if samples < MIN_SAMPLES or low <= 0 <= high:
        return "cannot tell"
    return "better" if low > 0 else "worse"


def judge(adjusted_p: float, verdict: Verdict) -> Verdict:
    """Return the verdict that a gate reads: that of the single interval, where the p value of the family bears it out.

    The direction is the interval's: where groups differ in size, the mean of their means may point the other way.
    """
    return verdict if adjusted_p <= LEVEL else "cannot tell"


def draw_variance(pairs: "Sequence[Pair]", *, same_draws: bool) -> Variance:
    """Return what the draw of the training data adds to the variance of the difference; 0 where no run has repeats."""
    # Most runs have none: to find that out sample by sample took a tenth of a comparison.
    if not pairs[0].a_again and not pairs[0].b_again:
        return Variance(0.0)
    of_a, of_b = (
        [math.fsum(column) / len(pairs) for column in zip(*answers, strict=False)]
        for answers in ([pair.a_again for pair in pairs], [pair.b_again for pair in pairs])
    )
    # Trained on the same draws, both rise and fall together, and it is their difference that spreads.
    if same_draws and len(of_a) == len(of_b):
        return spread([b - a for a, b in zip(of_a, of_b, strict=True)])
    return together(spread(of_a), spread(of_b))


def _by_t(
    difference: float,
    gained: int,
    lost: int,
    samples: int,
    groups: dict[str, tuple[float, int]] | None,
    draws: Variance,
) -> tuple[tuple[float, float], float]:
    """Return interval and p value where samples come in groups, or the draw of the training data is known to matter."""
    # The mean square of +1, 0 and -1 is the share that changed.
    own = Variance(((gained + lost) / samples - difference**2) / samples)
    if groups is None:
        whole = together(own, draws)
        # The exact test is there for few samples, where a variance says little; the t-test for the draw.
        return _ends(difference, whole), max(exact_p(gained, lost), t_test(difference, whole))
    if len(groups) == 1:
        # How far other groups are from the only one, nobody knows.
        return (-1.0, 1.0), 1.0
    whole = together(at_least(own, of_groups(groups)), draws)
    means = [total / number for total, number in groups.values()]
    mean = math.fsum(means) / len(means)
    square = math.fsum((one - mean) ** 2 for one in means) / (len(means) - 1) / len(means)
    p = t_test(mean, together(Variance(square, len(means) - 1), draws))
    return _ends(difference, whole), p


def _ends(difference: float, variance: Variance) -> tuple[float, float]:
    half = quantile(variance.freedom) * math.sqrt(variance.value)
    return max(-1.0, difference - half), min(1.0, difference + half)
