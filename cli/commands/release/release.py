"""`burnish release`: a manifest becomes a release, checked and whole, and the current one."""

import os
from typing import Annotated

import typer

from cli import options
from cli.catalog import COMMANDS
from cli.effects import Effect
from cli.io import reports, streams, terminal
from cli.views.release.table import made_report
from curate.ground.errors import UsageError, did_you_mean
from curate.release.records import How

_MEDIA: tuple[How, ...] = ("check", "copy", "trust")


def release(
    manifest: options.Manifest = None,
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="The name of the release, like v3.", show_default=False)
    ] = None,
    into: options.ReleasesMade = "releases",
    schema: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="What the samples are held to.", show_default="the schema of the current release"
        ),
        Effect.READS,
    ] = None,
    media: Annotated[
        str,
        typer.Option(
            metavar="|".join(_MEDIA),
            help="Read every file and hold it against its digest; copy it into the folder too; or read none.",
        ),
    ] = "check",
    root: options.Root = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make a manifest a release, and the current one, in one stroke.

    A release is a manifest in one form, known by the digest of its content, with the digest of every file. It never
    changes: a name with other content is refused, and the same content again is the same release. What is current
    stands in one file, which is exchanged whole: a reader (burnish release path) sees the old one or the new one.

    Refused (exit 1) are samples that burnish validate calls errors, files that are not what the manifest says, and
    labels of the test split that changed without relabel --rule adjudicated.

    More: burnish release rollback, list, diff, check, path.

    [bold]Examples[/bold]

    burnish release set.jsonl --as v1 --schema schema.yaml

    burnish clean set.jsonl | burnish release --as v2 --into releases/

    burnish release set.jsonl --as v3 --media copy --json
    """
    options.check_choice(media, _MEDIA, "--media")
    if name is None and manifest not in {None, "-"} and not os.path.exists(manifest or ""):
        family = [one.split()[1] for one in COMMANDS if one.startswith("release ")]
        raise UsageError(f"{manifest} is no manifest, and no command here{did_you_mean(manifest or '', family)}")
    if name is None:
        raise UsageError("which name? --as NAME, like --as v3")
    formats = reports.Formats(json, md, csv).check()
    from curate.records.reader import lines
    from curate.release.make import Wish, make_release

    how: How = next(one for one in _MEDIA if one == media)
    wish = Wish(name, into, root or "", schema, how)
    with streams.passes(manifest) as file, terminal.progress("files", lambda: _size(manifest)) as counted:
        found = make_release(lines(file), wish, counted)
    reports.write(found, formats, f"Release {name}", made_report)


def _size(manifest: str | None) -> int:
    """Return about how many lines a manifest has, for a bar; 0 where that is not known."""
    return os.path.getsize(manifest) // 1000 if manifest and os.path.isfile(manifest) else 0
