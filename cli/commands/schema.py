"""`burnish schema`: what samples are like, learnt into a file that people change."""

import os
import sys
from typing import Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams
from cli.io.table import names
from cli.io.terminal import say
from curate.ground.errors import UsageError


def schema(
    manifest: options.Manifest = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The schema, in YAML.", show_default=False),
        Effect.WRITES,
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Learn FILE anew, and keep what people set or said in it.")
    ] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Learn what samples are like: ranges of facts, formats, labels, tags, fields of other programs.

    The file says beside each rule what was seen. Ranges are quantiles (.5 % and 99.5 %), widened by half of the
    interquartile range; a set of values is closed where it has at most 200 values, each of 20 samples or more. What
    recipes generated is left out. Change what you like: --update tells it from what burnish wrote by a copy at the
    end of the file, and keeps your values, what you deleted and your comments.

    [bold]Examples[/bold]

    burnish scan data/ | burnish schema -o schema.yaml

    burnish schema set.jsonl -o schema.yaml --update

    burnish validate new.jsonl --schema schema.yaml --fail-on error
    """
    target = output if output not in {None, "-"} else None
    if update and target is None:
        raise UsageError("--update learns a file anew: name it with -o FILE")
    if target:
        _check_target(target, manifest, update=update)
    made, kept = _learn(manifest, target if update and target and os.path.exists(target) else None)
    if made is None:
        say("no samples, so there is nothing to learn a schema from, and none is written")
    elif target is None:
        sys.stdout.buffer.write(made)
    else:
        _write(target, made, kept)


def _learn(manifest: str | None, old: str | None) -> tuple[bytes | None, list[str]]:
    """Return the text of the schema, and what was kept of an old one; None where there is no sample."""
    from curate.records.reader import lines
    from curate.schema.columns import columns
    from curate.schema.infer import infer
    from curate.schema.seen import Seen
    from curate.schema.update import updated
    from curate.schema.write import text_of

    seen = Seen()
    with streams.passes(manifest) as file:
        for block in columns(lines(file)):
            seen.add(block)
    if not seen.samples:
        return None, []
    if seen.generated:
        say(f"left out {seen.generated:,} generated samples")
    draft = infer(seen.close(), "standard input" if manifest in {None, "-"} else str(manifest))
    text, kept = updated(old, draft) if old else (text_of(draft.content, draft), [])
    return text.encode(), kept


def _check_target(target: str, manifest: str | None, *, update: bool) -> None:
    """Refuse to write over what is no schema, or over what people set.

    Raises:
        UsageError: The file is the manifest, a media file, another file, or holds the work of a person.
    """
    from curate.schema.update import is_untouched

    streams.check_output(target)
    if not os.path.isfile(target):
        return
    if manifest not in {None, "-"} and os.path.samefile(target, str(manifest)):
        raise UsageError(f"-o {target}: that is the manifest itself; name a file like schema.yaml")
    if not update and not is_untouched(target):
        raise UsageError(f"{target} is there, and was changed since; with --update, what people set in it is kept")


def _write(target: str, made: bytes, kept: list[str]) -> None:
    from curate.media.storage.publish import write_whole

    with write_whole(target) as file:
        file.write(made)
    if kept:
        say(f"kept what people set: {names(kept)}")
    say(f"wrote {target}")
