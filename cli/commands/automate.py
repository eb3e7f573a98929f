"""`burnish automate`: how much may a model decide alone."""

from typing import Annotated

import typer

from baselines.gates.automate import Wish
from baselines.gates.automate import automate as automate_log
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.views.gate.automation import page, report
from cli.views.kit.page import Links


def automate(
    log: Annotated[
        str,
        typer.Argument(metavar="RUN|LOG", help="A run, or a log of predictions: .jsonl or .csv.", show_default=False),
        Effect.READS_RUN,
    ],
    max_risk: Annotated[
        float | None,
        typer.Option(metavar="R", help="Share of its own answers that may be wrong.", show_default="0.01"),
    ] = None,
    human: Annotated[
        float | None, typer.Option(metavar="P", help="Accuracy of people, to weigh both together.", show_default=False)
    ] = None,
    cost_error: Annotated[
        float | None, typer.Option(metavar="X", help="What a wrong answer costs.", show_default=False)
    ] = None,
    cost_human: Annotated[
        float | None, typer.Option(metavar="Y", help="What a person's answer costs.", show_default=False)
    ] = None,
    truth: options.Truth = None,
    group: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="The field, or key of a tag, that ties cases together.", show_default=False),
    ] = None,
    key: options.LogKey = "path",
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Tell from which confidence on a model may decide alone, how much that is, and what is left to people.

    The threshold is chosen on one half of the cases and tried on the other: the exact upper bound (95 %) of its risk
    there is --max-risk or less. A tag whose risk is surely higher gets a threshold of its own, or goes to people.

    With --cost-error and --cost-human and without --max-risk, the threshold is that of the least cost.

    The degree of automation is human, shadow, assistance, partial or full.

    [bold]Examples[/bold]

    burnish automate runs/after --max-risk 0.02 --human 0.98

    burnish automate production.jsonl --truth labels.csv --cost-error 20 --cost-human 0.5 --html automation.html
    """
    from baselines.runs.prediction_log import LogFields, read_log, read_truth

    by_cost = max_risk is None and cost_error is not None
    wish = Wish(None if by_cost else 0.01 if max_risk is None else max_risk, human, cost_error, cost_human).check()
    formats = reports.Formats(json, md, csv, html).check(log)
    entries = read_log(log, LogFields(key, group=group))
    if truth is not None:
        labels = read_truth(truth, key)
        entries = [entry._replace(label=labels.get(entry.key, entry.label)) for entry in entries]
    # A log known by another key than its path names no file to lead to.
    asked = entries if key == "path" else []
    reports.write(
        automate_log(entries, wish, group),
        formats,
        f"Automation of {log}",
        report,
        lambda one: page(one, log, asked, Links(None, html)),
    )
