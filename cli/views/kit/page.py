"""Pages: one file each, in one frame, with one script that its policy allows by digest, and without network.

Every value is escaped: templates by autoescape, drawings because they are filled in by `Markup.format`; what steers or
hides in text is shown as a symbol.
"""

import os
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypedDict
from urllib.parse import quote

from cli.io.table import Cell, Column, Drawing, Row, Table, Worded
from cli.views.kit.drawing import markup, visible, waveform
from cli.views.kit.words import meanings, sentence
from curate.describe.thumbnails import Preview, make_previews
from curate.media.storage.address import is_elsewhere, is_url, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jinja2 import Environment
    from markupsafe import Markup


_LOW_PEAK, _MOST_ENLARGED = 0.1, 100.0


class Section(NamedTuple):
    """A part of a page.

    Attributes:
        title: Its heading.
        body: What it shows; a part that shows nothing is left out.
        note: Below it.
    """

    title: str
    body: "Markup | str"
    note: str = ""


class Media(TypedDict):
    """What the templates show of a file: its picture, or its waveform and player, or why there is none."""

    path: str
    short: str
    href: str
    image: str
    audio: str
    width: int
    height: int
    waveform: "Markup | str"
    note: str
    problem: str


class Links:
    """Leads from a page to the files of samples; nothing is loaded before a person follows.

    Args:
        root: Folder that the paths of samples are relative to; empty: the working directory.
        page: Where the page is going to be.
    """

    def __init__(self, root: str | None, page: str | None) -> None:
        self.root, self._folder = root or "", os.path.dirname(os.path.abspath(page or "page.html"))

    def href(self, path: str) -> str:
        """Return the address of a sample's file, relative to the page; empty for one that is no local file."""
        if "\0" in path or is_elsewhere(path) or is_url(self.root):
            return ""
        try:
            # From the page, so that both can be moved together. The dot keeps a name like javascript:x a file's name.
            relative = os.path.relpath(os.path.abspath(os.path.join(self.root, path)), self._folder)
            return "./" + quote(os.fsencode(relative))
        except (ValueError, UnicodeEncodeError):
            return ""


def render(template: str, *, title: str, of: str, **values: object) -> bytes:
    """Return a page in UTF-8; of names that are not UTF-8, the bytes that are wrong are shown as escapes.

    Args:
        template: A file below `cli/views`, without its suffix, such as `audit/page`.
        title: What it shows.
        of: Of which folder or file.
        values: What the template names; one that is not given is an error.
    """
    # A title is to say of what: `-` and `.` say nothing to somebody who was sent the page.
    known = {"-": "standard input", ".": os.path.basename(os.getcwd()) or "/"}
    values = {"title": title, "of": known.get(of, of), "made": _made(), **values}
    return _environment().get_template(f"{template}.j2").render(**values).encode("utf-8", "backslashreplace")


def report_page(
    title: str,
    of: str,
    sections: "Sequence[Section]",
    *,
    lead: "Sequence[str]" = (),
    tiles: "Sequence[tuple[str, str]]" = (),
    notes: "Sequence[str]" = (),
    names: "Sequence[str]" = (),
) -> bytes:
    """Return a page of sections, one below the other.

    Args:
        title: What it shows.
        of: Of which folder or file.
        sections: Its parts.
        lead: Sentences above them.
        tiles: The most important figures, and what they are.
        notes: Sentences below.
        names: Of runs, that a sentence may begin with.
    """
    said, below = ([sentence(remark, names) for remark in remarks] for remarks in (lead, notes))
    # A heading with nothing below it would look like a fault of the page.
    shown = [section for section in sections if section.body]
    return render("kit/report", title=title, of=of, sections=shown, lead=said, tiles=tiles, notes=below)


def table(found: Table, links: Links | None = None) -> "Markup | str":
    """Return a table that sorts and filters, with what its heads mean; nothing if it has no rows.

    Args:
        found: The table.
        links: Leads to the samples of its rows; None: they are only named.
    """
    if not found.rows:
        return ""
    places = found.filled()
    columns = [found.columns[at] for at in places]
    rows = [_row(row, columns, [row.cells[at] for at in places], links) for row in found.rows]
    return macro("table", found.title, columns, rows, meanings(columns))


def macro(name: str, *values: object) -> "Markup":
    """Return what a macro of `kit/table.j2` makes of values."""
    made: Markup = getattr(_environment().get_template("kit/table.j2").module, name)(*values)
    return made


def scrolled(drawn: "Markup", title: str) -> "Markup":
    """Return a drawing with text in it, which is as large as it was made: a narrow page scrolls it."""
    frame = '<div class="scroll drawing" role="region" aria-label="{}" tabindex="0">{}</div>'
    return markup(frame, title, drawn)


