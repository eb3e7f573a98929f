"""`burnish validate`: new samples held against a schema."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from msgspec.structs import replace

from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from cli.io.outcome import outcome
from cli.io.terminal import say
from cli.views.validation.table import report, sentences
from curate.ground.errors import GateError, UsageError, did_you_mean
from curate.ground.run_stats import Usage, append_stats, check_stats
from curate.schema.anomalies import ANOMALIES, GRAVITIES, Validation
from curate.schema.recent import Recent
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curate.ground.run_stats import RunStats
    from curate.schema.records import Schema
    from curate.split.grouping import Grouping

_NAMED = 20
"""Anomalies in a line of --stats."""


def validate(
    manifest: options.Manifest = None,
    schema: Annotated[
        str | None,
        typer.Option("--schema", metavar="FILE", help="What burnish schema wrote.", show_default=False),
        Effect.READS,
    ] = None,
    env: Annotated[
        str | None,
        typer.Option(
            "--env", metavar="NAME", help="An environment of the schema, such as serving.", show_default=False
        ),
    ] = None,
    without: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE,...",
            help="Places that need not be there, such as split; label: there are to be none.",
            show_default=False,
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Test whole groups: tags KEY=…, folder, or a pattern like '{speaker}_{}'.",
            show_default=False,
        ),
        Effect.VALUE,
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(metavar="day|week|N", help="Only the newest samples, by their --time.", show_default=False),
        Effect.VALUE,
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="With --last, the field that has the time.", show_default=False),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="error|warning|NAME",
            help="Fail (exit 1) if there is an anomaly as grave, or of that name.",
            show_default=False,
        ),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(
            metavar="warning|note|NAME",
            help="With -o: drop samples with these too, not only errors.",
            show_default=False,
        ),
    ] = None,
    rejects: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Save the dropped samples, with what they have.", show_default=False),
        Effect.REJECTS,
    ] = None,
    stats: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Append a line with what it took and what it found.", show_default=False),
        Effect.APPENDS,
    ] = None,
    allow_empty: options.AllowEmpty = False,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    root: options.Root = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Name what new samples have that the schema does not allow, of each sample and of the whole set.

    A share alarms only if chance does not explain it (one-sided binomial test; of batches without any change, as many
    as `alpha` in the schema say may alarm, over all tests together). What is within that is a note: it is listed,
    fails no gate and drops no sample. -o writes the samples that have no error, --rejects the others.

    With --group the shares of whole groups are tested: a hundred clips of one speaker are one fact about speakers.

    [bold]Examples[/bold]

    burnish validate new.jsonl --schema schema.yaml --fail-on error

    burnish scan new/ | burnish validate --schema schema.yaml -o good.jsonl --rejects bad.jsonl

    burnish validate new.jsonl --schema schema.yaml --group speaker --fail-on error

    burnish validate log.jsonl --schema schema.yaml --env serving --last week --time at --html anomalies.html
    """
    from curate.schema.read import check_environment, check_places, read_schema

    if schema is None:
        raise UsageError(
            "which schema? --schema FILE; make one of good samples: burnish schema MANIFEST -o schema.yaml"
        )
    gates, dropped = _known(fail_on, "--fail-on", GRAVITIES[:2]), _known(drop, "--drop", GRAVITIES)
    formats = reports.Formats(json, md, csv, html).check(manifest)
    if json + md + csv > 0 and output == "-":
        raise UsageError("-o - writes the samples to standard output, where there is no room for a report too")
    for file in (output, rejects, html):
        streams.check_output(file)
    recent = _recent(last, time)
    rules = read_schema(schema)
    left_out = (*(check_environment(rules, env, schema) if env else ()), *check_places(rules, _words(without)))
    asked = _Asked(rules, left_out, make_grouping(group) if group else None, recent, dropped)
    if stats:
        check_stats(stats)
    usage = Usage()
    found = _validate(manifest, asked, (output, rejects))
    if stats:
        append_stats(stats, _stats(usage, found))
    of = f"{manifest or '-'} by {schema}{f', {env}' if env else ''}"
    if output == "-" and not html:
        for line in sentences(found):
            say(line)
    else:
        reports.write(found, formats, f"Validation of {of}", report, lambda one: _page(one, of, root, html))
    _check_gates(found, gates, allow_empty=allow_empty)


def _recent(last: str | None, time: str | None) -> Recent | None:
    """Return what finds the newest samples; None: all are asked about."""
    if (last is None) != (time is None):
        raise UsageError("--last and --time go together: --last week --time mtime_ns")
    return Recent(last, time) if last and time else None


class _Asked(NamedTuple):
    """What samples are held against.

    Attributes:
        rules: The schema.
        without: Places that need not be there.
        grouping: What makes a group; None: nothing does.
        recent: Which are new enough; None: all.
        dropped: Severities and names of anomalies that samples are rejected for, besides errors.
    """

    rules: "Schema"
    without: tuple[str, ...]
    grouping: "Grouping | None"
    recent: "Recent | None"
    dropped: list[str]


