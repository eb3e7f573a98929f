"""`burnish dedup`: one copy of each thing stays."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports, streams, terminal
from cli.io.gates import refuse_empty
from cli.views.dedup.summary import conflict_error, report_of, say_groups
from cli.views.dedup.summary import report as table
from curate.duplicates.dedup import find_groups, with_copies_named, without_copies
from curate.duplicates.groups import ON_CONFLICT, Group, Verdict
from curate.duplicates.item import Item, read_reference
from curate.duplicates.keep import check_keep
from curate.duplicates.search import Part, Search
from curate.ground.errors import UsageError
from curate.media.storage.publish import write_whole
from curate.records.reader import lines, read_as

if TYPE_CHECKING:
    from curate.review.votes import Rule


def dedup(
    manifest: options.Manifest = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Only copies with the same bytes or the same decoded content.")
    ] = False,
    distance: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=16, help="Bits in which the hashes of candidates may differ.")
    ] = None,
    keep: Annotated[
        str,
        typer.Option(
            metavar="best|first|oldest|newest|largest|FOLDER/",
            help="Which copy stays; several rules with commas between, the first that tells two apart decides.",
        ),
        Effect.VALUE,
    ] = "best",
    no_flips: Annotated[bool, typer.Option("--no-flips", help="Mirror images are no copies.")] = False,
    no_turns: Annotated[bool, typer.Option("--no-turns", help="Turned and rotated pictures are no copies.")] = False,
    across: Annotated[
        str | None,
        typer.Option(
            metavar="folder|label|split|KEY",
            help="Compare only samples of different ones, or with different values of a tag.",
            show_default=False,
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(metavar="folder|label|split|KEY", help="Compare only samples of the same.", show_default=False),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="MANIFEST|FOLDER",
            help="Drop also what equals a sample there; those never go, and are not written.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    parts: Annotated[
        bool,
        typer.Option(
            "--parts",
            help="Look at every file for parts of others, too: crops, frames, screens, excerpts; 5 times as slow.",
        ),
    ] = False,
    on_conflict: Annotated[
        str, typer.Option(metavar="drop|keep|fail", help="What becomes of copies with different labels.")
    ] = "drop",
    allow_empty: options.AllowEmpty = False,
    answers: options.Answers = None,
    rule: options.Rule = "majority",
    adjudicator: options.Adjudicator = None,
    report: Annotated[
        bool, typer.Option("--report", help="Drop nothing; name the copy that stands for each in duplicate_of.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write the groups as JSON to standard output.")] = False,
    md: Annotated[bool, typer.Option("--md", help="Write them as Markdown there.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write them as CSV there.")] = False,
    similar: Annotated[
        str | None,
        typer.Option(
            metavar="COSINE|auto",
            help="Report what is so alike in an embedding, and drop nothing; auto: as alike as a file and its own mild "
            "change.",
            show_default=False,
        ),
    ] = None,
    embeddings: options.Embeddings = None,
    rejects: Annotated[
        str | None, typer.Option(metavar="FILE", help="Save the dropped samples."), Effect.REJECTS
    ] = None,
    root: options.RootOfNeeded = None,
    output: options.Output = None,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Drop duplicates: the same bytes, the same content in another file, and near-duplicates.

    Near means re-encoded, rescaled, cropped by 5 %, flipped, turned, brighter, darker, warmer or blurred, or, for
    audio, resampled, louder, later or over a telephone. Hashes only propose; every pair is confirmed on the decoded
    pixels or the aligned signal. Of each group the best copy stays (sound, with most in it), and of copies in several
    splits the one of the test split. Copies with different labels are a label conflict: all of them go, unless
    --on-conflict says otherwise.

    Parts are captioned and watermarked pictures, cut-outs, screens, excerpts: they are named, and stay. Without --parts
    only those are that hashes happen to bring together; with it every file is searched for them, and for copies that
    hashes miss: cropped more, rotated and cut, framed, at another speed.

    --answers is what people said of pairs in review: which of the two stays, both, or neither. Beside it nothing goes
    that was not confirmed against a copy that stays; groups that nobody was asked about are decided as ever. Look first
    with --report.

    --similar only reports: two photos of one room are alike in an embedding, and no duplicates. The manifest goes on as
    it is.

    [bold]Examples[/bold]

    burnish scan photos/ | burnish clean | burnish dedup -o set.jsonl

    burnish dedup set.jsonl --report -o set.jsonl

    burnish dedup set.jsonl --parts --reference test.jsonl -o train.jsonl

    burnish dedup set.jsonl --answers answers.jsonl --rejects copies.jsonl -o unique.jsonl

    burnish dedup set.jsonl --similar auto --embeddings photos.npz -o /dev/null

    burnish dedup set.jsonl --json --on-conflict fail | jq '.groups[] | select(.leak)'
    """
    if exact and parts:
        raise UsageError("--exact finds only what is the same, and --parts what is not; leave one of them out")
    if across is not None and across == within:
        raise UsageError(
            f"--across {across} and --within {within} leave nothing to compare: "
            f"no two samples have both another and the same {across}; leave one of them out"
        )
    rules = check_keep(keep)
    options.check_choice(on_conflict, ON_CONFLICT, "--on-conflict")
    streams.check_output(output)
    streams.check_output(rejects)
    formats = reports.Formats(json, md, csv).check()
    options.check_rule(rule, adjudicator, answers)
    if similar is not None or embeddings is not None:
        others: dict[str, object] = {
            "--exact": exact, "--distance": distance is not None, "--report": report, "--rejects": rejects,
            "--parts": parts, "--reference": reference, "--across": across, "--within": within, "--answers": answers,
        }  # fmt: skip
        _report_similar(manifest, _similar_options(similar, embeddings, others), formats, output)
        return
    known = read_reference(reference, root or "", jobs) if reference else ()
    search = Search(
        exact, distance, rules, on_conflict, root or "", jobs,  # type: ignore[arg-type]
        not no_flips, not no_turns, across, within, known, terminal.progress, parts,
    )  # fmt: skip
    ask = _asked(answers, rule, frozenset(adjudicator or ())) if answers else None
    with streams.passes(manifest) as file, ExitStack() as dropped:
        rejected = dropped.enter_context(write_whole(rejects)) if rejects else None
        groups = find_groups(read_as(file, Item), search, ask)
        file.seek(0)
        kept = with_copies_named(lines(file), groups) if report else without_copies(lines(file), groups, rejected)
        _write(kept, (groups, search.parts), output, formats, dropped.close)
    say_groups(groups, search, dropped=not report, listed=not any(formats), manifest=manifest)
    if on_conflict == "fail":
        _check_gate(groups, search.samples, allow_empty=allow_empty)


