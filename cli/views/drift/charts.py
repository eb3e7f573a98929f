"""Drawings over time: every chart has one column for each window, so that windows are chosen on any of them."""

from typing import TYPE_CHECKING, NamedTuple

from cli.views.kit.drawing import drawing, markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

_STEP, _HEIGHT, _ROW = 20, 80, 12
_AIR = 6


class Series(NamedTuple):
    """A figure over the windows.

    Attributes:
        values: Of each window; None where it has none.
        bands: Quartiles or an interval around each; empty: none.
        alarms: Whether each window says drifted by it.
        hints: Shown where a window is pointed at.
        threshold: A line to be drawn across; None: none.
        from_zero: Whether the axis begins at 0.
    """

    values: "Sequence[float | None]"
    bands: "Sequence[tuple[float, float] | None]" = ()
    alarms: "Sequence[bool]" = ()
    hints: "Sequence[str]" = ()
    threshold: float | None = None
    from_zero: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends of the axis."""
        numbers = [one for one in self.values if one is not None]
        numbers += [end for band in self.bands if band for end in band]
        numbers += [self.threshold] if self.threshold is not None else []
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
        low = 0.0 if self.from_zero else low
        # Of counts and shares that are all 0, an axis around it would begin below what there can be.
        flat = (0.0, 1.0) if self.from_zero else (low - 0.5, high + 0.5)
        return (low, high) if high > low else flat


def line(series: Series, title: str) -> "Markup":
    """Return a line over the windows, with its band, and a mark at each alarm.

    Args:
        series: What is drawn.
        title: What a person who does not see it is told.
    """
    low, high = series.ends
    width = len(series.values) * _STEP

    def y(value: float) -> float:
        return _AIR + (_HEIGHT - 2 * _AIR) * (1 - (value - low) / (high - low))

    parts = [*_band(series, y)]
    if series.threshold is not None:
        at = y(series.threshold)
        parts.append(markup('<line class="threshold" x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}"/>', width, at, at))
    parts += [markup('<polyline points="{}"/>', points) for points in _runs(series.values, y)]
    for number, value in enumerate(series.values):
        if value is not None:
            kind = "dot alarm" if series.alarms and series.alarms[number] else "dot"
            # A line of no length with round ends: a circle would be stretched with the drawing.
            dot = '<line class="{}" x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            parts.append(
                markup(dot.replace("{x:.1f}", f"{_middle(number):.1f}").replace("{y:.1f}", f"{y(value):.1f}"), kind)
            )
    return drawing("over-time", width, _HEIGHT, title, [*parts, *_windows(series.hints, _HEIGHT)])


def heat(rows: "Sequence[Sequence[float | None]]", hints: "Sequence[str]", title: str) -> "Markup":
    """Return a row of cells for each name, the darker the larger its share.

    Args:
        rows: Of each name the share in each window, 0 to 1.
        hints: Shown where a window is pointed at.
        title: What a person who does not see it is told.
    """
    highest = max((value for row in rows for value in row if value is not None), default=0.0) or 1.0
    cell = '<rect class="cell" x="{}" y="{}" width="{}" height="{}" fill-opacity="{:.3f}"/>'
    parts = [
        markup(cell, number * _STEP + 1, at * _ROW + 1, _STEP - 2, _ROW - 2, 0.04 + 0.96 * value / highest)
        for at, row in enumerate(rows)
        for number, value in enumerate(row)
        if value is not None
    ]
    height = max(1, len(rows)) * _ROW
    return drawing("over-time heat", len(hints) * _STEP, height, title, [*parts, *_windows(hints, height)])


def bars(values: "Sequence[float]", alarms: "Sequence[bool]", hints: "Sequence[str]", title: str) -> "Markup":
    """Return a bar for each window, those of an alarm marked."""
    highest = max(values, default=0) or 1
    bar = '<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>'
    parts = []
    for number, (value, alarm) in enumerate(zip(values, alarms, strict=True)):
        height = max(1.5, (_HEIGHT - _AIR) * value / highest)
        parts.append(
            markup(bar, "bar alarm" if alarm else "bar", number * _STEP + 2, _HEIGHT - height, _STEP - 4, height)
        )
    return drawing("over-time", len(values) * _STEP, _HEIGHT, title, [*parts, *_windows(hints, _HEIGHT)])


def _windows(hints: "Sequence[str]", height: float) -> "list[Markup]":
    """Return what the pointer meets: a column for each window, over all else."""
    column = '<rect class="window" x="{}" y="0" width="{}" height="{}"><title>{}</title></rect>'
    return [markup(column, number * _STEP, _STEP, height, hint) for number, hint in enumerate(hints)]


def _middle(number: int) -> float:
    return number * _STEP + _STEP / 2


def _runs(values: "Sequence[float | None]", y: "Callable[[float], float]") -> "list[str]":
    """Return the points of the parts without a gap: a line across a gap would show what nobody measured."""
    runs: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_middle(number):.1f},{y(value):.1f}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _band(series: Series, y: "Callable[[float], float]") -> "list[Markup]":
    rect = '<rect class="band" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>'
    return [
        markup(rect, number * _STEP, y(band[1]), _STEP, max(0.5, y(band[0]) - y(band[1])))
        for number, band in enumerate(series.bands)
        if band is not None
    ]
