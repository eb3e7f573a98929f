"""What the answers of a review come to, in sentences."""

from collections.abc import Mapping, Sequence

from cli.io.terminal import say
from curate.review.answers import Answer, Question
from curate.review.tally import CANNOT_TELL, realism, tally

_SHOWN = 12


def say_tally(answers: Sequence[Answer], question: Question, made: Mapping[str, bool], file: str) -> None:
    """Say on stderr what answers of one person to one question come to.

    Args:
        answers: With those that were taken back.
        question: Which question.
        made: Whether a recipe made it, by digest.
        file: Where the answers are.
    """
    found = tally(answers)
    pace = f", {found.seconds:.1f} s each in the median" if found.seconds else ""
    say(f"{found.answers:,} answered in {file}{pace}")
    counts = [f"{label} {count:,}" for label, count in found.labels.items()]
    if counts:
        more = f", and {len(counts) - _SHOWN:,} more" if len(counts) > _SHOWN else ""
        say(f"  {', '.join(counts[:_SHOWN])}{more}")
    if found.changed:
        say(f"  {found.changed:,} labels are others than those that were shown")
    if found.repeated:
        say(f"  of {found.repeated:,} that were asked twice, {found.agreed:,} got the same label again")
    if question == "realism":
        told = realism(answers, made)
        verdict = "cannot tell real from made" if told.p >= CANNOT_TELL else "can tell real from made"
        if told.p < CANNOT_TELL and 2 * told.right < told.told:
            verdict = "takes one for the other"
        if told.told:
            say(f"  {told.right:,} of {told.told:,} right, p = {told.p:.4f}: {verdict}")
