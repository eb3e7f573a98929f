"""The page of a review in a browser: every key, every way of losing an answer, and that nothing leaves the page."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import soundfile
from PIL import Image

from curate.review.answers import Answer, read_answers, standing
from tests.cli.browser import Browser, needs_browser
from tests.conftest import ROOT
from tests.machine import PATIENCE_S

pytestmark = [needs_browser, pytest.mark.slow]

EVIL = "<img src=x onerror=\"document.title='owned'\">\u202e"
READY = "document.documentElement.classList.contains('live')"


def write_set(folder: Path, count: int, classes: Sequence[str] = ("cat", "dog"), **more: object) -> None:
    """Make pictures, each of its own colour, and their manifest."""
    lines = []
    for number in range(count):
        path = folder / f"{number:03}.png"
        Image.new("RGB", (24, 16), (number % 256, number // 256, 99)).save(path)
        data = path.read_bytes()
        sample = {"path": path.name, "kind": "image", "label": classes[number % len(classes)], "bytes": len(data)}
        sample |= {"digest": f"sha256:{sha256(data).hexdigest()}", "image": {"width": 24, "height": 16}, **more}
        lines.append(json.dumps(sample) + "\n")
    (folder / "set.jsonl").write_text("".join(lines))


class Served:
    """`burnish review --serve` in a process of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, str(ROOT / "burnish.py"), "review", "set.jsonl", "--serve", "--annotator", "ann"]
        self.process = subprocess.Popen(
            [*command, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        assert self.link.startswith("http://127.0.0.1:"), self.process.communicate()
        self._file = folder / "answers.jsonl"

    def answers(self) -> list[Answer]:
        return read_answers(str(self._file)).answers

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said


@contextmanager
def served(folder: Path, *words: str, width: int = 1200) -> Iterator[tuple[Served, Browser]]:
    server = Served(folder, *words)
    try:
        with Browser(server.link, width) as page:
            page.wait(READY)
            yield server, page
            assert page.console == []
    finally:
        if server.process.poll() is None:
            server.end()


def given(answers: Sequence[Answer]) -> list[str | None]:
    return [one.label for one in answers]


def kept(page: Browser, count: int) -> None:
    """Wait until so many answers stand in the page."""
    page.wait(f"answered === {count} && !busy")


def press_all(page: Browser, keys: Sequence[str]) -> None:
    for key in keys:
        page.press(key)


@pytest.mark.parametrize("count", [60, pytest.param(200, marks=pytest.mark.soak)])
def test_as_many_keys_are_as_many_answers_in_order(tmp_path: Path, count: int) -> None:
    write_set(tmp_path, count + 1)
    keys = ["12"[number * number % 7 % 2] for number in range(count)]
    with served(tmp_path) as (server, page):
        press_all(page, keys)
        kept(page, count)
        answers = server.answers()
        assert [one.path for one in answers] == [f"{number:03}.png" for number in range(count)]
        assert given(answers) == [{"1": "cat", "2": "dog"}[key] for key in keys]
        assert page.ask("current") == count
        code, said = server.end()
        assert code == 0
        assert f"{count} answered in answers.jsonl" in said


def test_a_class_that_is_named_like_a_key_has_it(tmp_path: Path) -> None:
    write_set(tmp_path, 6)
    named = [word for name in ("0", "2", "B") for word in ("--class", name)]
    with served(tmp_path, *named) as (server, page):
        press_all(page, "02b13")
        kept(page, 5)
        # The others have the keys that are left, in their order.
        assert given(server.answers()) == ["0", "2", "B", "cat", "dog"]


def test_after_a_kill_every_answer_that_was_shown_as_kept_is_there(tmp_path: Path) -> None:
    write_set(tmp_path, 40)
    with served(tmp_path) as (server, page):
        press_all(page, "1" * 17)
        kept(page, 17)
        server.end(signal.SIGKILL)
        page.press("2")
        page.wait("!document.getElementById('trouble').hidden")
        assert "Not kept yet" in page.ask("document.getElementById('trouble').textContent")
        assert page.ask("[current, answered]") == [17, 17], "it does not go on"
        page.console.clear()  # the browser's own words on a server that is gone
        assert given(server.answers()) == ["cat"] * 17
    with served(tmp_path) as (server, page):
        assert page.ask("[current, answered]") == [17, 17], "it goes on where it was left"
        page.press("2")
        kept(page, 18)
        assert given(server.answers()) == ["cat"] * 17 + ["dog"]


def test_two_tabs_lose_nothing_and_hear_of_each_other(tmp_path: Path) -> None:
    write_set(tmp_path, 30)
    with served(tmp_path) as (server, page):
        first = page._session
        press_all(page, "111")
        kept(page, 3)
        second = page.open(server.link.split("?", maxsplit=1)[0])
        page.wait(READY)
        assert page.ask("current") == 3
        press_all(page, "22")
        kept(page, 5)
        page.use(first)
        page.press("1")
        page.wait("answered >= 5 && !busy")
        press_all(page, "1")
        page.wait("answered >= 6 && !busy")
        page.use(second)
        page.ask("dispatchEvent(new Event('focus')); true")
        page.wait("taken === 7 && !busy")
        answers = server.answers()
        assert len(answers) == 7
        assert page.ask("answered") == len(standing(answers))
        page.press("u")
        page.wait("taken === 8 && !busy")
        assert server.answers()[-1].path == "004.png", "a tab takes back what it said itself"


def test_every_key(tmp_path: Path) -> None:
    write_set(tmp_path, 12, suggested="dog")
    with served(tmp_path) as (server, page):
        press_all(page, ["Enter", "x", "?", "2"])
        kept(page, 4)
        assert [(one.label, one.reject) for one in server.answers()] == [
            ("cat", False), (None, True), (None, False), ("dog", False),
        ]  # fmt: skip
        assert server.answers()[0].seen == {"label": "cat", "prediction": "dog"}
        press_all(page, ["ArrowLeft", "ArrowLeft"])
        page.wait("current === 2 && !busy")
        assert page.ask("answered") == 4, "arrows only move"
        press_all(page, ["u", "Backspace", "u", "u", "u"])
        page.wait("answered === 0 && !busy")
        assert (page.ask("current"), standing(server.answers())) == (0, [])
        page.press("n")
        page.type("a thumb 2 x u")
        page.press("Enter")
        page.wait("document.activeElement.id === 'item'")
        page.press("1")
        kept(page, 1)
        assert server.answers()[-1].note == "a thumb 2 x u"
        assert page.ask("document.getElementById('note').value") == "", "a note is of one sample"


def test_a_key_that_is_held_down_answers_once(tmp_path: Path) -> None:
    write_set(tmp_path, 9)
    with served(tmp_path) as (server, page):
        held = "new KeyboardEvent('keydown', {key: '1', repeat: %s, bubbles: true, cancelable: true})"
        for repeats in ("false", "true", "true", "true"):
            page.ask(f"document.getElementById('item').dispatchEvent({held % repeats}); true")
        kept(page, 1)
        assert len(server.answers()) == 1


def test_enter_on_a_button_is_the_button(tmp_path: Path) -> None:
    write_set(tmp_path, 5)
    with served(tmp_path) as (server, page):
        page.ask("document.querySelectorAll('#choices button')[1].focus(); true")
        page.press("Enter")
        kept(page, 1)
        assert given(server.answers()) == ["dog"]
        assert page.ask("document.activeElement.id") == "item", "or the next Enter would say it again"


def test_more_classes_than_keys_are_found_by_typing(tmp_path: Path) -> None:
    classes = [f"species {number}" for number in range(40)] + ["northern cardinal", "blue jay"]
    write_set(tmp_path, 42, classes)
    with served(tmp_path) as (server, page):
        page.press("c")
        page.type("ard")
        page.wait("found.length === 1")
        page.press("Enter")
        kept(page, 1)
        press_all(page, ["s", "ArrowDown", "Enter"])
        kept(page, 2)
        page.press("x")
        kept(page, 3)
        assert [(one.label, one.reject) for one in server.answers()] == [
            ("northern cardinal", False), ("species 1", False), (None, True),
        ]  # fmt: skip


def test_filters_and_sorting(tmp_path: Path) -> None:
    write_set(tmp_path, 10)
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    for number, line in enumerate(lines):
        line |= {"score": (number * 7 % 10) / 10, "tags": ["night"] if number < 3 else ["day"]}
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with served(tmp_path) as (_, page):
        paths = "order.map((number) => first(number).path.slice(0, 3)).join(' ')"
        assert page.ask(paths).startswith("000 003 006"), "the lowest score comes first"
        choose = "(($) => { $.value = '{1}'; $.dispatchEvent(new Event('{2}')); })(document.getElementById('{0}'))"
        choose = choose.replace("{ $", "{{ $").replace("; })", "; }})")
        page.ask(choose.format("tag", "=night", "change"))
        assert page.ask(paths) == "000 002 001"
        page.ask(choose.format("search", "dog", "input"))
        assert page.ask(paths) == "001"
        page.ask(choose.format("search", "", "input"))
        page.ask(choose.format("tag", "", "change"))
        page.ask(choose.format("sort", "path", "change"))
        assert page.ask(paths).startswith("000 001 002 003")
        page.press("Enter")
        kept(page, 1)
        page.ask(choose.format("state", "open", "change"))
        assert len(page.ask(paths).split()) == 9


def test_pairs_are_swapped_and_decided(tmp_path: Path) -> None:
    write_set(tmp_path, 8)
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    for number in (1, 3, 5, 7):
        lines[number]["duplicate_of"] = lines[number - 1]["path"]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with served(tmp_path, "--ask", "pair") as (server, page):
        assert page.ask("document.querySelectorAll('#media img.large').length") == 2
        press_all(page, ["s", "Enter", "Enter", "b", "x"])
        kept(page, 4)
        answers = server.answers()
        assert [(one.path, one.other and one.other.path, one.label, one.reject) for one in answers] == [
            ("000.png", "001.png", "second", False), ("002.png", "003.png", "first", False),
            ("004.png", "005.png", "both", False), ("006.png", "007.png", None, True),
        ]  # fmt: skip
        assert answers[0].seen["stays"] == "second"


def test_a_blind_page_knows_neither_label_nor_path(tmp_path: Path) -> None:
    write_set(tmp_path, 20, ["secretcat", "secretdog"], suggested="secretdog", tags=["hint"])
    lines = (tmp_path / "set.jsonl").read_text().splitlines(keepends=True)
    plain = [json.dumps({**json.loads(line), "suggested": None}) + "\n" for line in lines[10:]]
    (tmp_path / "set.jsonl").write_text("".join([*lines[:10], *plain]))
    with served(tmp_path, "--ask", "blind", "--top", "10") as (server, page):
        assert page.ask("items.length") == 11
        told = page.ask("JSON.stringify(items)")
        assert not re.search(r"secret|\.png|hint|wrong", told)
        assert "secret" not in page.ask("document.getElementById('list').textContent")
        press_all(page, "1" * 11)
        kept(page, 11)
        answers = server.answers()
        assert sorted(one.round for one in answers) == [0] * 10 + [1]
        assert {one.seen == {} and one.path.endswith(".png") for one in answers} == {True}
        assert "of 1 that were asked twice, 1 got the same label again" in server.end()[1]


def test_sounds_play_by_key_with_their_drawings(tmp_path: Path, recording: Any) -> None:
    lines = []
    for number in range(3):
        path = recording(tmp_path / f"{number}.wav", 1.0, seed=number)
        data = path.read_bytes()
        sample = {"path": path.name, "kind": "audio", "label": "tone", "bytes": len(data)}
        lines.append(json.dumps({**sample, "digest": f"sha256:{sha256(data).hexdigest()}"}) + "\n")
    (tmp_path / "set.jsonl").write_text("".join(lines))
    with served(tmp_path) as (server, page):
        assert page.ask("document.querySelectorAll('#media svg.waveform, #media img.spectrogram').length") == 2
        page.wait("players()[0].readyState >= 2")
        page.press(" ")
        page.wait("players()[0].currentTime > 0.05")
        page.press("Enter")
        kept(page, 1)
        assert page.ask("players()[0].currentTime") == 0, "the next one waits for its key"
        assert given(server.answers()) == ["tone"]


def test_what_is_gone_or_changed_can_only_be_rejected(tmp_path: Path) -> None:
    write_set(tmp_path, 3)
    (tmp_path / "000.png").unlink()
    Image.new("RGB", (24, 16), "white").save(tmp_path / "001.png")
    with served(tmp_path) as (server, page):
        assert "cannot be read" in page.ask("document.getElementById('media').textContent")
        page.press("1")
        page.wait("document.getElementById('live').textContent.includes('can only be rejected')")
        page.press("ArrowRight")
        page.wait("document.getElementById('media').textContent.includes('another one than when it was scanned')")
        page.press("x")
        kept(page, 1)
        assert [(one.path, one.reject) for one in server.answers()] == [("001.png", True)]
        page.console.clear()  # the browser complains of what is not found


@pytest.mark.parametrize(("width", "ask"), [(400, "label"), (1200, "pair"), (400, "pair")])
def test_names_attack_nothing_and_nothing_scrolls_sideways(tmp_path: Path, width: int, ask: str) -> None:
    write_set(tmp_path, 3, [EVIL, "cat"], tags=[EVIL], suggested=EVIL, duplicate_of="000.png", split=EVIL)
    with served(tmp_path, "--ask", ask, width=width) as (_, page):
        assert page.ask("document.title") != "owned"
        assert page.ask("document.documentElement.scrollWidth") <= width
        shown = page.ask("document.body.innerText")
        assert "onerror" in shown
        assert "⟨U+202E⟩" in shown
        assert "\u202e" not in shown
        outside = [url for url in page.requests if not re.match(r"(blob:)?http://127\.0\.0\.1:", url)]
        assert outside == []


def test_a_screen_reader_is_told_what_is_asked_and_where(tmp_path: Path) -> None:
    write_set(tmp_path, 4)
    with served(tmp_path) as (_, page):
        assert page.ask("document.getElementById('live').textContent") == "1 of 4. Is it cat? "
        assert page.ask("document.activeElement.id") == "item"
        press_all(page, ["Enter"])
        page.wait("document.getElementById('live').textContent === 'cat. 2 of 4. Is it dog? '")
        nameless = (
            "[...document.querySelectorAll('button, input, select, textarea, progress, [role=listbox], [role=option]')]"
        )
        nameless += (
            ".filter((one) => !one.hidden && !one.ariaLabel && !one.labels?.length && !one.textContent.trim()).length"
        )
        assert page.ask(nameless) == 0
        row = "document.getElementById(document.getElementById('list').getAttribute('aria-activedescendant'))"
        assert page.ask(f"[{row}.getAttribute('aria-posinset'), {row}.getAttribute('aria-setsize')]") == ["2", "4"]
        assert page.ask(f"{row}.ariaSelected") == "true"


def page_from_disk(folder: Path, *words: str) -> Path:
    command = [sys.executable, str(ROOT / "burnish.py"), "review", "set.jsonl", "--page", "review.html"]
    subprocess.run([*command, "--annotator", "ann", *words], cwd=folder, check=True, capture_output=True)
    return folder / "review.html"


def downloaded(page: Browser, folder: Path) -> list[Answer]:
    """Return what the page would save."""
    text = page.ask("log.map(lineOf).join('')")
    path = folder / "downloaded.jsonl"
    path.write_text(text)
    return read_answers(str(path)).answers


def test_a_page_from_a_disk_keeps_its_answers_for_all_of_its_tabs(tmp_path: Path) -> None:
    write_set(tmp_path, 12)
    file = page_from_disk(tmp_path)
    (tmp_path / "000.png").unlink()  # the page holds it
    with Browser(file) as page:
        page.wait(READY)
        assert page.ask("document.querySelector('#media img').naturalWidth") == 24
        press_all(page, ["1", "x", "?", "u", "2"])
        page.wait("log.length === 5 && !busy")
        page.open(file.as_uri())
        page.wait(READY)
        assert page.ask("[answered, current]") == [3, 3]
        page.press("Enter")
        kept(page, 4)
        answers = downloaded(page, tmp_path)
        assert [(one.path, one.label, one.reject, one.undo) for one in answers] == [
            ("000.png", "cat", False, False), ("001.png", None, True, False), ("002.png", None, False, False),
            ("002.png", None, False, True), ("002.png", "dog", False, False), ("003.png", "dog", False, False),
        ]  # fmt: skip
        assert answers[0].digest.startswith("sha256:")
        assert (page.console, [url for url in page.requests if not url.startswith(("data:", "file:"))]) == ([], [])
    os.rename(tmp_path / "downloaded.jsonl", tmp_path / "answers.jsonl")
    with Browser(page_from_disk(tmp_path, "-o", "answers.jsonl")) as page:
        page.wait(READY)
        assert page.ask("[answered, current]") == [4, 4], "a page that is made of a file of answers goes on from it"
        press_all(page, ["u", "1"])
        page.wait("log.length === 8 && !busy")
        assert standing(downloaded(page, tmp_path))[-1].label == "cat"


def test_files_that_do_not_fit_are_linked(tmp_path: Path) -> None:
    write_set(tmp_path, 4)
    soundfile.write(tmp_path / "odd name #1.wav", [0.1] * 4000, 8000)
    data = (tmp_path / "odd name #1.wav").read_bytes()
    sound = {"path": "odd name #1.wav", "kind": "audio", "label": "cat", "digest": f"sha256:{sha256(data).hexdigest()}"}
    with open(tmp_path / "set.jsonl", "a") as file:
        file.write(json.dumps(sound) + "\n")
    with Browser(page_from_disk(tmp_path, "--embed", "0")) as page:
        page.wait(READY)
        assert page.ask("document.querySelector('#media img').naturalWidth") == 24
        press_all(page, "1111")
        kept(page, 4)
        page.wait("players().length === 1 && players()[0].duration > 0.4")
        assert {url.split(":")[0] for url in page.requests} <= {"file", "data"}


def test_the_browser_is_started_again_where_it_crashed(tmp_path: Path) -> None:
    """What the store of a page was told, it has after a kill: looked at in the very same profile."""
    write_set(tmp_path, 6)
    file = page_from_disk(tmp_path)
    profile = tmp_path / "profile"
    with Browser(file, profile=profile) as page:
        page.wait(READY)
        press_all(page, "121")
        kept(page, 3)
        page.kill()
    with Browser(file, profile=profile) as page:
        page.wait(READY)
        assert page.ask("answered") == 3
        assert given(downloaded(page, tmp_path)) == ["cat", "dog", "cat"]
