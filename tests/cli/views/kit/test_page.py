"""Pages: every value escaped, nothing loaded, nothing run; and as a browser sees them."""

import base64
import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from cli.views.kit import drawing
from cli.views.kit import page as pages
from curate.describe.thumbnails import Preview
from tests.cli.browser import LOADED, Browser
from tests.conftest import Burnish
from tests.machine import PATIENCE_S

EVIL = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed to look at the page with")


@pytest.fixture
def page(tmp_path: Path, burnish: Burnish, picture: Callable[..., Path], recording: Callable[..., Path]) -> Path:
    """Make the page of a set with pictures, recordings, a file that is gone, and names that attack it."""
    Image.new("RGB", (60, 40), "black").save(tmp_path / "dark.png")
    Image.new("RGB", (60, 40), "white").save(tmp_path / "bright.png")
    evil = "onerror=1 '\">&lt;.png"
    picture(tmp_path / "set" / evil, seed=1)
    recording(tmp_path / "short.wav", 0.3)
    sound, rate = soundfile.read(recording(tmp_path / "long.wav", 2.0, seed=4))
    soundfile.write(tmp_path / "long.wav", sound * np.linspace(0.05, 0.2, len(sound)), rate)
    burnish("scan", ".", "--label", "none", "-o", "set.jsonl", "--quiet")
    samples = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    for sample in samples:
        sample |= {"label": EVIL if sample["kind"] == "image" else "plain", "split": EVIL}
    samples.append({"path": "gone.jpg", "kind": "image", "bytes": 10**9, "label": "plain", "split": "\udcff"})
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    burnish("stats", "set.jsonl", "--by", "label", "--html", "page.html")
    return tmp_path / "page.html"


