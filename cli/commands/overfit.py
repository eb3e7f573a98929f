"""`burnish overfit`: can a model fit a handful of samples?"""

from typing import Annotated

import typer

from baselines.data.labelled_samples import LabelledSample
from baselines.features.choice import choose_features
from baselines.features.reading import Reading
from baselines.models.models import MODELS, check_model
from baselines.training.options import TrainingOptions
from cli import options
from cli.io import reports, streams
from cli.views.train.notes import say_nothing_to_learn
from cli.views.train.table import fit_report
from curate.engine.worker import hold_threads
from curate.ground.errors import GateError


def overfit(
    manifest: options.Manifest = None,
    samples: Annotated[int, typer.Option(metavar="N", min=2, help="How many samples to fit.")] = 16,
    model: Annotated[
        str, typer.Option(metavar="|".join(MODELS), help="What to fit; auto takes the support vector machine.")
    ] = "auto",
    feature: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these features, as for train.", show_default="all")
    ] = None,
    seed: options.Seed = 0,
    root: options.RootOfNeeded = None,
    jobs: options.Jobs = None,
    allow_empty: options.AllowEmpty = False,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Check that a model can fit a handful of samples at all, before it is trained on all of them.

    A model that is not right on 16 samples that it was trained on will not get better with more. The handful is drawn
    evenly over the classes of the training side. The exit code is 1 when the model cannot fit it.

    [bold]Examples[/bold]

    burnish overfit set.jsonl

    burnish overfit set.jsonl --samples 50 --model logistic --seed 1
    """
    formats = reports.Formats(json, md, csv).check()
    families = tuple(feature or ())
    check_model(model)
    choose_features(families)
    wish = TrainingOptions(model, families=families, seed=seed, reading=Reading(root or "", jobs, cache=""))
    with streams.records(manifest, LabelledSample) as records:
        examples = list(records)
    if not examples:
        say_nothing_to_learn(allowed=allow_empty)
        return
    # Before numpy comes in, with threads of its own: workers are forked from here, one for each processor.
    hold_threads()
    # Imported where it is needed: it takes scikit-learn along, most of a second.
    from baselines.training.overfit import overfit as overfit_on
    from baselines.training.overfit import verdict

    found = overfit_on(examples, samples, wish)
    reports.write(found, formats, "Can a model fit it?", lambda result: fit_report(result, manifest))
    if problem := verdict(found):
        raise GateError(problem)
