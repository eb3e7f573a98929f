"""How much a model may do alone: the confidence from which it is wrong rarely enough, and what is left to people."""

import hashlib
import math
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

from baselines.metrics.calibration_error import calibration_error
from baselines.metrics.risk_coverage import risk_coverage
from curate.ground.errors import InputError, UsageError
from curate.statistics.binomial import more_p, share_upper
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from baselines.runs.prediction_log import Logged

Degree = Literal["human", "shadow", "assistance", "partial", "full"]
DEGREES: dict[Degree, str] = {
    "human": "people decide alone: the model is no better than always saying the most frequent label",
    "shadow": "it answers, and nobody acts on it: so few cases cannot show so low a risk",
    "assistance": "people decide, with its answer before them",
    "partial": "it decides where it is sure, people do the rest",
    "full": "it decides all",
}
"""The degrees of automation, from none to all."""
ALPHA = 0.05
_POINTS = 200


class Wish(Struct, frozen=True):
    """What is asked.

    Attributes:
        max_risk: Share of wrong answers among those that the model gives alone, 0 to 1; None: by costs.
        human: Accuracy of people, 0 to 1; None: not known.
        cost_error: What a wrong answer costs; None: no costs are known.
        cost_human: What it costs to let a person decide.
    """

    max_risk: float | None = 0.01
    human: float | None = None
    cost_error: float | None = None
    cost_human: float | None = None

    def check(self) -> "Wish":
        """Return the same, if it makes sense.

        Raises:
            UsageError: It does not.
        """
        if self.max_risk is not None and not 0 < self.max_risk < 1:
            raise UsageError(f"--max-risk {self.max_risk:g}: has to be above 0 and below 1, like 0.01 for one in 100")
        if self.human is not None and not 0 < self.human <= 1:
            raise UsageError(f"--human {self.human:g}: has to be above 0 and at most 1, like 0.98")
        if (self.cost_error is None) != (self.cost_human is None):
            raise UsageError("--cost-error and --cost-human belong together: what a mistake, and what a person costs")
        for name, cost in (("--cost-error", self.cost_error), ("--cost-human", self.cost_human)):
            if cost is not None and not 0 <= cost < math.inf:
                raise UsageError(f"{name} {cost:g}: has to be 0 or more")
        return self


class Part(Struct, frozen=True):
    """What comes of a threshold, on cases that it was not chosen by.

    Attributes:
        threshold: Answers of that confidence or more are given alone; None: none are.
        samples: Cases.
        automated: Cases that are answered alone.
        wrong: How many of these are wrong.
        risk_upper: Upper bound of their risk, exact, at 95 % to one side; None where none are answered.
    """

    threshold: float | None
    samples: int
    automated: int
    wrong: int
    risk_upper: float | None


class TagPart(Struct, frozen=True):
    """What comes of it on a tag.

    Attributes:
        part: With the threshold for all, or with its own.
        adjusted_p: p value against "its risk is no higher than allowed", by Holm, on the half that is there to choose.
        rule: `as all`; `own threshold`, where its risk is surely higher; `people`, where no threshold of its own holds
            either; `cannot tell`, where none of its cases are answered alone.
    """

    part: Part
    adjusted_p: float
    rule: Literal["as all", "own threshold", "people", "cannot tell"]


class Automation(Struct, frozen=True):
    """How much a model may do alone.

    Attributes:
        degree: In the course's words, see `DEGREES`.
        whole: What comes of the threshold for all, with the tags that have their own left out of it.
        share: Of all tried cases that are answered alone, 0 to 1, tags with their own rule included.
        accuracy: Of the model alone, 0 to 1, over all cases.
        together: Accuracy of model and people together; None where that of people is not known.
        area: Under the risk-coverage curve.
        calibration_error: Mean gap of confidence and accuracy over ten bins of equal width.
        cost: Per case, on the tried half; None where no costs were given.
        cost_people: Per case, where people decide all; None alike.
        curve: Threshold, coverage (share of all tried cases) and risk of the tried cases that follow the threshold for
            all, the surest first; at most 200 points.
        per_tag: What comes of it on each tag.
        unlabelled: Cases without a label, or without a confidence, which are left out.
        chosen_on: Cases that the threshold was looked for on.
        wish: What was asked.
    """

    degree: Degree
    whole: Part
    share: float
    accuracy: float
    together: float | None
    area: float
    calibration_error: float
    cost: float | None
    cost_people: float | None
    curve: list[tuple[float, float, float]]
    per_tag: dict[str, TagPart]
    unlabelled: int
    chosen_on: int
    wish: Wish


class _Half(NamedTuple):
    """Cases: confidence, whether each is right, and its tags."""

    confidence: "NDArray[np.float64]"
    right: "NDArray[np.bool_]"
    tags: list[tuple[str, ...]]

    def where(self, chosen: "NDArray[np.bool_]") -> "_Half":
        tags = [tags for tags, one in zip(self.tags, chosen, strict=True) if one]
        return _Half(self.confidence[chosen], self.right[chosen], tags)

    def with_tag(self, tag: str) -> "_Half":
        import numpy as np

        return self.where(np.array([tag in tags for tags in self.tags], bool))

    def without(self, tags: "Collection[str]") -> "NDArray[np.bool_]":
        import numpy as np

        return np.array([not any(tag in tags for tag in own) for own in self.tags], bool)


