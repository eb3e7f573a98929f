"""`burnish agreement`: annotators against each other."""

from typing import Annotated

import typer
from msgspec.structs import replace

from baselines.annotators.agreement import Agreement, agree
from baselines.annotators.annotations import Annotations, read_annotations
from baselines.annotators.answers import ENDING, read_answered
from baselines.annotators.human_level import write_human_csv
from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from cli.io.terminal import say
from cli.views.agreement.table import report
from curate.describe.imbalance import Described
from curate.ground.atomic import atomic_write
from curate.ground.errors import UsageError


def agreement(
    annotations: Annotated[
        str,
        typer.Argument(
            metavar="FILE.csv|ANSWERS.jsonl",
            help="The labels: path,annotator,label; or the answers of burnish review.",
            show_default=False,
        ),
        Effect.READS,
    ],
    manifest: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Labels that are right, and tags, by path.", show_default=False),
        Effect.READS,
    ] = None,
    human_level: Annotated[
        str | None,
        typer.Option(metavar="FILE.csv", help="Write the human level of each tag to FILE.csv.", show_default=False),
        Effect.WRITES,
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Hold annotators against each other: Cohen's and Fleiss' kappa, Krippendorff's alpha, human level per tag.

    A row is one label that one annotator gave to one sample. A label that is left empty is missing; a column tags
    holds tags of the sample, separated by ;. Of answers of burnish review the blind ones count where there are any;
    they also tell how long an answer took, and how far a person agrees with himself.

    The human level of a tag is the share of labels that are right, by the labels of --manifest. Without it, each label
    is held against the most frequent one of the other annotators.

    [bold]Examples[/bold]

    burnish agreement labels.csv

    burnish agreement labels.csv --manifest set.jsonl --human-level human.csv

    burnish weak runs/before --human human.csv

    burnish agreement answers.jsonl --manifest set.jsonl
    """
    streams.check_output(human_level)
    if human_level is not None and human_level in {annotations, manifest}:
        raise UsageError(f"--human-level {human_level}: that is an input; name another file")
    formats = reports.Formats(json, md, csv, html).check(annotations)
    answered = read_answered(annotations) if annotations.endswith(ENDING) else None
    given = answered.annotations if answered else read_annotations(annotations)
    truth, tags = _known(manifest)
    result = agree(given, truth, tags)
    if answered:
        result = replace(result, effort=answered.effort, blind=answered.blind)
    reports.write(
        result, formats, "Agreement of annotators", report, lambda found: _page(found, given, annotations, html)
    )
    if human_level:
        with atomic_write(human_level) as file:
            file.write(write_human_csv(result.human_level))
        say(f"wrote {human_level}")


def _known(manifest: str | None) -> "tuple[dict[str, str] | None, dict[str, tuple[str, ...]]]":
    if manifest is None:
        return None, {}
    with streams.records(manifest, Described) as samples:
        known = list(samples)
    labels = {sample.path: sample.label for sample in known if sample.label is not None}
    return labels, {sample.path: sample.tags for sample in known}


def _page(result: Agreement, given: Annotations, of: str, html: str | None) -> bytes:
    from cli.views.agreement.table import page
    from cli.views.kit.page import Links

    return page(result, given, of, Links(None, html))
