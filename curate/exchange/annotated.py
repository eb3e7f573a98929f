"""What other tools give back: samples with labels, and samples made of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from curate.ground.errors import InputError
from curate.records.reader import LineError, parse
from curate.records.sample import Sample
from curate.records.writer import with_foreign
from curate.review.relabel import Relabelled, relabel
from curate.review.votes import Rule, Vote, VotesOfSet, decide


class Part(NamedTuple):
    """A part of a recording.

    Attributes:
        name: That the dataset gives it.
        start_s: Seconds from the beginning.
        end_s: Likewise; None: the end of the recording.
    """

    name: str
    start_s: float
    end_s: float | None


class Annotated(NamedTuple):
    """What a file of another tool says of one sample, once for each annotation.

    Attributes:
        path: Of the sample.
        label: The class; None where it has none.
        person: Whether somebody annotated it there; else the label is what went out.
        annotator: Who; empty where that is not known.
        at: Seconds since the epoch; 0 where that is not known.
        seconds: That it took; None where that is not known.
        split: Of the sample.
        tags: Of the sample.
        line: The line of the manifest that went out with it; empty where none did.
        seen: What was shown beside the file, by name.
        text: What is said or to be seen in it.
        fields: What else the format tells and a manifest has no place for, as one field of the sample's line.
        part: Where the sample is only a part of the file at `path`.
    """

    path: str
    label: str | None
    person: bool = False
    annotator: str = ""
    at: float = 0.0
    seconds: float | None = None
    split: str | None = None
    tags: tuple[str, ...] = ()
    line: bytes = b""
    seen: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    fields: Mapping[str, object] = {}
    part: Part | None = None


@dataclass(slots=True)
class Left:
    """What a format has no place for, counted, to be said.

    Attributes:
        counts: How many samples each remark is about.
    """

    counts: Counter[str] = field(default_factory=Counter)

    def notes(self) -> list[str]:
        """Return a sentence for each remark."""
        return [f"{remark}: {count:,}" for remark, count in self.counts.most_common()]


def carried_sample(text: object, source: str, where: str) -> bytes:
    """Return the line of a manifest that travelled along as text.

    Raises:
        InputError: It is no line of a manifest; names the file and the place.
    """
    if not isinstance(text, str):
        raise InputError(f"{source}: {where}: the field `sample` is no text; it was not written by burnish export")
    line = text.encode("utf-8", "surrogatepass")
    try:
        parse(line)
    except LineError as error:
        raise InputError(f"{source}: {where}: the field `sample`: {error}") from None
    return line


def samples_of(
    annotated: Sequence[Annotated], rule: Rule, adjudicators: frozenset[str], result: Relabelled, at: str
) -> Iterator[Sample]:
    """Yield the samples of a file: as they went out where that travelled along, else what the format tells.

    Args:
        annotated: In the order of the file.
        rule: How several annotations of one sample decide.
        adjudicators: As for `relabel`.
        result: Is counted up.
        at: When, for the record of changed labels.
    """
    by_path: dict[str, list[Annotated]] = {}
    for one in annotated:
        by_path.setdefault(one.path, []).append(one)
    known: list[Sample] = []
    votes: list[Vote] = []
    for path, several in by_path.items():
        first = several[0]
        if first.line:
            known.append(parse(first.line))
            votes += votes_on(parse(first.line), several)
        else:
            # Nothing to hold it against: what the file says is all that is known of the sample.
            mine = [_vote(path, one, place) for place, one in enumerate(several) if one.label is not None]
            label = decide(mine, rule, {vote.annotator for vote in mine}).label
            known.append(sample_of(first._replace(label=label)))
    yield from relabel(known, VotesOfSet(votes), rule, adjudicators, at, result)


def sample_of(one: Annotated) -> Sample:
    """Return the sample of what a file says, where nothing else is known of it."""
    sample = Sample(one.path, one.label, one.tags, one.split, text=one.text)
    return with_foreign(sample, **one.fields) if one.fields else sample


def onto_manifest(
    samples: Iterable[Sample],
    annotated: Sequence[Annotated],
    rule: Rule,
    adjudicators: frozenset[str],
    result: Relabelled,
    at: str,
) -> Iterator[Sample]:
    """Yield the samples of a manifest with the labels that a file gives them, as `relabel` would.

    Args:
        samples: Of the manifest.
        annotated: In the order of the file.
        rule: How several annotations of one sample decide.
        adjudicators: As for `relabel`.
        result: Is counted up.
        at: When, for the record of changed labels.
    """
    by_path: defaultdict[str, list[Annotated]] = defaultdict(list)
    for one in annotated:
        by_path[one.path].append(one)
    for sample in samples:
        votes = VotesOfSet(votes_on(sample, by_path.get(sample.path, ())))
        yield from relabel((sample,), votes, rule, adjudicators, at, result)


def votes_on(sample: Sample, several: Iterable[Annotated]) -> list[Vote]:
    """Return the votes on a sample: of people, and of files without people where they say something new."""
    # A label that came back as it went out, from a format without people, is no confirmation by anybody.
    return [
        _vote(sample.path, one, place)
        for place, one in enumerate(several)
        if one.label is not None and (one.person or one.label != sample.label)
    ]


def _vote(path: str, one: Annotated, place: int) -> Vote:
    return Vote(
        path, None, one.annotator or "imported", one.label or "", one.at or place, "prediction" in dict(one.seen)
    )
