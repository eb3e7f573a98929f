"""What the answers of a review come to, in sentences."""

from collections.abc import Mapping, Sequence

from cli.io.terminal import say
from curate.ground.command_line import call
from curate.review.answers import Answer, Question
from curate.review.tally import realism, tally

_SHOWN = 12
_NEXT = {"label": "relabel", "reject": "clean", "pair": "dedup", "realism": "agreement", "blind": "agreement"}
"""What is done with answers: without it they lie there, and the person thinks that all is done."""


def say_tally(
    answers: Sequence[Answer], question: Question, made: Mapping[str, bool], file: str, manifest: str | None = None
) -> None:
    """Say on stderr what answers of one person to one question come to.

    Args:
        answers: With those that were taken back.
        question: Which question.
        made: Whether a recipe made it, by digest.
        file: Where the answers are.
        manifest: That of the samples; None where it came by standard input.
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
        if told.told:
            say(f"  {told.right:,} of {told.told:,} right, p = {told.p:.4f}: {told.verdict}")
    if found.answers:
        say(f"  next: {_next(question, manifest or 'MANIFEST', file)}")
    if question not in {"reject", "pair"} and found.labels.get("(reject)"):
        say(f"  to drop what was rejected: {_next('reject', manifest or 'MANIFEST', file)}")


def _next(question: Question, manifest: str, answers: str) -> str:
    if _NEXT[question] == "agreement":
        return call("agreement", answers, "--manifest", manifest)
    return call(_NEXT[question], manifest, "--answers", answers, *(["--report"] if question == "pair" else []))
