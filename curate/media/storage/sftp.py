"""SFTP, on top of fsspec's file system for it: hosts are known, connections come back, files appear whole.

What fsspec leaves open: it takes the key of any host, waits for ever for a server that is silent, reads a packet at a
time, says of a link what lies on its own inode, and never connects again.
"""

import os
import posixpath
from contextlib import suppress
from secrets import token_hex
from stat import S_ISDIR
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

_CONNECT_S, _SILENT_S = 5.0, 15.0
_FOLDER = "~/.ssh"


class Sftp(SFTPFileSystem):  # type: ignore[misc]
    """The files of a host; connected when the first one is asked for.

    Args:
        host: As `~/.ssh/config` or the network knows it.
        username: Empty: as `~/.ssh/config` says, or as on this machine.
        port: 0: as `~/.ssh/config` says, or 22.
    """

    def __init__(self, host: str, username: str = "", port: int = 0, **options: Any) -> None:
        file = os.path.expanduser(f"{_FOLDER}/config")
        config = paramiko.SSHConfig.from_path(file) if os.path.isfile(file) else paramiko.SSHConfig()
        told = config.lookup(host)
        self._to: dict[str, Any] = {
            "port": port or int(told.get("port", 22)),
            "username": username or told.get("user"),
            "key_filename": told.get("identityfile"),
        }
        self.client: paramiko.SSHClient | None = None
        super().__init__(told.get("hostname", host), **options)

    def _connect(self) -> None:
        """Do nothing yet: `awake` connects, where it is tried again."""

    def awake(self) -> None:
        """Connect, if there is no connection (any more).

        Raises:
            paramiko.SSHException: The host is not known, has another key than it had, or does not let us in.
            OSError: It cannot be reached.
        """
        transport = self.client.get_transport() if self.client else None
        if transport and transport.is_active():
            return
        client = paramiko.SSHClient()
        # As ssh itself, which asks where nobody is there to answer: what a stranger sends would become a data set.
        client.load_system_host_keys()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        waits = dict.fromkeys(("timeout", "banner_timeout", "auth_timeout", "channel_timeout"), _CONNECT_S)
        try:
            client.connect(self.host, **self._to, **waits)
            self.ftp = client.open_sftp()
            channel = self.ftp.get_channel()
            assert channel is not None
            channel.settimeout(_SILENT_S)
        except BaseException:
            # Half of a connection counts as alive: the next try would take it for one that lets us in.
            client.close()
            raise
        self.client = client

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: object) -> bytes:
        """Return the bytes of a file, or of a range of it; asked for ahead, as many packets as it has."""
        with self.ftp.open(path, "rb") as file:
            size = file.stat().st_size or 0
            first, stop = start or 0, size if end is None else min(size, end)
            return b"".join(file.readv([(first, stop - first)])) if stop > first else b""

    def pipe_file(self, path: str, value: bytes, **_: object) -> None:
        """Write a file that is not there yet, whole: aside, and renamed, which in version 3 of SFTP never replaces.

        Raises:
            FileExistsError: There is one; nothing was written.
        """
        folder, name = posixpath.split(path)
        if self.exists(path):
            raise FileExistsError(17, "there is something already")
        self._make(folder)
        aside = f"{folder}/.{name}.{token_hex(4)}.burnish.tmp"
        with self.ftp.open(aside, "wx") as file:
            file.set_pipelined(True)
            file.write(value)
        try:
            self.ftp.rename(aside, path)
        except OSError as error:
            self.ftp.remove(aside)
            # The server only says that it failed.
            raise FileExistsError(17, "there is something already") if self.exists(path) else error from None

    def exists(self, path: str, **_: object) -> bool:
        """Return whether there is something; fsspec's own takes a lost connection for a no."""
        try:
            self.ftp.stat(path)
        except FileNotFoundError:
            return False
        return True

    def ls(self, path: str, detail: bool = True, **_: object) -> list[Any]:
        """List a folder; a link is what it leads to, and one that leads nowhere a file that cannot be read."""
        found: list[dict[str, Any]] = super().ls(path, detail=True)
        for one in found:
            if one["type"] == "link":
                one.update(type="file", is_link=True)
                with suppress(FileNotFoundError):
                    one.update(self.info(one["name"]))
        return found if detail else [one["name"] for one in found]

    def _make(self, folder: str) -> None:
        """Make a folder and those above it; another writer may make the same ones now."""
        missing = []
        while folder not in {"", "/"} and not self.exists(folder):
            missing.append(folder)
            folder = posixpath.dirname(folder)
        for one in reversed(missing):
            try:
                self.ftp.mkdir(one)
            except OSError:
                if not S_ISDIR(self.ftp.stat(one).st_mode or 0):
                    raise
