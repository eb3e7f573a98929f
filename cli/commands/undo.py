"""`burnish undo`: take back what `clean`, `organize` or `augment` did to files."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect, Place
from cli.io import terminal
from curate.ground.errors import GateError
from curate.journal import Journal, Taken, take_back, take_back_keys
from curate.journal.key_journal import FOLDER as KEYS
from curate.journal.tree import JOURNAL
from curate.media.storage.address import is_url

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 20
_NOUNS = {"move": "files", "copy": "copies", "hardlink": "hard links", "symlink": "symbolic links"}


def undo(
    journal: Annotated[
        str,
        typer.Argument(metavar="JOURNAL", help="The journal.jsonl, or the folder that it is in.", show_default=False),
        Effect.READS,
        Place.STORES,
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken back.")] = False,
    outside: Annotated[
        bool,
        typer.Option("--outside", help="Put files back outside of the folder, though another user wrote the journal."),
    ] = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Take back what clean, organize, augment or scrub did to files: all of it, the last change first.

    Nothing is overwritten and nothing is lost: a file stays where it is if another one took its old place meanwhile,
    and what was made is removed only if it is unchanged. Such files are named, and the exit code is 1; repeat the
    command when they are out of the way. When all is taken back, the journal is removed, and so are the folders that
    were made. An undo that was killed is completed by repeating it.

    [bold]Examples[/bold]

    burnish undo quarantine/

    burnish undo organized/journal.jsonl --dry-run
    """
    if is_url(journal):
        folder = journal.partition(f"/{KEYS}/")[0].rstrip("/").removesuffix(f"/{KEYS}")
        with terminal.progress("undo", lambda: None) as counted:
            _say_all(*_tally(counted(take_back_keys(folder, dry_run=dry_run))), dry_run=dry_run)
        return
    # An undo can be killed when the journal is gone and the folder is not; the call that completes it finds it empty.
    folder = journal if os.path.isdir(journal) else os.path.dirname(journal) or "."
    if os.path.isdir(folder) and not os.listdir(folder) and not os.path.lexists(os.path.join(folder, JOURNAL)):
        terminal.say(f"nothing left to undo in {journal}: it is empty")
        return
    with (
        Journal.find(journal, read_only=dry_run, outside=outside) as found,
        terminal.progress("undo", lambda: found.file.files("done")) as counted,
    ):
        results = _tally(counted(take_back(found, dry_run=dry_run)))
    _say_all(*results, dry_run=dry_run)


def _say_all(done: Counter[str], refused: Counter[str], gone: int, *, dry_run: bool) -> None:
    _say_done(done, gone, dry_run=dry_run)
    if refused:
        verb = "cannot be" if dry_run else "could not be"
        count = sum(refused.values())
        reasons = ", ".join(f"{number:,} {status}" for status, number in refused.items())
        raise GateError(f"{count:,} of {count + sum(done.values()):,} changes {verb} taken back: {reasons}")


def _tally(results: "Iterable[Taken]") -> tuple[Counter[str], Counter[str], int]:
    """Count what was done by kind, what was not by reason, naming the latter, and what was not there."""
    done, refused, gone = Counter[str](), Counter[str](), 0
    for taken in results:
        if taken.status == "gone":
            gone += 1
            continue
        if taken.status == "undone":
            done[taken.kind] += 1
            continue
        refused[taken.status] += 1
        # A thousand files in the way are one cause: a few names and the number say it.
        if sum(refused.values()) <= _SHOWN or terminal.verbose:
            target, source = (
                path if is_url(path) or not path else os.path.relpath(path) for path in (taken.target, taken.source)
            )
            terminal.say(f"{target} stays: {f'{source}: ' if source else ''}{taken.detail}")
    if (more := sum(refused.values()) - _SHOWN) > 0 and not terminal.verbose:
        terminal.say(f"… and {more:,} more (--verbose names all)")
    return done, refused, gone


def _say_done(done: Counter[str], gone: int, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for kind, number in done.items():
        noun = _NOUNS.get(kind, "generated files")
        terminal.say(f"{number:,} {noun} {would}{'moved back' if kind == 'move' else 'removed'}")
    if gone:
        all_of_it = "" if done else "; the journal stays, it may be a copy: what it is about may be in another folder"
        terminal.say(f"not here: {gone:,} of {gone + sum(done.values()):,}, removed or put back by hand{all_of_it}")
    elif not done:
        terminal.say("nothing to undo")
