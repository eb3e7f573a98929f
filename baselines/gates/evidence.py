"""What cases say of two systems: one-sided, since a gate asks "not much worse?" and "worse?", not "different?"."""

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from baselines.metrics.clusters import Variance, at_least, name_groups, of_groups, sum_by_group, worth
from baselines.metrics.paired_score import p_below, paired_interval
from baselines.metrics.sequential import discordance_e_value, evidence_above, lasting_interval
from baselines.metrics.significance import newcombe, wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from baselines.gates.cases import Answer, Case

_NORMAL = NormalDist()
_FURTHEST = 8.0
"""Quantiles beyond which a p value is no longer told from 0."""
_ROUNDS = 60


class Question(NamedTuple):
    """What is asked of a difference, new - old.

    Attributes:
        margin: How much worse the new system may be, above 0: it is fine where the difference is surely above -margin.
        worse_below: It is worse where the difference is surely below that: 0 over all, -margin of a tag.
        alpha: How rarely either answer may be wrong, each to its side.
        sequential: Whether it is asked over and over, while cases come in.
    """

    margin: float
    worse_below: float
    alpha: float
    sequential: bool = False


class Evidence(NamedTuple):
    """What some cases say.

    Attributes:
        old: Accuracy of the old system, 0 to 1; None where labels are known only of what the systems disagree on.
        new: Accuracy of the new system.
        difference: new - old.
        interval: Each end is wrong with chance alpha; where it is asked over and over, at any time.
        p_fine: p value against a difference of -margin or less.
        p_worse: p value against a difference of `worse_below` or more.
        e_value: Against "each is as often the only right one"; None where cases are not paired, or come in groups.
        groups: How many groups the cases come in; None where that is not known.
    """

    old: float | None
    new: float | None
    difference: float
    interval: tuple[float, float]
    p_fine: float
    p_worse: float
    e_value: float | None = None
    groups: int | None = None


def weigh_pairs(cases: "Sequence[Case]", question: Question, tag: str = "") -> Evidence:
    """Return what cases that both systems saw say.

    One look: Tango's score interval; with groups Student's t on their sums, with G - 1 degrees of freedom. Over and
    over: a confidence sequence, and e values.

    Args:
        cases: Those that count, one or more.
        question: What is asked.
        tag: That all of them carry; where it names their only group, they are cases of that group.
    """
    gains = [case.gain for case in cases]
    gained, lost, number = gains.count(1), gains.count(-1), len(cases)
    known = all(case.label is not None for case in cases)
    old, new = (
        (sum(said == case.label for said, case in zip(one, cases, strict=True)) / number if known else None)
        for one in ([case.old for case in cases], [case.new for case in cases])
    )
    names = name_groups([case.group for case in cases], [case.key for case in cases], tag)
    if names:
        own = Variance((gained + lost) / number**2 - (gained - lost) ** 2 / number**3)
        found = _by_group(sum_by_group(gains, names), own, question)
        return found._replace(old=old, new=new)
    difference, e_value = (gained - lost) / number, discordance_e_value(gained, lost)
    if question.sequential:
        fine = evidence_above(gained, lost, number, -question.margin)
        # Over all, where the question is "worse at all?", the e value of the discordant cases is the sharper one.
        worse = (
            (e_value if lost > gained else 0.0)
            if question.worse_below == 0
            else evidence_above(lost, gained, number, -question.worse_below)
        )
        interval = lasting_interval(gained, lost, number, question.alpha)
        return Evidence(old, new, difference, interval, _p_of(fine), _p_of(worse), e_value)
    return Evidence(
        old,
        new,
        difference,
        paired_interval(gained, lost, number, 1 - 2 * question.alpha),
        # The same statistic from the other side: that the old system is no more than the margin better.
        p_below(lost, gained, number, question.margin),
        p_below(gained, lost, number, question.worse_below),
        e_value,
    )


