"""What people say a label should be: from answers of a review and from tables of corrections, decided by a rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from curate.ground.command_line import call
from curate.ground.csv import read_table
from curate.ground.errors import InputError
from curate.review.answers import read_answers, standing

if TYPE_CHECKING:
    from curate.review.answers import Answer

Rule = Literal["majority", "last", "adjudicated"]
RULES: tuple[Rule, ...] = get_args(Rule)
_PATHS = ("path", "file_name")


class Vote(NamedTuple):
    """One label that one person gave to one sample.

    Attributes:
        path: Of the sample.
        digest: Of the bytes that were seen; None where a table does not say.
        annotator: Who.
        label: The class.
        order: The larger, the later.
        by_model: Whether a model's prediction was shown.
        note: What the person wrote beside it.
    """

    path: str
    digest: str | None
    annotator: str
    label: str
    order: float
    by_model: bool = False
    note: str = ""


class Decision(NamedTuple):
    """What a rule makes of votes.

    Attributes:
        label: The class; None: they decide nothing.
        by: Who gave that label, sorted.
        votes: Of each label.
    """

    label: str | None
    by: tuple[str, ...]
    votes: dict[str, int]


class Ballot(NamedTuple):
    """All votes.

    Attributes:
        votes: In the order in which they were given.
        notes: What the user should know of the files, a sentence each.
        rejected: Digests of samples that somebody wants gone.
    """

    votes: list[Vote]
    notes: list[str]
    rejected: frozenset[str] = frozenset()


def votes_of_answers(path: str) -> Ballot:
    """Return the votes of a file of answers: those to `label` and `blind` that stand, each person once.

    Raises:
        InputError: It cannot be read; a line is no answer (`ManifestError`).
    """
    read = read_answers(path)
    answers = standing(read.answers)
    chosen = [one for one in answers if one.question in {"label", "blind"}]
    votes = [_vote(one) for one in chosen if one.label is not None]
    rejected = frozenset(one.digest for one in answers if one.reject and one.other is None)
    unsure = sum(one.is_unsure for one in chosen)
    notes = [read.cut] if read.cut else []
    if unsure:
        notes.append(f"answers that say unsure, which count for no label: {unsure:,}")
    if rejected:
        drop = call("clean", "MANIFEST", "--answers", path)
        notes.append(f"samples that somebody rejected: {len(rejected):,}; to drop them: {drop}")
    return Ballot(votes, notes, rejected)


def _vote(one: "Answer") -> Vote:
    shown = "prediction" in one.seen
    return Vote(one.path, one.digest, one.annotator, one.label or "", one.at.timestamp(), shown)


def votes_of_table(path: str) -> Ballot:
    """Return the votes of a CSV: `path` (or `file_name`) and `label`; `annotator` and `digest` where they are known.

    Raises:
        InputError: It cannot be read, a row has no label, or one annotator gives one sample two of them; names the
            file and the line.
    """
    try:
        rows, column = read_table(path, ("path", "label")), "path"
    except InputError:
        # Hugging Face's name of the same column; what else is wrong is said of the first.
        try:
            rows, column = read_table(path, ("file_name", "label")), "file_name"
        except InputError:
            rows, column = read_table(path, ("path", "label")), "path"
    votes: list[Vote] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        sample, annotator = row.cells[column], row.cells.get("annotator") or path
        if not sample or not row.cells["label"]:
            raise InputError(f"{path}:{row.line}: the {'label' if sample else column} is empty")
        if before := seen.get((sample, annotator)):
            raise InputError(f"{path}:{row.line}: {sample} has a label in line {before} already; keep one")
        seen[sample, annotator] = row.line
        votes.append(Vote(sample, row.cells.get("digest") or None, annotator, row.cells["label"], row.line))
    return Ballot(votes, [])


def decide(votes: Sequence[Vote], rule: Rule, adjudicators: Iterable[str] = ()) -> Decision:
    """Return what a rule makes of the votes on one sample.

    Args:
        votes: Of all people; of the answers of one person to the same bytes the latest counts.
        rule: `majority`: the label that most gave, nothing where two have equally many; `last`: the latest;
            `adjudicated`: the latest of the adjudicators, nothing where none of them voted.
        adjudicators: Whose word decides.
    """
    # Who answered `label` and then `blind`, or in two files, is one person. Other tools do not always name theirs, so
    # that this is of answers alone.
    ordered = sorted(enumerate(votes), key=lambda placed: placed[1].order)
    latest = {(vote.annotator, vote.digest or place): vote for place, vote in ordered}
    votes = list(latest.values())
    counts = Counter(vote.label for vote in votes)
    label: str | None = None
    if rule == "majority":
        top = counts.most_common(2)
        label = top[0][0] if top and (len(top) == 1 or top[0][1] > top[1][1]) else None
    else:
        deciding = [vote for vote in votes if rule == "last" or vote.annotator in set(adjudicators)]
        label = max(deciding, key=lambda vote: vote.order).label if deciding else None
    by = {vote.annotator for vote in votes if vote.label == label}
    return Decision(label, tuple(sorted(by)), dict(counts.most_common()))


class Found(NamedTuple):
    """The votes on one sample.

    Attributes:
        votes: That count.
        void: How many do not, because the bytes of the file are others than those that were seen.
    """

    votes: list[Vote]
    void: int


class VotesOfSet:
    """Finds the votes on the samples of a manifest, and tells at the end which found none.

    Args:
        votes: All of them.
    """

    def __init__(self, votes: Iterable[Vote]) -> None:
        self._by_digest: defaultdict[str, list[Vote]] = defaultdict(list)
        self._by_path: defaultdict[str, list[Vote]] = defaultdict(list)
        for vote in votes:
            (self._by_digest[vote.digest] if vote.digest else self._by_path[vote.path]).append(vote)
            if vote.digest:
                self._by_path[vote.path].append(vote)
        self._left = {*self._by_digest, *self._by_path}

    def find(self, path: str, digest: str | None) -> Found:
        """Return the votes on a sample: those on its bytes, wherever they were, and those on its path without bytes."""
        self._left -= {path, digest or ""}
        by_path = self._by_path.get(path, [])
        found = list(self._by_digest.get(digest or "", ()))
        # A table without digests trusts the path; an answer never does.
        found += [vote for vote in by_path if vote.digest is None]
        void = sum(vote.digest is not None and vote.digest != digest for vote in by_path)
        if found and void:
            # The person looked again at the new bytes: what was said of the old ones is history, not news.
            void = 0
        return Found(found, void)

    @property
    def strangers(self) -> list[str]:
        """Return paths that were voted on and that no sample has, neither by path nor by bytes."""
        return sorted(
            path
            for path, votes in self._by_path.items()
            if path in self._left and not any(vote.digest and vote.digest not in self._left for vote in votes)
        )
