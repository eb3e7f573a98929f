"""HTML pages of reports: one file without scripts and without network, and the small drawings that are in it.

Every value is escaped: templates by autoescape, drawings because they are filled in by `Markup.format`.
"""

import math
from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment
    from markupsafe import Markup

_HEIGHT = 56
_BAR = 10
_BOX_WIDTH, _BOX_HEIGHT = 240, 18


def render(template: str, **values: Any) -> bytes:
    """Return a page in UTF-8; of names that are not UTF-8, the bytes that are wrong are shown as escapes.

    Args:
        template: A file below `cli/views`, without its suffix, such as `audit/page`.
        values: What it names; one that is not given is an error.
    """
    text = _environment().get_template(f"{template}.j2").render(**values)
    return text.encode("utf-8", "backslashreplace")


def data_url(media_type: str, data: bytes) -> str:
    """Return bytes as an address that holds them."""
    return f"data:{media_type};base64,{b64encode(data).decode()}"


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
    upper = [(at, 20 - max(0.75, 19 * peak)) for at, peak in enumerate(peaks)]
    lower = [(at, 40 - y) for at, y in reversed(upper)]
    points = " ".join(f"{x},{y:.1f}" for x, y in upper + lower)
    return drawing("waveform", max(1, len(peaks) - 1), 40, title, [markup('<polygon points="{}"/>', points)])


def place(value: float, low: float, high: float, *, logarithmic: bool) -> float:
    """Return where a value stands on an axis from `low` to `high`, 0 to 1."""
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

    return Markup(text).format(*values)  # noqa: S704 - `text` is ours, and `format` escapes the values


@cache
def _environment() -> "Environment":
    from importlib.metadata import version

    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(version=version("burnish"))
    return made


def _source(name: str) -> str:
    from importlib.resources import files

    return files("cli.views").joinpath(*name.split("/")).read_text("utf-8")