def weigh_arms(old: "Sequence[Answer]", new: "Sequence[Answer]", question: Question) -> Evidence:
    """Return what the answers of two systems to different cases say.

    One look: Newcombe's interval, with groups of as many cases as they are worth. Over and over: the cases of both are
    taken in pairs as they come, so that of unequal arms only as much counts as the smaller one has.

    Args:
        old: Of the old system, one or more, in the order of time.
        new: Of the new system, alike.
        question: What is asked.
    """
    old_share, new_share = (sum(answer.right for answer in arm) / len(arm) for arm in (old, new))
    if question.sequential:
        pairs = [later.right - earlier.right for earlier, later in zip(old, new, strict=False)]
        gained, lost, number = pairs.count(1), pairs.count(-1), len(pairs)
        fine = evidence_above(gained, lost, number, -question.margin)
        worse = evidence_above(lost, gained, number, -question.worse_below)
        interval = lasting_interval(gained, lost, number, question.alpha)
        return Evidence(old_share, new_share, (gained - lost) / number, interval, _p_of(fine), _p_of(worse))
    old_worth, new_worth = _worth(old), _worth(new)

    def ends(z: float) -> tuple[float, float]:
        old_ends, new_ends = wilson(old_share * old_worth, old_worth, z), wilson(new_share * new_worth, new_worth, z)
        return newcombe(new_share, new_ends, old_share, old_ends)

    groups = {answer.group for arm in (old, new) for answer in arm} - {None}
    return Evidence(
        old_share,
        new_share,
        new_share - old_share,
        ends(_NORMAL.inv_cdf(1 - question.alpha)),
        _p_where(lambda z: ends(z)[0] > -question.margin),
        _p_where(lambda z: ends(z)[1] < question.worse_below),
        groups=len(groups) or None,
    )


def _by_group(totals: "Mapping[str, tuple[float, int]]", own: Variance, question: Question) -> Evidence:
    from scipy.special import stdtr, stdtrit

    groups, number = len(totals), sum(count for _, count in totals.values())
    difference = math.fsum(total for total, _ in totals.values()) / number
    if groups == 1:
        # How far other groups are from the only one, nobody knows.
        return Evidence(None, None, difference, (-1.0, 1.0), 1.0, 1.0, groups=1)
    variance = at_least(own, of_groups(totals))
    error, freedom = math.sqrt(variance.value), groups - 1
    half = float(stdtrit(freedom, 1 - question.alpha)) * error

    def p_of(above: float) -> float:
        if not error:
            return 0.0 if above > 0 else 1.0
        return float(stdtr(freedom, -above / error))

    # Tossing the signs of G groups gives (1/2)^G at least: less than that, G groups cannot say, however alike they are.
    least = 0.5**groups
    return Evidence(
        None,
        None,
        difference,
        (max(-1.0, difference - half), min(1.0, difference + half)),
        max(least, p_of(difference + question.margin)),
        max(least, p_of(question.worse_below - difference)),
        groups=groups,
    )


def _worth(arm: "Sequence[Answer]") -> float:
    """Return of how many independent cases the interval of an arm is made."""
    right = [answer.right for answer in arm]
    names = name_groups([answer.group for answer in arm], [str(place) for place in range(len(arm))])
    if names and len(set(right)) == 1:
        # Where all are right the groups show no spread. The interval of a report trusts the samples there; a gate that
        # lets a system into production does not: two users who are always served well are two.
        return float(len(set(names)))
    return worth(right, names).counted


def _p_of(evidence: float) -> float:
    """Return the p value that an e value allows, at any time (Ville)."""
    return min(1.0, 1 / evidence) if evidence else 1.0


def _p_where(told: "Callable[[float], bool]") -> float:
    """Return the least alpha at which an interval tells, by halving over its quantile; 1 where it is above one half."""
    inside, outside = 0.0, _FURTHEST
    if not told(1e-6):
        return 1.0
    for _ in range(_ROUNDS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if told(middle) else (inside, middle)
    return 1 - _NORMAL.cdf(inside)
