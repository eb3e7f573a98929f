"""Names of files in datasets of others, made paths of a manifest: nothing leads out of the folder that was agreed on.

A dataset that was downloaded may name `/etc/passwd` or `../../other/secret.wav`, and what a manifest names is read,
copied and packed by commands that come later. So a name leads into one folder, or nowhere.
"""

import os
from dataclasses import dataclass

from curate.ground.errors import InputError
from curate.media.storage.address import is_url, protocol_of

LONGEST_PATH = 4096
"""Of Linux, in bytes; a longer one can be no file's."""


@dataclass(slots=True)
class NamedFiles:
    """The files that a dataset names.

    Attributes:
        folder: What relative names are relative to, and what no name leads out of; empty: the working directory.
        base: What the paths of the manifest are relative to; empty: the working directory.
        missing: How many of the files that were named are not there.
        first_missing: Path of the first of these.
    """

    folder: str
    base: str = ""
    missing: int = 0
    first_missing: str = ""

    def path(self, name: str, where: str) -> str:
        """Return the path of a manifest for a file that a dataset names.

        Args:
            name: As the dataset has it: relative to `folder`, or absolute and in it; or the URL of a store.
            where: File and line, for messages.

        Raises:
            InputError: It leads out of the folder, or can be no name.
            UsageError: It is the URL of a store that burnish does not speak, or holds a password.
        """
        try:
            size = len(os.fsencode(name))
        except UnicodeEncodeError:  # a lone surrogate that escapes no byte is in no name of this disk
            size = 0
        if not 0 < size <= LONGEST_PATH or "\0" in name:
            raise InputError(f"{where}: {_short(name)!r} is no name of a file")
        if is_url(name):
            protocol_of(name)
            return name
        top = os.path.abspath(self.folder)
        place = os.path.normpath(os.path.join(top, name))
        if place != top and not place.startswith(f"{top.rstrip('/')}/"):
            raise InputError(
                f"{where}: {_short(name)} leads out of {self.folder or 'the working directory'}; name the folder that "
                "holds the files: --root DIR"
            )
        # As the user typed the folder, like the paths of a scan; with a root, as seen from there.
        inside = os.path.relpath(place, os.path.abspath(self.base) if self.base else top)
        path = inside if self.base else os.path.join(self.folder, inside)
        if not os.path.isfile(place):
            self.missing += 1
            self.first_missing = self.first_missing or path
        return path


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:80]}…"
