"""The page of `burnish report`: all that is known of a dataset on its way, in one file."""

from typing import TYPE_CHECKING

from cli.views.kit import page as pages
from cli.views.report import balance, health, provenance, runs, samples, summary
from cli.views.report.summary import Found
from cli.views.report.thumbnails import Album
from curate.describe.health import survey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.views.report.subjects import Subject


def page(subjects: "Sequence[Subject]", links: pages.Links, pairs: int = 12) -> bytes:
    """Return the page.

    Args:
        subjects: What it is about, one or more.
        links: Leads to the files of samples.
        pairs: How many generated samples to show beside their sources, of each subject.

    Raises:
        InputError: A manifest or a run cannot be read.
    """
    album = Album(links)
    shown = [_subject(number, subject, album, links, pairs) for number, subject in enumerate(subjects, start=1)]
    names = " and ".join(subject.title for subject in subjects)
    level = 2 if len(shown) == 1 else 3
    return pages.render("report/page", title="Report", of=names, subjects=shown, level=level)


def _subject(number: int, subject: "Subject", album: Album, links: pages.Links, pairs: int) -> dict[str, object]:
    manifests = subject.manifests
    # All is measured before the first section is made: the summary at the top tells what those below it show.
    found = Found(
        survey(manifests, subject.rejects) if manifests else None,
        balance.measure(manifests) if manifests else None,
        tuple(samples.measure(manifests[-1], pairs)) if manifests else (),
        runs.measure(subject) if subject.runs else None,
    )
    key = f"s{number}"
    sections = [
        {"note": "", **section, "id": f"{key}-{section['kind']}"} for section in _sections(subject, found, album, links)
    ]
    return {
        "id": key,
        "title": subject.title,
        "tiles": list(summary.tiles(found)),
        "summary": list(summary.sentences(found)),
        "sections": sections,
    }


def _sections(subject: "Subject", found: Found, album: Album, links: pages.Links) -> "Iterator[dict[str, object]]":
    # In the order of the loop: what was found, how even it is, what is weak, what was made for it, whether it helped.
    if found.health:
        yield health.section(subject, found.health, album)
    if found.balance and found.balance.whole.classes:
        yield balance.section(found.balance)
    if found.runs:
        yield runs.weak_section(found.runs, links)
    if found.targets:
        yield samples.section(list(found.targets), album)
    if found.runs and found.runs.comparison:
        yield runs.comparison_section(found.runs.comparison, links)
    if found.runs:
        yield runs.runs_section(found.runs, album, links)
    yield provenance.section(subject, found.targets)
