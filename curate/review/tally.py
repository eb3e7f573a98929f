"""What the answers of a review come to: how many, how fast, how steady, and what nobody can tell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from curate.review.answers import Answer, standing

CANNOT_TELL = 0.05
"""Of a p value at least this, the answers are no better or worse than guessing, as far as they go."""


class Realism(NamedTuple):
    """How well real and made were told apart.

    Attributes:
        right: Answers that are right.
        told: Answers that are not unsure.
        p: Two-sided exact binomial test against guessing, share one half.
    """

    right: int
    told: int
    p: float

    @property
    def verdict(self) -> str:
        """What that means, in words."""
        if self.p >= CANNOT_TELL:
            return "cannot tell real from made"
        return "takes one for the other" if 2 * self.right < self.told else "can tell real from made"


class Tally(NamedTuple):
    """What stands of one question.

    Attributes:
        answers: How many samples or pairs are answered, repeats not counted.
        labels: How often each label was given; `(unsure)` and `(reject)` too.
        changed: Labels that are not the one that was shown.
        seconds: Median of one answer; 0 where there is none.
        agreed: Of the blind questions that were asked twice and labelled twice, how many got the same label.
        repeated: How many those are.
    """

    answers: int
    labels: Mapping[str, int]
    changed: int
    seconds: float
    agreed: int
    repeated: int


def tally(answers: Sequence[Answer]) -> Tally:
    """Return what answers of one question come to; those that were taken back do not count."""
    every = standing(answers, repeats=True)
    firsts = {(one.annotator, one.digest): one for one in every if one.round == 0 and one.other is None}
    counted = [one for one in every if one.round == 0]
    twice = [(firsts.get((one.annotator, one.digest)), one) for one in every if one.round > 0]
    labelled = [(one, other) for one, other in twice if one and one.label is not None and other.label is not None]
    return Tally(
        len(counted),
        dict(Counter(_word(one) for one in counted).most_common()),
        sum(_is_changed(one) for one in counted),
        # A note that was added later is an answer of no time.
        median([one.seconds for one in every if one.seconds > 0] or [0.0]),
        sum(one.label == other.label for one, other in labelled),
        len(labelled),
    )


def realism(answers: Sequence[Answer], made: Mapping[str, bool]) -> Realism:
    """Return how well real and made samples were told apart.

    Args:
        answers: To the question `realism`.
        made: Whether a recipe made it, by digest; others do not count.
    """
    from scipy.stats import binomtest

    told = [one for one in standing(answers) if one.label is not None and one.digest in made]
    right = sum((one.label == "made") == made[one.digest] for one in told)
    return Realism(right, len(told), float(binomtest(right, len(told)).pvalue) if told else 1.0)


def _is_changed(one: Answer) -> bool:
    # Only there are the answer and what was shown of one language: `keep` is no other label than `cat`.
    return one.question == "label" and one.label is not None and one.seen.get("label", one.label) != one.label


def _word(one: Answer) -> str:
    return "(reject)" if one.reject else "(unsure)" if one.label is None else one.label
