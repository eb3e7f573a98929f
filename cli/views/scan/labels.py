"""What `burnish scan` and `tag` say of labels: which source gave how many, and what a table did not cover."""

from cli.io.summary import top
from cli.io.terminal import say
from curate.scan.labels import Labeller
from curate.scan.metadata import Table
from curate.scan.name_pattern import guess_patterns
from curate.scan.scan import ScanTally

_SOURCES = {"metadata": "the metadata", "pattern": "the pattern", "folder": "the folders"}


def say_labels(tally: ScanTally, labeller: Labeller) -> None:
    """Say which source gave how many labels where it is not plain, and what to do where there are none."""
    without, levels = tally.sources[""], labeller.levels
    given = [f"{tally.sources[source]:,} from {name}" for source, name in _SOURCES.items() if tally.sources[source]]
    tables = [table for table in labeller.metadata.tables if table.has_labels] if labeller.metadata else []
    if len(given) > 1 or (given and without) or (without and (tables or labeller.pattern)):
        say(f"  labels: {', '.join([*given, *([f'{without:,} without'] if without else [])])}")
    if labeller.source == "none" or not tally.kinds:
        return
    if levels.above and tally.sources["folder"]:
        say(f"  labels are the folders above {levels.everywhere}, a name that all the last ones have")
    if levels.flat and without and not given:
        guesses = guess_patterns(levels.names)[:2]
        fits = " or ".join(f"--pattern '{guess.pattern}' ({top(guess.classes)})" for guess in guesses)
        hint = (
            f"names would give them: {fits}; --init writes it down"
            if fits
            else "give them by --pattern '{label}_{}' or --metadata FILE"
        )
        say(f"  no labels, for all files are in one folder; {hint}")


def say_table(table: Table) -> None:
    """Say what of a metadata file was not used, or not as it is called."""
    for note in table.notes:
        say(f"  {table.source} {note}")
    index = table.index
    if index.respelt:
        name, path = min(index.respelt.items())
        say(f"  {table.source}: {_names(len(index.respelt))} spelt otherwise, such as {name!r} for {path}")
    unclear = index.ambiguous & table.unused
    if unclear:
        say(f"  {table.source}: {_names(len(unclear))} of several files, not used, such as {min(unclear)}; add folders")
    if table.named and table.rows and len(table.unused) == len(table.rows) and not unclear:
        say(f"  warning: {table.source} names none of these files: none is called {min(table.rows)!r}, for one")
    elif gone := table.unused - unclear:
        say(f"  {table.source}: {_names(len(gone))} of no file here, such as {min(gone)}")
    if table.left_out:
        say(f"  {table.source}: lists and objects are no tags: {', '.join(sorted(table.left_out))}")


def _names(count: int) -> str:
    return f"{count:,} name{'s' if count != 1 else ''}"
