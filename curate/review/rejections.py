"""What people said should go: findings by which `clean` drops, and what it spares because people looked and kept it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from curate.check.checks import REVIEW_CHECKS
from curate.facts.records import Finding
from curate.records.sample import View
from curate.review.answers import Answer, read_answers, standing
from curate.review.relabel import is_tested
from curate.review.votes import Ballot, Decision, Rule, Vote, VotesOfSet, decide

REJECTED = "rejected"
"""Name of the check, and of the vote."""
KEEP = "keep"


class Judged(View):
    """The narrow view of the pass that finds what people said of each sample."""

    path: str
    digest: str | None = None
    split: str | None = None


@dataclass(slots=True)
class Rejections:
    """What answers come to for a manifest.

    Attributes:
        rejected: The finding of each sample that should go, by its place.
        spared: Places of those that people kept.
        undecided: Paths of those that people disagree on, so that nothing is decided.
        held: Of the test split, which somebody rejected and nobody who adjudicates.
        void: Of those whose bytes are others than those that were seen.
        strangers: Paths that were answered and that no sample has.
    """

    rejected: dict[int, Finding] = field(default_factory=dict)
    spared: set[int] = field(default_factory=set)
    undecided: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def read_rejections(paths: Iterable[str]) -> Ballot:
    """Return the votes of files of answers on whether samples go: `x` to any question, and Enter to `reject`.

    Of a pair, `x` is a vote on both. Who gives a sample a class wants it kept, which counts where somebody rejected it.

    Raises:
        InputError: One cannot be read; a line is no answer (`ManifestError`).
    """
    given: list[Answer] = []
    notes: list[str] = []
    for path in paths:
        read = read_answers(path)
        given += standing(read.answers)
        notes += [read.cut] if read.cut else []
    votes = [vote for one in given if one.reject or one.question == "reject" for vote in _votes(one)]
    disputed = {vote.digest for vote in votes if vote.label == REJECTED}
    labelled = [one for one in given if one.question in {"label", "blind"} and one.digest in disputed]
    votes += [vote for one in labelled if not one.reject for vote in _votes(one)]
    return Ballot(sorted(votes, key=lambda vote: vote.order), notes)


def _votes(one: Answer) -> list[Vote]:
    """Return the votes of an answer: none where the person was unsure."""
    if one.is_unsure:
        return []
    sides = [(one.path, one.digest), *([(one.other.path, one.other.digest)] if one.other else [])]
    word, when, by_model = REJECTED if one.reject else KEEP, one.at.timestamp(), "prediction" in one.seen
    return [Vote(path, digest, one.annotator, word, when, by_model, one.note) for path, digest in sides]


def rejections(samples: Iterable[Judged], ballot: Ballot, rule: Rule, adjudicators: frozenset[str]) -> Rejections:
    """Return what the votes come to, for each sample of a manifest.

    A test sample goes by adjudication alone, and never by the word of who was shown what a model says: to throw out
    what a model finds hard bends a test as a wrong label does.

    Args:
        samples: Of the manifest.
        ballot: As `read_rejections` returns it.
        rule: How several people decide.
        adjudicators: Whose word decides by the rule `adjudicated`.
    """
    found, votes = Rejections(), VotesOfSet(ballot.votes)
    for place, sample in enumerate(samples):
        said = votes.find(sample.path, sample.digest)
        if said.void:
            found.void.append(sample.path)
        if not said.votes:
            continue
        tested = is_tested(sample.split)
        counted = [vote for vote in said.votes if not (tested and vote.by_model)]
        decision = decide(counted, rule, adjudicators)
        wanted = decide(said.votes, rule, adjudicators).label == REJECTED
        if tested and wanted and (rule != "adjudicated" or decision.label != REJECTED):
            found.held.append(sample.path)
        elif decision.label is None:
            found.undecided.append(sample.path)
        elif decision.label == KEEP:
            found.spared.add(place)
        else:
            found.rejected[place] = _finding(counted, decision, rule)
    found.strangers = votes.strangers
    return found


def _finding(votes: Sequence[Vote], decision: Decision, rule: Rule) -> Finding:
    """Return the finding that says who wants it gone, since when, and why, as far as somebody wrote that."""
    mine = [vote for vote in votes if vote.label == REJECTED and vote.annotator in decision.by]
    when = datetime.fromtimestamp(max(vote.order for vote in mine), UTC).isoformat(timespec="seconds")
    others = sum(count for label, count in decision.votes.items() if label != REJECTED)
    against = f" ({rule}, {others:,} for keeping it)" if others else ""
    notes = "; ".join(dict.fromkeys(vote.note.strip() for vote in mine if vote.note.strip()))
    detail = f"{', '.join(decision.by)} rejected it, {when.replace('+00:00', 'Z')}{against}"
    return Finding(REJECTED, REVIEW_CHECKS[REJECTED].severity, detail=f"{detail}: {notes}" if notes else detail)
