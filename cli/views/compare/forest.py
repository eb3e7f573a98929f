"""A row of a forest plot: a difference with its interval on an axis that all rows share."""

from typing import TYPE_CHECKING

from cli.views.kit import drawing

if TYPE_CHECKING:
    from markupsafe import Markup

    from baselines.comparison.control import Change
    from baselines.comparison.evidence import Difference

_WIDTH, _HEIGHT = 240, 18


def forest(found: "Difference | Change", reach: float, title: str) -> "Markup":
    """Return a row of a forest plot: a line for the interval, a mark at the difference, a line at zero.

    Args:
        found: The difference.
        reach: The axis goes from -reach to +reach.
        title: What a person who does not see it is told.
    """
    low, at, high = (
        _WIDTH * drawing.place(value, -reach, reach, logarithmic=False)
        for value in (found.interval[0], found.difference, found.interval[1])
    )
    name, middle = found.verdict.replace(" ", "-"), _HEIGHT / 2
    parts = [
        drawing.markup('<line class="zero" x1="{0}" x2="{0}" y1="0" y2="{1}"/>', _WIDTH / 2, _HEIGHT),
        drawing.markup('<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>', name, low, high, middle, middle),
        drawing.markup('<line class="at {0}" x1="{1:.1f}" x2="{1:.1f}" y1="3" y2="15"/>', name, at),
    ]
    return drawing.drawing("forest", _WIDTH, _HEIGHT, title, parts)
