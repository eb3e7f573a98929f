"""The server of `burnish review`: on this machine only, for whoever has the link, for this one browser.

What it holds off: another machine (it listens on 127.0.0.1), another site in the same browser (Host and Origin, a
cookie that is `SameSite=Strict`; a name that was rebound to 127.0.0.1 is another Host), another user of the machine
(the token in the link, good once), and a browser that is made to ask for files (it can only name digests).
"""

import re
import secrets
import socket
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from cli.serve.media import Content, Media, MissingError
from curate.ground.errors import BurnishError, UsageError
from curate.ground.json import Decoder, encode
from curate.review.session import Draft, Session

if TYPE_CHECKING:
    from socketserver import BaseServer

HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_DIGESTS = re.compile(r"[0-9a-f]{64}(,[0-9a-f]{64}){0,47}")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_MOST_BODY_BYTES = 1 << 18
_PART_BYTES = 1 << 20
_PRIVATE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every reply: other sites neither embed nor read it, and no cache keeps it."""
_IDLE_S = 120
_COOKIE_S = 48 * 3600


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """What a page sends: answers that it has, and how many of all it knows already."""

    since: int = 0
    answers: list[Draft] = []


class RefusedError(Exception):
    """A request that is not answered, with the status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Reply(NamedTuple):
    """What is sent back: a body, or a file in parts."""

    media_type: str
    body: bytes | Content
    headers: Mapping[str, str] = {}
    status: int = 200


