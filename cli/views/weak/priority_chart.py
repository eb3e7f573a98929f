"""The priority chart: the gap of each tag against its share, with curves of equal gain."""

import math
from typing import TYPE_CHECKING

from cli.views.kit import drawing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from baselines.slices.slice_ranking import RankedTag

_WIDTH, _HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 704, 16, 332
_LABELS = 12
_LINE, _LETTER = 15, 7.2
_CURVE_POINTS = 48
_GAINS = (1.0, 0.5, 0.25)
_ROOM = 0.2


class _Axes:
    """Where shares and gaps stand in the drawing."""

    def __init__(self, tags: "Sequence[RankedTag]") -> None:
        self.shares = ticks(0.0, max(weak.share for weak in tags))
        gaps = [0.0, 0.01, *(weak.gap for weak in tags)]
        # Room for a part of the intervals; the whole of those of rare tags would leave none for the gaps.
        room = _ROOM * (max(gaps) - min(gaps))
        self.gaps = ticks(min(gaps) - room, max(gaps) + room)

    def x(self, share: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * drawing.place(share, self.shares[0], self.shares[-1], logarithmic=False)

    def y(self, gap: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * drawing.place(gap, self.gaps[0], self.gaps[-1], logarithmic=False)


def draw(tags: "Sequence[RankedTag]") -> "Markup":
    """Return the chart of some tags, of which there is one or more, largest gain first.

    Each tag is a disc, with a line for the 95 % interval of its gap. The tags of the largest gain are named where
    there is room; all are named when they are pointed at.
    """
    axes = _Axes(tags)
    # Discs over curves over the grid, and names last: SVG has no other order than that of drawing.
    parts = [*_grid(axes), *_curves(axes, tags[0].gain), *(_disc(axes, weak) for weak in tags), *_labels(axes, tags)]
    title = f"gap against share of {len(tags)} tags; the largest gain is that of {tags[0].tag}"
    return drawing.drawing("chart", _WIDTH, _HEIGHT, title, parts, stretched=False)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers, evenly spaced, from one at or below `low` to one at or above `high`."""
    # 1, 2, 2.5 or 5 times a power of ten, the first that gives no more than `most` steps; the tolerance is for
    # quotients such as 0.3 / 0.1.
    step = (high - low) / most or 0.01
    size = 10 ** math.floor(math.log10(step))
    step = size * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * size >= step * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, max(last, first + 1) + 1)]


def _grid(axes: _Axes) -> "Iterator[Markup]":
    for gap in axes.gaps:
        y, name = axes.y(gap), "zero" if gap == 0 else "grid"
        yield drawing.markup('<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>', name, _LEFT, _RIGHT, y, y)
        yield _text(_LEFT - 8, y + 4, f"{100 * gap:g}", "end")
    for share in axes.shares:
        yield _text(axes.x(share), _BOTTOM + 18, f"{100 * share:g}", "middle")
    yield _text((_LEFT + _RIGHT) / 2, _HEIGHT - 8, "share of the samples, %", "middle")
    middle = (_TOP + _BOTTOM) / 2
    turned = '<text x="14" y="{0}" text-anchor="middle" transform="rotate(-90 14 {0})">gap to the target, points</text>'
    yield drawing.markup(turned, middle)


def _curves(axes: _Axes, gain: float) -> "Iterator[Markup]":
    """Yield a curve through all points with the largest gain, one with half and one with a quarter of it."""
    # gain = gap x share, so the points of one gain are a hyperbola; where no tag gains, there is none to draw.
    for part in _GAINS if gain > 0 else ():
        # From where the curve comes in at the top to the right end, evenly by ratio: it is steep at the left and flat
        # at the right.
        edges = (part * gain / axes.gaps[-1], axes.shares[-1])
        if edges[0] < edges[1]:
            ratio = (edges[1] / edges[0]) ** (1 / _CURVE_POINTS)
            shares = [edges[0] * ratio**number for number in range(_CURVE_POINTS + 1)]
            points = " ".join(f"{axes.x(share):.1f},{axes.y(part * gain / share):.1f}" for share in shares)
            title = f"gain {100 * part * gain:.2f}"
            yield drawing.markup('<polyline class="curve" points="{}"><title>{}</title></polyline>', points, title)


def _disc(axes: _Axes, weak: "RankedTag") -> "Markup":
    x, y = axes.x(weak.share), axes.y(weak.gap)
    line = drawing.markup("")
    if weak.interval:
        ends = [axes.y(weak.target - end) for end in weak.interval]
        line = drawing.markup('<line class="range" x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}"/>', x, *ends)
    words = f"{weak.tag}: gap {100 * weak.gap:.1f}, share {100 * weak.share:.1f} %, gain {100 * weak.gain:.2f}"
    disc = '<circle cx="{:.1f}" cy="{:.1f}" r="6"><title>{}</title></circle>'
    return line + drawing.markup(disc, x, y, words)


def _labels(axes: _Axes, tags: "Sequence[RankedTag]") -> "Iterator[Markup]":
    """Yield the names that do not lie on another one."""
    # In the order of gain, so that of two names with room for one the more important is kept.
    taken: list[tuple[float, float, float]] = []
    for weak in tags[:_LABELS]:
        name = weak.tag if len(weak.tag) <= 30 else f"{weak.tag[:29]}…"
        x, y, length = axes.x(weak.share), axes.y(weak.gap) + 4, len(name) * _LETTER
        # To the right of its disc, or to the left where it would leave the drawing.
        anchor, start = ("start", x + 10) if x + 10 + length < _WIDTH else ("end", x - 10 - length)
        if not any(start < right and left < start + length and abs(y - at) < _LINE for left, right, at in taken):
            taken.append((start, start + length, y))
            yield _text(x + (10 if anchor == "start" else -10), y, name, anchor, "name")


def _text(x: float, y: float, words: str, anchor: str, name: str = "tick") -> "Markup":
    text = '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
    return drawing.markup(text, name, x, y, anchor, words)
