"""The page of `burnish slices`: the slices with their worst samples to look at and to listen to."""

from typing import TYPE_CHECKING

from baselines.slices.audit import Mistake, mistake_of
from cli.io.table import p_value, percent
from cli.views.audit.page import kind_of, mistake
from cli.views.kit import page as pages
from cli.views.kit.drawing import markup, paragraphs
from cli.views.slices.table import described, sentences, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.predictions import Prediction
    from baselines.slices.find_slices import Slice, Slices

_SHOWN = 12
_SHOWN_IN_ALL = 120
"""Of a page with very many slices each has fewer: at 20 KB a picture and 100 KB a sound, a page stays within reason."""


def page(result: "Slices", predictions: "Sequence[Prediction]", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        result: What was found.
        predictions: That it was found in.
        of: The run.
        links: Leads to the files of samples.
    """
    by_path = {one.path: one for one in predictions}
    most = max(4, min(_SHOWN, _SHOWN_IN_ALL // max(1, len(result.slices))))
    worst = {one.name: _mistakes(one, by_path)[:most] for one in result.slices}
    media = pages.media_of(((found.path, kind_of(found)) for part in worst.values() for found in part), links)
    sections = [pages.Section("Slices", pages.table(table(result, by_path), links))]
    for one in result.slices:
        shown = [mistake(each, media[each.path]) for each in worst[one.name]]
        body = paragraphs(_words(one)) + (pages.macro("mistake_cards", shown) if shown else markup(""))
        sections.append(pages.Section(one.name, body))
    first, *rest = sentences(result)
    tiles = [
        (f"{len(result.slices):,}", "slices"),
        (f"{result.tests:,}", "candidates"),
        (f"{percent(result.accuracy)} %", "accuracy"),
    ]
    lead = [first]
    if not result.slices and result.tests:
        lead.append(
            f"No slice is surely weaker than the rest: of {result.tests:,} found on one half of the samples, none held "
            "on the other. More test samples would show smaller differences."
        )
    return pages.report_page("Slices", of, sections, lead=lead, tiles=tiles, notes=rest)


def _mistakes(one: "Slice", by_path: "dict[str, Prediction]") -> list[Mistake]:
    found = (by_path[path] for path in one.paths)
    return [mistake_of(each) for each in found if each.label != each.prediction]


def _words(one: "Slice") -> list[str]:
    """Return what is to be known of a slice, in sentences."""
    kind = "A cluster" if one.kind == "cluster" else "All with these tags and facts"
    figures = (
        f"{kind}: {one.samples:,} tested samples. Found on the {one.half}; of {one.tested:,} in the other half "
        f"{percent(one.accuracy)} % are right, of the rest there {percent(one.rest)} % (p {p_value(one.p).words})."
    )
    if not one.described:
        return [figures, "No tag, fact or class tells it from the rest: look at its samples."]
    return [figures, f"Inside more often than outside: {'; '.join(described(one))}."]
