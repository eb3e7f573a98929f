"""A browser that tests drive: Chromium through the DevTools protocol over a pipe, so that no further package is needed.

The protocol is https://chromedevtools.github.io/devtools-protocol/; with `--remote-debugging-pipe`, the browser reads
messages from descriptor 3 and writes them to 4, each ended by a zero byte.
"""

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from tests.machine import PATIENCE_S, processes, wait_until, words_of

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed to look at the page with")
AXE = Path(os.environ.get("AXE_CORE", ""))
"""The file `axe.min.js` of the npm package axe-core, which checks a page by WCAG's rules."""
needs_axe = pytest.mark.skipif(
    BROWSER is None or not AXE.is_file(), reason="no Chromium, or AXE_CORE does not name axe.min.js (npm: axe-core)"
)
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip

LOADED = (
    "[...document.images].every((image) => image.complete)"
    " && [...document.querySelectorAll('audio')].every((player) => player.duration)"
)
"""Of all that a page shows, it is known how large and how long it is."""


class _Chromium:
    """A running browser, and what goes to it and comes from it.

    Args:
        profile: The folder that it keeps what pages store in.
    """

    def __init__(self, profile: Path) -> None:
        their_end, self._out = os.pipe()
        self._answers, their_answers = os.pipe()
        words = [BROWSER or "", *_OPTIONS, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        # The browser knows its ends of the pipes by the numbers 3 and 4 only.
        shell = ["bash", "-c", f'exec "$@" 3<&{their_end} 4>&{their_answers}', "bash", *words]
        self.process = subprocess.Popen(
            shell, pass_fds=(their_end, their_answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(their_end)
        os.close(their_answers)
        self._number, self._rest = 0, b""

    def send(
        self, method: str, parameters: dict[str, Any], session: str, note: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any]:
        """Return the answer to a message; what else comes meanwhile goes to `note`."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])
            note(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._answers, 1 << 20)
            assert part, "the browser went away"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        os.close(self._out)
        os.close(self._answers)


@functools.cache
def _shared() -> _Chromium:
    """Return the one browser of this process: to start one for every page takes a second of processor time each."""
    profile = Path(tempfile.mkdtemp(prefix="burnish-browser-"))
    atexit.register(shutil.rmtree, profile, ignore_errors=True)
    browser = _Chromium(profile)
    atexit.register(browser.end)
    return browser


class Browser:
    """One page in a browser, in a context of its own that knows nothing of others; to be used with `with`.

    Args:
        page: The file, or an address.
        width: Of the window, px.
        dark: Whether the person prefers dark pages.
        profile: A folder that keeps what the page stores, for a browser of its own that may be killed.
    """

    def __init__(self, page: Path | str, width: int = 1200, *, dark: bool = False, profile: Path | None = None) -> None:
        self.console: list[str] = []
        self.requests: list[str] = []
        self._address = page if isinstance(page, str) else page.as_uri()
        self._profile = profile
        self._width, self._dark = width, dark
        self._session = ""
        self._context: dict[str, Any] = {}
        self._sessions: set[str] = set()

    def __enter__(self) -> Self:
        if self._profile:
            self._browser = _Chromium(self._profile)
        else:
            self._browser = _shared()
            self._context = self._send("Target.createBrowserContext")
        self.open(self._address)
        return self

    def open(self, address: str) -> str:
        """Open an address in a new tab, which everything is about from then on; return what `use` knows the tab by."""
        self._session = ""
        target = self._send("Target.createTarget", {"url": "about:blank", **self._context})["targetId"]
        self._session = self._send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._sessions.add(self._session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._send(f"{domain}.enable")
        metrics = {"width": self._width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._send("Emulation.setDeviceMetricsOverride", metrics)
        scheme = "dark" if self._dark else "light"
        self._send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self._send("Page.navigate", {"url": address})
        self.wait("document.readyState === 'complete'")
        return self._session

    def use(self, tab: str) -> None:
        """Turn to a tab that was opened before."""
        self._session = tab

    def kill(self) -> None:
        """End the browser, which has a profile of its own, as a crash would; its helpers, which write there, too."""
        assert self._profile
        self._browser.process.kill()
        profile = os.fsencode(self._profile)
        wait_until(lambda: not any(profile in word for process in processes() for word in words_of(process)))

    def __exit__(self, *_: object) -> None:
        self._session = ""
        if self._profile:
            self._browser.end()
        else:
            self._send("Target.disposeBrowserContext", self._context)

    def ask(self, expression: str) -> Any:
        """Return the value of an expression in the page; a promise is waited for."""
        answer = self._send("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE_S
        while not self.ask(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """Press and release a key, such as `Tab`, `Enter`, `Escape`, `ArrowRight` or `a`."""
        codes = {
            "Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowLeft": 37, "ArrowRight": 39, "ArrowDown": 40,
            "Backspace": 8,
        }  # fmt: skip
        code = codes.get(key) or ord(key.upper())
        named = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else None)
        self._send("Input.dispatchKeyEvent", {"type": "keyDown", **named, **({"text": text} if text else {})})
        self._send("Input.dispatchKeyEvent", {"type": "keyUp", **named})

    def type(self, text: str) -> None:
        """Write text where the focus is."""
        self._send("Input.insertText", {"text": text})

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the page: the rule, how grave it is, and the element."""
        self.ask(f"{AXE.read_text()}; true")
        # Without `preload`, which would ask for style sheets that a page of one file does not have.
        run = "axe.run({preload: false, resultTypes: ['violations']})"
        told = "`${rule.id} (${rule.impact}): ${node.html.slice(0, 200)}`"
        each = f"found.violations.flatMap((rule) => rule.nodes.map((node) => {told}))"
        return list(self.ask(f"{run}.then((found) => {each})"))

    def picture(self) -> bytes:
        """Return a PNG of the whole page."""
        wanted = {"format": "png", "captureBeyondViewport": True}
        return b64decode(self._send("Page.captureScreenshot", wanted)["data"])

    def _send(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._browser.send(method, parameters or {}, self._session, self._note)

    def _note(self, event: dict[str, Any]) -> None:
        """Keep what a page must not do: complain, or ask for something that it does not hold itself."""
        if event.get("sessionId") not in self._sessions:
            return  # the last words of a page before
        parameters = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.console.append(json.dumps(parameters["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.console.append(json.dumps(parameters["args"]))
            case "Log.entryAdded":
                self.console.append(str(parameters["entry"]["text"]))
            case "Network.requestWillBeSent":
                url = str(parameters["request"]["url"])
                if not url.startswith("data:") and url != self._address:
                    self.requests.append(url)
