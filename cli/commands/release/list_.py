"""`burnish release list`: the releases of a folder."""

from cli import options
from cli.io import reports
from cli.io.terminal import say
from cli.views.release.table import list_report


def list_(
    into: options.Releases = "releases",
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """List the releases of a folder in the order in which they were made, and which one is the current one.

    What looks like a release and is none is named, and left out; burnish release check says more.

    [bold]Examples[/bold]

    burnish release list

    burnish release list --into releases/ --json | jq -r .pointer.release
    """
    formats = reports.Formats(json, md, csv).check()
    from curate.release.folder import list_releases

    found = list_releases(into)
    for problem in found.broken.values():
        say(f"left out: {problem}")
    reports.write(found, formats, f"Releases in {into}", list_report)
