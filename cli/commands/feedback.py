"""`burnish feedback`: predictions and the outcomes that came later, joined to new labelled samples."""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams
from cli.io.terminal import say
from cli.watch.asked import file_of
from curate.media.storage.publish import write_whole
from curate.records.reader import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from baselines.monitoring.feedback import Joined

_DAY_S, _HOUR_S = 86_400, 3_600


def feedback(
    predictions: Annotated[
        str,
        typer.Argument(
            metavar="PREDICTIONS", help="A log of predictions, or a run; - is standard input.", show_default=False
        ),
        Effect.READS_RUN,
    ],
    outcomes: Annotated[
        str,
        typer.Argument(
            metavar="OUTCOMES",
            help="A .csv or .jsonl of what they turned out to be: key and label.",
            show_default=False,
        ),
        Effect.READS,
    ],
    key: Annotated[
        str, typer.Option(metavar="path|digest|FIELD", help="What both have in common."), Effect.VALUE
    ] = "path",
    time: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="The field of both that has the time, for the lag.", show_default=False),
    ] = None,
    rejects: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the predictions without an outcome yet to FILE.", show_default=False),
        Effect.REJECTS,
    ] = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Give predictions the labels that came later, and pass those on that have one now.

    The outcome becomes the label; the prediction stays, so that the result can be trained on, held against a reference
    (burnish drift --every), or judged. Several predictions of one key are an error: nobody knows which of them the
    outcome belongs to. Predictions without an outcome are counted, and kept with --rejects.

    [bold]Examples[/bold]

    burnish feedback log.jsonl outcomes.csv -o labelled.jsonl

    burnish feedback log.jsonl outcomes.jsonl --key order --time at --rejects waiting.jsonl -o labelled.jsonl

    burnish feedback log.jsonl outcomes.csv | burnish drift runs/first - --on prediction
    """
    from baselines.monitoring.feedback import Joined, join, read_outcomes

    streams.check_output(output)
    streams.check_output(rejects)
    known, joined = read_outcomes(outcomes, key, time), Joined()
    with streams.manifest_input(file_of(predictions)) as file, ExitStack() as stack:
        waiting = stack.enter_context(write_whole(rejects)) if rejects else None
        found = join(file, known, key, joined, time=time, source=name_of(file))
        streams.write_lines(_labelled(found, waiting), output)
    for line in sentences(joined, key):
        say(line)


def _labelled(found: "Iterable[tuple[bytes, bool]]", waiting: "IO[bytes] | None") -> "Iterator[bytes]":
    for line, labelled in found:
        if labelled:
            yield line
        elif waiting is not None:
            waiting.write(line + b"\n")


def sentences(joined: "Joined", key: str) -> list[str]:
    """Return what came of the join, in words."""
    from baselines.monitoring.feedback import quantiles

    of = f"{joined.labelled:,} of {joined.predictions:,} predictions"
    lines = [f"{of} are labelled now; {joined.unlabelled:,} have no outcome yet"]
    if joined.without_key:
        lines.append(f"{joined.without_key:,} predictions have no {key}")
    if joined.unmatched:
        lines.append(f"{joined.unmatched:,} outcomes are of no prediction")
    if joined.changed:
        lines.append(f"{joined.changed:,} had another label before")
    if joined.judged:
        share = 100 * joined.right / joined.judged
        lines.append(f"right: {share:.1f} % of {joined.judged:,} that came back, which need not be like the others")
    if joined.lags:
        middle, most, longest = (_duration(lag) for lag in quantiles(joined.lags))
        lines.append(f"lag: half within {middle}, nine in ten within {most}, all within {longest}")
    if joined.early:
        lines.append(f"{joined.early:,} outcomes were known before the prediction: was it made of them?")
    return lines


def _duration(seconds: float) -> str:
    if abs(seconds) >= 2 * _DAY_S:
        return f"{seconds / _DAY_S:.1f} days"
    return f"{seconds / _HOUR_S:.1f} h" if abs(seconds) >= _HOUR_S else f"{seconds:.0f} s"
