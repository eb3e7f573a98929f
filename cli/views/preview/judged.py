"""What a run's model says of the pairs of a preview, and whether it is poor on what is made, in words."""

from typing import TYPE_CHECKING, NamedTuple, TypedDict

from baselines.metrics.significance import exact_p
from cli.io.terminal import printable, say
from cli.views.augment.hardness import say_hardness, say_realism

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from augment.plan.targets import Order, Plan
    from augment.preview.preview import Pair
    from baselines.metrics.hardness import Answer
    from cli.views.augment.hardness import TargetHardness

_SURE = 0.05


class PairAnswers(NamedTuple):
    """What the model says of a source, and of what was made of it; None where it cannot judge."""

    source: "Answer | None"
    made: "tuple[Answer | None, ...]"


class JudgedPreview(NamedTuple):
    """What a run's model says of a preview.

    Attributes:
        run: The run.
        model: Its name.
        pairs: Those that were judged, more than are shown.
        targets: Beside the real samples, by the target's place in the recipe.
    """

    run: str
    model: str
    pairs: "Mapping[Order, PairAnswers]"
    targets: "Mapping[int, TargetHardness]"

    def counts(self, index: int) -> tuple[int, int, int, int]:
        """Return of a target: pairs; originals that are right; made ones that are; pairs right only before."""
        both = [
            (pair.source.right, made.right)
            for order, pair in self.pairs.items()
            if order.target == index and pair.source
            for made in pair.made[:1]
            if made
        ]
        before, after = (sum(side) for side in zip(*both, strict=True)) if both else (0, 0)
        return len(both), before, after, sum(one and not other for one, other in both)

    def verdict(self, index: int) -> str:
        """Return whether the model is poor on what a target makes, with the numbers."""
        pairs, before, after, lost = self.counts(index)
        target = self.targets.get(index)
        if not pairs or target is None:
            return "The model could not judge what is made."
        gained = after - (before - lost)
        sure = exact_p(lost, gained) < _SURE
        poor = "Yes" if sure and lost > gained else "No, it does even better" if sure else "Not surely"
        real = target.first.real
        found = f"; real samples of the tag ({target.real_from}): {real.right:,} of {real.samples:,}" if real else ""
        return (
            f"Is the model poor on it today? {poor}: it gets {before:,} of {pairs:,} right on the originals, {after:,} "
            f"of {pairs:,} on what is made{found}."
        )

    def more(self, index: int) -> "Iterator[str]":
        """Yield how hard and how real what a target makes is beside the real samples."""
        if (target := self.targets.get(index)) is not None:
            if target.first.real is not None:
                yield f"{_upper(say_hardness(target.first, target.real_from))}."
            if target.realism is not None:
                yield f"{_upper(say_realism(target.realism))}."
            elif target.note:
                yield f"{_upper(target.note)}."


class Said(TypedDict):
    """What the templates show of an answer."""

    where: str
    prediction: str
    confidence: str
    right: bool
    own: str


def said_of(pair: "Pair", judged: JudgedPreview | None) -> list[Said]:
    """Return what the model says of a source and of each shown part of what was made of it."""
    answers = judged.pairs.get(pair.order) if judged else None
    if answers is None:
        return []
    parts = len(answers.made)
    names = ["made" if parts == 1 else f"part {number}" for number in range(1, parts + 1)]
    named = [("original", answers.source), *zip(names, answers.made, strict=True)]
    return [_said(where, answer) for where, answer in named if answer is not None]


def _said(where: str, answer: "Answer") -> Said:
    own = "" if answer.right else f"its label {answer.label_probability:.2f}"
    return Said(
        where=where, prediction=answer.prediction, confidence=f"{answer.confidence:.2f}", right=answer.right, own=own
    )


def lines(pair: "Pair", judged: JudgedPreview) -> str:
    """Return what the model says of a pair, as one line for a terminal."""
    texts = [
        f"{one['where']} {printable(one['prediction'])} {one['confidence']}{', ' * bool(one['own'])}{one['own']}"
        for one in said_of(pair, judged)
    ]
    return f"{printable(pair.source.label or '')} ({printable(pair.source.path)}): {'; '.join(texts) or 'not judged'}"


def say_judged(plan: "Plan", pairs: "Sequence[Pair]", judged: JudgedPreview) -> None:
    """Say what the model says of each pair that is shown, and of what each target makes."""
    say(f"the model of {judged.run} ({judged.model}), refitted without the sources:")
    for pair in pairs:
        say(f"  {lines(pair, judged)}")
    for index, part in plan.parts.items():
        tag = printable(part.target.tag or "every sample")
        for text in (judged.verdict(index), *judged.more(index)):
            say(f"{tag}: {text}")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