def media(path: str, preview: Preview, links: Links | None = None) -> Media:
    """Return what the templates show of a file.

    Args:
        path: As the manifest has it.
        preview: Made of it.
        links: Leads to it.
    """
    # As text, so that the page stays one file: a third more bytes, which the callers that show many keep within limits.
    address = data_url(preview.media_type, preview.data) if preview.data else ""
    sound = preview.media_type.startswith("audio/")
    height = _enlarged(preview.waveform)
    note = f"drawn {height:.0f} times as high" if height > 1 else ""
    return {
        "path": path,
        "short": "/".join(path.split("/")[-2:]),
        "href": links.href(path) if links else "",
        "image": "" if sound else address,
        "audio": address if sound else "",
        "width": preview.size[0],
        "height": preview.size[1],
        "waveform": waveform([peak * height for peak in preview.waveform], f"waveform of {path}") if sound else "",
        "note": ", ".join(filter(None, (preview.note, note))),
        "problem": preview.problem,
    }


def _enlarged(peaks: "Sequence[float]") -> float:
    """Return how many times as high a sound is drawn: what peaks under -20 dBFS would be a line."""
    loudest = max(peaks, default=0.0)
    return min(_MOST_ENLARGED, 1 / loudest) if 0 < loudest < _LOW_PEAK else 1.0


def media_of(files: "Iterable[tuple[str, str | None]]", links: Links) -> dict[str, Media]:
    """Return what the templates show of the files of samples, by path; their previews are made here.

    Args:
        files: Path, as the manifest has it, and kind of each.
        links: Leads to them.
    """
    # Paths of a manifest are relative to its root; what is shown and linked is the path as it stands there.
    kinds = dict(files)
    places = {path: join(links.root, path) for path in kinds}
    previews = make_previews((places[path], kind) for path, kind in kinds.items())
    return {path: media(path, previews[place], links) for path, place in places.items()}


def data_url(media_type: str, data: bytes) -> str:
    """Return bytes as an address that holds them."""
    return f"data:{media_type};base64,{b64encode(data).decode()}"


def _row(row: Row, columns: "Sequence[Column]", cells: "Sequence[Cell]", links: Links | None) -> dict[str, object]:
    pairs = list(zip(columns, cells, strict=True))
    return {
        "style": row.style,
        "name": pairs[0][0].words(pairs[0][1]),
        "cells": [
            {
                "words": cell.on_page() if isinstance(cell, Drawing) else column.words(cell),
                "value": _sorted_by(cell),
                "kind": column.kind,
            }
            for column, cell in pairs[1:]
        ],
        "samples": [
            {"path": one.path, "words": one.words, "href": links.href(one.path) if links else ""} for one in row.samples
        ],
    }


def _sorted_by(cell: Cell) -> str:
    """Return the number or numbers that the script sorts by and copies; empty for text, which it has already."""
    value = cell.value if isinstance(cell, Worded) else cell
    # `repr` is the shortest text that reads back as the same number, as `--csv` writes it.
    if isinstance(value, int | float):
        return repr(value)
    return " ".join(map(repr, value)) if isinstance(value, tuple) and not isinstance(cell, Drawing) else ""


def _made() -> str:
    """Return in which folder, when, of which commit and by which version the page is made."""
    from importlib.metadata import version

    from baselines.runs.save_run import describe_repository

    # The clock of reproducible builds (reproducible-builds.org/specs/source-date-epoch): equal pages, byte for byte.
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
    repository = describe_repository()
    commit = f"commit {repository.commit[:12]}{' with changes' if repository.dirty else ''}" if repository else ""
    folder = f"in {os.path.basename(os.getcwd()) or '/'}"
    return " · ".join(filter(None, (folder, f"{now:%d %B %Y, %H:%M} UTC", commit, f"burnish {version('burnish')}")))


@cache
def _environment() -> "Environment":
    from importlib.metadata import version

    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    # `finalize` sees every value that a template writes, so that no new page can forget to show what hides in a name.
    made = Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if isinstance(value, str) else value,
    )
    script = source("kit/page.js")
    # The policy of the page allows this one script by its digest, and no other: a name that slips through all else
    # still cannot run.
    digest = b64encode(sha256(script.encode()).digest()).decode()
    made.filters["sentence"] = sentence
    made.globals.update(
        version=version("burnish"),
        script=Markup(script),  # noqa: S704 - a file of ours
        script_digest=digest,
    )
    return made


def source(name: str) -> str:
    """Return the text of a file below `cli/views`."""
    from importlib.resources import files

    return files("cli.views").joinpath(*name.split("/")).read_text("utf-8")