def automate(log: "Sequence[Logged]", wish: Wish, ignored_key: str | None = None) -> Automation:
    """Return how much a model may do alone.

    One half of the cases (or of the groups), by a digest of their keys, names thresholds and where to begin; on the
    other half they are tried from there on down, and the last one whose exact upper bound still holds is taken. In that
    fixed order none is tried after one that failed, so that the bound holds though many are tried (Angelopoulos et al.
    2021, "Learn then Test", fixed sequence testing).

    Args:
        log: Predictions with label and confidence.
        wish: What is asked.
        ignored_key: Of tags that tie cases together and are no tags to look at; None: all are looked at.

    Raises:
        InputError: No case has a label and a confidence, or all fall into one half.
    """
    import numpy as np

    known = [entry for entry in log if entry.label is not None and entry.confidence is not None]
    if not known:
        raise InputError("no prediction has a label and a confidence; both are needed to tell how sure is sure enough")
    cases = _Half(
        np.array([entry.confidence for entry in known], float),
        np.array([entry.prediction == entry.label for entry in known]),
        [tuple(tag for tag in entry.tags if not tag.startswith(f"{ignored_key}=")) for entry in known],
    )
    gap = calibration_error(cases.confidence, cases.right)
    first = np.array([_in_first_half(entry.group or entry.key) for entry in known])
    chosen, tried = cases.where(first), cases.where(~first)
    if not len(chosen.right) or not len(tried.right):
        raise InputError(
            "all cases fall into one half: too few, or all of one group; more are needed to try a threshold"
        )
    risk = wish.max_risk
    p_values = {} if risk is None else _riskier_tags(risk, chosen)
    apart = {tag for tag, p in p_values.items() if p < ALPHA}
    rest_chosen, rest_tried = (half.where(half.without(apart)) for half in (chosen, tried))
    threshold = _by_cost(wish, chosen) if risk is None else _by_risk(risk, rest_chosen, rest_tried)
    per_tag = {} if risk is None else _judge_tags(risk, threshold, p_values, chosen, tried)
    own = {tag: found.part.threshold for tag, found in per_tag.items() if tag in apart}
    whole = _part(threshold, rest_tried)
    alone = _alone(tried, threshold, own)
    share = float(alone.mean())
    wrong = int((alone & ~tried.right).sum())
    together = None if wish.human is None else share - wrong / len(alone) + (1 - share) * wish.human
    majority = max(Counter(entry.label for entry in known).values()) / len(known)
    return Automation(
        degree=_degree(share, cases, majority, wish),
        whole=whole,
        share=share,
        accuracy=float(cases.right.mean()),
        together=together,
        area=risk_coverage(tried.confidence, tried.right).area,
        calibration_error=gap,
        cost=None if wish.cost_error is None else _cost(wish, share, wrong / len(alone)),
        cost_people=None if wish.cost_error is None else _cost(wish, 0.0, 0.0),
        curve=_points(rest_tried, len(tried.right)),
        per_tag=per_tag,
        unlabelled=len(log) - len(known),
        chosen_on=len(chosen.right),
        wish=wish,
    )


def _points(half: _Half, number: int) -> list[tuple[float, float, float]]:
    """Return threshold, coverage of so many cases and risk at up to 200 points of a curve."""
    import numpy as np

    if not len(half.right):
        return []
    curve = risk_coverage(half.confidence, half.right)
    places = np.unique(np.linspace(0, len(curve.threshold) - 1, _POINTS).round().astype(int))
    coverage = curve.answered / number
    return [(float(curve.threshold[at]), float(coverage[at]), float(curve.risk[at])) for at in places]


