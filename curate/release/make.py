"""What a manifest has to hold before it becomes a release, and what becomes of it then."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from curate.ground.command_line import call
from curate.ground.errors import GateError
from curate.ground.files import read_file
from curate.ground.yaml import MAX_BYTES, load_yaml
from curate.records.reader import read_as
from curate.release.canonical import Draft, write_draft
from curate.release.difference import Difference, Known, Measured, differ, match
from curate.release.folder import check_manifest, read_current, read_pointer, read_releases, schema_path
from curate.release.held_labels import find_unadjudicated
from curate.release.media import Files
from curate.release.records import How, check_name
from curate.release.write import Made, write_release
from curate.schema.read import schema_of
from curate.schema.validate import validate

Seen = TypeVar("Seen", Known, Measured)
_SHOWN = 3


class Wish(Struct, frozen=True):
    """What is asked for.

    Attributes:
        name: Of the release.
        folder: Of all releases.
        root: What the paths of the samples are relative to; empty: the working directory.
        schema: File of the schema that the samples are held to; None: that of the current release, if it has one.
        media: What becomes of the files.
    """

    name: str
    folder: str
    root: str = ""
    schema: str | None = None
    media: How = "check"


class Released(Struct, frozen=True):
    """What came of it.

    Attributes:
        made: The release, and which one is the current one now.
        difference: To the release that was the current one before; None: there was none, or it is the same.
        validated_by: The file of the schema; None: there was none.
    """

    made: Made
    difference: Difference | None
    validated_by: str | None


def make_release(
    lines: Iterable[bytes], wish: Wish, counted: "Callable[[Iterable[bytes]], Iterator[bytes]]"
) -> Released:
    """Make a release of a manifest, if it may be one. Until all is checked, nothing is written but temporary files.

    Args:
        lines: Of the manifest.
        wish: What is asked for.
        counted: Passes the lines on and shows how far it is.

    Raises:
        GateError: What `validate` refuses, a file that is not what the manifest says, a test label that changed
            without adjudication, no samples at all.
        UsageError: The name cannot be had.
        InputError: The current release, or the schema, cannot be read.
        LineError: A line is no sample.
    """
    check_name(wish.name)
    since = read_pointer(wish.folder)
    current = read_current(wish.folder) if since else None
    schema = wish.schema or (schema_path(wish.folder, current) if current else None)
    # Read once: what is kept with the release is what it was held to, even if an editor saves the file meanwhile.
    text = read_file(schema, MAX_BYTES) if schema else None
    rules = schema_of(load_yaml(text, schema)) if schema and text is not None else None
    files = Files(wish.root)
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as file:
        draft = write_draft(counted(lines), files.trust if wish.media == "trust" else files.read, spool, file)
        if not draft.samples:
            raise GateError("no samples, so there is nothing to release")
        files.check(wish.media)
        # What is there already was held to what was current then; of what came since it need know nothing.
        is_there = draft.digest in known_digests(wish.folder, wish.name)
        if rules is not None and not is_there:
            found, _ = validate(draft.lines, rules)
            wrong = [f"{one.name} of {one.of} ({one.samples:,})" for one in found.anomalies if one.severity == "error"]
            if wrong:
                see = call("validate", "MANIFEST", "--schema", str(schema))
                raise GateError(
                    f"{schema} does not allow it: {_listed(wrong)}; see {see}, or name another with --schema"
                )
        difference = None
        if current and current.digest != draft.digest and not is_there:
            manifest = check_manifest(wish.folder, current)
            old, new = known_samples(manifest), list(_read(draft, Known))
            found_again = match(old, new, (lambda: measured_samples(manifest), lambda: _read(draft, Measured)))
            _check_labels(find_unadjudicated(found_again, draft.lines), current.name)
            difference = differ((current.name, wish.name), found_again)
        made = write_release(wish.folder, wish.name, draft, since, text, wish.media, wish.root)
    return Released(made, difference, schema)


def known_digests(folder: str, name: str) -> set[str]:
    """Return the digest of the release of a name, if there is a sound one."""
    if not os.path.isdir(folder):
        return set()
    return {one.digest for one in read_releases(folder)[0] if one.name == name}


def known_samples(manifest: str) -> list[Known]:
    """Return what releases are held against each other by, of a manifest that is a file."""
    with open(manifest, "rb") as file:
        return list(read_as(file, Known))


def measured_samples(manifest: str) -> Iterator[Measured]:
    """Yield what tells the content of samples that other bytes hold now."""
    with open(manifest, "rb") as file:
        yield from read_as(file, Measured)


def _read(draft: Draft, view: type[Seen]) -> Iterator[Seen]:
    draft.file.seek(0)
    return read_as(draft.file, view)


def _check_labels(changed: Sequence[tuple[str, str | None, str | None]], current: str) -> None:
    if changed:
        shown = _listed([f"{path} ({old!r} to {new!r})" for path, old, new in changed])
        raise GateError(
            f"{len(changed):,} test labels of {current} changed without adjudication: {shown}; let people decide: "
            "burnish relabel --rule adjudicated"
        )


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
