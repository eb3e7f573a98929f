"""`burnish drift REFERENCE NEW`: two sets against each other."""

from typing import TYPE_CHECKING

from cli.io import reports
from cli.watch.asked import Asked, read_rows

if TYPE_CHECKING:
    from baselines.monitoring.two_sets import TwoSets


def compare_two_sets(asked: Asked, embeddings: str | None) -> None:
    """Compare, report, and hold the verdict against the gate."""
    from baselines.monitoring.two_sets import two_sets
    from cli.views.drift.table import page, report
    from cli.views.kit.page import Links
    from curate.embeddings.store import read_embeddings

    vectors = read_embeddings(embeddings) if embeddings else None
    reference = asked.read_reference()
    new = read_rows(asked.new, asked.grouping(), asked.seed, None, None)
    found = two_sets(reference, new, asked.on, asked.judge(), vectors)
    of = f"{asked.new or '-'} against {asked.reference}"

    def drawn(result: "TwoSets") -> bytes:
        return page(result, of, Links(asked.root, asked.formats.html))

    reports.write(found, asked.formats, f"Drift of {of}", report, drawn)
    asked.end(found.verdict, found)
