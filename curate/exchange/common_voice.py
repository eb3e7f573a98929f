"""Common Voice's corpora, read: clips with their sentences, speakers, votes and splits.

Format: github.com/common-voice/cv-dataset. A table is not quoted: `csv` with its usual quotes joins lines at a sentence
that begins with one (pytorch/audio#2838).
"""

import os
from collections.abc import Iterator

from curate.exchange.annotated import Annotated, Left
from curate.exchange.named_files import NamedFiles
from curate.ground.errors import InputError
from curate.media.sniff import format_of_name
from curate.organize.common_voice_files import (
    CLIPS,
    DURATION_COLUMNS,
    DURATIONS,
    FIELD,
    SPLIT_TABLES,
    TAGGED,
    VALIDATED,
)

LONGEST_LINE = 1 << 20
_NUMBERS = {"up_votes", "down_votes"}
_SPLIT_OF = {table: split for split, table in SPLIT_TABLES.items()}
_OTHER = {"invalidated.tsv": "validation=invalidated", "other.tsv": "validation=other"}
"""Tables of clips that were voted down, or not voted on yet: a slice, where the user names one."""


def read_back(path: str, base: str, left: Left) -> tuple[NamedFiles, Iterator[Annotated]]:
    """Return the clips of a corpus, and what it says of each.

    Args:
        path: The folder of a language: `validated.tsv` and the splits are read; or one table.
        base: What the paths of the manifest are to be relative to; empty: the working directory.
        left: Is told what was not read.

    Raises:
        InputError: There is no table, or a row makes no sense; names the file and the line.
    """
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    files = NamedFiles(os.path.join(folder, CLIPS), base)
    tables = [path]
    if os.path.isdir(path):
        # The splits first: a clip of one stands in validated.tsv too, and there without it.
        wanted = (*SPLIT_TABLES.values(), VALIDATED)
        tables = [file for name in wanted if os.path.isfile(file := os.path.join(path, name))]
        if not tables:
            raise InputError(f"{path} is no corpus of Common Voice: it has none of {', '.join(wanted)}")
        left.counts.update(f"not read: {os.path.join(path, name)}" for name in _OTHER if name in os.listdir(path))
    return files, _read(tables, _durations(os.path.join(folder, DURATIONS)), files, left)


def _read(tables: list[str], durations: dict[str, int], files: NamedFiles, left: Left) -> Iterator[Annotated]:
    seen: dict[str, tuple[str, str]] = {}
    for table in tables:
        name = os.path.basename(table).lower()
        for where, row in _rows(table, ("path",)):
            # Corpora before 2020 leave the ending out.
            clip = row["path"] if format_of_name(row["path"]) else f"{row['path']}.mp3"
            if clip in seen:
                first, before = seen[clip]
                if name == VALIDATED and before != table:
                    continue
                raise InputError(f"{where}: {clip} stands twice, first at {first}; a clip is in one split")
            seen[clip] = (where, table)
            missing = files.missing
            path = files.path(clip, where)
            one = _clip(path, row, _SPLIT_OF.get(name), durations.get(clip))
            if name in _OTHER:
                one = one._replace(tags=(*one.tags, _OTHER[name]))
            if files.missing > missing and clip in durations:
                left.counts["have a duration and no file"] += 1
            yield one


def _clip(path: str, row: dict[str, str], split: str | None, duration_ms: int | None) -> Annotated:
    tags = [f"{key}={row[key]}" for key in ("client_id", *TAGGED) if row.get(key)]
    tags += [tag for tag in row.get("tags", "").split(";") if tag]
    rest: dict[str, object] = {}
    for key, value in row.items():
        if not value or key in {"path", "sentence", "client_id", "label", "tags", *TAGGED}:
            continue
        rest[key] = int(value) if key in _NUMBERS and value.isascii() and value.isdigit() and len(value) < 10 else value
    if duration_ms is not None:
        # What the corpus says, not what was measured: that is the fact audio.duration_s.
        rest["duration_ms"] = duration_ms
    return Annotated(
        path,
        row.get("label") or None,
        split=split,
        tags=tuple(dict.fromkeys(tags)),
        text=row.get("sentence") or None,
        fields={FIELD: rest} if rest else {},
    )


def _durations(path: str) -> dict[str, int]:
    if not os.path.isfile(path):
        return {}
    found: dict[str, int] = {}
    clip, length = DURATION_COLUMNS
    for where, row in _rows(path, DURATION_COLUMNS):
        if not row[length].isascii() or not row[length].isdigit() or len(row[length]) > 12:
            raise InputError(f"{where}: the duration {row[length][:20]!r} is no whole number of milliseconds")
        found[row[clip]] = int(row[length])
    return found


def _rows(path: str, needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where each row of a table stands, and its cells by column."""
    names: list[str] = []
    number = 0
    try:
        with open(path, "rb") as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                where = f"{path}:{number}"
                if len(line) > LONGEST_LINE or b"\0" in line:
                    raise InputError(f"{where}: a zero byte, or more than {LONGEST_LINE:,} bytes: no row of text")
                text = line.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").rstrip(b"\r\n").decode()
                cells = text.split("\t")
                if not names:
                    names = [cell.strip() for cell in cells]
                    if absent := next((name for name in needed if name not in names), None):
                        raise InputError(f"{path} is no table of Common Voice: it has no column {absent!r}")
                    if twice := next((name for name in names if names.count(name) > 1), None):
                        raise InputError(f"{path} has the column {twice!r} twice")
                elif text:
                    if len(cells) != len(names):
                        raise InputError(f"{where}: {len(cells)} values for {len(names)} columns")
                    yield where, dict(zip(names, map(str.strip, cells), strict=True))
    except UnicodeDecodeError:
        raise InputError(f"{path}:{number}: no UTF-8; convert it: iconv -f WINDOWS-1252 -t UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if not names:
        raise InputError(f"{path} is empty")
