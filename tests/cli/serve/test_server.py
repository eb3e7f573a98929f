"""The server: for one browser on this machine, and nothing leads from it to a file that it was not asked to show."""

import http.client
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from PIL import Image

from cli.serve.media import Media, Place
from cli.serve.preview_process import PreviewProcess
from cli.serve.server import ReviewServer, _range_of
from curate.review.answers import AnswerWriter, read_answers
from curate.review.items import Item, Side
from curate.review.session import Session
from tests.machine import PATIENCE_S

KEY = "the key"


class Running(NamedTuple):
    server: ReviewServer
    digests: dict[str, str]
    folder: Path
    answers: Path

    def ask(self, method: str, path: str, body: object = None, **headers: str | None) -> tuple[int, bytes, Any]:
        """Ask as the page would, except for the headers that are given; None leaves one out."""
        usual: dict[str, str | None] = {
            "Host": self.server.authority,
            "Cookie": f"{self.server.cookie}={self.server.visitor}",
        }
        if method == "POST":
            usual |= {"Origin": f"http://{self.server.authority}", "Content-Type": "application/json"}
            usual |= {"X-Burnish-Key": KEY}
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.server.authority, timeout=PATIENCE_S)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        for name, value in usual.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        reply = connection.getresponse()
        found = reply.status, reply.read(), reply.headers
        connection.close()
        return found

    def media(self, name: str) -> str:
        return f"/media/{self.digests[name].removeprefix('sha256:')}"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.png")
    Image.fromarray(np.zeros((5, 6), np.uint8)).save(tmp_path / "b.tif")
    tone = 0.5 * np.sin(np.arange(8000) / 9).astype(np.float32)
    soundfile.write(tmp_path / "c.flac", tone, 8000)
    soundfile.write(tmp_path / "d.wav", tone, 8000, subtype="ULAW")
    (tmp_path / "e.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    soundfile.write(tmp_path / "f.wav", tone, 8000)
    names = ("a.png", "b.tif", "c.flac", "d.wav", "e.jpg", "f.wav")
    digests = {name: f"sha256:{sha256((tmp_path / name).read_bytes()).hexdigest()}" for name in names}
    kinds = {name: "audio" if name[0] in "cdf" else "image" for name in names}
    items = [Item((Side(digest, name, kinds[name], "cat"),)) for name, digest in digests.items()]
    pixels = {"a.png": 1200, "e.jpg": 100}
    places = {
        digest: Place(str(tmp_path / name), kinds[name], pixels.get(name, 0), name == "f.wav")
        for name, digest in digests.items()
    }
    answers = tmp_path / "answers.jsonl"
    with PreviewProcess() as previews, AnswerWriter(str(answers)) as writer:
        session = Session(items, "label", "ann", ["cat", "dog"], writer.answers, writer)
        with ReviewServer(session, Media(places, previews), lambda: b"the page", "AAAA", KEY) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield Running(server, digests, tmp_path, answers)
            server.shutdown()
            thread.join()


def draft(number: int, label: str | None = "cat", second: int = 0, **more: object) -> dict[str, object]:
    at = datetime(2026, 11, 26, 10, 0, second, tzinfo=UTC).isoformat()
    return {"number": number, "label": label, "at": at, "seconds": 1, "seen": {}, **more}


def test_the_link_is_good_for_one_browser(running: Running) -> None:
    path = running.server.link.split(running.server.authority)[1]
    status, _, headers = running.ask("GET", path, Cookie=None)
    assert (status, headers["Location"]) == (303, "/")
    cookie = headers["Set-Cookie"]
    assert "HttpOnly; SameSite=Strict" in cookie
    assert running.ask("GET", "/", Cookie=cookie.split(";")[0])[:2] == (200, b"the page")
    assert running.ask("GET", path, Cookie=None)[0] == 403, "it was used"
    assert running.ask("GET", path)[0] == 303, "by whoever was let in, again"


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/?token=", "/?", "MEDIA"])
@pytest.mark.parametrize("cookie", [None, "", "burnish=x", "COOKIE=", "COOKIE=wrong"])
def test_without_the_token_nothing_is_shown(running: Running, path: str, cookie: str | None) -> None:
    cookie = cookie and cookie.replace("COOKIE", running.server.cookie)
    status, body, _ = running.ask("GET", path.replace("MEDIA", running.media("a.png")), Cookie=cookie)
    assert status == 403
    assert b"open the link" in body


@pytest.mark.parametrize("host", ["localhost:{port}", "evil.example:{port}", "evil.example", "127.0.0.1", "", None])
def test_a_wrong_host_is_refused(running: Running, host: str | None) -> None:
    host = host and host.format(port=running.server.server_address[1])
    for method, path in (("GET", "/"), ("GET", running.media("a.png")), ("POST", "/answers")):
        status, body, _ = running.ask(method, path, {"answers": [draft(0)]}, Host=host)
        assert status == 421
        assert b"the page" not in body
    assert not running.answers.read_bytes()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{authority}", "http://{authority}.evil.example"]
)
def test_a_wrong_origin_is_refused(running: Running, origin: str) -> None:
    origin = origin.format(authority=running.server.authority)
    for method, path in (("GET", "/"), ("GET", running.media("a.png")), ("POST", "/answers")):
        assert running.ask(method, path, {"answers": [draft(0)]}, Origin=origin)[0] == 403
    assert not running.answers.read_bytes()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": None}, 403),
        ({"Cookie": None}, 403),
        ({"X_Burnish_Key": None}, 403),
        ({"X_Burnish_Key": "another"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
def test_answers_are_taken_from_the_page_alone(running: Running, headers: dict[str, str | None], status: int) -> None:
    assert running.ask("POST", "/answers", {"answers": [draft(0)]}, **headers)[0] == status
    assert not running.answers.read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2fetc%2fpasswd", "/media/..%2f..%2fetc%2fpasswd", "/media/../../etc/passwd", "/etc/passwd",
        "//etc/passwd", "/media//etc/passwd", "/media/a.png", "/media/", "/media", "/%2e%2e/a.png", "/answers.jsonl",
        "/media/{other}", "/media/{own}/", "/media/{own}%00", "/media/{own}?x", "/media/{upper}", "/media/{own},{own}",
        "/thumbnails/../{own}", "/page", "http://{authority}/etc/passwd", "/drawings/{other}",
    ],
)  # fmt: skip
def test_paths_and_other_digests_lead_nowhere(running: Running, path: str) -> None:
    own = running.digests["a.png"].removeprefix("sha256:")
    secret = running.folder / "secret.png"
    Image.new("RGB", (4, 3)).save(secret)
    other = sha256(secret.read_bytes()).hexdigest()
    status, body, _ = running.ask(
        "GET", path.format(own=own, other=other, upper=own.upper(), authority=running.server.authority)
    )
    assert status == 404
    assert b"PNG" not in body
    assert str(running.folder).encode() not in body


