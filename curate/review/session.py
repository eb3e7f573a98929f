"""One person answering: what a page sends becomes answers, and what was answered before goes to every page."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, field

from curate.ground.errors import UsageError, nearest
from curate.review.answers import LABELS, Answer, AnswerWriter, Other, Question

if TYPE_CHECKING:
    from curate.review.items import Item

_LONGEST = 4000


class Draft(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An answer as a page knows it: by the number of the item; paths and digests stay with the server.

    Attributes:
        number: Of the item, from 0.
        at: When it was given, with a time zone; with the number, it tells a second sending from a second answer.
        label: As in `Answer`; the other fields too.
    """

    number: Annotated[int, Meta(ge=0)]
    at: Annotated[datetime, Meta(tz=True)]
    label: Annotated[str, Meta(max_length=_LONGEST)] | None = None
    reject: bool = False
    undo: bool = False
    seconds: Annotated[float, Meta(ge=0)] = 0.0
    seen: Annotated[dict[str, Annotated[str, Meta(max_length=_LONGEST)]], Meta(max_length=16)] = field(
        default_factory=dict
    )
    note: Annotated[str, Meta(max_length=_LONGEST)] = ""


class Session:
    """The answers of one person to the items of one review; several pages may send at once.

    Args:
        items: What is asked, as its paths are known here; pages may know less.
        question: What is asked about each.
        annotator: Who answers.
        classes: Labels that `label` and `blind` take.
        earlier: Answers that were given before, of anybody to anything.
        writer: Keeps what is recorded; None: nothing can be recorded, as in a page that keeps its answers itself.
    """

    def __init__(
        self,
        items: "Sequence[Item]",
        question: Question,
        annotator: str,
        classes: Sequence[str],
        earlier: Sequence[Answer] = (),
        writer: AnswerWriter | None = None,
    ) -> None:
        self.items, self.question, self.annotator = items, question, annotator
        self.classes, self._writer = LABELS.get(question, tuple(classes)), writer
        self._lock = threading.Lock()
        numbers = {self._about(item): number for number, item in enumerate(items)}
        self.log: list[Draft] = []
        for one in earlier:
            if one.annotator == annotator and (number := numbers.get(one.about)) is not None:
                self.log.append(_draft(one, number))
        self._seen = {(one.number, one.at, one.undo) for one in self.log}

    def record(self, drafts: Sequence[Draft]) -> None:
        """Keep answers: when this returns, they are on the disk.

        What was sent before, and whose receipt was lost on the way, is not kept twice.

        Raises:
            UsageError: One is about no item, or has a label that this question does not have; none is kept.
            OSError: They cannot be written; none is kept.
        """
        # One at a time: an order that two tabs see differently would be two truths.
        with self._lock:
            fresh = [one for one in drafts if (one.number, one.at, one.undo) not in self._seen]
            answers = [self._answer(one) for one in fresh]
            if self._writer and answers:
                self._writer.append(*answers)
            self.log.extend(fresh)
            self._seen.update((one.number, one.at, one.undo) for one in fresh)

    def since(self, count: int) -> list[Draft]:
        """Return what was recorded after the first `count` answers."""
        return self.log[count:]

    def _answer(self, draft: Draft) -> Answer:
        if draft.number >= len(self.items):
            raise UsageError(f"there is no item {draft.number}")
        if draft.label is not None and draft.label not in self.classes:
            raise UsageError(f"{draft.label!r} is no class{nearest(draft.label, self.classes)}")
        item = self.items[draft.number]
        try:
            return Answer(
                item.sides[0].path,
                item.sides[0].digest,
                self.annotator,
                self.question,
                draft.label,
                draft.seconds,
                draft.at,
                draft.seen,
                draft.reject,
                draft.undo,
                item.round,
                _other(item),
                draft.note,
            )
        except ValueError as error:
            raise UsageError(f"not an answer: {error}") from None

    def _about(self, item: "Item") -> tuple[object, ...]:
        """Return what `Answer.about` is of an answer to an item."""
        first = item.sides[0]
        asked = (self.annotator, first.digest, self.question, item.round)
        other = _other(item)
        return (*asked, first.path, other.path, other.digest) if other else asked


def _other(item: "Item") -> Other | None:
    return Other(item.sides[1].path, item.sides[1].digest) if len(item.sides) > 1 else None


def _draft(one: Answer, number: int) -> Draft:
    return Draft(number, one.at, one.label, one.reject, one.undo, one.seconds, one.seen, one.note)
