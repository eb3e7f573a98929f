"""Labels that several annotators gave to the same samples."""

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from curate.ground.csv import read_table
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from curate.ground.csv import Row

COLUMNS = ("path", "annotator", "label")


class Annotations(Struct, frozen=True):
    """All labels of all annotators.

    Attributes:
        labels: Path to annotator to label.
        tags: Path to the tags of the sample.
        annotators: Sorted.
        missing: Rows without a label.
    """

    labels: dict[str, dict[str, str]]
    tags: dict[str, tuple[str, ...]]
    annotators: tuple[str, ...]
    missing: int


def read_annotations(path: str) -> Annotations:
    """Return the annotations of a file.

    Args:
        path: CSV with the columns `path,annotator,label`, one label of one annotator a row; an empty label is a
            missing one. A column `tags` gives tags of the sample, separated by `;`.

    Raises:
        InputError: The file cannot be read, names fewer than two annotators, or an annotator labelled a sample twice.
    """
    rows = read_table(path, COLUMNS)
    for row in rows:
        if empty := next((name for name in ("path", "annotator") if not row.cells[name]), None):
            raise InputError(f"{path}:{row.line}: the {empty} is empty")
    # Counted before empty labels are left out: whoever labelled nothing was asked all the same.
    annotators = tuple(sorted({row.cells["annotator"] for row in rows}))
    if len(annotators) < 2:
        raise InputError(f"{path} has one annotator only ({annotators[0]}); agreement needs two or more")
    missing = sum(not row.cells["label"] for row in rows)
    return Annotations(_labels(path, rows), _tags(rows), annotators, missing)


def _labels(path: str, rows: "Sequence[Row]") -> dict[str, dict[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        sample, annotator, label = (row.cells[name] for name in COLUMNS)
        if before := seen.get((sample, annotator)):
            raise InputError(f"{path}:{row.line}: {annotator} labelled {sample} before, in line {before}; keep one")
        seen[sample, annotator] = row.line
        if label:
            found[sample][annotator] = label
    return dict(found)


def _tags(rows: "Iterable[Row]") -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        tags = (tag.strip() for tag in row.cells.get("tags", "").split(";"))
        found[row.cells["path"]].update(dict.fromkeys(filter(None, tags)))
    return {path: tuple(tags) for path, tags in found.items()}