class ReviewServer(ThreadingHTTPServer):
    """Serves one review.

    Attributes:
        link: What the person opens; it is good for one browser.

    Args:
        session: Takes the answers.
        media: Has the files.
        page: Makes the page as it is now.
        script_digest: SHA-256 of its only script, in base64.
        key: What the page has to send with answers; it is in the page.
    """

    daemon_threads = True
    request_queue_size = 64
    allow_reuse_address = False

    def __init__(self, session: Session, media: Media, page: Callable[[], bytes], script_digest: str, key: str) -> None:
        self.session, self.media, self.page, self.key = session, media, page, key
        self.policy = POLICY.format(script=script_digest)
        self.token: str | None = secrets.token_urlsafe(32)
        self.visitor = secrets.token_urlsafe(32)
        # Cookies know no ports: another server on this machine must neither get ours by its name nor overwrite it.
        self.cookie = f"burnish-{secrets.token_hex(8)}"
        super().__init__((HOST, 0), _Handler)
        self.authority = f"{HOST}:{self.server_address[1]}"
        self.link = f"http://{self.authority}/?token={self.token}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a browser went away in the middle: it does so at every tab that is closed."""


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "burnish", ""
    timeout = _IDLE_S

    def __init__(self, request: socket.socket, client_address: Any, server: "BaseServer") -> None:
        # A receipt of some bytes must not wait for the one before to be acknowledged: 40 ms for each answer.
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(request, client_address, server)

    def do_GET(self) -> None:
        self._reply(self._get)

    def do_POST(self) -> None:
        self._reply(self._post)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """Keep the terminal for the person; what was asked for is nobody's business."""

    def _reply(self, answer: Callable[[], Reply]) -> None:
        try:
            self._check_site()
            reply = answer()
        except RefusedError as refused:
            self.close_connection = True
            reply = Reply("text/plain; charset=utf-8", f"{refused}\n".encode(), status=refused.status)
        except MissingError as missing:
            reply = Reply("text/plain; charset=utf-8", f"{missing}\n".encode("utf-8", "replace"), status=404)
        self._send(reply)

    def _check_site(self) -> None:
        """Refuse what another site, or another name of this machine, made the browser ask."""
        if self.headers.get_all("Host") != [self.server.authority]:
            raise RefusedError(421, f"this is http://{self.server.authority} and nothing else")
        origins = self.headers.get_all("Origin") or []
        ours = f"http://{self.server.authority}"
        if any(origin != ours for origin in origins) or (self.command == "POST" and not origins):
            raise RefusedError(403, "another site asks; paste the link into the address bar")
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            raise RefusedError(403, "another site asks; paste the link into the address bar")

    def _get(self) -> Reply:
        # Compared as it was sent: what is never decoded cannot mean another thing after decoding.
        path, _, query = self.path.partition("?")
        if path == "/" and query:
            return self._admit(query)
        self._check_visitor()
        if path == "/" and not query:
            return Reply("text/html; charset=utf-8", self.server.page())
        name, _, hexes = path[1:].partition("/")
        if query or not _DIGESTS.fullmatch(hexes):
            raise RefusedError(404, "there is nothing here")
        digests = [f"sha256:{one}" for one in hexes.split(",")]
        if name == "media" and len(digests) == 1:
            content = self.server.media.content(digests[0])
            return Reply(content.media_type, content)
        if name == "drawings" and len(digests) <= 2:
            return Reply("application/json", self.server.media.drawings(digests))
        if name == "thumbnails":
            return Reply("application/json", self.server.media.thumbnails(digests))
        raise RefusedError(404, "there is nothing here")

    def _post(self) -> Reply:
        self._check_visitor()
        if self.path != "/answers":
            raise RefusedError(404, "there is nothing here")
        if not secrets.compare_digest(self.headers.get("X-Burnish-Key", "").encode(), self.server.key.encode()):
            raise RefusedError(403, "this page is of an earlier review; open the new link")
        if self.headers.get("Content-Type") != "application/json":
            raise RefusedError(415, "answers are JSON")
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal() or int(length) > _MOST_BODY_BYTES:
            raise RefusedError(413, "that is too much")
        try:
            batch = _batches.decode(self.rfile.read(int(length)))
            self.server.session.record(batch.answers)
        except (ValueError, UsageError) as error:
            raise RefusedError(400, str(error)) from None
        except (OSError, BurnishError) as error:
            raise RefusedError(507, f"the answer cannot be written: {getattr(error, 'strerror', error)}") from None
        return Reply("application/json", encode(self.server.session.since(batch.since)))

    def _admit(self, query: str) -> Reply:
        """Give the browser that has the link a cookie instead: links stay in histories and in terminals."""
        given = parse_qs(query).get("token", [""])[0]
        token = self.server.token
        if token is None or not secrets.compare_digest(given.encode(), token.encode()):
            # The same link again, in the browser that was let in, is no attack.
            self._check_visitor()
        self.server.token = None
        cookie = f"{self.server.cookie}={self.server.visitor}; Path=/; HttpOnly; SameSite=Strict; Max-Age={_COOKIE_S}"
        return Reply("text/plain", b"", {"Location": "/", "Set-Cookie": cookie}, status=303)

    def _check_visitor(self) -> None:
        given = f"; {self.headers.get('Cookie', '')};"
        wanted = f"; {self.server.cookie}={self.server.visitor};"
        if not _contains(given, wanted):
            raise RefusedError(403, "open the link that burnish review printed; it is good for one browser")

    def _send(self, reply: Reply) -> None:
        body, headers, status = reply.body, dict(reply.headers), reply.status
        start, stop = 0, len(body) if isinstance(body, bytes) else body.size
        if isinstance(body, Content):
            headers["Accept-Ranges"] = "bytes"
            if asked := _range_of(self.headers.get("Range"), body.size):
                status, (start, stop) = (416, (0, 0)) if asked == (0, 0) else (206, asked)
                headers["Content-Range"] = f"bytes {f'{start}-{stop - 1}' if stop else '*'}/{body.size}"
        self.send_response(status)
        headers |= {"Content-Type": reply.media_type, "Content-Length": str(stop - start)}
        headers |= _PRIVATE | {"Content-Security-Policy": self.server.policy}
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if isinstance(body, bytes):
            self.wfile.write(body)
        else:
            self._send_part(body, start, stop)

    def _send_part(self, body: Content, start: int, stop: int) -> None:
        """Send bytes of a file, a little at a time: a video need not fit into memory."""
        for at in range(start, stop, _PART_BYTES):
            part = body.part(at, min(at + _PART_BYTES, stop))
            self.wfile.write(part)
            if len(part) < min(_PART_BYTES, stop - at):
                # The file became shorter meanwhile: what was promised cannot be kept.
                self.close_connection = True
                return


_batches = Decoder(Batch)


def _contains(given: str, wanted: str) -> bool:
    """Return whether one of the cookies is the one; how long that takes tells nothing of it."""
    found = [secrets.compare_digest(f"; {one.strip()};".encode(), wanted.encode()) for one in given.split(";")]
    return any(found)


def _range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """Return which bytes a request wants, from and up to; None: all of them; (0, 0): none that there are."""
    found = _RANGE.fullmatch(header or "")
    if not found or found.groups() == ("", ""):
        return None  # several ranges, or another unit: the whole is always right
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else (0, 0)
    if int(first) >= size or (last and int(last) < int(first)):
        return 0, 0
    return int(first), min(int(last) + 1, size) if last else size
