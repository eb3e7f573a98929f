"""`burnish audit`: what a run gets wrong."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from baselines.runs.run_folder import PREDICTIONS, predictions_of_run, record_of_run
from baselines.slices.audit import MISTAKES, Audit
from baselines.slices.audit import audit as find
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.views.audit.table import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.predictions import Prediction


def audit(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of the run.", show_default=False), Effect.READS_RUN
    ],
    mistakes: Annotated[
        int, typer.Option(metavar="N", min=0, help="How many of the mistakes to name in JSON and page.")
    ] = MISTAKES,
    root: options.Root = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show precision, recall and F1 of each class, what it is taken for, every tag, and mistakes.

    With few samples of a class among many, accuracy hides what precision and recall show. Of the mistakes those come
    first whose own label the model finds the least likely: there it is often the label that is wrong.

    The page that --html writes has the confusion matrix as a picture, the priority chart, and the mistakes to look at
    and to listen to; their files are looked for under --root.

    [bold]Examples[/bold]

    burnish audit runs/before

    burnish audit runs/before --html audit.html --mistakes 40

    burnish audit runs/before --json | jq '.per_class.hat.recall'
    """
    formats = reports.Formats(json, md, csv, html).check(os.path.join(run, PREDICTIONS))
    predictions = predictions_of_run(run)
    record = record_of_run(run)
    result = find(predictions, mistakes, record.training_majority if record else None)
    title = f"Audit of {run}"
    reports.write(result, formats, title, report, lambda found: _page(found, predictions, run, root, html))


def _page(result: Audit, predictions: "Sequence[Prediction]", of: str, root: str | None, html: str | None) -> bytes:
    from cli.views.audit.page import page
    from cli.views.kit.page import Links

    return page(result, predictions, of, Links(root, html))
