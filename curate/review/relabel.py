"""New labels for the samples of a manifest, each with a record of what it was, and the way back.

The record stands in the sample's origin, as a stack: `relabelled`, the latest last. It goes wherever the sample goes,
and `--undo` takes the latest away again, exactly.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from curate.check.checks import LABEL_CHECKS
from curate.facts.records import Finding
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode, loads
from curate.records.sample import Sample
from curate.records.writer import changed, foreign_field, with_foreign
from curate.review.votes import Decision, Rule, VotesOfSet, decide
from curate.scan.labels import SPLIT_NAMES

RELABELLED = "relabelled"
"""Key of the origin."""
SUGGESTED = "suggested"
"""The field of a sample with the label that `issues` proposes."""
MAPPED = "map-label"
"""Rule of a label that was renamed everywhere."""


class Relabelling(Struct, frozen=True, omit_defaults=True):
    """One change of one label, or its confirmation.

    Attributes:
        before: The label that it had; None: none.
        after: The one that it has since.
        rule: By which it was decided, or `map-label`.
        at: When, UTC, ISO 8601; the same for all that one call changed.
        by: Who gave that label, sorted.
        votes: Of each label.
        findings: Those that it settled, to be put back with the label.
        suggested: What `issues` proposed, likewise.
    """

    before: str | None
    after: str
    rule: str
    at: str
    by: tuple[str, ...] = ()
    votes: dict[str, int] = {}
    findings: tuple[Finding, ...] = ()
    suggested: str | None = None


@dataclass(slots=True)
class Relabelled:
    """What became of a manifest; counts of samples.

    Attributes:
        samples: All.
        changed: From and to, with a new label.
        confirmed: Whose label people said is right.
        tied: Voted on, without a decision.
        void: With answers to other bytes than the file has, by path.
        held: Of the test split, whose labels stay: people decided, but nobody who adjudicates.
        after: Labels that were given, and how often.
        known: Labels of the manifest before, and how often.
    """

    samples: int = 0
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    confirmed: int = 0
    tied: int = 0
    void: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    after: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)

    @property
    def new_labels(self) -> list[str]:
        """Return the labels that were given and that no sample had."""
        return sorted(label for label in self.after if label not in self.known)


def parse_label_map(settings: Iterable[str]) -> dict[str, str]:
    """Return `OLD=NEW` as a mapping; the first = parts them, unless it is written as `==`.

    Raises:
        UsageError: There is no =, a side is empty, or one label is to become two.
    """
    found: dict[str, str] = {}
    for text in settings:
        old, equals, new = text.partition("=")
        if not equals or not old or not new.strip():
            raise UsageError(f"--map-label {text!r} is not OLD=NEW; an example: --map-label cats=cat")
        if found.setdefault(old, new) != new:
            raise UsageError(f"--map-label: {old!r} is to become {found[old]!r} and {new!r}; keep one")
    return found


def is_tested(split: str | None) -> bool:
    """Return whether a split is one that models are judged by, whose labels only adjudication changes."""
    return split is not None and SPLIT_NAMES.get(split.lower(), split.lower()) == "test"


def relabel(
    samples: Iterable[Sample],
    votes: VotesOfSet,
    rule: Rule,
    adjudicators: frozenset[str],
    at: str,
    result: Relabelled,
) -> Iterator[Sample]:
    """Yield all samples, with the labels that people decided on.

    A test label is changed by adjudication alone, and never by who was shown what a model says: a test that was bent
    towards the model says nothing of it.

    Args:
        samples: Of the manifest.
        votes: Of people.
        rule: How they decide.
        adjudicators: Whose word decides by the rule `adjudicated`; empty: all who voted are.
        at: When, for the record.
        result: Is counted up.
    """
    for sample in samples:
        result.samples += 1
        result.known[sample.label or ""] += 1
        found = votes.find(sample.path, sample.digest)
        if found.void:
            result.void.append(sample.path)
        tested = is_tested(sample.split)
        counted = [vote for vote in found.votes if not (tested and vote.by_model)]
        decision = decide(counted, rule, adjudicators or {vote.annotator for vote in counted})
        if not found.votes:
            yield sample
        elif tested and rule != "adjudicated" and decision.label != sample.label:
            result.held.append(sample.path)
            yield sample
        elif decision.label is None:
            result.tied += 1
            yield sample
        else:
            yield _decided(sample, decision, rule, at, result)


def _decided(sample: Sample, decision: Decision, rule: str, at: str, result: Relabelled) -> Sample:
    after = decision.label or ""
    if after == sample.label:
        result.confirmed += 1
    else:
        result.changed[sample.label or "", after] += 1
        result.after[after] += 1
    settled = tuple(one for one in sample.findings if one.check in LABEL_CHECKS)
    # Said again, it is no news: a second call with the same answers changes nothing.
    suggested = _suggested(sample)
    if after == sample.label and not settled and suggested is None:
        return sample
    return _with(sample, Relabelling(sample.label, after, rule, at, decision.by, decision.votes, settled, suggested))


def map_labels(samples: Iterable[Sample], names: Mapping[str, str], at: str, result: Relabelled) -> Iterator[Sample]:
    """Yield all samples, with labels renamed everywhere, also in the test split: a class has one name.

    Args:
        samples: Of the manifest.
        names: Old to new.
        at: When, for the record.
        result: Is counted up.
    """
    for sample in samples:
        result.samples += 1
        result.known[sample.label or ""] += 1
        after = names.get(sample.label or "")
        if after is None or after == sample.label:
            yield sample
        else:
            result.changed[sample.label or "", after] += 1
            result.after[after] += 1
            settled = tuple(one for one in sample.findings if one.check == "look-alike-label")
            yield _with(sample, Relabelling(sample.label, after, MAPPED, at, findings=settled))


def _with(sample: Sample, record: Relabelling) -> Sample:
    origin: dict[str, object] = dict(sample.origin or {})
    origin[RELABELLED] = [*_stack(sample), loads(encode(record))]
    findings = tuple(one for one in sample.findings if one not in record.findings)
    new = changed(sample, label=record.after, origin=origin, findings=findings)
    # Else a review would ask about it again.
    return with_foreign(new, suggested=None) if record.suggested is not None else new


def _suggested(sample: Sample) -> str | None:
    found = foreign_field(sample, SUGGESTED)
    return found if isinstance(found, str) else None


def _stack(sample: Sample) -> list[Any]:
    written = (sample.origin or {}).get(RELABELLED, [])
    if not isinstance(written, list):
        raise InputError(f"{sample.path}: origin.{RELABELLED} is no list; it was not written by burnish")
    return written


def latest_of(samples: Iterable[Sample]) -> str | None:
    """Return when the latest call changed a label; None where none did.

    Raises:
        InputError: A record is none.
    """
    return max((history_of(sample)[-1].at for sample in samples if _stack(sample)), default=None)


def history_of(sample: Sample) -> list[Relabelling]:
    """Return what a sample's labels were, the latest change last.

    Raises:
        InputError: A record is none.
    """
    try:
        return msgspec.convert(_stack(sample), list[Relabelling])
    except msgspec.ValidationError as problem:
        raise InputError(f"{sample.path}: origin.{RELABELLED} cannot be read: {problem}") from None


@dataclass(slots=True)
class Undone:
    """What was taken back.

    Attributes:
        samples: All.
        taken_back: Whose label, or findings, are as before.
        kept: Paths of those whose label was changed by something else since; they stay as they are.
    """

    samples: int = 0
    taken_back: int = 0
    kept: list[str] = field(default_factory=list)


def undo(samples: Iterable[Sample], at: str, result: Undone) -> Iterator[Sample]:
    """Yield all samples, with what one call changed taken back.

    Args:
        samples: Of the manifest.
        at: Of the call (`latest_of`).
        result: Is counted up.
    """
    for sample in samples:
        result.samples += 1
        if not _stack(sample) or (last := history_of(sample)[-1]).at != at:
            yield sample
        elif sample.label != last.after:
            result.kept.append(sample.path)
            yield sample
        else:
            result.taken_back += 1
            origin: dict[str, object] = dict(sample.origin or {})
            origin[RELABELLED] = _stack(sample)[:-1]
            if not origin[RELABELLED]:
                del origin[RELABELLED]
            findings = (*sample.findings, *(one for one in last.findings if one not in sample.findings))
            back = changed(sample, label=last.before, origin=origin or None, findings=findings)
            yield back if last.suggested is None else with_foreign(back, suggested=last.suggested)
