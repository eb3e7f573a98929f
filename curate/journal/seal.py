"""Whose journal it is: a seal on every line that only this user's own burnish can make.

What a journal asks for below its folder is harmless: `tree` keeps it there, and nothing is removed that is not what the
journal says was made. Taking back a move puts a file outside, where it came from; for a journal of the user's own that
is the point of it, for one that came in an archive it is a way to plant files. The two are told apart by a keyed hash
(HMAC-SHA-256) over each line and the seal of the line before it. The key is the user's, made at random when the first
journal is, and readable by nobody else. A journal without seals, or with others, asks before it reaches outside.
"""

import hmac
import os
import re
from contextlib import suppress
from functools import cache

_KEY_BYTES, _SEAL_DIGITS = 32, 32
_FIELD = re.compile(rb',"seal":"([0-9a-f]{%d})"\}\n$' % _SEAL_DIGITS)


@cache
def _key(folder: str) -> bytes | None:
    path = os.path.join(folder, "journal.key")
    with suppress(OSError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with suppress(FileExistsError):
            # Whole or not there: another process may read it at any moment.
            temporary = f"{path}.{os.getpid()}"
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, os.urandom(_KEY_BYTES))
                os.link(temporary, path)
            finally:
                os.close(descriptor)
                os.unlink(temporary)
    with suppress(OSError), open(path, "rb") as file:
        found = file.read(_KEY_BYTES + 1)
        return found if len(found) == _KEY_BYTES and os.fstat(file.fileno()).st_uid == os.geteuid() else None
    return None


class Seals:
    """The chain of seals of one journal.

    Attributes:
        unbroken: Whether every line so far has the seal that this user's burnish gives it.
    """

    def __init__(self) -> None:
        base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
        self._key = _key(os.path.join(base, "burnish"))
        self._last = b""
        self.unbroken = self._key is not None

    def put(self, line: bytes) -> bytes:
        """Return a line, a JSON object and a line feed, with its seal; without a key as it is."""
        if self._key is None:
            return line
        self._last = self._seal(line[:-2])
        return line[:-2] + b',"seal":"' + self._last + b'"}\n'

    def check(self, line: bytes) -> None:
        """Look at the next line of a journal that is read."""
        if self._key is None:
            return
        found = _FIELD.search(line)
        self._last = self._seal(line[: found.start()] if found else line)
        self.unbroken = self.unbroken and found is not None and hmac.compare_digest(found[1], self._last)

    def _seal(self, content: bytes) -> bytes:
        return hmac.digest(self._key or b"", self._last + content, "sha256").hex()[:_SEAL_DIGITS].encode()
