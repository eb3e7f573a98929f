"""Reports: a table for people, JSON for programs, a page for looking at."""

import os
import sys
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cli.io.terminal import console, say
from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode_indented
from curate.media.sniff import format_of_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

Result = TypeVar("Result", bound=msgspec.Struct)


def show(
    result: Result,
    render: "Callable[[Result], RenderableType]",
    *,
    as_json: bool,
    html: str | None = None,
    page: "Callable[[Result], bytes] | None" = None,
) -> None:
    """Write a report: the table to standard output, or JSON there, or a page to a file, or both of these.

    Args:
        result: What was found.
        render: Draws it for people.
        as_json: Write the record itself instead.
        html: File for the page; it takes the place of the table.
        page: Makes the page.
    """
    if html and page:
        with atomic_write(html) as file:
            file.write(page(result))
        say(f"wrote {html}")
    if as_json:
        sys.stdout.buffer.write(encode_indented(result) + b"\n")
    elif not html:
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
    if format_of_name(html) or html in {"", "-"}:
        raise UsageError(f"{option} {html!r}: that is no name for a page; name one like report.html")
    if manifest and os.path.exists(html) and os.path.exists(manifest) and os.path.samefile(html, manifest):
        raise UsageError(f"{option} {html}: that is the manifest itself; name a page like report.html")
    folder = os.path.dirname(os.path.realpath(html))
    if os.path.isdir(html) or not os.path.isdir(folder):
        problem = "it is a folder" if os.path.isdir(html) else f"there is no folder {folder}; make it first (mkdir -p)"
        raise InputError(f"cannot write {html}: {problem}")
