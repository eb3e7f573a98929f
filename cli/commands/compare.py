"""`burnish compare`: did a change help, and did nothing else sink."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from baselines.comparison.compare import GATES, Comparison, compare_runs, failed
from baselines.runs.run_folder import PREDICTIONS
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.views.compare.table import report, run_names
from curate.ground.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.comparison.compare import Gate

_NAMED = 5


def compare(
    run_a: Annotated[
        str, typer.Argument(metavar="RUN_A", help="The folder of the older run.", show_default=False), Effect.READS_RUN
    ],
    run_b: Annotated[
        str, typer.Argument(metavar="RUN_B", help="The folder of the newer run.", show_default=False), Effect.READS_RUN
    ],
    control: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="A run on as many new samples of all targets alike (`run --control`), to hold B against.",
            show_default=False,
        ),
        Effect.READS_RUN,
    ] = None,
    fail_if: Annotated[
        str | None,
        typer.Option(metavar="worse|not-better", help="Fail (exit 1) if B is that.", show_default=False),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="T", help="Compare these tags only.", show_default=False)
    ] = None,
    seed: options.Seed = 0,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Tell whether run B is better than run A, worse, or neither: over all, in each class and on each tag.

    Both are tried on the same samples: those that only one of them has are left out, and counted. The interval is that
    of a paired bootstrap; of runs with --group that of the groups' differences, of runs with --repeats with the spread
    of their repeats added. The verdict follows one rule: better if the interval is above zero, worse if it is below,
    else cannot tell; fewer than 5 samples never tell. What was not held still (model, parameters, features, training
    draw) is said below.

    --fail-if reads p values that are adjusted for all rows it looks at (Holm: 5 % for all of them together; over all
    apart), from McNemar's exact test, with groups from a t-test on their means.

    --fail-if worse fails if B is worse over all, on a tag or in a class; with --tag, over all or on one of these tags.
    --fail-if not-better fails unless B is better over all; with --tag, unless it is better on each of these.

    --control RUN sets a third run beside them: the accuracies of all three, the change of both, and what B brings
    beyond the control, with intervals. Verdicts and gates stay those of A and B.

    [bold]Examples[/bold]

    burnish compare runs/before runs/after

    burnish compare runs/before runs/after --fail-if worse --quiet

    burnish compare runs/before runs/after --tag noise=car --fail-if not-better --html compare.html

    burnish compare runs/before runs/after --control runs/control
    """
    if fail_if is not None:
        options.check_choice(fail_if, GATES, "--fail-if")
    # The same text, but of the type that mypy knows to be one of the gates.
    gate = next((gate for gate in GATES if gate == fail_if), None)
    formats = reports.Formats(json, md, csv, html)
    for run in (run_a, run_b, *([control] if control else [])):
        formats.check(os.path.join(run, PREDICTIONS))
    result = compare_runs(run_a, run_b, tag or (), seed, control)
    reports.write(
        result, formats, "{1} against {0}".format(*run_names(result)), report, lambda found: _page(found, html)
    )
    if gate and (problems := failed(result, gate, tag or ())):
        raise GateError(_problem(result, gate, problems))


def _problem(result: Comparison, gate: "Gate", problems: "Sequence[str]") -> str:
    more = f"; and {len(problems) - _NAMED:,} more" if len(problems) > _NAMED else ""
    words = "; ".join(problems[:_NAMED]) + more
    return f"{run_names(result)[1]} is {'not better: ' if gate == 'not-better' else ''}{words}"


def _page(result: Comparison, html: str | None) -> bytes:
    from cli.views.compare.table import page
    from cli.views.kit.page import Links

    return page(result, Links(None, html))
