"""`burnish drift REFERENCE NEW --join digest|id`: the same samples twice."""

from typing import TYPE_CHECKING

from cli.io import reports
from cli.watch.asked import Asked, read_rows
from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from curate.drift.skew import Key, Skew

KEYS: "tuple[Key, ...]" = ("digest", "id")
_ALL = 1 << 40


def compare_same_samples(asked: Asked, join: str, tolerance: float) -> None:
    """Compare, report, and hold the verdict against the gate.

    Raises:
        UsageError: The key is unknown.
    """
    from cli.views.drift.skew import page, report
    from cli.views.kit.page import Links
    from curate.drift.skew import skew

    key = next((one for one in KEYS if one == join), None)
    if key is None:
        raise UsageError(f"--join {join!r} is unknown{did_you_mean(join, KEYS)}")
    named = "id" if key == "id" else None
    # All of both: of a reservoir, hardly any sample would be in both.
    sides = [read_rows(one, None, asked.seed, _ALL, named) for one in (asked.reference, asked.new)]
    found = skew(sides[0], sides[1], key, asked.alpha, asked.margin, tolerance)
    of = f"{asked.new or '-'} against {asked.reference}"

    def drawn(result: "Skew") -> bytes:
        return page(result, of, Links(asked.root, asked.formats.html))

    reports.write(found, asked.formats, f"Skew of {of}", report, drawn)
    asked.end(found.verdict, found)
