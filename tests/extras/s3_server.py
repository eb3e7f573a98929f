"""An S3 on the loopback (moto), with faults on request: what every store does one day."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_HELD_S = 50.0
_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Faults:
    """Answers requests, some of them as no program likes it.

    Attributes:
        every: Of so many requests one is turned away with 503; 0: none.
        denied: Part of the paths that are answered with 403.
        slow: Part of the paths whose first answer waits until it is asked for again, `wait_s` at most.
        again: Is set when what is slow was asked for again.
        cut: Part of the paths whose first answer breaks off in the middle.
        requests: Method and path of each.
        met: Is told of each request before it is answered.
        hold: So many files have to be asked for at once before any is given; after 50 s, less than a file may take in
            all, they are given anyway.
        most: Files that were asked for at once. One that is asked for again, as its time was over, is one file.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._numbers, self._lock, self._more = itertools.count(1), threading.Lock(), threading.Condition()
        self.every, self.denied, self.slow, self.cut, self.wait_s = 0, "", "", "", 0.0
        self.requests: list[tuple[str, str]] = []
        self.met: Callable[[str, str], None] | None = None
        self.again, self._waiting = threading.Event(), ""
        self.hold, self.most = 0, 0
        self._under_way: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.endswith((".png", ".wav")):
            return self._answer(environ, start)
        with self._more:
            self._under_way.append(path)
            self.most = max(self.most, len({*self._under_way}))
            self._more.notify_all()
            self._more.wait_for(lambda: self.most >= self.hold, _HELD_S)
            # Not each of them for so long.
            self.hold = 0
            self._more.notify_all()
        try:
            return self._answer(environ, start)
        finally:
            with self._more:
                self._under_way.remove(path)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            number, path = next(self._numbers), environ["PATH_INFO"]
            self.requests.append((environ["REQUEST_METHOD"], path))
            slow, cut = bool(self.slow) and self.slow in path, bool(self.cut) and self.cut in path
            self.slow, self.cut = ("" if slow else self.slow), ("" if cut else self.cut)
            if slow:
                self._waiting = path
                self.again.clear()
            elif path == self._waiting:
                self.again.set()
            if self.met:
                self.met(environ["REQUEST_METHOD"], path)
        if self.every and number % self.every == 0:
            return _answer(start, "503 Slow Down", b"" if environ["REQUEST_METHOD"] == "HEAD" else _SLOW_DOWN)
        if self.denied and self.denied in path:
            return _answer(start, "403 Forbidden", b"" if environ["REQUEST_METHOD"] == "HEAD" else _DENIED)
        if slow:
            self.again.wait(self.wait_s)
        if not cut:
            return [b"".join(self._application(environ, start))]

        def closing(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [*headers, ("Connection", "close")], *more)

        # Its length was announced; what is missing of it has to be noticed, and at once, as the connection ends.
        whole = b"".join(self._application(environ, closing))
        return [whole[: len(whole) // 2]]


def _answer(start: Callable[..., Any], status: str, body: bytes) -> list[bytes]:
    start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def s3_server() -> Iterator[tuple[str, Faults]]:
    """Run a server, and give its address and its faults."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    # Quiet, and connections are kept, as everywhere.
    answers = {"protocol_version": "HTTP/1.1", "log_request": lambda *_: None}
    faults = Faults(DomainDispatcherApplication(create_backend_app))
    server = make_server(
        "127.0.0.1", 0, faults, threaded=True, request_handler=type("Quiet", (WSGIRequestHandler,), answers)
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", faults
    finally:
        server.shutdown()
        thread.join()
