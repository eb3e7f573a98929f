"""`burnish clean`: what is broken goes, what is odd is named."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from cli.io.gates import refuse_empty
from cli.io.outcome import outcome
from cli.io.replayable_pipe import Rereadable
from cli.io.terminal import say
from cli.views.clean.check_list import all_checks, report
from cli.views.clean.flagged_page import Gallery
from cli.views.clean.summary import (
    CleanTally,
    Page,
    carry_out,
    say_learnt,
    say_rejections,
    say_survey,
    say_tally,
    write_page,
)
from curate.check.clean import Judgement, judge
from curate.check.policy import NAMED_OR_SEVERE, Policy, known_check, make_policy
from curate.check.survey import Decided, Facts, survey
from curate.facts.records import Finding
from curate.ground.errors import GateError, UsageError
from curate.media.storage.publish import write_whole
from curate.organize.quarantine import Quarantine
from curate.records.dataset_root import DatasetFolders
from curate.records.reader import lines, read_as
from curate.repair.fixes import parse_fixes

if TYPE_CHECKING:
    from curate.review.votes import Rule


class Asked(NamedTuple):
    """What people were asked, and how several of them decide.

    Attributes:
        answers: Files of answers.
        rule: As for `relabel`.
        adjudicators: Whose word decides by the rule `adjudicated`.
    """

    answers: Sequence[str]
    rule: "Rule"
    adjudicators: frozenset[str]


def clean(
    manifest: options.Manifest = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="CHECK=THRESHOLD", help="Another threshold for a check."),
        Effect.VALUE,
    ] = None,
    config: Annotated[
        str | None, typer.Option(metavar="FILE", help="Thresholds and severities as YAML."), Effect.READS
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="CHECK,...", help="Make only these checks.")] = None,
    drop: Annotated[
        list[str] | None, typer.Option(metavar="CHECK|warning", help="Drop samples with these findings too.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Keep samples with these findings; errors become warnings."),
    ] = None,
    rejects: Annotated[
        str | None, typer.Option(metavar="FILE", help="Save the dropped samples."), Effect.REJECTS
    ] = None,
    quarantine: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where --apply moves the dropped files."), Effect.SETS_ASIDE
    ] = None,
    fix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT,...", help="Mend files: extension, orientation, trailing-bytes.", show_default=False
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Do what --quarantine and --fix say; undo takes it back.")
    ] = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="error|warning|CHECK", help="Fail (exit 1) if a sample has such a finding."),
    ] = None,
    allow_empty: options.AllowEmpty = False,
    answers: options.Answers = None,
    rule: options.Rule = "majority",
    adjudicator: options.Adjudicator = None,
    embeddings: options.Embeddings = None,
    auto: Annotated[
        bool, typer.Option("--auto", help="Learn thresholds from the set: 3.5 deviations from its median.")
    ] = False,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Show what is flagged, as a page.", show_default=False),
        Effect.WRITES,
    ] = None,
    list_checks: Annotated[bool, typer.Option("--list", help="Show every check, and leave.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --list: as JSON.")] = False,
    md: Annotated[bool, typer.Option("--md", help="With --list: as Markdown.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="With --list: as CSV.")] = False,
    root: options.Root = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Apply the checks to the facts that scan measured, and drop the samples that have an error.

    Nothing is decoded again, and no file is touched unless --quarantine DIR --apply says so. Warnings are findings too,
    but drop nothing unless --drop names them. A check that would flag half of the set or more says so once instead,
    unless you name it. --embeddings adds the check outlier: samples that are far from all others in an embedding.
    --auto takes the thresholds of brightness, sharpness, size, loudness and length from what is usual in this set;
    --html shows what is flagged, so that you see it before you drop it. --answers is what people said in review: what
    they rejected has the error rejected, and what they kept stays, whatever a check says of it.

    --fix mends files before they are judged, where that is certain, and says what it would do until --apply: names that
    end like another format; pictures that stand upright only by their EXIF tag, turned without loss or not at all; and
    what stands behind the end of a file, named before it goes. Originals are kept, and the manifest follows.

    [bold]Examples[/bold]

    burnish scan photos/ | burnish clean --drop blurry -o good.jsonl --rejects bad.jsonl

    burnish clean set.jsonl --set dark=0.2 --fail-on damaged --quiet

    burnish clean set.jsonl --quarantine ../quarantine --apply -o good.jsonl

    burnish clean set.jsonl --fix extension,orientation,trailing-bytes --apply -o set.jsonl

    burnish clean set.jsonl --embeddings photos.npz -o set.jsonl

    burnish clean set.jsonl --auto --html flagged.html -o set.jsonl

    burnish clean set.jsonl --answers answers.jsonl --rejects gone.jsonl -o set.jsonl

    burnish clean --list
    """
    if list_checks:
        reports.write(all_checks(), reports.Formats(json, md, csv).check(), "Checks", report)
        return
    fixes = parse_fixes(fix or ())
    if apply and not quarantine and not fixes:
        raise UsageError("--apply moves or mends files, so it needs --quarantine DIR or --fix WHAT")
    options.check_rule(rule, adjudicator, answers)
    asked = Asked(answers or (), rule, frozenset(adjudicator or ()))
    policy = make_policy(settings or (), config, _listed(only), _listed(drop), _listed(keep), auto=auto)
    gates = [known_check(name, "--fail-on", NAMED_OR_SEVERE) for name in _listed(fail_on)]
    streams.check_output(output)
    streams.check_output(rejects)
    reports.check_html(html, manifest)
    files = Quarantine(quarantine, root or "") if quarantine else None
    with streams.passes(manifest) as lines_read, ExitStack() as repaired:
        file = lines_read
        if fixes:
            # With the decoders, which `clean` does without.
            from cli.views.clean.repair import mended

            file = repaired.enter_context(mended(lines_read, fixes, root or "", apply=apply))
        page = Page(html, root, manifest or "-")
        tally = _clean(file, policy, files, (output, rejects), embeddings, asked, page, apply=apply)
    outcome.rejected = tally.dropped.total()
    if gates:
        refuse_empty(tally.kept + tally.dropped.total(), f"--fail-on {gates[0]}", allowed=allow_empty)
    if failed := tally.failed_gates(gates):
        raise GateError("; ".join(failed), tally.places(gates))


