"""Answers of `burnish review` as annotations: who labelled what, how steadily, and how long it took."""

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.annotators.annotations import Annotations
from baselines.annotators.human_level import human_levels
from curate.ground.errors import InputError
from curate.review.answers import Answer, Question, read_answers, standing
from curate.review.tally import realism

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from baselines.data.predictions import Prediction

ENDING = ".jsonl"
_BEST_FIRST: tuple[Question, ...] = ("blind", "label", "realism")


class Effort(Struct, frozen=True):
    """What one annotator's answers cost, and how steady they are.

    Attributes:
        annotator: The name.
        answers: To which samples there is a label.
        median_s: Seconds an answer took, the median.
        repeated: Samples that were asked again.
        self_agreement: Share of these with the same label both times, 0 to 1; None where nothing was asked again.
    """

    annotator: str
    answers: int
    median_s: float
    repeated: int
    self_agreement: float | None


class ToldApart(Struct, frozen=True):
    """How well one annotator told real samples from made ones.

    Attributes:
        annotator: The name.
        answers: Those that say real or made, of samples that the manifest has.
        right: How many of these are right.
        share: The same, 0 to 1.
        p: Two-sided exact binomial test against guessing.
        verdict: What that means, in words.
    """

    annotator: str
    answers: int
    right: int
    share: float
    p: float
    verdict: str


class AnsweredSet(Struct, frozen=True):
    """Answers as annotations.

    Attributes:
        annotations: One label of one annotator to one sample.
        effort: Of each annotator, by name.
        blind: Whether nobody was shown a label: else agreement is with what was shown, too.
        question: To which they are the answers.
        names: Under which name the annotations have a sample, by digest.
        realism: Standing answers to `realism`, also where the annotations are of another question.
    """

    annotations: Annotations
    effort: tuple[Effort, ...]
    blind: bool
    question: Question
    names: dict[str, str]
    realism: tuple[Answer, ...]


def read_answered(path: str) -> AnsweredSet:
    """Return the answers of a file as annotations: to `blind` where there are any, else to `label`, else to `realism`.

    Raises:
        InputError: It cannot be read, a line is no answer (`ManifestError`), or none gives a label.
    """
    answers = standing(read_answers(path).answers, repeats=True)
    given = {one.question for one in answers}
    question = next((one for one in _BEST_FIRST if one in given), _BEST_FIRST[0])
    chosen = [one for one in answers if one.question == question]
    labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
    # Copies under several names are one thing to label: the first name that was shown stands for the bytes.
    names: dict[str, str] = {}
    for one in chosen:
        if one.label is not None and one.round == 0:
            labels[names.setdefault(one.digest, one.path)][one.annotator] = one.label
    if not labels:
        raise InputError(f"{path}: no answer gives a label to a sample; ask with burnish review --ask blind")
    annotators = tuple(sorted({one.annotator for one in chosen}))
    missing = sum(one.label is None for one in chosen if one.round == 0)
    return AnsweredSet(
        Annotations(dict(labels), {}, annotators, missing),
        _effort(chosen, annotators),
        question != "label",
        question,
        names,
        tuple(one for one in answers if one.question == "realism"),
    )


def told_apart(answers: "Iterable[Answer]", made: "Mapping[str, bool]") -> tuple[ToldApart, ...]:
    """Return how well each annotator told real from made; several of them are no more samples, so none are pooled.

    Args:
        answers: To `realism`.
        made: Whether a recipe made it, by digest; others do not count.
    """
    by_name: defaultdict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        by_name[one.annotator].append(one)
    found = []
    for name in sorted(by_name):
        told = realism(by_name[name], made)
        if told.told:
            share = told.right / told.told
            found.append(ToldApart(name, told.told, told.right, share, round(told.p, 6), told.verdict))
    return tuple(found)


def _effort(answers: "Sequence[Answer]", annotators: "Iterable[str]") -> tuple[Effort, ...]:
    first = {(one.annotator, one.digest): one.label for one in answers if one.round == 0}
    found = []
    for name in annotators:
        mine = [one for one in answers if one.annotator == name]
        again = [one for one in mine if one.round > 0 and (name, one.digest) in first]
        same = sum(one.label == first[name, one.digest] for one in again)
        found.append(
            Effort(
                name,
                sum(one.round == 0 and one.label is not None for one in mine),
                round(median(one.seconds for one in mine), 3),
                len(again),
                same / len(again) if again else None,
            )
        )
    return tuple(found)


def human_of_answers(path: str, predictions: "Sequence[Prediction]") -> dict[str, float]:
    """Return the human level of each tag by the answers of people to the tested samples of a run.

    Args:
        path: Of the answers.
        predictions: Of the run, with the labels that are right and the tags.

    Raises:
        InputError: The file cannot be read, or answers none of these samples.
    """
    truth = {one.path: one.label for one in predictions}
    levels = human_levels(read_answered(path).annotations, truth, {one.path: one.tags for one in predictions})
    return {level.tag: level.human for level in levels}
