"""The page of `burnish agreement`."""

from typing import TYPE_CHECKING

from cli.views.agreement.table import LEVEL_COLUMNS, PAIR_COLUMNS, coefficient, level_cells, pair_cells, sentences
from cli.views.kit import html_page

if TYPE_CHECKING:
    from baselines.annotators.agreement import Agreement


def page(result: "Agreement") -> bytes:
    """Return the report as a page."""
    most = max((found.samples for found in result.disagreements), default=1)
    rows = {
        "pairs": [
            (" and ".join(found.annotators), pair_cells(found), _share("same label", found.agreement))
            for found in result.pairs
        ],
        "levels": [(found.tag, level_cells(found), _share(found.tag, found.human)) for found in result.human_level],
        "disagreements": [
            (
                " or ".join(found.labels),
                [f"{found.samples:,}"],
                html_page.bar(found.samples / most, f"{found.samples:,}"),
            )
            for found in result.disagreements
        ],
    }
    return html_page.render(
        "agreement/page",
        tiles=[
            (coefficient(result.alpha), "Krippendorff's alpha"),
            (coefficient(result.fleiss.kappa), "Fleiss' kappa"),
        ],
        tables=[
            ("Human level, in percent", "tag", [*LEVEL_COLUMNS, "human level"], rows["levels"]),
            ("Every two annotators", "annotators", [*PAIR_COLUMNS, "same label"], rows["pairs"]),
            ("Labels that they disagree on", "labels", ["n", "beside the most frequent"], rows["disagreements"]),
        ],
        notes=sentences(result),
    )


def _share(name: str, share: float | None) -> object:
    return "" if share is None else html_page.bar(share, f"{name}: {100 * share:.1f} %")
