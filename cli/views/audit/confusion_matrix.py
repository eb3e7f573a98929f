"""The confusion matrix as a picture."""

from collections import Counter
from typing import TYPE_CHECKING

from cli.views.kit import drawing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup

    from baselines.metrics.metrics import Confusion

_LETTER = 6.6
_LONGEST = 24
_CELL, _SMALL_CELL, _TINY_CELL = 30, 16, 6
_NUMBERS_TO, _NAMES_TO = 16, 60
_FAINTEST = 0.12


def draw(confusion: "Confusion") -> "Markup":
    """Return the matrix: a row for each true class, a column for what it was taken for.

    The darker a cell, the larger its share of the row. Up to 16 classes have their counts in the cells, and up to 60
    their names beside them; every cell that is not empty says its own when it is pointed at.
    """
    number = len(confusion.labels)
    cell = _CELL if number <= _NUMBERS_TO else _SMALL_CELL if number <= _NAMES_TO else _TINY_CELL
    # The room for the names is guessed from their letters: a drawing cannot ask how wide its text becomes.
    longest = max(len(_short(label)) for label in confusion.labels)
    margin = 14 + _LETTER * longest if number <= _NAMES_TO else 4.0
    side = margin + number * cell + 4
    frame = '<rect class="frame" x="{0:.1f}" y="{0:.1f}" width="{1}" height="{1}"/>'
    parts = [drawing.markup(frame, margin - 0.5, number * cell), *_cells(confusion, margin, cell)]
    parts += _names(confusion, margin, cell) if number <= _NAMES_TO else []
    drawn = drawing.drawing("matrix", side, side, f"confusion matrix of {number} classes", parts, stretched=False)
    # A drawing with text is as large as it was made: a page that is narrower scrolls.
    return drawing.markup('<div style="width:{:.0f}px">', side) + drawn + drawing.markup("</div>")


def _cells(confusion: "Confusion", margin: float, cell: int) -> "Iterator[Markup]":
    totals: Counter[int] = Counter()
    for row, _, count in confusion.cells():
        totals[row] += count
    # Empty cells are not drawn: a matrix of a thousand classes has a million, nearly all of them empty.
    for row, column, count in confusion.cells():
        corner = (margin + column * cell, margin + row * cell)
        title = f"{confusion.labels[row]} taken for {confusion.labels[column]}: {count:,} of {totals[row]:,}"
        yield _cell(corner, cell, count / totals[row], title, right=row == column)
        if cell == _CELL:
            text = '<text class="number" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>'
            yield drawing.markup(text, corner[0] + (cell - 1) / 2, corner[1] + cell / 2 + 4, count)


def _cell(corner: tuple[float, float], size: int, share: float, title: str, *, right: bool) -> "Markup":
    cell = '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{}" height="{}" opacity="{:.2f}"><title>{}</title></rect>'
    # Never quite invisible: one mistake among thousands is still a cell that can be pointed at.
    opacity = _FAINTEST + (1 - _FAINTEST) * share
    return drawing.markup(cell, "on" if right else "off", *corner, size - 1, size - 1, opacity, title)


def _names(confusion: "Confusion", margin: float, cell: int) -> "list[Markup]":
    drawn = []
    for place, label in enumerate(confusion.labels):
        middle, name = margin + (place + 0.5) * cell + 4, _short(label)
        text = '<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>'
        drawn.append(drawing.markup(text, margin - 6, middle, name))
        turned = '<text x="{0:.1f}" y="{1:.1f}" transform="rotate(-90 {0:.1f} {1:.1f})">{2}</text>'
        drawn.append(drawing.markup(turned, middle, margin - 6, name))
    return drawn


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
