"""The page of `burnish issues`: the samples to look at and to listen to, and the tables."""

from typing import TYPE_CHECKING

from cli.views.issues.table import classes, samples, sentences, spellings
from cli.views.kit import page as pages

if TYPE_CHECKING:
    from baselines.label_errors.label_issues import Issues

_SHOWN = 120
"""Samples whose files a page holds; at 20 KB a picture and 100 KB a sound it stays within reason. The table has all."""


def page(found: "Issues", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        found: What was found.
        of: The run or the manifest.
        links: Leads to the files of samples.
    """
    shown = found.samples[:_SHOWN]
    media = pages.media_of(((one.path, one.media) for one in shown), links)
    cards = [
        {
            "title": f"{one.label} → {one.suggested}" if one.suggested else one.label,
            "why": f"{one.kind}, {one.score:.3f}: {one.why}",
            **media[one.path],
        }
        for one in shown
    ]
    tables = [classes(found), spellings(found), samples(found)]
    first, *rest = sentences(found)
    return pages.report_page(
        "Label issues",
        of,
        [
            pages.Section(
                f"To look at: {len(shown):,} of {len(found.samples):,}",
                pages.macro("reason_cards", cards) if cards else "",
            ),
            *(pages.Section(one.title, pages.table(one, links)) for one in tables),
        ],
        lead=[first],
        tiles=[(f"{count:,}", kind) for kind, count in found.counts.items()],
        notes=rest,
    )
