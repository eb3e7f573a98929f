"""An S3 on the loopback (moto), with faults on request: what every store does one day."""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Faults:
    """Answers requests, some of them as no program likes it.

    Attributes:
        every: Of so many requests one is turned away with 503; 0: none.
        denied: Part of the paths that are answered with 403.
        slow: Part of the paths whose first answer takes `wait_s`.
        cut: Part of the paths whose first answer breaks off in the middle.
        requests: Method and path of each.
        met: Is told of each request before it is answered.
        rest_s: Seconds that each answer takes beside its work.
        most: Requests that were under way at once.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._numbers, self._lock = itertools.count(1), threading.Lock()
        self.every, self.denied, self.slow, self.cut, self.wait_s = 0, "", "", "", 0.0
        self.requests: list[tuple[str, str]] = []
        self.met: Callable[[str, str], None] | None = None
        self.rest_s, self.most, self._under_way = 0.0, 0, 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        try:
            time.sleep(self.rest_s)
            return self._answer(environ, start)
        finally:
            with self._lock:
                self._under_way -= 1

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            number, path = next(self._numbers), environ["PATH_INFO"]
            self.requests.append((environ["REQUEST_METHOD"], path))
            slow, cut = bool(self.slow) and self.slow in path, bool(self.cut) and self.cut in path
            self.slow, self.cut = ("" if slow else self.slow), ("" if cut else self.cut)
            if self.met:
                self.met(environ["REQUEST_METHOD"], path)
        if self.every and number % self.every == 0:
            return _answer(start, "503 Slow Down", b"" if environ["REQUEST_METHOD"] == "HEAD" else _SLOW_DOWN)
        if self.denied and self.denied in path:
            return _answer(start, "403 Forbidden", b"" if environ["REQUEST_METHOD"] == "HEAD" else _DENIED)
        if slow:
            time.sleep(self.wait_s)
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
