"""`burnish scrub`: privacy over a manifest."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports, streams, terminal
from cli.io.terminal import say
from cli.views.scrub.summary import say_failures, say_report, say_way_back, way_on
from curate.ground.errors import GateError, UsageError
from curate.records.dataset_root import DatasetFolders
from curate.scrub.pseudonyms import Replacement, parse_groups, read_key

if TYPE_CHECKING:
    from cli.io.replayable_pipe import Rereadable
    from curate.scrub.samples import Names
    from curate.scrub.scrub import Scrub


def scrub(
    manifest: options.Manifest = None,
    into: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The folder for the scrubbed copies.", show_default=False),
        Effect.MAKES,
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Replace the files where they are; the originals are set aside.")
    ] = False,
    pseudonym: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY", help="Replace the values of this tag, or of label; may be repeated.", show_default=False
        ),
    ] = None,
    key_file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The secret of the pseudonyms: 32 random bytes or more.", show_default=False),
        Effect.READS,
    ] = None,
    aggregate: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY:N", help="Group the numbers of this tag: age:10 makes 30-39.", show_default=False),
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Replace the names of files and folders too.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; undo takes it back.")] = False,
    json: options.Json = False,
    root: options.Root = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Take out what files say about people, and replace names in the manifest; shows what was found first.

    Out go Exif with its thumbnail, place and maker notes, XMP, IPTC, comments and tags of players; pixels and samples
    stay as they are coded, colour profiles stay, no picture turns. Each file is decoded before and after, and one that
    would differ, or that cannot be scrubbed here, gets no copy.

    A replaced value is replaced in all fields of the manifest. What is known to be left is named: labels, paths. The
    faces in pictures and the voices in recordings are not touched.

    [bold]Examples[/bold]

    burnish scrub set.jsonl

    burnish scrub set.jsonl --into public --names --apply -o public.jsonl

    burnish scrub set.jsonl --into public --pseudonym speaker --key-file key --aggregate age:10 --names --apply

    burnish scrub set.jsonl --in-place --apply -o scrubbed.jsonl
    """
    streams.check_output(output)
    _check(into, output, in_place=in_place, apply=apply, json=json, pairs=(bool(pseudonym), key_file is not None))
    key, is_open = read_key(key_file) if key_file else (b"", False)
    if is_open:
        say(f"warning: others than you can read the key: chmod 600 {key_file}")
    replacement = Replacement(key, frozenset(pseudonym or ()), parse_groups(aggregate or ()))
    with streams.passes(manifest) as file:
        replacement.learn(streams.again(file))
        plan = _plan(file, replacement, into, root or "", in_place=in_place, anew=names)
        with terminal.progress("scrub", lambda: len(plan.names.by_path)) as counted:
            if apply:
                with way_on(plan.into):
                    streams.write_samples(plan.apply(counted(streams.again(file))), output)
            else:
                plan.look(counted(streams.again(file)))
    if json:
        reports.show(plan.report, lambda _: "", as_json=True)
    else:
        say_report(plan.report, applied=apply)
    if apply and plan.names.by_path:
        say_way_back(plan.into, in_place=in_place)
        say_failures(plan.failures)
    missing = sum(count for count, _ in plan.report.refused.values()) + len(plan.failures)
    if apply and missing:
        raise GateError(
            f"{missing:,} of {plan.report.samples:,} files could not be scrubbed; their samples are left out"
        )


def _check(
    into: str | None, output: str | None, *, in_place: bool, apply: bool, json: bool, pairs: tuple[bool, bool]
) -> None:
    if into and in_place:
        raise UsageError("--into makes copies, --in-place does not; give one of them")
    if apply and not into and not in_place:
        raise UsageError("where to? name a folder for the copies: --into DIR, or replace the files: --in-place")
    if apply and json and output in {None, "-"}:
        raise UsageError("--json takes standard output; name a file for the manifest: -o FILE")
    if pairs[0] != pairs[1]:
        raise UsageError("--pseudonym KEY and --key-file FILE go together: head -c 32 /dev/urandom | base64 > key")


def _plan(
    file: "Rereadable", replacement: Replacement, into: str | None, base: str, *, in_place: bool, anew: bool
) -> "Scrub":
    from curate.scrub.samples import Names, Rewriter
    from curate.scrub.scrub import Scrub

    dataset = DatasetFolders(base)
    names = Names.plan(dataset.watch(streams.again(file)), base, anew=anew, key=replacement.key, in_place=in_place)
    if into and (around := dataset.dataset_around(into)):
        raise UsageError(f"--into {into} is inside the dataset {around}; name a folder beside it")
    folder = into or names.common
    rewriter = Rewriter(replacement, _paths(names, into, base), anew)
    return Scrub(names, rewriter, folder, base, in_place)


def _paths(names: "Names", into: str | None, base: str) -> dict[str, str]:
    """Return the new path of each sample as the manifest is to have it, by its old one."""
    if into:
        return {old: f"{into.rstrip('/')}/{new}" for old, new in names.by_path.items()}
    start = os.path.relpath(names.common, base or os.curdir) if names.by_path else ""
    return {
        old: old if names.below(os.path.join(base, old)) == new else os.path.normpath(f"{start}/{new}")
        for old, new in names.by_path.items()
    }