def _clean(
    file: Rereadable,
    policy: Policy,
    files: Quarantine | None,
    outputs: tuple[str | None, str | None],
    embeddings: str | None,
    asked: Asked,
    page: Page,
    *,
    apply: bool,
) -> CleanTally:
    """Go through the manifest twice, to learn and to judge, and write what is kept when what is not is set aside."""
    tally, (output, rejects) = CleanTally(gallery=Gallery() if page.file else None), outputs

    def set_aside() -> None:
        dropped.close()
        say_tally(tally, policy.keep)
        write_page(page, tally, found)
        if files:
            carry_out(files, apply=apply)

    with ExitStack() as dropped:
        rejected = dropped.enter_context(write_whole(rejects)) if rejects else None
        by_digest = _outliers(file, embeddings) if embeddings else {}
        decided = _decided(file, asked) if asked.answers else None
        dataset = DatasetFolders(files.base if files else "")
        # One pass learns what is normal and where the data lies; whether the quarantine is inside is known only then.
        samples = read_as(file, Facts)
        found = survey(dataset.watch(samples) if files else samples, policy, by_digest, decided)
        if files:
            files.refuse_inside(dataset)
        say_survey(found)
        if policy.auto:
            say_learnt(found, policy)
        file.seek(0)
        streams.write_lines(_kept(judge(lines(file), found, policy), tally, rejected, files), output, set_aside)
    return tally


def _outliers(file: Rereadable, embeddings: str) -> dict[str, Finding]:
    from curate.check.outliers import outlier_findings
    from curate.embeddings.store import read_embeddings

    store = read_embeddings(embeddings)
    found, missing = outlier_findings((one.digest for one in read_as(file, Facts)), store)
    file.seek(0)
    if missing:
        say(f"  {missing:,} samples have no vector in {embeddings}; whether they are outliers is not known")
    return found


def _decided(file: Rereadable, asked: Asked) -> Decided:
    from curate.review.rejections import Judged, read_rejections, rejections

    ballot = read_rejections(asked.answers)
    found = rejections(read_as(file, Judged), ballot, asked.rule, asked.adjudicators)
    file.seek(0)
    say_rejections(found, ballot.notes)
    return Decided(found.rejected, found.spared)


def _kept(
    judgements: Iterable[Judgement], tally: CleanTally, rejected: IO[bytes] | None, files: Quarantine | None
) -> Iterator[bytes]:
    """Yield the lines of the samples that are kept; count all, and pass the dropped ones on to where they go."""
    for line, sample, dropped_for in judgements:
        # Nothing is to be said of it: most lines pass without having been decoded a second time.
        if sample is None:
            tally.kept += 1
            yield line
            continue
        tally.add(sample, dropped_for)
        if dropped_for is None:
            yield line
            continue
        if rejected:
            rejected.write(line + b"\n")
        if files:
            files.add(sample, dropped_for.check)


def _listed(values: list[str] | None) -> list[str]:
    """Return the values of an option that may be repeated and may hold several, separated by commas."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]
