"""Reading a folder of releases. All that is read is checked: the folder may have come from anybody.

releases/current               the pointer; exchanged whole, so that a reader sees the old one or the new one
releases/v3/manifest.jsonl     canonical: its SHA-256 is the release's digest; never changed
releases/v3/release.json       the record
releases/v3/schema.yaml        what it was held to, if anything
releases/v3/README.md, croissant.json   cards, where somebody made them
releases/media/…               copies of files by their digests, shared by all releases
"""

import hashlib
import os
import stat
from typing import TypeVar

from msgspec import Struct

from curate.ground.command_line import call
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.ground.json import decode
from curate.release.records import CURRENT, MANIFEST, RECORD, SCHEMA, VERSION, Pointer, Release, check_name

_MOST_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20

Record = TypeVar("Record", Pointer, Release)


class Listed(Struct, frozen=True):
    """The releases of a folder.

    Attributes:
        releases: Those that are sound, in the order in which they were made.
        broken: What is wrong with the others, by name.
        pointer: To the current one; None: there is none yet.
    """

    releases: list[Release]
    broken: dict[str, str]
    pointer: Pointer | None


def read_current(folder: str) -> Release:
    """Return the current release of a folder: one read of the pointer, then files that never change.

    Raises:
        InputError: There is none, or what stands there is not one.
    """
    pointer = read_pointer(folder)
    if pointer is None:
        raise InputError(
            f"{folder} has no release yet; make one: {call('release', 'set.jsonl', '--as', 'v1', '--into', folder)}"
        )
    found = read_release(folder, pointer.release)
    if found.digest != pointer.digest:
        raise InputError(
            f"{os.path.join(folder, CURRENT)}: the current release has the digest {pointer.digest}, and "
            f"{found.name} has {found.digest}; it is not what was released"
        )
    return found


def read_pointer(folder: str) -> Pointer | None:
    """Return the pointer of a folder; None where there is none yet.

    Raises:
        InputError: It cannot be read, or is none.
    """
    path = os.path.join(folder, CURRENT)
    if not os.path.lexists(path):
        return None
    found = _decode(path, Pointer)
    _check_written_name(found.release, path)
    return found


def read_release(folder: str, name: str) -> Release:
    """Return a release by its name.

    Raises:
        UsageError: There is none of that name; names the nearest.
        InputError: It is not sound.
    """
    check_name(name, "the release")
    place = os.path.join(folder, name)
    if not os.path.lexists(place):
        known = [one.name for one in read_releases(folder)[0]]
        raise UsageError(f"{folder} has no release {name}{did_you_mean(name, known) if known else ''}")
    if not stat.S_ISDIR(os.lstat(place).st_mode):
        raise InputError(f"{place} is no folder; a release is one, and no link to one")
    found = _decode(os.path.join(place, RECORD), Release)
    if found.name != name:
        raise InputError(f"{os.path.join(place, RECORD)}: it is the record of {found.name!r}, not of {name}")
    if found.previous is not None:
        _check_written_name(found.previous, os.path.join(place, RECORD))
    size = _regular(manifest_path(folder, found)).st_size
    if size != found.bytes:
        raise InputError(f"{manifest_path(folder, found)} has {size:,} bytes, and was released with {found.bytes:,}")
    return found


def manifest_path(folder: str, release: Release) -> str:
    """Return where the manifest of a release lies."""
    return os.path.join(folder, release.name, MANIFEST)


def schema_path(folder: str, release: Release) -> str | None:
    """Return where the schema lies that a release was held to, checked; None where there was none.

    Raises:
        InputError: It is not the one that it was.
    """
    if release.schema is None:
        return None
    path = os.path.join(folder, release.name, SCHEMA)
    _check_digest(path, release.schema)
    return path


def check_manifest(folder: str, release: Release) -> str:
    """Return where the manifest of a release lies, once its bytes have the digest of the release.

    Raises:
        InputError: They have not.
    """
    path = manifest_path(folder, release)
    _check_digest(path, release.digest)
    return path


def list_releases(folder: str) -> Listed:
    """Return the releases of a folder, and which is the current one.

    Raises:
        InputError: There is no such folder, or the pointer is none.
    """
    releases, broken = read_releases(folder)
    return Listed(releases, broken, read_pointer(folder))


def read_releases(folder: str) -> tuple[list[Release], dict[str, str]]:
    """Return the sound releases of a folder in the order in which they were made, and what is wrong with the others.

    Raises:
        InputError: There is no such folder.
    """
    try:
        entries = sorted(os.listdir(folder))
    except OSError as error:
        raise InputError(
            f"cannot read {folder}: {error.strerror}; name the folder of all releases with --into, or make one: "
            f"burnish release set.jsonl --as v1"
        ) from None
    releases, broken = [], {}
    for name in entries:
        # What is hidden is being written, or was left by a writer that was killed.
        if name.startswith(".") or not os.path.lexists(os.path.join(folder, name, RECORD)):
            continue
        try:
            releases.append(read_release(folder, name))
        except (InputError, UsageError) as error:
            broken[name] = str(error)
    return sorted(releases, key=lambda one: (one.made, one.name)), broken


def _decode(path: str, kind: type[Record]) -> Record:
    try:
        found = decode(_read(path), kind)
    except ValueError as error:
        raise InputError(f"{path} is not as burnish writes it: {error}") from None
    if found.version != VERSION:
        raise InputError(f"{path}: version {found.version}, and this burnish knows version {VERSION}; take a newer one")
    return found


def _read(path: str) -> bytes:
    size = _regular(path).st_size
    if size > _MOST_BYTES:
        raise InputError(f"{path} has {size:,} bytes, which no record of a release has")
    try:
        # The whole file in one read: a pointer that is exchanged meanwhile stays the old one for this reader.
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def _regular(path: str) -> os.stat_result:
    try:
        status = os.lstat(path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} is no file; burnish reads no links and no devices there")
    return status


def _check_digest(path: str, digest: str) -> None:
    _regular(path)
    try:
        with open(path, "rb") as file:
            found = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if found != digest:
        raise InputError(f"{path} has the digest {found}, and was released with {digest}; it has been changed since")


def _check_written_name(name: str, path: str) -> None:
    try:
        check_name(name, "release")
    except UsageError as error:
        raise InputError(f"{path}: {error}") from None
