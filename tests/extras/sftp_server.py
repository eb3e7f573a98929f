"""An SFTP server on the loopback, a process of its own: paramiko's door, and behind it OpenSSH's own server.

Where OpenSSH's is not installed (`BURNISH_SFTP_SERVER` names it, or it is in its usual place), a few lines do what it
does with a folder.

python -m tests.extras.sftp_server FOLDER HOST_KEY CLIENT_KEY      prints its port
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import paramiko

FAILED: int = paramiko.SFTP_FAILURE
DONE: int = paramiko.SFTP_OK
LET_IN: int = paramiko.AUTH_SUCCESSFUL
KEPT_OUT: int = paramiko.AUTH_FAILED
OPENED: int = paramiko.OPEN_SUCCEEDED


OPENSSH = next(
    filter(
        os.path.exists,
        (
            os.environ.get("BURNISH_SFTP_SERVER", ""),
            "/usr/lib/openssh/sftp-server",
            "/usr/libexec/openssh/sftp-server",
            "/usr/libexec/sftp-server",
        ),
    ),
    "",
)


class OpenSsh(paramiko.SubsystemHandler):  # type: ignore[misc]
    """Hands a channel to OpenSSH's server, which speaks over its standard streams."""

    def start_subsystem(self, name: str, transport: paramiko.Transport, channel: paramiko.Channel) -> None:
        with subprocess.Popen([OPENSSH], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as server:
            assert server.stdin is not None
            assert server.stdout is not None

            def answer(stream: IO[bytes]) -> None:
                while data := stream.read(1 << 16):
                    channel.sendall(data)

            threading.Thread(target=answer, args=(server.stdout,), daemon=True).start()
            while data := channel.recv(1 << 16):
                server.stdin.write(data)
            server.kill()


class Door(paramiko.ServerInterface):  # type: ignore[misc]
    """Lets in who has the key.

    Args:
        key: Of the client.
        silent: A file that may be there: who asks first gets no answer before another one asks, and it goes then.
    """

    def __init__(self, key: str, silent: str) -> None:
        self._key, self._silent = key, silent

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        kept = f"{self._silent}.kept"
        try:
            os.rename(self._silent, kept)
        except FileNotFoundError:
            with suppress(FileNotFoundError):
                os.remove(kept)
        else:
            end = time.monotonic() + 120
            while os.path.exists(kept) and time.monotonic() < end:
                time.sleep(0.02)
        return LET_IN if key.get_base64() == self._key else KEPT_OUT

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPENED


class Folder(paramiko.SFTPServerInterface):  # type: ignore[misc]
    """Files of this machine, by their whole paths."""

    def list_folder(self, path: str) -> Any:
        try:
            names = os.listdir(path)
            return [paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(path, name)), name) for name in names]
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
        handle.readfile = handle.writefile = file
        handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(file.fileno()))
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
        why: int = paramiko.SFTPServer.convert_errno(error.errno or 0)
        return FAILED if isinstance(error, FileExistsError) else why
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
        if OPENSSH:
            transport.set_subsystem_handler("sftp", OpenSsh)
        else:
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder)
        open_ones.append(transport)
        with suppress(paramiko.SSHException, EOFError):
            transport.start_server(event=threading.Event(), server=Door(client_key, os.path.join(folder, ".silent")))


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
