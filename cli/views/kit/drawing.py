"""Small drawings of pages: inline SVG. Every value is escaped, because they are filled in by `Markup.format`."""

import math
import re
from typing import TYPE_CHECKING

from cli.io.table import Drawing
from cli.io.terminal import draw_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, marks and overrides of direction, separators of lines, and what has no width."""
_HEIGHT = 56
_BAR = 10
_BOX_WIDTH, _BOX_HEIGHT = 240, 18


def histogram(counts: "Sequence[int]", title: str, hints: "Sequence[str]") -> "Markup":
    """Return bars that stand side by side.

    Args:
        counts: Height of each.
        title: What a person who does not see it is told.
        hints: Shown when a bar is pointed at.
    """
    highest = max(counts, default=0) or 1
    bars = []
    for place, (count, hint) in enumerate(zip(counts, hints, strict=True)):
        # A bin that is not empty shows, however small it is beside the largest.
        height = max(1.5, _HEIGHT * count / highest) if count else 0
        bar = '<rect x="{}" y="{:.1f}" width="{}" height="{:.1f}"><title>{}</title></rect>'
        bars.append(markup(bar, place * _BAR, _HEIGHT - height, _BAR - 1, height, hint))
    return drawing("histogram", max(1, len(counts)) * _BAR - 1, _HEIGHT, title, bars)


def bar(share: float, title: str) -> "Markup":
    """Return a lying bar; a share of 1 fills its place."""
    width = min(max(share, 0), 1) * 100
    return drawing("bar", 100, 8, title, [markup('<rect width="{:.2f}" height="8" rx="1"/>', width)])


def box(figures: "Sequence[float | None]", ends: "tuple[float, float]", title: str, *, logarithmic: bool) -> "Markup":
    """Return a box plot: a line from smallest to largest, a box from quartile to quartile, a mark at the median.

    Args:
        figures: Smallest, first quartile, median, third quartile, largest.
        ends: Of the axis.
        title: What a person who does not see it is told.
        logarithmic: Whether the axis is spaced by ratio.
    """
    low, q1, median, q3, high = (_BOX_WIDTH * place(value or 0.0, *ends, logarithmic=logarithmic) for value in figures)
    middle = _BOX_HEIGHT / 2
    parts = [
        markup('<line x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>', low, high, middle, middle),
        markup('<rect x="{:.1f}" y="3" width="{:.1f}" height="12"/>', q1, max(q3 - q1, 1)),
        markup('<line class="median" x1="{:.1f}" x2="{:.1f}" y1="1" y2="17"/>', median, median),
    ]
    return drawing("box", _BOX_WIDTH, _BOX_HEIGHT, title, parts)


def waveform(peaks: "Sequence[float]", title: str) -> "Markup":
    """Return the outline of a sound from its largest absolute samples, 0 to 1; silence shows as a line."""
    # One polygon, there and back, and never flat: a line of no height would not be drawn at all.
    upper = [(at, 20 - max(0.75, 19 * peak)) for at, peak in enumerate(peaks)]
    lower = [(at, 40 - y) for at, y in reversed(upper)]
    points = " ".join(f"{x},{y:.1f}" for x, y in upper + lower)
    return drawing("waveform", max(1, len(peaks) - 1), 40, title, [markup('<polygon points="{}"/>', points)])


def place(value: float, low: float, high: float, *, logarithmic: bool) -> float:
    """Return where a value stands on an axis from `low` to `high`, 0 to 1."""
    # A fact that can be 0 has no logarithm there; such an axis is spaced evenly, whatever its histogram asks for.
    if logarithmic and low > 0 and value > 0:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5


def drawing(
    name: str, width: float, height: float, title: str, parts: "Sequence[Markup]", *, stretched: bool = True
) -> "Markup":
    """Return an inline SVG of class `name`.

    Args:
        name: What the style sheet knows it by.
        width: Of its own units.
        height: Of its own units.
        title: What a person who does not see it is told.
        parts: What is in it.
        stretched: Whether it fills its place whatever the proportions; not for drawings with text in them.
    """
    start = '<svg class="{}" viewBox="0 0 {} {}"{} role="img" aria-label="{}"><title>{}</title>'
    proportions = markup(' preserveAspectRatio="none"' if stretched else "")
    return markup(start, name, width, height, proportions, title, title) + markup("").join(parts) + markup("</svg>")


def markup(text: str, *values: object) -> "Markup":
    """Return a piece of a page; the values that fill it are escaped.

    Args:
        text: Ours, with a `{}` for each value.
        values: Anybody's.
    """
    from markupsafe import Markup

    # Two guards: what hides in a name is made visible, and what is markup in it is escaped.
    shown = (visible(value) if isinstance(value, str) else value for value in values)
    return Markup(text).format(*shown)  # noqa: S704 - `text` is ours, and `format` escapes the values


def paragraphs(lines: "Sequence[str]") -> "Markup":
    """Return sentences, each on a line of its own."""
    return markup("").join([markup("<p>{}</p>", line) for line in lines])


def visible(text: str) -> str:
    """Return text in which what steers a reader or hides from one is seen: ␛ for ESC, ⟨U+202E⟩ for a turned line.

    Names come from anybody's files. U+202E turns the order of what follows, so that `gpj.exe` reads `exe.jpg`; HTML
    knows no way to write ESC at all. Joiners stay: Persian, Hindi and emoji need them.
    """
    from markupsafe import Markup

    return text if isinstance(text, Markup) else _UNSEEN.sub(_symbol, text)


def _symbol(found: "re.Match[str]") -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def bar_cell(share: float | None, title: str) -> Drawing | None:
    """Return a bar for a cell of a table; a share of 1 fills its place, and one that is not known has none.

    Args:
        share: Below 0 it is drawn as 0, above 1 as 1.
        title: What a person who does not see it is told.
    """
    if share is None:
        return None
    bounded = min(max(share, 0.0), 1.0)
    return Drawing(lambda width: draw_bar(bounded, width), lambda: bar(bounded, title))


def two_bars_cell(front: float, behind: float, title: str, style: str) -> Drawing:
    """Return a bar in front of a longer one, for pages.

    Args:
        front: 0 to 1.
        behind: 0 to 1.
        title: What a person who does not see it is told.
        style: Class of the longer one: `more` for what was added, `gone` for what was taken away.
    """

    def on_page() -> "Markup":
        longer, shorter = (100 * min(max(share, 0.0), 1.0) for share in (behind, front))
        parts = [
            markup('<rect width="{:.2f}" height="8" rx="1" class="{}"/>', longer, style),
            markup('<rect width="{:.2f}" height="8" rx="1"/>', shorter),
        ]
        return drawing("bar", 100, 8, title, parts)

    return Drawing(lambda width: draw_bar(min(max(front, 0.0), 1.0), width), on_page)
