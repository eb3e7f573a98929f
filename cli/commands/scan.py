"""`burnish scan`: folders in, manifest out."""

import os
import time
from contextlib import nullcontext
from typing import Annotated

import typer
from msgspec.structs import replace

from cli import options
from cli.effects import Effect, Place
from cli.engine_options import Address, Engine, choose_engine, say_nodes
from cli.io import streams, terminal
from cli.io.outcome import outcome
from cli.io.summary import top
from cli.io.terminal import say
from cli.views.scan.labels import say_labels, say_table
from curate.check.checks import SCAN_CHECKS
from curate.facts.records import measured_facts
from curate.ground.errors import UsageError, did_you_mean
from curate.ground.run_stats import Usage, append_stats, check_stats
from curate.media.storage.address import SHARDS, is_shard, is_url
from curate.scan.labels import Labeller, check_label_source, compile_pattern
from curate.scan.metadata import Metadata
from curate.scan.scan import Options, ScanTally
from curate.scan.scan import scan as scan_folders
from curate.scan.scan_cache import Known
from curate.scan.unfinished import KnownLines, keeping, read_unfinished
from curate.scan.walk import check_roots, places, walk

_SHOWN = 5
_KINDS = {("image", True): "image", ("image", False): "images", ("audio", False): "audio files"}


