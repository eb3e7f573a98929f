"""Common Voice's tables, written: `validated.tsv`, one for each split, and `clip_durations.tsv`, beside `clips/`.

Format: github.com/common-voice/cv-dataset. The tables are not quoted: a sentence may hold quotation marks, and must
hold no tab and no line feed. What the format has no column for (the label, other tags) gets one of its own, which
readers that ask for columns by name do not see.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from curate.ground.errors import UsageError
from curate.records.sample import Sample

COLUMNS = (
    "client_id", "path", "sentence_id", "sentence", "sentence_domain", "up_votes", "down_votes", "age", "gender",
    "accents", "variant", "locale", "segment",
)  # fmt: skip
"""Of corpus 17 and later, in order; older ones have fewer, and `accent`."""
SPLIT_TABLES = {"train": "train.tsv", "val": "dev.tsv", "test": "test.tsv"}
VALIDATED, DURATIONS, CLIPS = "validated.tsv", "clip_durations.tsv", "clips"
DURATION_COLUMNS = ("clip", "duration[ms]")
TAGGED = ("age", "gender", "accents", "accent", "variant", "locale", "segment", "sentence_domain")
"""Columns that say what a clip is like: slices, of which each has many."""
FIELD = "common_voice"
"""The field of a sample's line for what a manifest has no place for: votes, ids of sentences, unknown columns."""
_SPEAKERS = ("client_id", "speaker")
_LABEL, _TAGS = "label", "tags"


@dataclass(slots=True)
class CommonVoiceFiles:
    """The tables of a set whose files lie in `clips/`.

    Attributes:
        names: Of the tables, once the samples were surveyed.
    """

    names: tuple[str, ...] = ()
    _splits: set[str] = field(default_factory=set)
    _durations: bool = False
    _more: tuple[str, ...] = ()

    def survey(self, placed: Iterable[tuple[str, Sample]], notes: list[str]) -> None:
        """Find out which tables and columns there are.

        Args:
            placed: Where each sample goes, relative to the destination, and the sample.
            notes: Is given what the user should hear.

        Raises:
            UsageError: A file does not go to `clips/`, or a split has no table.
        """
        without, changed, more = 0, 0, set[str]()
        for target, sample in placed:
            folder, slash, name = target.rpartition("/")
            if not slash or folder != CLIPS:
                raise UsageError(
                    f"Common Voice keeps its recordings in clips/, and {target} is not there: --layout 'clips/{{name}}'"
                )
            if sample.split is not None and sample.split not in SPLIT_TABLES:
                raise UsageError(f"{sample.path}: Common Voice has no split {sample.split!r}, only train, val and test")
            _refuse_breaks(name, sample.path)
            self._splits |= {sample.split} if sample.split else set()
            self._durations |= bool(sample.audio and sample.audio.duration_s)
            without += sample.text is None
            changed += sample.text is not None and sample.text != one_line(sample.text)
            more |= {_LABEL} if sample.label is not None else set()
            more |= {_TAGS} if _other_tags(sample) else set()
            for text in (sample.label or "", *sample.tags):
                _refuse_breaks(text, sample.path)
            if odd := next((tag for tag in _other_tags(sample) if ";" in tag), None):
                raise UsageError(f"{sample.path}: the tag {odd!r} has a `;`, which divides tags there; rename it")
        self._more = tuple(sorted(more))
        tables = [SPLIT_TABLES[split] for split in SPLIT_TABLES if split in self._splits]
        self.names = (VALIDATED, *tables, *((DURATIONS,) if self._durations else ()))
        if without:
            notes.append(f"without a text, so with an empty sentence: {without:,}")
        if changed:
            notes.append(f"tabs and line feeds in a sentence become blanks: {changed:,}")

    def contents(self, placed: Iterable[tuple[str, Sample]]) -> dict[str, bytes]:
        """Return what the tables hold, by their names.

        Args:
            placed: The samples that were surveyed, and where each goes.
        """
        header = _line([*COLUMNS, *self._more])
        tables = {name: bytearray(_line(DURATION_COLUMNS) if name == DURATIONS else header) for name in self.names}
        for target, sample in placed:
            name = target.rpartition("/")[2]
            row = _row(name, sample, self._more)
            tables[VALIDATED] += row
            if sample.split:
                tables[SPLIT_TABLES[sample.split]] += row
            if sample.audio and sample.audio.duration_s:
                tables[DURATIONS] += _line([name, str(round(sample.audio.duration_s * 1000))])
        return {name: bytes(table) for name, table in tables.items()}


def one_line(text: str) -> str:
    """Return a text as it can stand in a table: without tabs and line feeds, and without blanks around it."""
    return " ".join(text.split())


def _row(name: str, sample: Sample, more: tuple[str, ...]) -> bytes:
    from curate.records.writer import foreign_field

    kept = foreign_field(sample, FIELD)
    cells: dict[str, str] = {"path": name, "sentence": one_line(sample.text or "")}
    for key, value in kept.items() if isinstance(kept, dict) else ():
        if key in COLUMNS and isinstance(value, str | int):
            cells.setdefault(key, one_line(str(value)))
    for tag in sample.tags:
        key, equals, value = tag.partition("=")
        if equals and (key in TAGGED or key in _SPEAKERS):
            column = "client_id" if key in _SPEAKERS else "accents" if key == "accent" else key
            cells.setdefault(column, value)
    cells |= {_LABEL: sample.label or "", _TAGS: ";".join(_other_tags(sample))}
    return _line([cells.get(column, "") for column in (*COLUMNS, *more)])


def _other_tags(sample: Sample) -> list[str]:
    # As they are, and split at `;` on the way back: `survey` refuses tabs and line feeds in them.
    keys = {*TAGGED, *_SPEAKERS}
    return [tag for tag in sample.tags if "=" not in tag or tag.partition("=")[0] not in keys]


def _refuse_breaks(text: str, path: str) -> None:
    if any(character in text for character in "\t\n\r"):
        raise UsageError(f"{path}: a tab or a line feed in {text!r} would break the table; rename it")


def _line(cells: Iterable[str]) -> bytes:
    return ("\t".join(cells) + "\n").encode("utf-8", "surrogateescape")
