"""What an option does to the disk, declared beside the option: what is read, written, rejected, made.

A marker stands in the `Annotated` of an option. The pipeline's keys and `run --dry-run` come from the markers, and so
does the check of every output before a command begins.
"""

import os
from enum import Enum
from functools import wraps
from typing import TYPE_CHECKING, get_type_hints

from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Need(Enum):
    """How much a command needs the files that a manifest names, declared beside `--root`."""

    FILES = "nothing can be done without them"


class Effect(Enum):
    """What the value of an option stands for."""

    READS = "a file or folder that is read"
    READS_RUN = "a run, or the step that makes it, or what a step reported"
    READS_RECIPE = "a recipe; what it reads is read too"
    SETS_RECIPE = "a variable of the recipe; part of what that reads"
    WRITES = "a file that is written whole"
    PASSES_ON = "the manifest that the next command reads"
    APPENDS = "a file that only grows"
    REJECTS = "a file for the samples that are dropped"
    MAKES = "a folder for files that the command makes; a step gives it one by itself"
    MAKES_RUN = "a folder for a run; a step gives it one by itself"
    SETS_ASIDE = "a folder for what is dropped"
    MEDIA = "where the manifest's files are; the manifest says what is in them"
    CACHE = "a folder that changes no result"
    VALUE = "no file, though it looks like one"


class Place(Enum):
    """Where the value of an option may be, declared beside what it stands for; else it has to be on a disk."""

    STORES = "in a store as well"


FILES_WRITTEN = frozenset({Effect.WRITES, Effect.PASSES_ON, Effect.APPENDS, Effect.REJECTS})
FOLDERS_MADE = frozenset({Effect.MAKES, Effect.MAKES_RUN, Effect.SETS_ASIDE})
_MANIFESTS = ("manifest", "more", "source")
"""Parameters whose file an output may replace; pages and reports refuse it for themselves."""
_ON_A_DISK = "what is made there has to be on a disk; name a folder of this machine"
READ = frozenset({Effect.READS, Effect.READS_RUN, Effect.READS_RECIPE})


def effects_of(function: "Callable[..., object]") -> dict[str, Effect]:
    """Return what the parameters of a command stand for, by their names; those that touch no file are left out."""
    hints = get_type_hints(function, include_extras=True)
    marked = ((name, getattr(hint, "__metadata__", ())) for name, hint in hints.items())
    return {name: one for name, metadata in marked for one in metadata if isinstance(one, Effect)}


def checked_first(function: "Callable[..., None]") -> "Callable[..., None]":
    """Return a command that refuses, before it does anything, outputs that it could not write.

    Without this, hours of work end at a folder that is not there.
    """
    effects, stores = effects_of(function), stores_of(function)
    needed = needs_media(function)

    @wraps(function)
    def command(**values: object) -> None:
        for name in effects.keys() & values.keys():
            if effects[name] is not Effect.VALUE:
                values[name] = _on_this_disk(values[name])
        _refuse_stores({name: effect for name, effect in effects.items() if name not in stores}, values)
        check_outputs(effects, values)
        _warn_of_cache(effects, values)
        if needed is not None and "recipe" not in values and _looks_at_files(values, needed=needed):
            from cli.io.media_root import root_of

            values["root"] = root_of(values["manifest"], values["root"], needed=needed)  # type: ignore[arg-type]
        function(**values)

    return command


def stores_of(function: "Callable[..., object]") -> set[str]:
    """Return the parameters of a command whose values may be in a store; manifests may always."""
    hints = get_type_hints(function, include_extras=True)
    return {name for name, hint in hints.items() if Place.STORES in getattr(hint, "__metadata__", ())} | {*_MANIFESTS}


def _refuse_stores(effects: "Mapping[str, Effect]", values: "Mapping[str, object]") -> None:
    """Refuse addresses of a store where only a disk will do: as a path, one is a folder `s3:` that nobody looks into.

    Raises:
        UsageError: One was given.
    """
    from curate.media.storage.address import is_url

    for name, effect in effects.items():
        value = values.get(name)
        for path in value if isinstance(value, list | tuple) else [value]:
            if not isinstance(path, str) or not is_url(path):
                continue
            if effect in FOLDERS_MADE or effect is Effect.CACHE:
                raise UsageError(f"{path}: {_ON_A_DISK}")
            if effect in READ:
                raise UsageError(f"{path}: this is read from a disk; copy it to this machine first")


def _on_this_disk(value: object) -> object:
    """Return the value of an option with the path that a `file://` address means; no command has to know of those."""
    from curate.media.storage.address import local_path

    if isinstance(value, list | tuple):
        return type(value)(map(_on_this_disk, value))
    return local_path(value) if isinstance(value, str) else value


def _warn_of_cache(effects: "Mapping[str, Effect]", values: "Mapping[str, object]") -> None:
    """Say of a folder for features that it cannot be written: nothing comes out otherwise, but nothing is kept."""
    name = next((name for name, effect in effects.items() if effect is Effect.CACHE), None)
    if name is None or values.get("no_cache"):
        return
    from baselines.features.cache import default_folder
    from cli.io.terminal import say

    folder = str(values.get(name) or default_folder())
    existing = os.path.realpath(folder)
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    if not os.path.isdir(existing) or not os.access(existing, os.W_OK | os.X_OK):
        say(
            f"warning: features are not kept, for {folder} cannot be written; name a folder with --cache, or --no-cache"
        )


