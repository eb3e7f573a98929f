"""`burnish relabel`: put right what people decided, with a record, and a way back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams
from cli.io.terminal import say
from curate.ground.errors import UsageError, nearest
from curate.records.reader import read
from curate.review.relabel import (
    Relabelled,
    Undone,
    latest_of,
    map_labels,
    parse_label_map,
)
from curate.review.relabel import (
    relabel as change,
)
from curate.review.relabel import (
    undo as take_back,
)
from curate.review.votes import Rule, VotesOfSet, votes_of_answers, votes_of_table

if TYPE_CHECKING:
    from curate.review.votes import Ballot

_SHOWN = 3


def relabel(
    manifest: options.Manifest = None,
    answers: options.Answers = None,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.csv",
            help="Corrections: path (or file_name) and label; annotator and digest, where known.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    rule: options.Rule = "majority",
    adjudicator: options.Adjudicator = None,
    map_label: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Rename a class everywhere; may be repeated.", show_default=False),
        Effect.VALUE,
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what the latest relabel changed.")] = False,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Change labels to what people decided: by answers of a review, a table of corrections, or a new name.

    An answer holds for the bytes that were seen: if the file has changed since, it is void, and counted. Each changed
    sample keeps what its label was, who decided and by which rule, in its origin; --undo takes the latest call back,
    and again the one before. A label that people confirm loses its findings.

    Labels of the test split change by --rule adjudicated alone, and never by an answer that was given with a model's
    prediction in sight. --map-label renames a class in every split.

    [bold]Examples[/bold]

    burnish relabel set.jsonl --answers answers.jsonl -o corrected.jsonl

    burnish relabel set.jsonl --map-label cats=cat --map-label Cat=cat | burnish balance

    burnish relabel set.jsonl --answers anna.jsonl --answers ben.jsonl --rule adjudicated --adjudicator anna

    burnish relabel corrected.jsonl --undo -o set.jsonl
    """
    streams.check_output(output)
    asked = [name for name, given in (("--answers", answers), ("--table", table), ("--map-label", map_label)) if given]
    asked += ["--undo"] if undo else []
    if len(asked) != 1:
        what = f"{' and '.join(asked)}: one of them" if asked else "nothing to change"
        raise UsageError(f"{what}; give --answers FILE, --table FILE.csv, --map-label OLD=NEW, or --undo")
    options.check_rule(rule, adjudicator, answers, table)
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    if undo:
        _undo(manifest, output)
    elif map_label:
        _map(manifest, parse_label_map(map_label), now, output)
    else:
        ballot = votes_of_table(table) if table else _joined([votes_of_answers(one) for one in answers or ()])
        _change(manifest, ballot, rule, frozenset(adjudicator or ()), now, output)


def _joined(ballots: "list[Ballot]") -> "Ballot":
    from curate.review.votes import Ballot

    votes = [vote for ballot in ballots for vote in ballot.votes]
    return Ballot(votes, [note for ballot in ballots for note in ballot.notes])


def _change(
    manifest: str | None, ballot: "Ballot", rule: Rule, adjudicators: frozenset[str], now: str, output: str | None
) -> None:
    result, votes = Relabelled(), VotesOfSet(ballot.votes)
    with streams.samples(manifest) as samples:
        streams.write_samples(change(samples, votes, rule, adjudicators, now, result), output)
    for note in ballot.notes:
        say(f"note: {note}")
    _say_changed(result)
    if result.confirmed:
        say(f"confirmed: {result.confirmed:,}")
    if result.tied:
        say(f"without a decision by the rule {rule}: {result.tied:,}; their labels stay")
    for paths, what in (
        (result.void, "void, the file is not the one that was seen"),
        (result.held, "of the test split, whose labels change by --rule adjudicated only"),
        (votes.strangers, "answers about files that the manifest does not have"),
    ):
        if paths:
            say(f"{what}: {len(paths):,}, such as {', '.join(paths[:_SHOWN])}")


def _map(manifest: str | None, names: dict[str, str], now: str, output: str | None) -> None:
    result = Relabelled()
    with streams.samples(manifest) as samples:
        streams.write_samples(map_labels(samples, names, now, result), output)
    _say_changed(result)
    for old in names:
        if result.samples and not result.known[old]:
            say(f"no sample has the label {old!r}{nearest(old, [label for label in result.known if label])}")


def _say_changed(result: Relabelled) -> None:
    pairs = [f"{old!r} → {new!r} {count:,}" for (old, new), count in result.changed.most_common(_SHOWN)]
    more = ", …" if len(result.changed) > _SHOWN else ""
    listed = f": {', '.join(pairs)}{more}" if pairs else ""
    say(f"relabelled {result.changed.total():,} of {result.samples:,} samples{listed}")
    known = [label for label in result.known if label]
    for label in result.new_labels:
        say(f"note: no sample had the label {label!r} before ({result.after[label]:,} now){nearest(label, known)}")


def _undo(manifest: str | None, output: str | None) -> None:
    result = Undone()
    with streams.passes(manifest) as file:
        latest = latest_of(read(file))
        file.seek(0)
        if latest is None:
            say("no label of this manifest was changed by relabel")
        streams.write_samples(take_back(read(file), latest or "", result), output)
    if latest:
        say(f"took back {result.taken_back:,} of {result.samples:,} samples, what relabel did at {latest[:19]}Z")
    if result.kept:
        shown = ", ".join(result.kept[:_SHOWN])
        say(f"kept, their labels were changed since by something else: {len(result.kept):,}, such as {shown}")
