"""`burnish agreement`: annotators against each other."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from msgspec.structs import replace

from baselines.annotators.agreement import Agreement, agree
from baselines.annotators.annotations import Annotations, read_annotations
from baselines.annotators.answers import ENDING, AnsweredSet, read_answered, told_apart
from baselines.annotators.human_level import write_human_csv
from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from cli.io.terminal import say
from cli.views.agreement.table import report
from curate.describe.imbalance import Described
from curate.ground.errors import InputError, UsageError
from curate.media.storage.publish import write_whole
from curate.records.origin import NOWHERE, Origin


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
    they also tell how long an answer took, and how far a person agrees with himself. Answers to realism are held
    against what --manifest says was made: can these people tell?

    The human level of a tag is the share of labels that are right, by the labels of --manifest. Without it, each label
    is held against the most frequent one of the other annotators.

    [bold]Examples[/bold]

    burnish agreement labels.csv

    burnish agreement labels.csv --manifest set.jsonl --human-level human.csv

    burnish weak runs/before --human human.csv

    burnish agreement answers.jsonl --manifest set.jsonl

    burnish agreement real-or-made.jsonl --manifest augmented.jsonl
    """
    streams.check_output(human_level)
    if human_level is not None and human_level in {annotations, manifest}:
        raise UsageError(f"--human-level {human_level}: that is an input; name another file")
    formats = reports.Formats(json, md, csv, html).check(annotations)
    answered = read_answered(annotations) if annotations.endswith(ENDING) else None
    given = answered.annotations if answered else read_annotations(annotations)
    known = _named(_known(manifest), answered) if answered else {one.path: one for one in _known(manifest)}
    truth = {name: one.label for name, one in known.items() if one.label is not None} if manifest else None
    tags = {name: one.tags for name, one in known.items()}
    if answered and answered.question == "realism":
        truth = _made(answered, known, annotations)
    result = agree(given, truth, tags)
    if answered:
        apart = told_apart(answered.realism, {one.digest: one.is_made for one in known.values() if one.digest})
        against = "what was made" if answered.question == "realism" else result.measured_against
        result = replace(
            result, effort=answered.effort, blind=answered.blind, told_apart=apart, measured_against=against
        )
    reports.write(
        result, formats, "Agreement of annotators", report, lambda found: _page(found, given, annotations, html)
    )
    if human_level:
        with write_whole(human_level) as file:
            file.write(write_human_csv(result.human_level))
        say(f"wrote {human_level}")


class _Known(Described):
    """A sample as far as answers are held against it."""

    digest: str | None = None
    origin: Origin | None = None

    @property
    def is_made(self) -> bool:
        """Whether a recipe made it."""
        return (self.origin or NOWHERE).recipe is not None


def _known(manifest: str | None) -> list[_Known]:
    if manifest is None:
        return []
    with streams.records(manifest, _Known) as samples:
        return list(samples)


def _named(known: Sequence[_Known], answered: AnsweredSet) -> dict[str, _Known]:
    """Return samples by the names of the annotations: by their paths, or, where files were moved, by their bytes."""
    labelled = answered.annotations.labels
    return {one.path if one.path in labelled else answered.names.get(one.digest or "", one.path): one for one in known}


def _made(answered: AnsweredSet, known: Mapping[str, _Known], path: str) -> dict[str, str]:
    """Return real or made by the name that the annotations have for a sample."""
    found = {name: "made" if known[name].is_made else "real" for name in answered.names.values() if name in known}
    if not found:
        raise InputError(
            f"{path} has answers to realism; what is real and what made, the manifest says: --manifest FILE"
        )
    return found


def _page(result: Agreement, given: Annotations, of: str, html: str | None) -> bytes:
    from cli.views.agreement.table import page
    from cli.views.kit.page import Links

    return page(result, given, of, Links(None, html))
