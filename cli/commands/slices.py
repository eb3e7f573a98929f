"""`burnish slices`: where a model is weak, on data that nobody tagged."""

import os
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from baselines.features.reading import Reading
from baselines.runs.run_folder import PREDICTIONS
from cli import options
from cli.effects import Effect
from cli.io import reports, streams, terminal
from cli.io.summary import top
from cli.views.slices.table import report
from curate.engine.worker import hold_threads
from curate.ground.errors import UsageError
from curate.records.reader import read, read_as

if TYPE_CHECKING:
    from baselines.slices.find_slices import Slices
    from baselines.slices.slice_terms import SliceSample
    from baselines.slices.slices_of_run import SlicesOfRun, Wish
    from cli.io.replayable_pipe import Rereadable


def slices(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The folder of the run.", show_default=False), Effect.READS_RUN
    ],
    manifest: Annotated[
        str | None,
        typer.Argument(
            metavar="[MANIFEST]",
            help="The manifest, for the facts of the samples and for -o; - is standard input.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    embeddings: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|base",
            help="Embeddings of burnish embed; base: features that are computed from the files.",
            show_default="what the run was trained with",
        ),
        Effect.READS,
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the manifest with a tag slice=NAME on every sample of a slice, tested or not.",
            show_default=False,
        ),
        Effect.PASSES_ON,
    ] = None,
    cache: options.FeatureCache = None,
    no_cache: options.NoFeatureCache = False,
    seed: options.Seed = 0,
    root: options.Root = None,
    jobs: options.Jobs = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find the slices on which a run is weak, and which no tag names yet.

    Looked at are clusters of embedding and error, and up to three tags and facts together. What is found on one half of
    the tested samples is tested on the other, and the other way round; only what holds there is shown, with accuracy
    and rest of the half that it was tested on. With errors at random, 19 of 20 calls show nothing.

    With -o the slices become tags of all samples, so that weak, augment --weak and compare work on data without tags.

    [bold]Examples[/bold]

    burnish slices runs/before set.jsonl --embeddings photos.npz --html slices.html

    burnish slices runs/before set.jsonl -o tagged.jsonl && burnish train tagged.jsonl --run runs/tagged

    burnish slices runs/before --json | jq -r '.slices[0].paths[:10][]'
    """
    formats = reports.Formats(json, md, csv, html).check(os.path.join(run, PREDICTIONS))
    streams.check_output(output)
    if output == "-":
        raise UsageError("-o -: standard output is for the report; name a file for the manifest")
    if output and manifest is None:
        raise UsageError(
            "-o writes a manifest with tags: name the one to read too, burnish slices RUN MANIFEST -o FILE"
        )
    # Before numpy comes in: workers are forked from here, and clusters are the same on any number of processors.
    hold_threads()
    from baselines.slices import slice_terms
    from baselines.slices.slices_of_run import Wish, slices_of_run

    wish = Wish(embeddings, Reading(root or "", jobs, "" if no_cache else cache), seed)
    with ExitStack() as stack:
        file = stack.enter_context(streams.passes(manifest)) if manifest is not None else None
        known = list(read_as(file, slice_terms.SliceSample)) if file else None
        with terminal.progress("features", lambda: 0) as counted:
            found = slices_of_run(run, known, wish, counted)
        terminal.say(found.source.said)
        if file and known is not None and output:
            _write_tagged(file, known, found, wish, output)
    title = f"Slices of {run}"
    reports.write(found.found.report, formats, title, report, lambda result: _page(result, found, run, root, html))


def _write_tagged(
    file: "Rereadable", known: "list[SliceSample]", found: "SlicesOfRun", wish: "Wish", output: str
) -> None:
    from baselines.slices.slices_of_run import with_slice_tags

    counts: Counter[str] = Counter()
    file.seek(0)
    with terminal.progress("features", lambda: len(known)) as counted:
        streams.write_samples(with_slice_tags(read(file), known, found, wish, counts, counted), output)
    without = counts.pop("", 0)
    terminal.say(f"tags by number of samples: {top(counts) or 'none'}: {output}")
    if without:
        terminal.say(f"samples without a vector, which are in no cluster: {without:,}")


def _page(result: "Slices", found: "SlicesOfRun", run: str, root: str | None, html: str | None) -> bytes:
    from cli.views.kit.page import Links
    from cli.views.slices.page import page

    return page(result, found.predictions, run, Links(root, html))
