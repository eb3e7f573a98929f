"""`burnish transforms`: every operation that a recipe can name."""

from typing import Annotated

import typer

from cli import options
from cli.io import reports


def transforms(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The operation to show in full.", show_default=False)
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show every operation that a recipe can use; with a name, its parameters, units, defaults and an example.

    Names in small letters are burnish's own. CamelCase names are classes of albumentations (under image:) and of
    audiomentations (under audio:). Each comes with all of its parameters in --json.

    [bold]Examples[/bold]

    burnish transforms

    burnish transforms mix_noise

    burnish transforms RandomBrightnessContrast --json
    """
    from augment.operations.documentation import catalogue, documented
    from cli.views.transforms.table import details, report

    formats = reports.Formats(json, md, csv).check()
    found = catalogue() if name is None else documented(name)
    reports.write(found, formats, name or "Operations of recipes", report if name is None else details)
