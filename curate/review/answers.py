"""Answers of people about samples: a file of JSON Lines that only grows, and what of it stands.

An answer is about bytes, not about a path: its digest names them, so that it holds wherever the file goes and is void
when the file changes. Nothing is ever overwritten: a second answer follows the first, and taking one back is a record
of its own (`undo`), as in a ledger. So a file that was cut off anywhere is the truth up to there.
"""

import fcntl
import math
import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self, get_args
from weakref import WeakSet

import msgspec
from msgspec import Meta, Struct

from curate.ground.errors import BurnishError, InputError, ManifestError
from curate.ground.json import Decoder, encode, loads
from curate.journal.fs import sync_folder, write_all
from curate.records.reader import without_nulls

if TYPE_CHECKING:
    from collections.abc import Iterable

Question = Literal["label", "reject", "pair", "realism", "blind"]
QUESTIONS: tuple[Question, ...] = get_args(Question)

LABELS: dict[Question, tuple[str, ...]] = {
    "reject": ("keep",),
    "pair": ("first", "second", "both"),
    "realism": ("real", "made"),
}
"""What can be answered where the labels are not the classes of the dataset; of a pair: which stays."""

Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
_BEGINNING = b'{"path":"'
"""Of every line as `encode` writes it: the fields of a record are in their order."""

_open: "WeakSet[AnswerWriter]" = WeakSet()


class Other(Struct, frozen=True):
    """The second sample of a pair.

    Attributes:
        path: As the manifest has it.
        digest: Of its bytes.
    """

    path: str
    digest: Digest


class Answer(Struct, frozen=True, omit_defaults=True):
    """What one person said of one sample, or of a pair of them.

    The first eight fields are on every line; the others only where they say something.

    Attributes:
        path: Of the sample, as the manifest had it when it was asked.
        digest: Of the bytes that were seen: `sha256:` and 64 hexadecimal digits.
        annotator: Who answered.
        question: What was asked.
        label: `label`, `blind`: the class. `reject`: `keep`. `realism`: `real` or `made`. `pair`: `first`, `second` or
            `both`, whichever stays. None: unsure, or one of `reject` and `undo`.
        seconds: From showing to answering, without the time in which the page could not be seen.
        at: When it was answered, with a time zone.
        seen: What was shown beside the file, by name: `label`, `prediction`, `neighbours`, `findings`; of a blind
            answer nothing.
        reject: The sample, or both of a pair, should go, whatever was asked.
        undo: Takes back the last answer of this annotator to this question on this sample that still stands.
        round: 0; 1 where the same was asked again, to measure how far a person agrees with himself.
        other: The second sample of a pair; `path` and `digest` are the first.
        note: What the person wrote.
    """

    path: str
    digest: Digest
    annotator: Annotated[str, Meta(min_length=1)]
    question: Question
    label: str | None
    seconds: Annotated[float, Meta(ge=0)]
    at: Annotated[datetime, Meta(tz=True)]
    seen: dict[str, str]
    reject: bool = False
    undo: bool = False
    round: Annotated[int, Meta(ge=0)] = 0
    other: Other | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself; msgspec makes an error of the line of it.

        Raises:
            ValueError: Seconds without end, a label although it rejects or takes back, a label that this question does
                not have, or a pair of one.
        """
        if not math.isfinite(self.seconds):
            raise ValueError("its seconds are no number")
        if self.label is not None and (self.reject or self.undo):
            raise ValueError(f"it has a label and is {'an undo' if self.undo else 'a reject'} as well")
        if self.reject and self.undo:
            raise ValueError("it is a reject and an undo at once")
        if self.label is not None and self.label not in LABELS.get(self.question, (self.label,)):
            known = ", ".join(LABELS[self.question])
            raise ValueError(f"{self.question} is not answered by {self.label!r} (known: {known})")
        if (self.question == "pair") != (self.other is not None):
            raise ValueError("a question about a pair, and no other, has the field `other`")

    @property
    def is_unsure(self) -> bool:
        """Whether the person looked and could not tell."""
        return self.label is None and not self.reject and not self.undo

    @property
    def about(self) -> tuple[object, ...]:
        """Who was asked what of which bytes: of answers that have this in common, the last one stands."""
        asked = (self.annotator, self.digest, self.question, self.round)
        # Exact copies have one digest, so that of a pair only the paths tell which it was.
        return (*asked, self.path, self.other.path, self.other.digest) if self.other else asked


class AnswerFile(NamedTuple):
    """What was read of a file of answers.

    Attributes:
        answers: In the order in which they were given, those that were taken back and their `undo` too.
        cut: A sentence for the user where the last line was cut off and does not count; else empty.
        size: Bytes up to the end of the last line that counts.
    """

    answers: list[Answer]
    cut: str
    size: int


def read_answers(path: str) -> AnswerFile:
    """Read a file of answers, strictly.

    A last line without its line feed was being written when the machine or the process died. If it is whole, it
    counts; if not, nobody was shown the next item after it, so that leaving it out loses no answer.

    Raises:
        InputError: The file cannot be read.
        ManifestError: A line is no answer; names the file, the line and what is wrong.
    """
    try:
        with open(path, "rb") as file:
            return _parse(file, path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def standing(answers: "Iterable[Answer]", *, repeats: bool = False) -> list[Answer]:
    """Return the answers that stand: of each annotator, digest and question the latest that was not taken back.

    Args:
        answers: In the order in which they were given.
        repeats: Also those of later rounds, which measure the annotator and are no second vote on the sample.

    Returns:
        In the order in which the questions were first answered.
    """
    given: dict[tuple[object, ...], list[Answer]] = {}
    for answer in answers:
        earlier = given.setdefault(answer.about, [])
        if not answer.undo:
            earlier.append(answer)
        # More undos than answers: files that were joined by hand, or a first half that was deleted.
        elif earlier:
            earlier.pop()
    latest = (stack[-1] for stack in given.values() if stack)
    return [answer for answer in latest if repeats or answer.round == 0]


def now() -> datetime:
    """Return the time in UTC to the millisecond, as the pages write it."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class AnswerWriter:
    """A file of answers that is open for more: locked, and every answer on the disk before `append` returns.

    Attributes:
        answers: All that are in the file, those that were there before too.
        told: Sentences for the user on what was mended when it was opened.

    Args:
        path: The file; made if it is not there.

    Raises:
        InputError: It cannot be opened.
        ManifestError: It is there and holds something else than answers; nothing was changed.
        BurnishError: Another process is writing to it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._descriptor = _open_locked(path)
        try:
            found = read_answers(path)
            self.answers, self.told = found.answers, [found.cut] if found.cut else []
            self._size = found.size
            self._mend_end()
            sync_folder(os.path.dirname(os.path.realpath(path)))
        except BaseException:
            os.close(self._descriptor)
            raise
        _open.add(self)

    def append(self, *answers: Answer) -> None:
        """Add answers, and return when they are on the disk.

        Raises:
            OSError: The disk is full or cannot be written; the file is as before.
        """
        data = b"".join(encode(answer) + b"\n" for answer in answers)
        try:
            write_all(self._descriptor, data)
            os.fsync(self._descriptor)
        except OSError:
            # Half a line in the middle would make every later one unreadable.
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)
        self.answers.extend(answers)

    def close(self) -> None:
        """Let go of the file and of its lock; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _mend_end(self) -> None:
        """Cut off half a line, and end a whole one: what is appended has to begin on a line of its own."""
        if os.fstat(self._descriptor).st_size > self._size:
            os.ftruncate(self._descriptor, self._size)
        if self._size and os.pread(self._descriptor, 1, self._size - 1) != b"\n":
            write_all(self._descriptor, b"\n")
            self._size += 1
        os.fsync(self._descriptor)