def _check_gate(groups: Sequence[Group], samples: int, *, allow_empty: bool) -> None:
    """Fail where copies have different labels, or where there was nothing that could have any."""
    refuse_empty(samples, "--on-conflict fail", allowed=allow_empty)
    if any(group.label_conflict for group in groups):
        raise conflict_error(groups)


def _asked(
    paths: Sequence[str], rule: "Rule", adjudicators: frozenset[str]
) -> Callable[[Sequence[Item]], list[Verdict]]:
    """Return what people said, for samples that are read later; the answers are read, and checked, now."""
    from cli.views.dedup.summary import say_answers
    from curate.review.pairs import answers_of_pairs, read_pair_answers

    given, notes = read_pair_answers(paths)

    def verdicts(items: Sequence[Item]) -> list[Verdict]:
        found = answers_of_pairs(given, items, rule, adjudicators)
        say_answers(found, notes)
        return found.verdicts

    return verdicts


def _similar_options(similar: str | None, embeddings: str | None, others: Mapping[str, object]) -> tuple[str, str]:
    """Return the threshold as typed and the file of embeddings."""
    if similar is None or embeddings is None:
        raise UsageError("--similar COSINE|auto and --embeddings FILE go together")
    if given := next((name for name, value in others.items() if value), None):
        raise UsageError(f"--similar only reports what is alike in an embedding; leave {given} out")
    return similar, embeddings


def _report_similar(manifest: str | None, wish: tuple[str, str], formats: reports.Formats, output: str | None) -> None:
    """Pass the manifest on as it is, and say what is alike; with --json, --md or --csv on standard output."""
    from cli.views.dedup.similar import report, say_similar
    from curate.duplicates.similar import SimilarItem, find_similar, threshold_of
    from curate.embeddings.store import read_embeddings

    store = read_embeddings(wish[1])
    threshold, source = threshold_of(wish[0], store)
    with streams.passes(manifest) as file:
        found = find_similar(list(read_as(file, SimilarItem)), store, threshold, source)
        file.seek(0)
        if output or not any(formats):
            streams.write_lines(lines(file), output)
    if any(formats):
        reports.write(found, formats, "Similar samples", report)
    say_similar(found, listed=not any(formats))


def _write(
    kept: Iterator[bytes],
    found: tuple[Sequence[Group], Sequence[Part]],
    output: str | None,
    formats: reports.Formats,
    first: Callable[[], None],
) -> None:
    """Write the manifest; with --json, --md or --csv the groups take its place on standard output."""
    if output or not any(formats):
        streams.write_lines(kept, output, first)
    else:
        deque(kept, maxlen=0)
        first()
    # After the manifest: what reads standard output may leave early (`| head`), and the manifest is to be there then.
    if any(formats):
        reports.write(report_of(*found), formats, "Duplicates", table)
