"""A shell that knows `burnish`, for the commands that pages show.

What it knows is no new Python each time, which takes half a second and more to import what a command needs, but a
client that hands its words, folder, environment and streams to a server; that forks a process for them in which all
is loaded. Everything else is a shell's: pipes, redirections, `&&`, exit codes.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cli.pipeline.child import binder
from tests.forked import become, ended
from tests.in_process import in_fork

_CLIENT = """
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [b"."], [0, 1, 2])
server.sendall(asked)
server.shutdown(socket.SHUT_WR)
code = server.recv(1)
os._exit(code[0] if code else 1)
"""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve while the `with` lasts; gives the words of the client, to be put before those of `burnish`.

    Args:
        folder: For the server's socket.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        listener.listen()
        server = os.fork()
        if not server:
            _serve(listener)
        try:
            yield shlex.join([sys.executable, "-I", "-S", "-c", _CLIENT, str(folder / "socket")])
        finally:
            os.kill(server, signal.SIGKILL)
            os.waitpid(server, 0)


def _serve(listener: socket.socket) -> None:
    if bind := binder():
        bind()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: their clients do
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            listener.close()
            try:
                _answer(connection)
            finally:
                os._exit(1)  # whatever happens: what comes next here is the tests themselves
        connection.close()


def _answer(connection: socket.socket) -> None:
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    asked = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    words, folder, environment = json.loads(asked)
    become(streams, streams, folder, environment)
    code = ended(in_fork, words)
    # The reader of a pipe may be waiting for its end: it comes before the client's.
    for number in range(3):
        os.close(number)
    with suppress(BrokenPipeError):
        connection.sendall(bytes([code & 255]))


def bash(client: str, text: str, folder: Path, *, together: bool = True, **environment: str) -> str:
    """Run lines that a page shows, and return what they said.

    Args:
        client: The words of `serving`.
        text: The lines; one that fails ends them all, and the test.
        folder: Where they run.
        together: Whether errors and messages are told as well, where they came.
        environment: What differs from this process's.
    """
    python = f'python() {{ {shlex.quote(sys.executable)} "$@"; }}'
    lines = f'burnish() {{ {client} "$@"; }}\n{python}\n{{ {text}\n}}{" 2>&1" if together else ""}'
    plain = os.environ | {"COLUMNS": "120", "NO_COLOR": "1"} | environment
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines], cwd=folder, env=plain, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