_answers = Decoder(Answer)


def _close_in_child() -> None:
    """Close what a forked worker inherits: the lock has to end with the process that took it, however that ends."""
    for writer in list(_open):
        writer.close()


os.register_at_fork(after_in_child=_close_in_child)


def _parse(file: "Iterable[bytes]", path: str) -> AnswerFile:
    answers: list[Answer] = []
    size = 0
    for number, line in enumerate(file, start=1):
        try:
            if line.strip():
                answers.append(_decode(line))
        except ValueError as problem:
            if _is_cut(line, problem):
                return AnswerFile(
                    answers, f"{path}:{number}: this last line was cut off as it was written; it is left out", size
                )
            told = str(problem).replace("Object missing", "missing")
            raise ManifestError(path, number, f"not an answer: {told}") from None
        size += len(line)
    return AnswerFile(answers, "", size)


def _decode(line: bytes) -> Answer:
    try:
        return _answers.decode(line)
    except msgspec.ValidationError:
        # Programs that write every column on every line (DuckDB, polars) write null for what is not there.
        fields = loads(line)
        if not isinstance(fields, dict):
            raise
        said = without_nulls(fields)
        if "label" in fields:
            said.setdefault("label", None)
        return msgspec.convert(said, Answer)


def _is_cut(line: bytes, problem: ValueError) -> bool:
    """Return whether a line is the beginning of an answer: what is none must not be cut off from a stranger's file."""
    if line.endswith(b"\n") or isinstance(problem, msgspec.ValidationError):
        return False
    # Some file systems fill with zeros what was never written before the power went.
    written = line.rstrip(b"\0")
    return written.startswith(_BEGINNING[: len(written)])


def _open_locked(path: str) -> int:
    try:
        # Append only: whatever else goes wrong, what is there is not written over.
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError(f"cannot keep answers in {path}: it is no file; name one like answers.jsonl")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise BurnishError(f"another review is writing to {path}; end it, or name another file with -o") from None
    return descriptor
