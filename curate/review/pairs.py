"""What people said of pairs: which of two copies stays, by the rules that decide on labels."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from curate.duplicates.groups import Stays, Verdict
from curate.review.answers import Answer, read_answers, standing
from curate.review.relabel import is_tested
from curate.review.votes import Rule, Vote, decide

_TURNED: Mapping[Stays, Stays] = {"first": "second", "second": "first"}
_STAYS: Mapping[str, Stays] = {"first": "first", "second": "second", "both": "both", "neither": "neither"}


class Copy(Protocol):
    """What of a sample is needed to find it."""

    @property
    def path(self) -> str:
        """As in the manifest."""

    @property
    def digest(self) -> str | None:
        """Of its bytes."""

    @property
    def split(self) -> str | None:
        """As in the manifest."""


@dataclass(slots=True)
class PairAnswers:
    """What answers come to for a manifest.

    Attributes:
        verdicts: One for each pair that was answered, by its places in the manifest.
        held: Paths of pairs that people reject, one of them of the test split, and nobody who adjudicates.
        void: Of those of which a file is not the one that was seen.
        strangers: Of those of which the manifest has not both.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def read_pair_answers(paths: Iterable[str]) -> tuple[list[Answer], list[str]]:
    """Return the standing answers to `pair` in files of answers, and sentences for the user.

    Raises:
        InputError: One cannot be read; a line is no answer (`ManifestError`).
    """
    given: list[Answer] = []
    notes: list[str] = []
    for path in paths:
        read = read_answers(path)
        given += [one for one in standing(read.answers) if one.question == "pair"]
        notes += [read.cut] if read.cut else []
    if not given:
        notes.append("no answer is about a pair; ask with burnish review --ask pair")
    return given, notes


def answers_of_pairs(
    answers: Iterable[Answer], samples: Sequence[Copy], rule: Rule, adjudicators: frozenset[str]
) -> PairAnswers:
    """Return what people said of the pairs of a manifest.

    Args:
        answers: To `pair`, in the order in which they were given.
        samples: Of the manifest.
        rule: How several people decide.
        adjudicators: Whose word decides by the rule `adjudicated`.
    """
    found, places = PairAnswers(), _Places(samples)
    votes: defaultdict[tuple[int, int], list[Vote]] = defaultdict(list)
    asked: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for one in answers:
        assert one.other is not None
        first, second = places.find(one.path, one.digest), places.find(one.other.path, one.other.digest)
        name = f"{one.path} and {one.other.path}"
        if isinstance(first, int) and isinstance(second, int) and first != second:
            pair = min(first, second), max(first, second)
            votes[pair] += _votes(one, turned=first > second)
            asked[pair].add(one.annotator)
        elif "void" in {first, second}:
            found.void.append(name)
        else:
            found.strangers.append(name)
    for (low, high), given in votes.items():
        # Nobody could tell, or people disagree: to drop one of the two would be against what somebody said.
        decision = decide(given, rule, adjudicators)
        stays: Stays = _STAYS[decision.label] if decision.label else "open"
        if stays == "neither" and rule != "adjudicated" and any(is_tested(samples[at].split) for at in (low, high)):
            found.held.append(f"{samples[low].path} and {samples[high].path}")
            stays = "open"
        by = decision.by if stays != "open" else tuple(sorted(asked[low, high]))
        found.verdicts.append(Verdict(low, high, stays, by))
    return found


def _votes(one: Answer, *, turned: bool) -> list[Vote]:
    """Return the vote of an answer, told of the sample that is first in the manifest; none where it is unsure."""
    if one.is_unsure:
        return []
    word: Stays = "neither" if one.reject else _STAYS[one.label or ""]
    label = _TURNED.get(word, word) if turned else word
    # Both digests are found already, and the pair is the key: of one person the latest counts.
    return [Vote(one.path, "pair", one.annotator, label, one.at.timestamp())]


class _Places:
    """Finds samples by their bytes, and among those with the same bytes by their path."""

    def __init__(self, samples: Sequence[Copy]) -> None:
        self._by_digest: defaultdict[str, list[int]] = defaultdict(list)
        self._paths = {sample.path for sample in samples}
        self._samples = samples
        for place, sample in enumerate(samples):
            if sample.digest is not None:
                self._by_digest[sample.digest].append(place)

    def find(self, path: str, digest: str) -> int | str:
        """Return the place of a sample; `void` where its file has other bytes now, `strange` where it is not there."""
        same = self._by_digest.get(digest, [])
        named = [place for place in same if self._samples[place].path == path]
        # Moved files are known by their bytes, unless several have them: then nothing tells which was meant.
        if found := named or (same if len(same) == 1 else []):
            return found[0]
        return "void" if not same and path in self._paths else "strange"