def _in_first_half(name: str) -> bool:
    """Return to which half a case goes: the same one whatever else is in the log."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


def least_cases(risk: float) -> int:
    """Return how many cases it takes to show that a risk is no higher, where not a single one is wrong."""
    return math.ceil(math.log(ALPHA) / math.log1p(-risk))


def _by_risk(risk: float, chosen: _Half, tried: _Half) -> float | None:
    """Return the lowest threshold that holds; None where not even the first that is tried does."""
    import numpy as np

    if not len(chosen.right) or not len(tried.right):
        return None
    named, curve = (risk_coverage(half.confidence, half.right) for half in (chosen, tried))
    # The strictest threshold has so few answers that one mistake breaks it, and then no other may be tried. So the
    # first is the one whose bound is lowest on the half that is only there to choose.
    bounds = [
        share_upper(int(wrong), int(number), ALPHA) for wrong, number in zip(named.wrong, named.answered, strict=True)
    ]
    best = None
    # The last one is that of all answers, also of those below any confidence that the first half has seen.
    for threshold in (*named.threshold[int(np.argmin(bounds)) :], 0.0):
        place = int(np.searchsorted(-curve.threshold, -threshold, side="right")) - 1
        if place < 0 or curve.answered[place] < least_cases(risk):
            continue  # nothing could hold, whatever the labels are: it is not a try
        if share_upper(int(curve.wrong[place]), int(curve.answered[place]), ALPHA) > risk:
            break
        best = float(threshold)
    return best


def _by_cost(wish: Wish, chosen: _Half) -> float | None:
    """Return the threshold of the least cost; None where people are cheaper for all."""
    curve = risk_coverage(chosen.confidence, chosen.right)
    number = len(chosen.right)
    costs = [
        _cost(wish, answered / number, wrong / number)
        for answered, wrong in zip(curve.answered.tolist(), curve.wrong.tolist(), strict=True)
    ]
    least = min(range(len(costs)), key=lambda at: costs[at])
    return float(curve.threshold[least]) if costs[least] < _cost(wish, 0.0, 0.0) else None


def _cost(wish: Wish, share: float, wrong: float) -> float:
    """Return the cost of a case, where so many are answered alone, and so many of all are wrongly."""
    by_people = (1 - share) * ((wish.cost_human or 0.0) + (1 - (wish.human or 1.0)) * (wish.cost_error or 0.0))
    return wrong * (wish.cost_error or 0.0) + by_people


def _part(threshold: float | None, half: _Half) -> Part:
    if threshold is None:
        return Part(None, len(half.right), 0, 0, None)
    alone = half.confidence >= threshold
    number, wrong = int(alone.sum()), int((alone & ~half.right).sum())
    return Part(threshold, len(half.right), number, wrong, share_upper(wrong, number, ALPHA) if number else None)


def _riskier_tags(risk: float, chosen: _Half) -> dict[str, float]:
    """Return, for each tag, the p value against "its risk is no higher than allowed", by Holm for all tags.

    Only the half counts that is there to choose: the other one is to try what was chosen. What is looked at are the
    answers of the tag that would be given alone by the threshold of all others: with the tag among them, a bad one
    drives the threshold up until little of it is left to see. For the same reason the worst one is taken out, and the
    rest looked at again, until none is surely bad.
    """
    tags = sorted({tag for tags in chosen.tags for tag in tags})
    found: dict[str, float] = {}
    while left := [tag for tag in tags if tag not in found]:
        rest = chosen.where(chosen.without(found))
        p_values = {tag: _tag_p(risk, tag, rest) for tag in left}
        # Those that went before were tested as well: the family is all tags, each time.
        adjusted = dict(zip(left, holm([p_values[tag] for tag in left] + [1.0] * len(found)), strict=False))
        worst = min(left, key=lambda tag: p_values[tag])
        if adjusted[worst] >= ALPHA:
            return found | adjusted
        found[worst] = adjusted[worst]
    return found


def _tag_p(risk: float, tag: str, rest: _Half) -> float:
    """Return the p value of a tag's risk among the answers that the threshold of all others lets through."""
    import numpy as np

    others = rest.where(rest.without({tag}))
    threshold = _by_risk(risk, others, others)
    if threshold is None:
        # Nothing else holds either, or there is nothing else: then the surer half of all answers.
        threshold = float(np.median(rest.confidence)) if len(rest.confidence) else 0.0
    part = _part(threshold, rest.with_tag(tag))
    return more_p(part.wrong, part.automated, risk) if part.automated else 1.0


def _judge_tags(
    risk: float, threshold: float | None, p_values: dict[str, float], chosen: _Half, tried: _Half
) -> dict[str, TagPart]:
    """Return the rule of each tag, those with the highest risk first."""
    found = {}
    for tag, p in sorted(p_values.items(), key=lambda one: (one[1], one[0])):
        half = tried.with_tag(tag)
        if p < ALPHA:
            own = _by_risk(risk, chosen.with_tag(tag), half)
            rule: Literal["people", "own threshold"] = "people" if own is None else "own threshold"
            found[tag] = TagPart(_part(own, half), p, rule)
        else:
            part = _part(threshold, half)
            found[tag] = TagPart(part, p, "as all" if part.automated else "cannot tell")
    return found


def _alone(tried: _Half, threshold: float | None, own: "dict[str, float | None]") -> "NDArray[np.bool_]":
    """Return which cases are answered alone: where several rules of tags meet a case, the strictest of them."""
    import numpy as np

    def limit(value: float | None) -> float:
        return math.inf if value is None else value

    limits = [max((limit(own[tag]) for tag in tags if tag in own), default=limit(threshold)) for tags in tried.tags]
    return tried.confidence >= np.array(limits)


def _degree(share: float, cases: _Half, majority: float, wish: Wish) -> Degree:
    if share == 1:
        return "full"
    if share > 0:
        return "partial"
    if cases.right.mean() <= majority:
        return "human"
    # Each half has about half of the cases; of fewer nothing could have been shown, and it has to be watched on.
    enough = wish.max_risk is None or len(cases.right) // 2 >= least_cases(wish.max_risk)
    return "assistance" if enough else "shadow"