def in_browser(page: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        BROWSER or "", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={page.parent / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=4000",
        *arguments, "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)


def without_policy(text: str) -> str:
    """Return a page that lets a test's own script run in it."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)


def seen_in(page: Path, width: int, probe: str) -> Any:
    """Return what a copy of a page without its policy finds out about itself, once all that it shows is loaded.

    In a browser that is driven, as virtual time runs ahead of what decodes media.
    """
    copy = page.with_name(f"copy-{width}.html")
    copy.write_text(without_policy(page.read_text()))
    with Browser(copy, width) as seen:
        seen.wait(LOADED)
        return seen.ask(probe)


def test_a_page_holds_all_that_it_shows_and_escapes_every_value(page: Path) -> None:
    text = page.read_text()
    assert text.count("<script") == 1
    assert html.escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text
    markup = re.sub(r"<script>.*?</script>|&lt;.*?&gt;", "", text, flags=re.DOTALL)
    addresses = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"'\s>)]*)", markup)
    assert addresses
    assert all(address.startswith(("data:", "#main", "./")) for address in addresses), addresses
    loaded = re.findall(r"<(?:img|audio|link|script|iframe)[^>]*?(?:src|href)=\"([^\"]*)", text)
    assert all(address.startswith("data:") for address in loaded), loaded
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:" in text
    assert '<meta name="viewport"' in text
    assert "\\udcff" in text


def test_a_page_shows_the_extremes_and_why_it_cannot(page: Path) -> None:
    text = page.read_text()
    for name in ("darkest", "brightest", "blurriest", "shortest", "longest", "quietest", "loudest", "largest file"):
        assert f"<b>{name}</b>" in text
    gone = text[text.index("<b>largest file</b>") :]
    assert gone.index("gone.jpg") < gone.index("No such file or directory") < gone.index("</figure>")
    pictures = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)"', text)
    assert len(pictures) > 4
    assert all(base64.b64decode(found).startswith(b"\xff\xd8") for found in pictures)
    drawings = re.findall(r"<svg[^>]*>(<title>)?", text)
    assert len(drawings) > 20
    assert set(drawings) == {"<title>"}
    assert text.count("<svg") == text.count('role="img"')


def test_files_are_looked_for_under_root(page: Path, burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for name in ("dark.png", "bright.png"):
        (tmp_path / name).rename(tmp_path / "elsewhere" / name)
    burnish("stats", "set.jsonl", "--html", "b.html", "--root", "elsewhere")
    text = (tmp_path / "b.html").read_text()
    darkest = text[text.index("<b>darkest</b>") :]
    assert 'class="problem"' not in darkest[: darkest.index("</figure>")]
    assert re.search(r'<img [^>]*alt="darkest: [^"]*dark.png"', text)


def test_the_same_input_gives_the_same_page(
    page: Path, burnish: Burnish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    burnish("stats", "set.jsonl", "--by", "label", "--html", "page.html")
    assert "02 January 1970, 00:00 UTC" in page.read_text()
    burnish("stats", "set.jsonl", "--by", "label", "--html", "again.html")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_json_and_page_together(page: Path, burnish: Burnish) -> None:
    page.unlink()
    result = burnish("stats", "set.jsonl", "--json", "--html", "page.html")
    assert json.loads(result.stdout)["samples"] == 6
    assert result.stderr == "wrote page.html\n"
    assert page.exists()


def test_the_page_of_balance(burnish: Burnish, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"path": "a", "label": label}) + "\n" for label in ("cat", "cat", EVIL))
    assert burnish("balance", "--html", "b.html", stdin=lines).stdout == ""
    text = (tmp_path / "b.html").read_text()
    assert text.count("<script") == 1
    assert "66.7 %" in text
    assert "Imbalance ratio 2.00 (largest / smallest class)" in text
    assert re.findall(r'<rect width="([\d.]+)"', text) == ["100.00", "50.00"]
    burnish("balance", "--html", "empty.html", stdin="")


def test_a_gate_that_fails_leaves_the_page(burnish: Burnish, tmp_path: Path) -> None:
    burnish("balance", "--min-count", 3, "--html", "b.html", stdin='{"path": "a", "label": "x"}', code=1)
    assert (tmp_path / "b.html").exists()


@needs_browser
def test_a_browser_finds_nothing_to_complain_of_and_asks_for_nothing(page: Path) -> None:
    log = page.parent / "net.json"
    result = in_browser(page, f"--log-net-log={log}")
    assert "<title>Input metrics: set.jsonl</title>" in result.stdout, "no name on the page ran"
    assert "CONSOLE" not in result.stderr
    asked = set(re.findall(r'"url":"(?:https?|wss?|ftp)://[^"]*', log.read_text()))
    assert not {url for url in asked if "google" not in url and "gstatic" not in url}, asked


@needs_browser
def test_a_browser_shows_every_picture_and_plays_every_sound(page: Path) -> None:
    """In a copy without the policy, which would keep names from running."""
    probe = """(() => { const all = (name) => [...document.querySelectorAll(name)];
        return [document.title, all('img').map(i => i.naturalWidth), all('audio').map(a => a.duration),
        document.documentElement.scrollWidth <= innerWidth]; })()"""
    title, widths, durations, fits = seen_in(page, 500, probe)
    assert title == "Input metrics: set.jsonl", "even without the policy, no name on the page runs"
    assert len(widths) > 4
    assert min(widths) > 10
    assert len(durations) > 4
    assert min(durations) == pytest.approx(0.3, abs=0.01)
    assert max(durations) == pytest.approx(2.0, abs=0.01)
    assert fits, "nothing but tables scrolls sideways"


def test_drawings_escape_and_measure() -> None:
    drawn = str(drawing.histogram([0, 5, 10], "<b>", ["a", '"', "&"]))
    assert 'aria-label="&lt;b&gt;"><title>&lt;b&gt;</title>' in drawn
    assert re.findall(r'height="([\d.]+)"', drawn) == ["0.0", "28.0", "56.0"]
    assert "<title>&#34;</title>" in drawn
    box = str(drawing.box([0, 2.5, 5, 7.5, 10], (0, 10), "t", logarithmic=False))
    assert '<rect x="60.0" y="3" width="120.0"' in box
    assert str(drawing.waveform([0.0, 1.0], "t")).count(",") == 4
    assert str(drawing.histogram([], "t", [])).startswith("<svg")


@pytest.mark.parametrize(
    ("peak", "said"), [(0.02, "drawn 50 times as high"), (1e-4, "drawn 100 times as high"), (0.5, ""), (0.0, "")]
)
def test_a_faint_sound_is_drawn_higher_and_that_is_said(peak: float, said: str) -> None:
    preview = Preview("audio/wav", b"RIFF", waveform=(peak / 2, peak))
    shown = pages.media("a.wav", preview)
    assert shown["note"] == said
    top = min(
        float(point.split(",")[1]) for point in re.findall(r'points="([^"]+)"', str(shown["waveform"]))[0].split()
    )
    enlarged = 1 if not said else min(100, 1 / peak)
    assert top == pytest.approx(20 - max(0.75, 19 * peak * enlarged), abs=0.06)


@pytest.mark.parametrize(
    ("value", "low", "high", "logarithmic", "expected"),
    [
        (5, 0, 10, False, 0.5),
        (10, 1, 100, True, 0.5),
        (5, 0, 10, True, 0.5),
        (3, 3, 3, False, 0.5),
        (9, 1, 2, False, 1),
    ],
)
def test_places_on_an_axis(value: float, low: float, high: float, logarithmic: bool, expected: float) -> None:
    assert drawing.place(value, low, high, logarithmic=logarithmic) == pytest.approx(expected)


def test_text_is_readable_in_light_dark_and_print() -> None:
    """WCAG AA: 4.5 to 1 between each colour of text and each ground; 3 to 1 for drawings and outlines."""
    style = pages.source("kit/style.j2")
    schemes = [
        dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(schemes) == 3
    for colours in schemes:
        for ground in ("paper", "card"):
            for text in ("ink", "soft", "mark", "wrong"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground, colours)
            assert contrast(colours["fill"], colours[ground]) >= 3, (ground, colours)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