def scan(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Folders to walk, files, shards (.tar, .parquet), or URLs.", show_default=False
        ),
        Effect.READS,
        Place.STORES,
    ],
    label: Annotated[str, typer.Option(metavar="folder|none", help="Where labels come from.")] = "folder",
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Read label and tags from file names: '{label}_{speaker}_{take}'.",
            show_default=False,
        ),
    ] = None,
    metadata: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A .csv, .tsv, .jsonl or .parquet with labels, tags and splits of files; its rows override.",
            show_default=False,
        ),
        Effect.READS,
        Place.STORES,
    ] = None,
    path_column: options.PathColumn = None,
    label_column: options.LabelColumn = None,
    shallow: Annotated[bool, typer.Option("--shallow", help="Read only headers: no digest, no integrity.")] = False,
    facts: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Measure only these facts: phash,sharpness. Such a manifest is not reused.",
            show_default=False,
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Measure all files again, also those that did not change.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(metavar="S", min=0.1, help="Seconds that one file may take to decode.")
    ] = 60.0,
    stats: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Append a line with what it took: time, memory, files decoded.", show_default=False
        ),
        Effect.APPENDS,
    ] = None,
    init: Annotated[
        bool, typer.Option("--init", help="Write burnish.toml here, with the pattern and the groups that names give.")
    ] = False,
    root: options.Root = None,
    output: options.Output = None,
    jobs: options.Jobs = None,
    engine: Engine = "local",
    address: Address = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Decode every image and audio file under folders, and write a manifest: one line of facts for each.

    Every byte is decoded; broken files are part of the manifest, with findings. Labels come from metadata.csv, .jsonl
    or .parquet beside the files, else from --pattern, else from the last folders that differ; train, val and test
    folders give the split. With -o and a FILE of an earlier scan, only files that changed are measured again.

    --init guesses the pattern, where all files are in one folder, and which part of the names is a group (a speaker, a
    patient), and writes them to burnish.toml in this folder, as defaults of all commands. It never overwrites one.

    [bold]Examples[/bold]

    burnish scan photos/ -o set.jsonl

    burnish scan speech/ --pattern '{label}_{speaker}_{take}' | burnish balance --by tag:speaker

    burnish scan s3://bucket/photos 'shards/{000..099}.tar' -o set.jsonl

    burnish scan /shared/data -o set.jsonl --engine ray --address head:6379

    burnish scan speech/ --init -o set.jsonl

    burnish scan data/ | jq -r 'select(.findings) | .path'
    """
    check_roots(paths)
    choose_engine(engine, address, [*paths, root])
    streams.check_output(output)
    guess = None
    if init:
        # Not above: it would come before the first worker of every scan.
        from cli.views.scan.init import ProjectGuess

        guess = ProjectGuess(paths, pattern)
    pattern = guess.pattern if guess else pattern
    table = Metadata(metadata, path_column, label_column)
    labeller = Labeller(check_label_source(label), compile_pattern(pattern) if pattern else None, table)
    # What was measured until an interruption is kept for a file of this disk: not for a device or a store.
    is_kept = output and output != "-" and not is_url(output) and (os.path.isfile(output) or not os.path.exists(output))
    file = output if is_kept else None
    wanted = _wanted(facts, shallow=shallow) if facts is not None else None
    # What was measured in parts is no beginning of a whole scan, nor the other way round.
    is_whole = not shallow and wanted is None
    known = KnownLines([_known(file), read_unfinished(file)]) if file and not fresh and wanted is None else None
    if stats:
        check_stats(stats)
    tally, began, usage = ScanTally(), time.monotonic(), Usage()
    with (
        terminal.progress("scan", lambda: _count(paths)) as counted,
        keeping(file) if file and is_whole else nullcontext() as keeper,
    ):
        how = Options(root or "", jobs, timeout, shallow, wanted)
        lines = scan_folders(paths, labeller, how, tally, known, keeper.keep if keeper else None)
        streams.write_lines(counted(guess.watch(lines) if guess else lines), output)
    outcome.reused = known.reused if known else 0
    outcome.worked = tally.kinds.total() - outcome.reused
    outcome.put_off = sum(n for (_, check), n in tally.findings.items() if SCAN_CHECKS[check].transient)
    if stats:
        run = usage.stats("scan", tally.kinds.total())
        append_stats(stats, replace(run, files=outcome.worked, reused=outcome.reused))
    summarized = terminal.shows_output() and not output
    _say_tally(tally, labeller, known, time.monotonic() - began, summarized=summarized)
    if guess:
        guess.write()
    say_nodes()


def _wanted(facts: str, *, shallow: bool) -> frozenset[str]:
    """Return the names of the facts to measure, and say what will be missed without the others.

    Raises:
        UsageError: One is no fact, or only headers are read.
    """
    if shallow:
        raise UsageError("--shallow measures nothing; leave out --facts")
    known = measured_facts()
    names = [name.strip() for name in facts.split(",")]
    for name in names:
        if name not in known:
            raise UsageError(f"--facts {name!r} is no fact that is measured{did_you_mean(name, known)}")
    if not {"phash", "fingerprint"} & {*names}:
        say("  without phash and fingerprint, dedup will find files of the same bytes and no other copies")
    return frozenset(names)


def _count(paths: list[str]) -> int | None:
    # A store would be listed twice, and a shard read twice, for the sake of a bar.
    remote = any(is_url(place) or is_shard(place) for place in places(paths))
    return None if remote else sum(1 for _ in walk(paths, statuses=False))


def _known(file: str) -> Known | None:
    return Known(file) if os.path.isfile(file) else None


def _say_tally(
    tally: ScanTally, labeller: Labeller, known: KnownLines | None, seconds: float, *, summarized: bool
) -> None:
    """Say on stderr what was scanned, what was left out and what is wrong."""
    files = tally.kinds.total()
    kinds = " and ".join(
        f"{count:,} {_KINDS.get((kind, count == 1), _KINDS.get((kind, False), 'files'))}"
        for kind, count in tally.kinds.most_common()
    )
    reused = f" ({known.reused:,} unchanged)" if known and known.sources else ""
    say(f"scanned {kinds or 'no media files'}{reused} in {seconds:.1f} s, {files / max(seconds, 1e-9):,.0f} files/s")
    if not files:
        say("  no picture and no recording is there; is it the right folder?")
    # On a terminal the summary shows the findings.
    for (severity, check), count in sorted(tally.findings.items()) if not summarized else ():
        say(f"  {severity} {check}: {count:,}, such as {tally.examples[check]}")
    # What was not scanned is said group by group: a silent rest would look as if it had been sound.
    if tally.others:
        say(f"  other files, left out: {tally.others.total():,} ({top(tally.others)})")
    if any(tally.others[ending] for ending in SHARDS):
        say("  shards are not looked into unless they are named: burnish scan 'shards/{000..099}.tar'")
    for problem in tally.unreachable[:_SHOWN]:
        say(f"  left out: {problem}")
    if len(tally.unreachable) > _SHOWN:
        say(f"  left out: {len(tally.unreachable) - _SHOWN:,} more links, folders or devices")
    if tally.unmatched:
        say(f"  {tally.unmatched:,} names do not match the pattern, such as {tally.first_unmatched}")
    say_labels(tally, labeller)
    for table in labeller.metadata.tables if labeller.metadata else ():
        say_table(table)