def test_thumbnails_of_other_digests_are_left_out(running: Running) -> None:
    own = running.digests["a.png"].removeprefix("sha256:")
    status, body, _ = running.ask("GET", f"/thumbnails/{'0' * 64},{own}")
    found = json.loads(body)
    assert status == 200
    assert list(found) == [running.digests["a.png"]]
    assert found[running.digests["a.png"]].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_not_known(running: Running, method: str) -> None:
    assert running.ask(method, "/")[0] == 501


def test_every_reply_has_a_policy_and_is_not_stored(running: Running) -> None:
    for path in ("/", running.media("a.png"), "/nowhere", "/?token=wrong"):
        headers = running.ask("GET", path)[2]
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'sha256-AAAA'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in headers


def test_a_picture_that_browsers_know_comes_as_it_is(running: Running) -> None:
    status, body, headers = running.ask("GET", running.media("a.png"))
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body == (running.folder / "a.png").read_bytes()


@pytest.mark.parametrize(("name", "kind"), [("b.tif", "image/png"), ("d.wav", "audio/wav")])
def test_what_browsers_do_not_know_is_made_for_them(running: Running, name: str, kind: str) -> None:
    status, body, headers = running.ask("GET", running.media(name))
    assert (status, headers["Content-Type"], int(headers["Content-Length"])) == (200, kind, len(body))
    if kind == "audio/wav":
        (running.folder / "made.wav").write_bytes(body)
        assert soundfile.info(running.folder / "made.wav").subtype == "PCM_16"


def test_a_picture_that_cannot_be_decoded_is_said_to_be_one(running: Running) -> None:
    # What a browser shows itself is not decoded here; the thumbnail is.
    name = running.digests["e.jpg"].removeprefix("sha256:")
    found = json.loads(running.ask("GET", f"/thumbnails/{name}")[1])
    assert not found[running.digests["e.jpg"]].startswith("data:")


def test_sounds_are_drawn_at_one_scale(running: Running) -> None:
    names = ",".join(running.digests[name].removeprefix("sha256:") for name in ("c.flac", "d.wav"))
    one, other = json.loads(running.ask("GET", f"/drawings/{names}")[1])
    assert len(one["waveform"]) == len(other["waveform"]) == 300
    assert one["spectrogram"].startswith("data:image/png;base64,")
    assert (one["span"], one["top"]) == (1.0, 4000.0)


