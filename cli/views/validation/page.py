"""The page of `burnish validate`: all anomalies, and the worst samples of each to look at and to listen to."""

from typing import TYPE_CHECKING

from cli.views.kit import page as pages
from cli.views.kit.drawing import markup
from cli.views.validation.table import report, sentences, words
from curate.schema.anomalies import ANOMALIES

if TYPE_CHECKING:
    from curate.schema.anomalies import Anomaly, Validation

_SHOWN = 24
"""Anomalies with pictures; the table has all."""
_EACH = 6


def page(found: "Validation", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        found: What was found.
        of: The manifest and the schema.
        links: Leads to the files of samples.
    """
    shown = [one for one in found.anomalies if one.examples][:_SHOWN]
    files = ((example.path, example.kind) for one in shown for example in one.examples[:_EACH])
    media = pages.media_of(files, links)
    (table,) = report(found).tables
    sections = [pages.Section("Anomalies", pages.table(table, links) or markup("<p>{}</p>", "None."))]
    sections += [_section(one, media) for one in shown]
    lead, *notes = sentences(found)
    tiles = [(f"{found.samples:,}", "samples"), (f"{found.count('error'):,}", "errors")]
    tiles += [(f"{found.count('warning'):,}", "warnings"), (f"{found.count('note'):,}", "notes")]
    return pages.report_page("Validation", of, sections, lead=[lead], tiles=tiles, notes=notes)


def _section(one: "Anomaly", media: dict[str, pages.Media]) -> pages.Section:
    cards = [
        {
            "title": example.label if example.label is not None else "without a label",
            "why": words(one, example.value) or "missing",
            **media[example.path],
        }
        for example in one.examples[:_EACH]
    ]
    title = f"{one.name} of {one.of}: {one.samples:,} of {one.checked:,} ({one.severity})"
    allowed = "" if one.allowed is None else f" Allowed: {100 * one.allowed:g} %."
    meaning = ANOMALIES[one.name].meaning
    note = f"{meaning[0].upper()}{meaning[1:]}{f': {one.detail}' if one.detail else ''}.{allowed}"
    return pages.Section(title, pages.macro("reason_cards", cards), note)
