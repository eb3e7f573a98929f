"""The rows of the table, by subject."""

from collections.abc import Callable

from benchmarks.row import Row, Sized
from benchmarks.rows import audio, duplicates, generate, learn, lines, scan, start, structure, watch

ROWS: dict[str, Callable[[Sized], Row]] = {
    **scan.ROWS,
    **lines.ROWS,
    **duplicates.ROWS,
    **structure.ROWS,
    **generate.ROWS,
    **audio.ROWS,
    **learn.ROWS,
    **watch.ROWS,
    **start.ROWS,
}
