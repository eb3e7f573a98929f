"""Intervals where samples come in groups, and where the draw of the training data is known to move the score.

Forty recordings of one speaker are not forty samples: the 95 % interval that takes them for independent covered 46 to
83 % with six speakers (`benchmarks/clusters.py` simulates it).
"""

import math
from typing import TYPE_CHECKING, NamedTuple

from baselines.metrics.significance import Z_95, wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Variance(NamedTuple):
    """The square of a standard error, and how well it is known.

    Attributes:
        value: 0 or more.
        freedom: Degrees of freedom of its estimate; infinite where it follows from a formula.
    """

    value: float
    freedom: float = math.inf


class Interval(NamedTuple):
    """What is known of an accuracy.

    Attributes:
        ends: Its 95 % interval, within 0 to 1.
        effective: How many independent samples would say as much; the number of samples where nothing ties them.
    """

    ends: tuple[float, float]
    effective: float


class Worth(NamedTuple):
    """How many independent samples say as much.

    Attributes:
        effective: By the variance alone.
        counted: Those that an interval is made with: fewer, where few groups know their spread badly.
    """

    effective: float
    counted: float


def together(*parts: Variance) -> Variance:
    """Return the variance of a sum of independent parts, with the degrees of freedom of Welch and Satterthwaite."""
    value = sum(part.value for part in parts)
    # Σ v² / ν over the parts: one that follows from a formula adds nothing, and neither does one that is 0.
    doubt = sum(part.value**2 / part.freedom for part in parts if part.value)
    return Variance(value, value**2 / doubt if doubt else math.inf)


def spread(shares: "Sequence[float]") -> Variance:
    """Return the variance of a share over repeats of the training; of fewer than two nothing is known, and it is 0."""
    count = len(shares)
    if count < 2:
        return Variance(0.0)
    mean = math.fsum(shares) / count
    return Variance(math.fsum((share - mean) ** 2 for share in shares) / (count - 1), count - 1)


def of_groups(totals: "Mapping[str, tuple[float, int]]") -> Variance:
    """Return the variance of a mean over samples that come in groups.

    G / (G - 1) · Σ (y_g - m · n_g)² / n², with y_g the sum and n_g the number of samples of group g and m the mean of
    all n: the ratio estimator of cluster samples (Cochran 1977, 6.4), with G - 1 degrees of freedom.

    Args:
        totals: Sum and number of samples of each group, of which there are two or more.
    """
    groups, samples = len(totals), sum(number for _, number in totals.values())
    mean = math.fsum(total for total, _ in totals.values()) / samples
    square = math.fsum((total - mean * number) ** 2 for total, number in totals.values())
    return Variance(groups / (groups - 1) * square / samples**2, groups - 1)


def name_groups(groups: "Sequence[str | None]", samples: "Sequence[str]", tag: str = "") -> "list[str] | None":
    """Return the group of each sample, one that has none being its own; None where no group is known.

    Also None where all are of the group that the tag names: of the speaker Ann, Ann's recordings are a sample; it is
    only of speakers that she is a single one.

    Args:
        groups: Of each sample, as far as it is known.
        samples: Their paths.
        tag: That all of them carry.
    """
    known = set(groups)
    if known == {None} or known == {tag.rpartition("=")[2]}:
        return None
    return [
        f"sample {sample}" if group is None else f"group {group}" for group, sample in zip(groups, samples, strict=True)
    ]


def sum_by_group(values: "Iterable[float]", groups: "Iterable[str]") -> dict[str, tuple[float, int]]:
    """Return the sum of the values and the number of samples of each group, as `of_groups` takes them."""
    totals: dict[str, tuple[float, int]] = {}
    for value, group in zip(values, groups, strict=True):
        total, number = totals.get(group, (0.0, 0))
        totals[group] = (total + value, number + 1)
    return totals


def at_least(own: Variance, groups: Variance) -> Variance:
    """Return the variance by groups, or that of independent samples where it is the larger one.

    By chance few groups look more alike than their samples allow. With each variance goes its own freedom: six groups'
    five degrees of freedom on the larger of both covered 98 % instead of 95.
    """
    return groups if groups.value >= own.value else own


def quantile(freedom: float) -> float:
    """Return quantile 0.975 of Student's t distribution."""
    if math.isinf(freedom):
        return Z_95
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def t_test(difference: float, variance: Variance) -> float:
    """Return the two-sided p value of a difference; without variance 1 for none, and 0 for any."""
    if not variance.value:
        return 0.0 if difference else 1.0
    from scipy.special import stdtr

    statistic = abs(difference) / math.sqrt(variance.value)
    if math.isinf(variance.freedom):
        return math.erfc(statistic / math.sqrt(2))
    return float(2 * stdtr(variance.freedom, -statistic))


def worth(right: "Sequence[bool]", groups: "Sequence[str] | None" = None, draws: Variance | None = None) -> Worth:
    """Return how many independent samples would say as much of an accuracy as these do.

    p (1 - p) / variance, and never more than there are samples; times (z / t)² for the degrees of freedom (Korn and
    Graubard 1998), which Wilson's interval of that many keeps within 0 to 1 where p ± t·se does not.

    Args:
        right: Whether each sample is right; one or more.
        groups: Of each sample; None: they are independent.
        draws: Variance over repeats of the training; None: not known, and not counted.
    """
    samples, hits = len(right), sum(right)
    if not groups and not (draws and draws.value):
        return Worth(samples, samples)
    share = hits / samples
    own = Variance(share * (1 - share) / samples)
    if groups:
        totals = sum_by_group(right, groups)
        if len(totals) == 1:
            # How far other groups are from the only one, nobody knows.
            return Worth(1.0, 1.0)
        own = at_least(own, of_groups(totals))
    whole = together(own, draws or Variance(0.0))
    effective = min(samples, share * (1 - share) / whole.value) if 0 < share < 1 else float(samples)
    # Where all are right the groups show no spread, and their number is all that there is to be careful by.
    freedom = whole.freedom if whole.value else own.freedom
    return Worth(effective, effective * (Z_95 / quantile(freedom)) ** 2)


def share_interval(
    right: "Sequence[bool]", groups: "Sequence[str] | None" = None, draws: Variance | None = None
) -> Interval:
    """Return the 95 % interval of an accuracy: Wilson's, of as many samples as these are worth; arguments as there."""
    known = worth(right, groups, draws)
    return Interval(wilson(sum(right) / len(right) * known.counted, known.counted), known.effective)