def _validate(manifest: str | None, asked: _Asked, outputs: tuple[str | None, str | None]) -> Validation:
    """Return what was found, and part the samples if they are to be parted."""
    from curate.records.reader import lines
    from curate.schema.groups import Groups
    from curate.schema.validate import validate as find

    begun = False
    with streams.passes(manifest) as file:

        def open_lines() -> "Iterator[bytes]":
            # Of a pipe, going back reads it to its end first; the first pass begins where the pipe does.
            nonlocal begun
            if begun:
                file.seek(0)
            begun = True
            return lines(file)

        def newest() -> "Iterator[bytes]":
            return asked.recent.kept(open_lines()) if asked.recent else open_lines()

        if asked.recent:
            asked.recent.look(open_lines())
        groups = Groups(asked.grouping) if asked.grouping else None
        found, twice = find(newest, asked.rules, asked.without, groups)
        found = replace(found, older=asked.recent.older if asked.recent else 0)
        if any(outputs):
            _part(newest(), (asked.rules, asked.without, _rejecting(found, asked.dropped), twice), outputs)
    return found


def _rejecting(found: Validation, dropped: list[str]) -> set[tuple[str, str]]:
    """Return name and place of the anomalies that samples are rejected for: errors, and what else is named."""
    named = ["error", *dropped]
    return {(one.name, one.of) for one in found.anomalies if _is_among(one.name, one.severity, named)}


def _part(
    lines: "Iterator[bytes]",
    by: "tuple[Schema, tuple[str, ...], set[tuple[str, str]], frozenset[int]]",
    outputs: tuple[str | None, str | None],
) -> None:
    """Write the samples that are kept, and those that are not."""
    from contextlib import ExitStack

    from curate.media.storage.publish import write_whole
    from curate.schema.validate import judge

    output, rejects = outputs
    counts = [0, 0]
    with ExitStack() as stack:
        rejected = stack.enter_context(write_whole(rejects)) if rejects else None

        def kept() -> "Iterator[bytes]":
            for line, reason in judge(lines, *by):
                counts[bool(reason)] += 1
                if not reason:
                    yield line
                elif rejected:
                    rejected.write(line + b"\n")

        if output:
            # The rejects take their name first: killed between the two, no sample is in neither.
            streams.write_lines(kept(), output, stack.close)
        else:
            for _ in kept():
                pass
    outcome.rejected = counts[1]
    say(f"kept {counts[0]:,} of {sum(counts):,} samples; rejected {counts[1]:,}")


def _stats(usage: "Usage", found: Validation) -> "RunStats":
    """Return what it took and what it found, for a dashboard."""
    named = [
        f"{one.severity} {one.name} of {one.of}: {one.samples:,} of {one.checked:,}"
        for one in found.anomalies
        if one.severity != "note"
    ]
    errors, warnings = found.count("error"), found.count("warning")
    run = usage.stats("validate", found.samples)
    return replace(run, errors=errors, warnings=warnings, anomalies=tuple(named[:_NAMED]))


def _known(values: list[str] | None, option: str, gravities: tuple[str, ...]) -> list[str]:
    """Return the values of an option, which are severities and names of anomalies.

    Raises:
        UsageError: One is neither; names the nearest.
    """
    listed = [word for value in values or () for word in _words(value)]
    for name in listed:
        if name not in ANOMALIES and name not in gravities:
            raise UsageError(f"{option}: there is no anomaly {name!r}{did_you_mean(name, (*ANOMALIES, *gravities))}")
    return listed


def _words(listed: str | None) -> list[str]:
    return [word.strip() for word in (listed or "").split(",") if word.strip()]


def _is_among(name: str, severity: str, wanted: list[str]) -> bool:
    """Return whether an anomaly is as grave as one of the severities, or has one of the names."""
    grave = [one for one in wanted if one in GRAVITIES]
    return name in wanted or any(GRAVITIES.index(severity) <= GRAVITIES.index(one) for one in grave)


def _check_gates(found: Validation, gates: list[str], *, allow_empty: bool) -> None:
    """Fail if an anomaly is there that a gate names; a note is within what is allowed, and fails none.

    Raises:
        GateError: There is one, or there are no samples at all.
    """
    if not gates:
        return
    if not found.samples and not allow_empty:
        raise GateError("no samples, so nothing was validated; if that is right: --allow-empty")
    failed = []
    for gate in gates:
        caught = [
            one for one in found.anomalies if one.severity != "note" and _is_among(one.name, one.severity, [gate])
        ]
        # Of an empty set that may be so.
        caught = [one for one in caught if found.samples or one.name != "too-few-samples"]
        if caught:
            named = ", ".join(f"{one.name} of {one.of} ({one.samples:,})" for one in caught[:5])
            failed.append(f"--fail-on {gate}: {named}{f' and {len(caught) - 5:,} more' if len(caught) > 5 else ''}")
    if failed:
        raise GateError("; ".join(failed))


def _page(found: Validation, of: str, root: str | None, html: str | None) -> bytes:
    from cli.views.kit.page import Links
    from cli.views.validation.page import page

    return page(found, of, Links(root, html))
