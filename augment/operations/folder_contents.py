"""Folders that operations take recordings or pictures out of: what is in them, and that it stays what it was."""

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from curate.engine import Failure, run
from curate.ground.errors import InputError
from curate.media.sniff import FORMATS, format_of_name, sniff
from curate.media.storage import read_media
from curate.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap

    from augment.operations.registry import Kind

_CALLED: "dict[Kind, tuple[str, str]]" = {
    "audio": ("recording", "WAV, FLAC or OGG"),
    "image": ("picture", "JPEG or PNG"),
}

_PRELOAD: "dict[Kind, tuple[str, ...]]" = {
    "audio": ("curate.media.audio", "soundfile"),
    "image": ("curate.media.image",),
}

Files = list[tuple[str, str]]
"""Path of each, and what is wrong with it."""


class HasDigest(Protocol):
    """What is kept of a file."""

    @property
    def digest(self) -> str:
        """`sha256:` and the SHA-256 of the file's bytes in hexadecimal."""


FoundT = TypeVar("FoundT", bound=HasDigest)


def find_in_folder(
    folder: str,
    purpose: str,
    kind: "Kind",
    look_at: "Callable[[str], FoundT | None]",
    choose: "Callable[[Files], tuple[Files, str]] | None" = None,
) -> tuple[tuple[FoundT, ...], tuple[str, ...]]:
    """Return what is made of the files in a folder and those below it, by digest, and what is left out and why.

    Of several files with the same bytes the first counts; in the order of their digests neither names nor folders
    change what is drawn. Decoders work in processes of their own: a file that ends or hangs one is left out like any
    that cannot be read.

    Args:
        folder: The folder, or a single file.
        purpose: What is looked for, for the error: `mix_noise: folder`.
        kind: Of the files that are looked for.
        look_at: Returns what is kept of a file, None for one of another kind; raises InputError or OSError where it
            cannot be read. Can be imported, for it is called in other processes.
        choose: Which of the files are looked at, and what the user should hear of that; None: all.

    Raises:
        InputError: The folder is missing, or has nothing of the kind that can be read.
    """
    try:
        files = [(entry.path, entry.problem) for entry in walk([folder])]
    except InputError as error:
        raise InputError(f"{purpose}: {error}") from None
    notes: list[str] = []
    if choose is not None:
        files, note = choose(files)
        notes += [note] if note else []
    found: dict[str, FoundT] = {}
    looks = run(partial(_look, look_at), files, chunk_size=4, preload=_PRELOAD[kind])
    for (path, _), look in zip(files, looks, strict=True):
        if isinstance(look, str | Failure):
            notes.append(f"{path} is left out: {look if isinstance(look, str) else look.detail}")
        elif look is not None:
            found.setdefault(look.digest, look)
    if not found:
        why = f" ({notes[0]})" if notes else ""
        name, formats = _CALLED[kind]
        raise InputError(f"{purpose}: {folder} has no {name} that can be read{why}; put {formats} files there")
    return tuple(found[digest] for digest in sorted(found)), tuple(notes)


def _look(look_at: "Callable[[str], FoundT | None]", file: tuple[str, str]) -> "FoundT | str | None":
    """Return what is kept of a file, or why it cannot be read, or None for one of another kind."""
    path, problem = file
    if problem:
        return problem
    try:
        return look_at(path)
    except (InputError, OSError) as error:
        return getattr(error, "strerror", None) or str(error)


def read_of_kind(path: str, kind: "Kind") -> "tuple[bytes | mmap, str] | None":
    """Return the bytes of a file and their digest; None for a file of another kind, of which only the head is read.

    Raises:
        OSError: It cannot be read.
    """
    named = format_of_name(path)

    def is_wanted(head: bytes) -> bool:
        known = FORMATS.get(sniff(head) or "") or named
        return known is not None and known.kind == kind

    # By content first: a folder of noises often has a text or a picture beside them, which is no problem to tell of.
    data = read_media(path, is_wanted)
    return None if data is None else (data, f"sha256:{hashlib.sha256(data).hexdigest()}")


def read_unchanged(path: str, digest: str) -> "bytes | mmap":
    """Return the bytes of a file that was found before.

    Raises:
        InputError: It cannot be read, or has changed since it was looked at.
    """
    try:
        data = read_media(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    assert data is not None
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise InputError(f"{path} has changed since the command began: run it again")
    return data
