"""Reports: tables for people, Markdown for pull requests, CSV for spreadsheets, JSON for programs, and pages."""

import os
import sys
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cli.io.table_export import csv_bytes, markdown
from cli.io.terminal import console, say
from cli.io.terminal_table import Drawn
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode_indented
from curate.media.sniff import format_of_name
from curate.media.storage.address import is_url
from curate.media.storage.publish import why_no_key, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from cli.io.table import Report

Result = TypeVar("Result")


class Formats(NamedTuple):
    """What a report is to be written as; by default, tables for people.

    Attributes:
        json: The record itself, to standard output.
        md: Tables in Markdown, there.
        csv: Tables as CSV, there.
        html: File for the page; it takes the place of the tables for people.
    """

    json: bool = False
    md: bool = False
    csv: bool = False
    html: str | None = None

    def check(self, manifest: str | None = None) -> "Formats":
        """Refuse, before any work, what cannot be written; return the same.

        Args:
            manifest: The file that is read.

        Raises:
            UsageError: Standard output has room for one format only, or the page has the name of an input.
            InputError: There is no folder for the page.
        """
        if wanted := [f"--{name}" for name in ("json", "md", "csv") if getattr(self, name)][1:]:
            # All that were wished are named, the first and what it excludes.
            first = next(f"--{name}" for name in ("json", "md") if getattr(self, name))
            raise UsageError(f"{', '.join([first, *wanted])}: standard output takes one of them")
        check_html(self.html, manifest)
        return self


def write(
    result: Result,
    formats: Formats,
    title: str,
    tables: "Callable[[Result], Report]",
    page: "Callable[[Result], bytes] | None" = None,
) -> None:
    """Write a report as it was asked for.

    Args:
        result: What was found.
        formats: What it is to be written as.
        title: Heading of the Markdown.
        tables: Says it in tables and sentences.
        page: Makes the page; to be given where the command has `--html`.
    """
    # The page first: what reads standard output may leave early (`| head`), and the page is to be there then.
    if formats.html and page:
        with write_whole(formats.html) as file:
            file.write(page(result))
        say(f"wrote {formats.html}")
    if formats.json:
        sys.stdout.buffer.write(encode_indented(result) + b"\n")
    elif formats.md:
        # A byte that is no text has become an escape already; what is left is UTF-8 whatever the terminal's encoding.
        sys.stdout.buffer.write(markdown(tables(result), title).encode("utf-8", "backslashreplace"))
    elif formats.csv:
        sys.stdout.buffer.write(csv_bytes(tables(result)))
    elif not formats.html:
        console().print(Drawn(tables(result)))


def show(result: Result, render: "Callable[[Result], RenderableType]", *, as_json: bool) -> None:
    """Write what is no table: drawn for people, or as JSON."""
    if as_json:
        sys.stdout.buffer.write(encode_indented(result) + b"\n")
    else:
        console().print(render(result))


def check_html(html: str | None, manifest: str | None = None, option: str = "--html") -> None:
    """Refuse, before any work, a page that could not be written or would take the place of the input.

    Args:
        html: The file for the page; None: there is to be none.
        manifest: The file that is read.
        option: What the user named the page with.

    Raises:
        UsageError: The name is that of the manifest or of a media file.
        InputError: There is no folder for it.
    """
    if html is None:
        return
    # `--html photo.jpg` is a slip of the hand that would cost a picture.
    if format_of_name(html) or html in {"", "-"}:
        raise UsageError(f"{option} {html!r}: that is no name for a page; name one like report.html")
    if manifest and os.path.exists(html) and os.path.exists(manifest) and os.path.samefile(html, manifest):
        raise UsageError(f"{option} {html}: that is the manifest itself; name a page like report.html")
    if is_url(html):
        if why := why_no_key(html):
            raise InputError(f"cannot write {html}: {why}")
        return
    folder = os.path.dirname(os.path.realpath(html))
    if os.path.isdir(html) or not os.path.isdir(folder):
        problem = "it is a folder" if os.path.isdir(html) else f"there is no folder {folder}; make it first (mkdir -p)"
        raise InputError(f"cannot write {html}: {problem}")
