"""`burnish predict`: what the model of a run says of other samples."""

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from baselines.data.labelled_samples import LeftOut
from baselines.features.reading import Reading
from cli import options
from cli.effects import Effect
from cli.io import streams, terminal
from cli.io.summary import top
from cli.views.train.notes import say_left_out
from curate.engine.worker import hold_threads
from curate.ground.json import encode_indented
from curate.records.reader import lines

if TYPE_CHECKING:
    from baselines.training.predict import Predictor


class Predicted(Struct, frozen=True):
    """What came of it.

    Attributes:
        run: Folder of the run.
        samples: With a prediction.
        predictions: Samples of each predicted class, the most frequent first.
        left_out: Samples without one, by reason.
    """

    run: str
    samples: int
    predictions: dict[str, int]
    left_out: dict[str, int]


def predict(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of the run.", show_default=False), Effect.READS_RUN
    ],
    manifest: options.Manifest = None,
    output: options.Output = None,
    cache: options.FeatureCache = None,
    no_cache: options.NoFeatureCache = False,
    root: options.RootOfNeeded = None,
    jobs: options.Jobs = None,
    json: Annotated[
        bool, typer.Option("--json", help="Write a summary as JSON; the manifest then goes to -o only.")
    ] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Apply the model of a run to other samples: each gets prediction, confidence and probabilities.

    They are fields of the samples, as in the predictions of a run: for burnish evaluate, for review, and for whatever
    reads JSON. Samples of the other kind, with an error finding, or that cannot be read pass without them.

    A model file that is not the one that was written, or that other versions or features made, is refused; nothing
    that is no part of such a model is ever loaded.

    [bold]Examples[/bold]

    burnish predict runs/before new.jsonl -o predicted.jsonl

    burnish scan inbox/ | burnish predict runs/before | jq -r 'select(.confidence < 0.6) | .path'

    burnish predict runs/before new.jsonl --json | jq .predictions
    """
    streams.check_output(output)
    # Before numpy comes in: workers are forked from here.
    hold_threads()
    from baselines.training.predict import Predictor

    predictor = Predictor(run, Reading(root or "", jobs, "" if no_cache else cache))
    result = _predict(manifest, predictor, output, written=not json or output not in {None, "-"})
    if json:
        sys.stdout.buffer.write(encode_indented(result) + b"\n")


def _predict(manifest: str | None, predictor: "Predictor", output: str | None, *, written: bool) -> Predicted:
    from baselines.training.predict import predict_lines

    left_out, counts = LeftOut(), Counter[str]()
    with streams.passes(manifest) as file:
        found = predict_lines(lines(file), predictor, left_out, counts)
        if written:
            streams.write_lines(found, output)
        else:
            for _ in found:
                pass
    terminal.say(f"predicted {counts.total():,} samples by {predictor.run}: {top(counts) or 'none'}")
    say_left_out(left_out)
    ordered = dict(counts.most_common())
    return Predicted(predictor.run, counts.total(), ordered, dict(left_out.counts.most_common()))
