"""A table for spreadsheets and scripts: path, label, split, tags and what a model said, written and read back."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from curate.exchange.annotated import Annotated
from curate.ground.csv import read_table
from curate.ground.errors import InputError
from curate.records.sample import Sample

COLUMNS = ("path", "label", "split", "tags", "digest", "prediction", "confidence", "findings", "text", "fold")
_FORMULA = ("=", "+", "-", "@")


def row_of(sample: Sample, foreign: Mapping[str, Any]) -> bytes:
    """Return the row of a sample; bytes of names that are not UTF-8 stay as they are."""
    findings = ";".join(one.check for one in sample.findings)
    cells = (
        sample.path,
        sample.label,
        sample.split,
        ";".join(sample.tags),
        sample.digest,
        foreign.get("prediction"),
        foreign.get("confidence"),
        findings,
        sample.text,
        sample.fold,
    )
    return line_of(["" if cell is None else str(cell) for cell in cells])


def line_of(cells: "list[str]") -> bytes:
    """Return a line of the table."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8", "surrogateescape")


def looks_like_formula(sample: Sample) -> bool:
    """Return whether a spreadsheet would compute what is a name here."""
    return any(text.startswith(_FORMULA) for text in (sample.path, sample.label or "", sample.text or ""))


def read_back(path: str) -> Iterator[Annotated]:
    """Yield what a table says of each sample; empty labels are none.

    Raises:
        InputError: It cannot be read, or a row has no path; names the file and the line.
    """
    for row in read_table(path, ("path", "label"), exact=True):
        cells = row.cells
        if not cells["path"]:
            raise InputError(f"{path}:{row.line}: the path is empty")
        tags = tuple(filter(None, (tag.strip() for tag in cells.get("tags", "").split(";"))))
        annotator = cells.get("annotator", "")
        yield Annotated(
            cells["path"],
            cells["label"] or None,
            bool(annotator),
            annotator,
            split=cells.get("split") or None,
            tags=tags,
            text=cells.get("text") or None,
        )
