"""Where things lie: paths in a journal, relative to its folder, and the names of its temporary files."""

import os

from curate.ground.errors import UsageError

_CACHED_FOLDERS = 4096


class Places:
    """Translates between the paths of a journal and those of the system.

    Args:
        folder: The journal's folder, without symbolic links in its path.
        token: The journal's own, part of every temporary name.
    """

    def __init__(self, folder: str, token: str) -> None:
        self.folder = folder
        self.staging = os.path.join(folder, f".burnish-{token}-staging")
        self._prefix = os.path.join(folder, "")
        self._token = token
        self._real: dict[str, str] = {}
        self._relative: dict[tuple[str, str], str] = {}

    def absolute(self, path: str) -> str:
        """Return where a path of the journal is."""
        return self._prefix + path

    def relative(self, path: str, start: str | None = None) -> str:
        """Return a path as it is seen from a folder, by default the journal's; links in both are followed.

        Only the last part stays as it is named, so that a link is not taken for what it points to.
        """
        head, name = os.path.split(path)
        key = (head, start or "")
        if key not in self._relative:
            if len(self._relative) >= _CACHED_FOLDERS:
                self._relative.clear()
            # The system follows links before it goes up by "..", so only real folders may be compared by name.
            self._relative[key] = os.path.relpath(os.path.realpath(head), os.path.realpath(start or self.folder))
        folder = self._relative[key]
        return name if folder == "." else f"{folder}/{name}"

    def temporary(self, number: int, beside: str) -> str:
        """Return the name for a copy that is being made of change `number`, in the folder of its target."""
        return os.path.join(os.path.dirname(beside), f".burnish-{self._token}-{number}.tmp")


def check_target(target: str) -> None:
    """Check that a target is below the folder that it is relative to.

    Raises:
        UsageError: It is absolute, empty, has a part `.` or `..`, or a NUL.
    """
    if {"", ".", ".."} & set(target.split("/")) or "\0" in target:
        raise UsageError(f"{target!r} is not a path below the destination")
