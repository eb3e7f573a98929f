"""Keep a run: everything that came of it and all that is needed to repeat it, in its folder."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from baselines.metrics.intervals import wilson
from baselines.metrics.metrics import Metrics
from baselines.runs.provenance import describe_machine, describe_manifest, describe_repository, describe_versions
from baselines.runs.result import Result
from baselines.runs.run_folder import write_run
from baselines.runs.run_record import Run, Score

if TYPE_CHECKING:
    from baselines.data.labelled_samples import Example
    from baselines.runs.provenance import Clock

_DIGITS = 6


class Outcome(Struct, frozen=True):
    """A run as `train --json` shows it.

    Attributes:
        folder: Where it is.
        run: What `run.json` holds.
        metrics: What `metrics.json` holds.
    """

    folder: str
    run: Run
    metrics: Metrics


def keep_run(
    folder: str,
    arguments: Sequence[str],
    parameters: dict[str, Any],
    samples: "Sequence[Example]",
    result: Result,
    clock: "Clock",
) -> Outcome:
    """Write the folder of a run.

    Args:
        folder: Is made; a run that is there is replaced.
        arguments: The command line after `burnish`; its first word that is a command names it.
        parameters: The options that matter.
        samples: The whole manifest.
        result: What was found out.
        clock: Made when the command began.

    Raises:
        InputError: The folder cannot be written.
    """
    run = Run(
        command="train" if result.model else "evaluate",
        created=clock.created,
        arguments=tuple(arguments),
        directory=os.getcwd(),
        manifest=describe_manifest(samples),
        counts=result.counts,
        evaluation=result.evaluation,
        parameters=parameters,
        score=_score(result.metrics),
        model=result.model,
        predictions=result.source,
        git=describe_repository(),
        versions=describe_versions(),
        machine=describe_machine(),
        cost=clock.cost(),
    )
    write_run(folder, run, result.metrics, result.predictions, result.saved)
    return Outcome(folder, run, result.metrics)


def _score(metrics: Metrics) -> Score:
    low, high = wilson(round(metrics.accuracy * metrics.samples), metrics.samples)
    return Score(
        samples=metrics.samples,
        accuracy=round(metrics.accuracy, _DIGITS),
        interval=(round(low, _DIGITS), round(high, _DIGITS)),
        balanced_accuracy=round(metrics.balanced_accuracy, _DIGITS),
        macro_f1=round(metrics.macro_f1, _DIGITS),
        majority_accuracy=round(metrics.majority_accuracy, _DIGITS),
    )
