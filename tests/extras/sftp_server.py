"""An SFTP server on the loopback, a process of its own: what OpenSSH does with a folder, by paramiko's other half.

python -m tests.extras.sftp_server FOLDER HOST_KEY CLIENT_KEY      prints its port
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko

FAILED, DONE = paramiko.SFTP_FAILURE, paramiko.SFTP_OK


class Door(paramiko.ServerInterface):
    """Lets in who has the key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if key.get_base64() == self._key else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class Folder(paramiko.SFTPServerInterface):
    """Files of this machine, by their whole paths."""

    def list_folder(self, path: str) -> Any:
        try:
            found = []
            for name in os.listdir(path):
                found.append(paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(path, name)), name))
            return found
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(os.stat(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Any:
        try:
            file = os.fdopen(os.open(path, flags, 0o644), "r+b" if flags & os.O_RDWR else "wb" if flags & 1 else "rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
        handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(file.fileno()))  # type: ignore[method-assign]
        return handle

    def remove(self, path: str) -> int:
        return _tried(os.remove, path)

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return _tried(os.mkdir, path)

    def rmdir(self, path: str) -> int:
        return _tried(os.rmdir, path)

    def rename(self, oldpath: str, newpath: str) -> int:
        # As OpenSSH: a second name, which is refused where there is one, and the first one goes.
        return _tried(os.link, oldpath, newpath) or _tried(os.remove, oldpath)


def _tried(action: Any, *paths: str) -> int:
    try:
        action(*paths)
    except OSError as error:
        return FAILED if isinstance(error, FileExistsError) else paramiko.SFTPServer.convert_errno(error.errno or 0)
    return DONE


def serve(folder: str, host_key: str, client_key: str) -> None:
    """Serve until the process is ended; a file `break` in the folder ends all connections, once."""
    key = paramiko.ECDSAKey.from_private_key_file(host_key)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    open_ones: list[paramiko.Transport] = []

    def watch() -> None:
        while not threading.Event().wait(0.02):
            with suppress(FileNotFoundError):
                os.remove(os.path.join(folder, ".break"))
                while open_ones:
                    open_ones.pop().close()

    threading.Thread(target=watch, daemon=True).start()
    while True:
        connection, _ = listener.accept()
        transport = paramiko.Transport(connection)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder)
        open_ones.append(transport)
        with suppress(paramiko.SSHException, EOFError):
            transport.start_server(event=threading.Event(), server=Door(client_key))


@contextmanager
def sftp_server(folder: Path, home: Path) -> Iterator[str]:
    """Run a server of a folder, which a home knows and is known to, and give its address."""
    (home / ".ssh").mkdir(parents=True)
    host, ours = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    host.write_private_key_file(str(home / "host_key"))
    ours.write_private_key_file(str(home / ".ssh/id_ecdsa"))
    words = [sys.executable, "-m", "tests.extras.sftp_server", folder, home / "host_key", ours.get_base64()]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        known = f"[127.0.0.1]:{port} {host.get_name()} {host.get_base64()}\n"
        (home / ".ssh/known_hosts").write_text(known)
        yield f"sftp://127.0.0.1:{port}{folder}"
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


if __name__ == "__main__":
    serve(*sys.argv[1:])
