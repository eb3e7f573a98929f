"""The page of `burnish report`: all that is known of a dataset on its way, in one file."""

from typing import TYPE_CHECKING, Any

from cli.views.kit import html_page
from cli.views.report import balance, health, provenance, runs, samples, summary
from cli.views.report.summary import Found
from cli.views.report.thumbnails import Album
from curate.describe.health import survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.views.report.report_input import Subject


def page(subjects: "Sequence[Subject]", root: str = "", pairs: int = 12) -> bytes:
    """Return the page.

    Args:
        subjects: What it is about, one or more.
        root: Folder that the paths of the samples are relative to.
        pairs: How many generated samples to show beside their sources, of each subject.

    Raises:
        InputError: A manifest or a run cannot be read.
    """
    album = Album(root)
    shown = [_subject(number, subject, album, pairs) for number, subject in enumerate(subjects, start=1)]
    names = " and ".join(subject.title for subject in subjects)
    return html_page.render("report/page", name=names, subjects=shown, level=2 if len(shown) == 1 else 3)


def _subject(number: int, subject: "Subject", album: Album, pairs: int) -> dict[str, Any]:
    found = _measure(subject, pairs)
    key = f"s{number}"
    sections = [
        {"note": "", **section, "id": f"{key}-{section['kind']}"} for section in _sections(subject, found, album)
    ]
    return {
        "id": key,
        "title": subject.title,
        "tiles": list(summary.tiles(found)),
        "summary": list(summary.sentences(found)),
        "sections": sections,
    }


def _measure(subject: "Subject", pairs: int) -> Found:
    manifests = subject.manifests
    return Found(
        survey(manifests, subject.rejects) if manifests else None,
        balance.measure(manifests) if manifests else None,
        tuple(samples.measure(manifests[-1], pairs)) if manifests else (),
        runs.measure(subject) if subject.runs else None,
    )


def _sections(subject: "Subject", found: Found, album: Album) -> "Iterator[dict[str, Any]]":
    if found.health:
        yield health.section(subject, found.health, album)
    if found.balance and found.balance.whole.classes:
        yield balance.section(found.balance)
    if found.runs:
        yield runs.weak_section(found.runs)
    if found.targets:
        yield samples.section(list(found.targets), album)
    if found.runs and found.runs.comparison:
        yield runs.comparison_section(found.runs.comparison)
    if found.runs:
        yield runs.runs_section(found.runs, album)
    yield provenance.section(subject, found.targets)
