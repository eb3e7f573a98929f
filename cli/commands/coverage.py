"""`burnish coverage`: the holes of a training set, seen from a test set."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect, Place
from cli.io import reports, streams
from cli.views.coverage.holes import page, report
from cli.views.kit.page import Links
from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from baselines.slices.coverage import CoveredSample


def coverage(
    train: Annotated[
        str,
        typer.Argument(metavar="TRAIN", help="The manifest of the training set.", show_default=False),
        Effect.READS,
        Place.STORES,
    ],
    test: Annotated[
        str,
        typer.Argument(metavar="TEST", help="The manifest of the test set, or of new data.", show_default=False),
        Effect.READS,
        Place.STORES,
    ],
    embeddings: options.Embeddings = None,
    root: options.Root = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show what share of a test set lies outside of the training set, by label and tag, and which samples.

    Outside is what is farther from every training sample than 99 % of the training samples are from their nearest
    other. Of a test set that is like the training set about 1 % is outside. Distances are those of vectors at length
    1, so cosine decides; samples without a vector are refused, and one file of embeddings has to hold both sets.

    [bold]Examples[/bold]

    burnish coverage train.jsonl test.jsonl --embeddings photos.npz

    burnish coverage train.jsonl new.jsonl --embeddings photos.npz --html holes.html

    burnish coverage train.jsonl test.jsonl --embeddings photos.npz --json | jq -r '.holes[].path'
    """
    from baselines.slices.coverage import measure_coverage
    from curate.embeddings.store import read_embeddings

    if embeddings is None:
        raise UsageError("which embeddings? --embeddings FILE; make it for both manifests: burnish embed")
    formats = reports.Formats(json, md, csv, html).check(test)
    if train == "-" and test == "-":
        raise UsageError("standard input is one manifest; name a file for TRAIN or for TEST")
    found = measure_coverage(_samples(train), _samples(test), read_embeddings(embeddings))
    of = f"{test} by {train}"
    reports.write(found, formats, f"Coverage of {of}", report, lambda one: page(one, of, Links(root, html)))


def _samples(manifest: str) -> "list[CoveredSample]":
    from baselines.slices.coverage import CoveredSample

    with streams.records(manifest, CoveredSample) as found:
        return list(found)
