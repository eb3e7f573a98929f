"""Fairness over protected tags: how accuracy and the rates of each class differ between their values.

What differs is told, with its interval; whether that is unfair, numbers do not say. Groups of few samples are never
called equal: they "cannot tell".
"""

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from baselines.metrics.clusters import Variance, at_least, name_groups, of_groups, sum_by_group, t_test, together
from baselines.metrics.metrics import measure_tag
from baselines.metrics.significance import newcombe, wilson
from curate.ground.errors import UsageError, did_you_mean
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from baselines.data.predictions import Prediction

LEAST_SAMPLES = 20
"""Of a value: with fewer, an interval of the accuracy is 40 points wide and more, and no rate of a class means much."""
LEVEL = 0.05

Interval = tuple[float, float]


class Part(Struct, frozen=True):
    """The tested samples with one value of a protected tag, held against all that have another value.

    Attributes:
        key: Of the tag.
        value: Its value.
        samples: How many.
        accuracy: 0 to 1.
        interval: 95 % interval of the accuracy; by group where groups are known.
        gap: Accuracy less that of the other values.
        gap_interval: 95 % interval of the gap: Newcombe's, of the two intervals.
        p: Two-sided, of no gap: Fisher's exact test; with groups a t-test by their means.
        adjusted_p: Holm's, over the comparisons of all protected tags: each value with the others; of two values, one.
        verdict: `better`, `worse`; `no difference seen`, which is not the same as none; `cannot tell`: too few samples,
            or all of one group.
    """

    key: str
    value: str
    samples: int
    accuracy: float
    interval: Interval
    gap: float
    gap_interval: Interval
    p: float
    adjusted_p: float
    verdict: Literal["better", "worse", "no difference seen", "cannot tell"]


class Rate(Struct, frozen=True):
    """How one class fares with one value of a protected tag.

    Attributes:
        key: Of the tag.
        value: Its value.
        label: The class.
        samples: Of the class.
        recall: Share of them that is recognized (true positive rate; equal opportunity asks that values share it).
        recall_interval: Wilson's, 95 %.
        false_positive_rate: Share of the samples of other classes that is taken for it (equalized odds, with recall).
        false_positive_interval: Wilson's, 95 %.
        chosen: Share of all samples that is taken for it (demographic parity).
    """

    key: str
    value: str
    label: str
    samples: int
    recall: float | None
    recall_interval: Interval | None
    false_positive_rate: float | None
    false_positive_interval: Interval | None
    chosen: float


class Fairness(Struct, frozen=True):
    """What was found.

    Attributes:
        keys: The protected tags.
        parts: By key, then by value.
        rates: Of each class, likewise.
        gaps: The largest less the smallest accuracy of the values that have enough samples, by key; None with fewer
            than two of them.
        unknown: Tested samples without a value, by key.
    """

    keys: tuple[str, ...]
    parts: tuple[Part, ...]
    rates: tuple[Rate, ...]
    gaps: dict[str, float | None]
    unknown: dict[str, int]


def fairness(predictions: "Sequence[Prediction]", keys: "Sequence[str]") -> Fairness:
    """Return how a model fares with each value of the protected tags.

    Args:
        predictions: Of the tested samples.
        keys: Of tags of the form `key=value`.

    Raises:
        UsageError: No tested sample has a key; names the nearest.
    """
    parts, rates, unknown, comparisons = list[Part](), list[Rate](), dict[str, int](), list[list[int]]()
    for key in keys:
        values = values_of(predictions, key)
        unknown[key] = len(predictions) - sum(map(len, values.values()))
        first = len(parts)
        for value, inside in values.items():
            others = [one for other, found in values.items() if other != value for one in found]
            part = _part(key, value, inside, others)
            parts.append(part)
            rates += _rates(key, value, inside, sorted({one.label for one in predictions}))
        told = [at for at in range(first, len(parts)) if parts[at].verdict != "cannot tell"]
        # Of two values each is held against the other, which is one comparison: counted twice, Holm's correction would
        # ask of both for half the level. By groups their p differ where the value is one group; the larger one counts.
        comparisons += [told] if len(values) == 2 and told else [[at] for at in told]
    adjusted = holm([max(parts[at].p for at in comparison) for comparison in comparisons])
    of_part = {at: p for comparison, p in zip(comparisons, adjusted, strict=True) for at in comparison}
    judged = tuple(_judged(part, of_part[at]) if at in of_part else part for at, part in enumerate(parts))
    return Fairness(tuple(keys), judged, tuple(rates), {key: _gap(judged, key) for key in keys}, unknown)