@pytest.mark.parametrize("name", ["c.flac", "f.wav"])
def test_a_sound_that_browsers_know_is_whole_also_after_it_was_drawn(running: Running, name: str) -> None:
    running.ask("GET", running.media(name).replace("media", "drawings"))
    assert running.ask("GET", running.media(name))[1] == (running.folder / name).read_bytes()


def test_a_file_that_was_changed_is_shown_under_no_name(running: Running) -> None:
    Image.new("RGB", (40, 30), "blue").save(running.folder / "a.png")
    status, body, _ = running.ask("GET", running.media("a.png"))
    assert (status, body) == (404, b"the file is another one than when it was scanned; scan it again\n")
    (running.folder / "a.png").unlink()
    assert running.ask("GET", running.media("a.png"))[1] == b"the file cannot be read: No such file or directory\n"


def test_parts_of_a_sound(running: Running) -> None:
    whole = (running.folder / "c.flac").read_bytes()
    for asked, status, start, stop in (
        ("bytes=0-", 206, 0, len(whole)), ("bytes=10-19", 206, 10, 20), ("bytes=-7", 206, len(whole) - 7, len(whole)),
        (f"bytes=5-{10**9}", 206, 5, len(whole)), ("bytes=1-2,5-6", 200, 0, len(whole)),
        ("rows=1-2", 200, 0, len(whole)),
    ):  # fmt: skip
        got, body, headers = running.ask("GET", running.media("c.flac"), Range=asked)
        assert (got, body) == (status, whole[start:stop]), asked
        if status == 206:
            assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
    got, body, headers = running.ask("GET", running.media("c.flac"), Range=f"bytes={len(whole)}-")
    assert (got, body, headers["Content-Range"]) == (416, b"", f"bytes */{len(whole)}")


@pytest.mark.parametrize(
    ("header", "part"),
    [(None, None), ("bytes=-", None), ("bytes=-0", (0, 0)), ("bytes=9-2", (0, 0)), ("bytes=0-0", (0, 1)), ("", None)],
)
def test_ranges(header: str | None, part: tuple[int, int] | None) -> None:
    assert _range_of(header, 10) == part


def test_an_answer_is_in_the_file_when_the_reply_comes(running: Running) -> None:
    status, body, _ = running.ask("POST", "/answers", {"since": 0, "answers": [draft(1, "dog")]})
    (kept,) = read_answers(str(running.answers)).answers
    assert (status, kept.path, kept.digest, kept.label) == (200, "b.tif", running.digests["b.tif"], "dog")
    assert [one["number"] for one in json.loads(body)] == [1]


def test_what_another_tab_answered_comes_with_the_reply(running: Running) -> None:
    running.ask("POST", "/answers", {"since": 0, "answers": [draft(0)]})
    body = running.ask("POST", "/answers", {"since": 0, "answers": [draft(2, None, 1, reject=True)]})[1]
    assert [one["number"] for one in json.loads(body)] == [0, 2]
    assert [one["number"] for one in json.loads(running.ask("POST", "/answers", {"since": 1})[1])] == [2]


def test_an_answer_that_is_sent_again_is_kept_once(running: Running) -> None:
    for _ in range(3):
        assert running.ask("POST", "/answers", {"answers": [draft(0)]})[0] == 200
    running.ask("POST", "/answers", {"answers": [draft(0, second=1)]})
    assert len(read_answers(str(running.answers)).answers) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"?", 400), (b"[]", 400), ({"answers": [draft(6)]}, 400), ({"answers": [draft(-1)]}, 400),
        ({"answers": [draft(0, "cow")]}, 400), ({"answers": [draft(0, "cat", reject=True)]}, 400),
        ({"answers": [draft(0, path="/etc/passwd")]}, 400), ({"answers": [draft(0, seconds=-1)]}, 400),
        ({"answers": [draft(0, note="x" * 5000)]}, 400), (b" " * (1 << 18) + b"{}", 413),
        ({"answers": [draft(0), draft(9)]}, 400),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_what_is_no_answer_is_refused_whole(running: Running, body: object, status: int) -> None:
    assert running.ask("POST", "/answers", body)[0] == status
    assert not running.answers.read_bytes()


def test_a_full_disk_is_told_and_the_answer_can_be_sent_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:9])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("curate.review.answers.write_all", full)
        status, body, _ = running.ask("POST", "/answers", {"answers": [draft(0)]})
    assert (status, body) == (507, b"the answer cannot be written: No space left on device\n")
    assert not running.answers.read_bytes()
    assert running.ask("POST", "/answers", {"answers": [draft(0)]})[0] == 200
    assert len(read_answers(str(running.answers)).answers) == 1


def test_it_listens_to_this_machine_only(running: Running) -> None:
    assert running.server.server_address[0] == "127.0.0.1"
    assert running.server.server_address[1] >= 1024
