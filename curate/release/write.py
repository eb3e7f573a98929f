"""Making a release, and exchanging the pointer: each step leaves a folder that is whole, and can be repeated.

1. The new folder is written under a hidden name, each file synced, then the folder.
2. It is renamed to the release's name, and the rename synced. It is there now, and is not the current one.
3. The pointer is exchanged, and that synced.

Killed before 2, the next writer removes what is left; killed before 3, the same command again does what is missing.
"""

import hashlib
import io
import os
import shutil
import tempfile
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from curate.ground.atomic import atomic_write, naming, sync_folder, umask
from curate.ground.errors import BurnishError, InputError, UsageError
from curate.ground.json import encode, encode_indented
from curate.ground.lock import locked
from curate.records.reader import parse
from curate.release.canonical import Draft
from curate.release.folder import check_manifest, read_pointer, read_release, read_releases
from curate.release.media import keep_file
from curate.release.records import CURRENT, MANIFEST, RECORD, SCHEMA, How, Pointer, Release, check_name

_NEW = ".burnish-release-"
"""A name that no folder of a user has: what begins so is removed."""
_OPTION = "--into DIR"
State = Literal["new", "completed", "same"]


class Made(Struct, frozen=True):
    """A release that is there now.

    Attributes:
        release: Its record.
        state: `new`; `completed`, where it was written and the pointer not exchanged; `same`, where all was there.
        pointer: To the current release, which need not be this one where it was there before.
    """

    release: Release
    state: State
    pointer: Pointer


def write_release(
    folder: str,
    name: str,
    draft: Draft,
    since: Pointer | None,
    schema: bytes | None = None,
    media: How = "check",
    root: str = "",
) -> Made:
    """Write a release and make it the current one.

    Args:
        folder: Of all releases; made if need be.
        name: Of the release.
        draft: Its manifest.
        since: The pointer as it was when the manifest was held against the current release.
        schema: What it was held to.
        media: What becomes of the files; `copy`: they are copied now.
        root: What the paths of the samples are relative to.

    Raises:
        BurnishError: Another writer is at work, or has exchanged the pointer since.
        UsageError: There is a release of that name with other content.
        OSError: Something cannot be written.
    """
    check_name(name)
    with locked(folder, _OPTION):
        _clean_up(folder)
        pointer = read_pointer(folder)
        known = _known(folder, name, draft.digest)
        if known is None and pointer != since:
            now = pointer.release if pointer else "none"
            raise BurnishError(f"{folder}: the current release became {now} meanwhile; repeat the command against it")
        if media == "copy":
            for line in draft.lines():
                keep_file(folder, parse(line), root)
        switches = pointer.switch if pointer else 0
        if known is None:
            made = Release(
                name, draft.digest, draft.samples, draft.size, _now(), pointer.release if pointer else None, switches,
                media, f"sha256:{hashlib.sha256(schema).hexdigest()}" if schema is not None else None,
            )  # fmt: skip
            _write_folder(folder, made, draft, schema)
            return Made(made, "new", _exchange(folder, made, switches, "release"))
        # Somebody may have rolled back since: the same command again, as a nightly job gives it, must not undo that.
        if pointer is not None and known.after_switch != switches:
            return Made(known, "same", pointer)
        return Made(known, "completed", _exchange(folder, known, switches, "release"))


def roll_back(folder: str, name: str | None = None) -> Made:
    """Make another release the current one, whole: its manifest is held against its digest first.

    Args:
        folder: Of all releases.
        name: Which; None: the one that was current when the current one was made.

    Raises:
        UsageError: There is none to go to.
        InputError: It is not sound, or there is no release at all.
        BurnishError: Another writer is at work.
    """
    if not os.path.isdir(folder):
        raise InputError(
            f"there is no folder {folder} with releases; name it with --into, or make one: "
            "burnish release set.jsonl --as v1"
        )
    with locked(folder, _OPTION):
        pointer = read_pointer(folder)
        if pointer is None and name is None:
            raise InputError(f"{folder} has no current release to go back from")
        wanted = name or read_release(folder, pointer.release if pointer else "").previous
        if wanted is None:
            raise UsageError(f"{pointer.release if pointer else ''} is the first release; there is none to go back to")
        found = read_release(folder, wanted)
        check_manifest(folder, found)
        if pointer and (pointer.release, pointer.digest) == (found.name, found.digest):
            return Made(found, "same", pointer)
        return Made(found, "completed", _exchange(folder, found, pointer.switch if pointer else 0, "rollback"))


def _known(folder: str, name: str, digest: str) -> Release | None:
    """Return the release of a name, if it is the same; None where there is none of that name."""
    if not os.path.lexists(os.path.join(folder, name)):
        # On file systems that do not tell V3 from v3 the one would be the other's folder.
        alike = [one.name for one in read_releases(folder)[0] if one.name.lower() == name.lower()]
        if alike:
            raise UsageError(f"--as {name}: there is a release {alike[0]}; take a name that differs by more than case")
        return None
    found = read_release(folder, name)
    check_manifest(folder, found)
    if found.digest != digest:
        raise UsageError(
            f"--as {name}: there is a release of that name with other content ({found.digest[:19]}…, this is "
            f"{digest[:19]}…), and a release never changes; take the next name"
        )
    return found


def _write_folder(folder: str, release: Release, draft: Draft, schema: bytes | None) -> None:
    new = tempfile.mkdtemp(prefix=_NEW, dir=folder)
    draft.file.seek(0)
    texts = {RECORD: encode_indented(release) + b"\n", **({SCHEMA: schema} if schema is not None else {})}
    try:
        os.chmod(new, 0o777 & ~umask())
        for name, source in {MANIFEST: draft.file, **{key: io.BytesIO(text) for key, text in texts.items()}}.items():
            path = os.path.join(new, name)
            with naming(os.path.join(folder, release.name, name)), open(path, "xb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
        sync_folder(new)
        # A folder that another writer made meanwhile, where locks do not hold, is not empty: then this fails.
        os.rename(new, os.path.join(folder, release.name))
    except BaseException:
        # A full disk stays full for as long as what did not fit is kept.
        shutil.rmtree(new, ignore_errors=True)
        raise
    sync_folder(folder)


def _exchange(folder: str, release: Release, switches: int, by: Literal["release", "rollback"]) -> Pointer:
    pointer = Pointer(release.name, release.digest, switches + 1, by, _now())
    with atomic_write(os.path.join(folder, CURRENT)) as file:
        file.write(encode(pointer) + b"\n")
    return pointer


def _clean_up(folder: str) -> None:
    """Remove what a killed writer left; whoever holds the lock is the only one who writes."""
    for name in os.listdir(folder):
        if name.startswith(_NEW):
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isdir(path):
                os.unlink(path)
            else:
                shutil.rmtree(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
