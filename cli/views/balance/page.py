"""The page of `burnish balance`."""

from typing import TYPE_CHECKING

from cli.views.kit import html_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.describe.imbalance import ClassCount, Imbalance


def page(result: "Imbalance", sentences: "Sequence[str]") -> bytes:
    """Return the report as a page, with the sentences that stand below the table on a terminal."""
    largest = result.classes[0].count if result.classes else 1
    rows = [_row(found, largest) for found in result.classes]
    return html_page.render("balance/page", by=result.by, rows=rows, sentences=sentences)


def _row(found: "ClassCount", largest: int) -> dict[str, object]:
    return {
        "name": found.label,
        "count": f"{found.count:,}",
        "share": f"{100 * found.share:.1f} %",
        "missing": f"{found.missing:,}" if found.missing else "",
        "bar": html_page.bar(found.count / largest if largest else 0, f"{found.label}: {found.count:,}"),
    }