def values_of(predictions: "Iterable[Prediction]", key: str) -> "dict[str, list[Prediction]]":
    """Return the predictions of the samples with each value of a tag, values sorted.

    Raises:
        UsageError: None has the key.
    """
    found: defaultdict[str, list[Prediction]] = defaultdict(list)
    known = set()
    for one in predictions:
        for tag in dict.fromkeys(one.tags):
            name, equals, value = tag.partition("=")
            if equals:
                known.add(name)
                if name == key:
                    found[value].append(one)
    if not found:
        raise UsageError(f"--protected {key}: no tested sample has a tag {key}=…{did_you_mean(key, known)}")
    return dict(sorted(found.items()))


def _part(key: str, value: str, inside: "Sequence[Prediction]", others: "Sequence[Prediction]") -> Part:
    own = measure_tag(inside, f"{key}={value}")
    if not others:
        nothing = (-1.0, 1.0)
        return Part(key, value, len(inside), own.accuracy, own.interval, 0.0, nothing, 1.0, 1.0, "cannot tell")
    rest = measure_tag(others)
    gap = own.accuracy - rest.accuracy
    ends = newcombe(own.accuracy, own.interval, rest.accuracy, rest.interval)
    p = _p(inside, others, gap, f"{key}={value}")
    verdict: Literal["cannot tell", "no difference seen"] = "cannot tell" if p is None else "no difference seen"
    p = 1.0 if p is None else p
    return Part(key, value, len(inside), own.accuracy, own.interval, gap, ends, p, p, verdict)


def _p(inside: "Sequence[Prediction]", others: "Sequence[Prediction]", gap: float, tag: str) -> float | None:
    """Return the p value of no gap; None where there are too few samples, or too few groups, to tell one."""
    if min(len(inside), len(others)) < LEAST_SAMPLES:
        return None
    if any(one.group is not None for one in (*inside, *others)):
        variance = together(_variance(inside, tag), _variance(others))
        return t_test(gap, variance) if math.isfinite(variance.value) else None
    from scipy.stats import fisher_exact

    right = [sum(one.label == one.prediction for one in found) for found in (inside, others)]
    table = [[right[0], len(inside) - right[0]], [right[1], len(others) - right[1]]]
    return float(fisher_exact(table).pvalue)


def _variance(found: "Sequence[Prediction]", tag: str = "") -> Variance:
    """Return the variance of the accuracy, by group where groups are known; infinite of a single group."""
    right = [one.label == one.prediction for one in found]
    share = sum(right) / len(right)
    own = Variance(share * (1 - share) / len(right))
    # Of the speaker Ann, Ann's recordings are the sample; of women, one woman's are not.
    groups = name_groups([one.group for one in found], [one.path for one in found], tag)
    if groups is None:
        return own
    totals = sum_by_group(right, groups)
    return at_least(own, of_groups(totals)) if len(totals) > 1 else Variance(math.inf)


def _judged(part: Part, adjusted: float) -> Part:
    from msgspec.structs import replace

    told = adjusted < LEVEL and part.gap != 0
    return replace(
        part,
        adjusted_p=adjusted,
        verdict=("better" if part.gap > 0 else "worse") if told else part.verdict,
    )


def _rates(key: str, value: str, inside: "Sequence[Prediction]", labels: "Sequence[str]") -> "Iterator[Rate]":
    for label in labels:
        of_class = [one for one in inside if one.label == label]
        elsewhere = [one for one in inside if one.label != label]
        hits = sum(one.prediction == label for one in of_class)
        false = sum(one.prediction == label for one in elsewhere)
        yield Rate(
            key,
            value,
            label,
            len(of_class),
            hits / len(of_class) if of_class else None,
            wilson(hits, len(of_class)) if of_class else None,
            false / len(elsewhere) if elsewhere else None,
            wilson(false, len(elsewhere)) if elsewhere else None,
            (hits + false) / len(inside),
        )


def _gap(parts: "Sequence[Part]", key: str) -> float | None:
    enough = [part.accuracy for part in parts if part.key == key and part.samples >= LEAST_SAMPLES]
    return max(enough) - min(enough) if len(enough) > 1 else None