def _looks_at_files(values: "Mapping[str, object]", *, needed: bool) -> bool:
    """Return whether a command will look at the files of a manifest, as it was called."""
    # A call of organize that was killed is completed by repeating it: what it moved is not where the manifest says.
    if "manifest" not in values or os.path.exists(os.path.join(str(values.get("into") or os.devnull), "journal.jsonl")):
        return False
    # What lies near by the vectors of embeddings is told without a look at a file.
    if values.get("similar") or values.get("embeddings"):
        return False
    return needed or any(values.get(name) for name in ("html", "quarantine", "serve"))


def needs_media(function: "Callable[..., object]") -> bool | None:
    """Return whether a command can do nothing without the files of its manifest; None where it never looks at them."""
    hints = get_type_hints(function, include_extras=True)
    metadata = getattr(hints.get("root"), "__metadata__", ())
    return any(isinstance(one, Need) for one in metadata) if Effect.MEDIA in metadata else None


def check_outputs(effects: "Mapping[str, Effect]", values: "Mapping[str, object]") -> None:
    """Refuse outputs that cannot be written.

    Raises:
        InputError: There is no folder for a file, a folder is none, or one may not be written to.
        UsageError: Two outputs are one file, or one is a file that is read and no manifest that takes its own place.
    """
    from curate.media.storage.address import is_url

    _refuse_inputs(effects, values)
    taken: set[str] = set()
    for path in _outputs(effects, values, FILES_WRITTEN):
        if is_url(path) and effects_of_value(effects, values, path) is Effect.APPENDS:
            raise UsageError(f"{path}: a store has no files that grow; name a file of this machine")
        if why := why_unwritable(path):
            raise InputError(f"cannot write {path}: {why}")
        target = path if is_url(path) else os.path.realpath(path)
        # Two files that take one name when they are whole: the last one would win, and the other be lost. Devices
        # (/dev/null for both) lose nothing that was to be kept.
        if target in taken and not _is_special(target):
            raise UsageError(f"{path} is named for two outputs; name another file for one of them")
        taken.add(target)
    _check_folders(effects, values)


def _check_folders(effects: "Mapping[str, Effect]", values: "Mapping[str, object]") -> None:
    """Refuse folders that cannot be made; errors as those of `check_outputs`."""
    from curate.media.storage.address import is_url

    for folder in _outputs(effects, values, FOLDERS_MADE):
        if is_url(folder):
            if effects_of_value(effects, values, folder) is not Effect.MAKES:
                raise UsageError(f"{folder}: {_ON_A_DISK}")
            from curate.media.storage.publish import why_no_key

            if why := why_no_key(folder, folder=True):
                raise InputError(f"cannot write below {folder}: {why}")
            continue
        # Folders are made with those above them: what counts is the nearest that is there already.
        existing = os.path.realpath(folder)
        while not os.path.lexists(existing):
            existing = os.path.dirname(existing)
        if not os.path.isdir(existing):
            raise InputError(f"cannot make the folder {folder}: {existing} is a file")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise InputError(f"cannot make the folder {folder}: {existing} may not be written to")


def effects_of_value(effects: "Mapping[str, Effect]", values: "Mapping[str, object]", value: str) -> Effect | None:
    """Return what a value stands for that an option was given."""
    return next((effect for name, effect in effects.items() if values.get(name) == value), None)


def _refuse_inputs(effects: "Mapping[str, Effect]", values: "Mapping[str, object]") -> None:
    """Refuse to write over what is read: a day of answers was gone by `clean --answers a.jsonl -o a.jsonl`."""
    read: dict[str, set[str]] = {}
    for name, effect in effects.items():
        value = values.get(name)
        if effect in READ:
            paths = value if isinstance(value, list | tuple) else [value]
            read[name] = {os.path.realpath(path) for path in paths if isinstance(path, str) and os.path.isfile(path)}
    for written, effect in effects.items():
        for path in _outputs({written: effect}, values, FILES_WRITTEN - {Effect.APPENDS}):
            # The samples that are dropped are no manifest; what passes on may take the place of what came in.
            spared = () if effect is Effect.REJECTS else _MANIFESTS
            if any(os.path.realpath(path) in files for name, files in read.items() if name not in spared):
                option = "-o" if written == "output" else f"--{written.replace('_', '-')}"
                raise UsageError(f"{option} {path}: that is an input; name another file")


def why_unwritable(path: str) -> str:
    """Return why a file cannot be written, in words; empty if it can. The folder counts: files are replaced whole."""
    from curate.media.storage.address import is_url

    if is_url(path):
        from curate.media.storage.publish import why_no_key

        return why_no_key(path)
    target = os.path.realpath(path)
    if os.path.isdir(target):
        return "it is a folder; name a file in it"
    # Devices and pipes are written as they are, not replaced: `-o /dev/null` asks nothing of the folder /dev.
    if _is_special(target):
        return "" if os.access(target, os.W_OK) else "it may not be written to"
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        return f"there is no folder {folder}; make it first (mkdir -p)"
    return "" if os.access(folder, os.W_OK | os.X_OK) else f"the folder {folder} may not be written to"


def _outputs(
    effects: "Mapping[str, Effect]", values: "Mapping[str, object]", wanted: frozenset[Effect]
) -> "Iterator[str]":
    for name, effect in effects.items():
        value = values.get(name)
        # `-` is standard output; a value that the user did not give is None.
        if effect in wanted and isinstance(value, str) and value not in {"", "-"}:
            yield value


def _is_special(target: str) -> bool:
    return os.path.exists(target) and not os.path.isfile(target) and not os.path.isdir(target)
