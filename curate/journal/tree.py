"""Names on the disk, reached without following a symbolic link: folders by descriptor, files by their name in one.

A path is a text, and what it means can change between two calls: whoever can write into a folder can put a link where
a folder was. So every folder on the way is opened with O_NOFOLLOW from the one above it, and files are touched by name
in the folder that was opened (`openat` and its family). Below the journal's folder the way begins at its descriptor,
which was opened once; what lies elsewhere, the old places of moved files, is walked to from the root.
"""

import errno
import os
import shutil
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS_HELD = 32
"""Open at a time: an operation needs two, and macOS gives a process 256 descriptors."""
_RELATIVE_HELD = 4096
# Search permission is all that a way through a folder needs; where there is no O_PATH, reading it must be allowed.
_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
JOURNAL = "journal.jsonl"
TEMPORARY = ".burnish-"
"""What all our temporary names begin with; nothing else of ours or of a user's may have such a name below."""


class Tree:
    """The disk as the journal of one folder sees it; paths are absolute and normalized.

    Args:
        folder: The journal's folder, without symbolic links in its path.
        token: The journal's own, part of every temporary name.
    """

    def __init__(self, folder: str, token: str) -> None:
        self.folder, self._token = folder, token
        self.staging = os.path.join(folder, f"{TEMPORARY}{token}-staging")
        self._prefix = os.path.join(folder, "")
        self._top = os.open(folder, _FOLDER)
        self._held: dict[str, int] = {}
        self._relative: dict[tuple[str, str], str] = {}

    def close(self) -> None:
        """Let go of all folders."""
        self.forget()
        if self._top >= 0:
            os.close(self._top)
            self._top = -1

    def forget(self) -> None:
        """Open folders anew from now on: someone may have put others in their place."""
        while self._held:
            os.close(self._held.popitem()[1])

    def absolute(self, path: str) -> str:
        """Return where a path of the journal is; paths of the journal have no links in them, so `..` is by name."""
        return os.path.normpath(self._prefix + path)

    def relative(self, path: str, start: str | None = None) -> str:
        """Return a path of the system as it is seen from a folder, by default the journal's; links are followed.

        Only the last part stays as it is named, so that a link is not taken for what it points to.
        """
        head, name = os.path.split(path)
        key = (head, start or "")
        if key not in self._relative:
            if len(self._relative) >= _RELATIVE_HELD:
                self._relative.clear()
            # The system follows links before it goes up by "..", so only real folders may be compared by name.
            self._relative[key] = os.path.relpath(os.path.realpath(head), os.path.realpath(start or self.folder))
        folder = self._relative[key]
        return name if folder == "." else f"{folder}/{name}"

    def temporary(self, number: int, beside: str) -> str:
        """Return the name for a copy that is being made of change `number`, in the folder of its target."""
        return os.path.join(os.path.dirname(beside), f"{TEMPORARY}{self._token}-{number}.tmp")

    def at(self, path: str) -> tuple[int, str]:
        """Return the descriptor of the folder that a path is in, and the name in it.

        The descriptor is good until two other folders were asked for.

        Raises:
            FileNotFoundError: A folder on the way is missing.
            OSError: ELOOP: a symbolic link stands where a folder should be; or the system refuses.
        """
        folder, name = os.path.split(path)
        return self._open_folder(folder), name

    def status(self, path: str) -> os.stat_result | None:
        """Return what is at a path, a link for itself; None where there is nothing, or no way there without links."""
        try:
            folder, name = self.at(path)
            return os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
                return None
            raise

    def is_folder(self, path: str) -> bool:
        """Return whether a real folder is at a path."""
        found = self.status(path)
        return found is not None and stat.S_ISDIR(found.st_mode)

    @contextmanager
    def opened(self, path: str, flags: int = os.O_RDONLY, mode: int = 0o600) -> "Iterator[int]":
        """Open a regular file and give its descriptor.

        Raises:
            OSError: It cannot be opened, is a link, or no regular file.
        """
        folder, name = self.at(path)
        # Non-blocking, so that a named pipe that takes the place of a file cannot hang us.
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(name, flags, mode, dir_fd=folder)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file", path)
            yield descriptor
        finally:
            os.close(descriptor)

    def link_of(self, path: str) -> str | None:
        """Return what a symbolic link says; None where there is none."""
        found = self.status(path)
        if found is None or not stat.S_ISLNK(found.st_mode):
            return None
        folder, name = self.at(path)
        return os.readlink(name, dir_fd=folder)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        folder, name = self.at(path)
        os.unlink(name, dir_fd=folder)

    def link(self, source: str, target: str) -> None:
        """Give a file another name; one that is taken is an error, as with all of these."""
        (here, name), (there, new) = self.at(source), self.at(target)
        os.link(name, new, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)

    def symlink(self, text: str, path: str) -> None:
        """Make a symbolic link."""
        folder, name = self.at(path)
        os.symlink(text, name, dir_fd=folder)

    def mkdir(self, path: str) -> None:
        """Make a folder."""
        folder, name = self.at(path)
        os.mkdir(name, dir_fd=folder)

    def rmdir(self, path: str) -> None:
        """Remove a folder that is empty."""
        folder, name = self.at(path)
        os.rmdir(name, dir_fd=folder)
        # Another folder of that name would be another folder.
        self.forget()

    def make_staging(self) -> None:
        """Make the folder for what is being generated; a link in its place is an error.

        Raises:
            OSError: It cannot be made.
        """
        with suppress(FileExistsError):
            self.mkdir(self.staging)
        if not self.is_folder(self.staging):
            raise OSError(errno.ENOTDIR, "something else is in the place of our folder", self.staging)

    def remove_staging(self) -> None:
        """Throw away what was only staged."""
        if self.is_folder(self.staging):
            folder, name = self.at(self.staging)
            # rmtree goes down by descriptors as well; a link in it is removed, not followed.
            shutil.rmtree(name, ignore_errors=True, dir_fd=folder)
            self.forget()

    @contextmanager
    def syncable(self, path: str) -> "Iterator[int]":
        """Open a folder or a file so that it can be synced, which a descriptor that only leads through cannot be."""
        folder, name = (self._top, ".") if path == self.folder else self.at(path)
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _open_folder(self, path: str) -> int:
        """Return a descriptor of a folder, from the nearest one that is open."""
        if path == self.folder:
            return self._top
        if path in self._held:
            self._held[path] = self._held.pop(path)  # the one that was used last goes last
            return self._held[path]
        inside = path.startswith(self._prefix)
        above = path if not inside else os.path.dirname(path)
        while inside and above != self.folder and above not in self._held:
            above = os.path.dirname(above)
        start = (self._top if above == self.folder else self._held[above]) if inside else None
        names = path[len(above) :] if inside else path
        descriptor = _walk(start, [name for name in names.split("/") if name], path)
        if len(self._held) >= _FOLDERS_HELD:
            os.close(self._held.pop(next(iter(self._held))))
        self._held[path] = descriptor
        return descriptor


def _walk(start: int | None, names: list[str], path: str) -> int:
    """Open one folder after the other, none of them through a link."""
    descriptor = os.open("/", _FOLDER) if start is None else os.dup(start)
    for name in names:
        try:
            below = os.open(name, _FOLDER, dir_fd=descriptor)
        except NotADirectoryError:
            is_link = stat.S_ISLNK(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode)
            if not is_link:
                raise
            raise OSError(errno.ELOOP, f"a symbolic link stands in its way, at {name}", path) from None
        except OSError as error:
            if error.errno == errno.ELOOP:  # what macOS says of a link
                raise OSError(errno.ELOOP, f"a symbolic link stands in its way, at {name}", path) from None
            raise
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def check_target(target: str) -> None:
    """Check that a target is below the folder that it is relative to, and not one of the journal's own names.

    Raises:
        UsageError: It is absolute, empty, has a part `.` or `..`, or a NUL, or is a name of the journal's.
    """
    parts = target.split("/")
    if {"", ".", ".."} & set(parts) or "\0" in target:
        raise UsageError(f"{target!r} is not a path below the destination")
    if target == JOURNAL or any(part.startswith(TEMPORARY) for part in parts):
        raise UsageError(f"{target!r} is a name that the journal keeps for itself")
