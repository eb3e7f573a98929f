"""`burnish report`: the page of a work folder and of runs, as a file and as a browser sees it."""

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from cli.views.kit import page as pages
from cli.views.report import thumbnails
from tests.cli.views.kit.test_page import EVIL, contrast, in_browser, needs_browser, seen_in
from tests.conftest import Burnish, burnish_in
from tests.soak import some

PIPELINE = """\
kind: pipeline
steps:
  - scan: {paths: [speech], pattern: "{label}_{speaker}_{take}"}
  - clean: {rejects: work/broken.jsonl}
  - dedup: {rejects: work/copies.jsonl}
  - split: {ratio: "train=0.6,test=0.4"}
  - {id: before, train: {run: work/before, model: knn}}
  - weak: {run: before, human: "0.99"}
  - augment: {recipe: louder.yaml, into: work/new}
  - {id: after, train: {run: work/after, model: knn}}
  - report: {of: [before, after]}
"""
LOUDER = """\
kind: augment
targets:
  loud:
    audio:
      - gain: {gain_db: [3, 6]}
"""
WORN = """\
kind: augment
targets:
  "worn=<img src=x onerror=document.title='owned'>":
    image:
      - jpeg: {quality: [10, 20]}
      - Rotate: {limit: [5, 10], p: 1}
"""


def program(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return burnish_in(folder)(*arguments)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a pipeline on recordings of two tones, of which one is empty and one is there twice."""
    folder = tmp_path_factory.mktemp("speech")
    (folder / "speech").mkdir()
    generator = np.random.default_rng(0)
    for number in range(40):
        pitch = 300 if number % 2 else 900
        sound = 0.05 * np.sin(np.arange(4000) * 2 * np.pi * pitch / 8000) + 0.1 * generator.standard_normal(4000)
        soundfile.write(folder / "speech" / f"{pitch}_s{number % 4}_{number}.wav", sound, 8000)
    shutil.copy(folder / "speech" / "300_s1_1.wav", folder / "speech" / "300_s1_99.wav")
    (folder / "speech" / "900_s0_98.wav").touch()
    (folder / "loop.yaml").write_text(PIPELINE)
    (folder / "louder.yaml").write_text(LOUDER)
    program(folder, "run", "loop.yaml", "--quiet")
    program(folder, "report", "work")
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a folder with the ordinary commands, one by one; names of files, labels and tags attack the page."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "set").mkdir()
    for number in range(24):
        noise = np.random.default_rng(number).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        name = f"{number} onerror=1 '\">&lt;.png"
        Image.fromarray(noise).resize((400, 300), Image.Resampling.BICUBIC).save(folder / "set" / name)
    (folder / "set" / "cut <b>.png").write_bytes((folder / "set" / name).read_bytes()[:900])
    (folder / "worn.yaml").write_text(WORN)
    (folder / "w").mkdir()
    program(folder, "scan", "set", "--label", "none", "-o", "w/scanned.jsonl")
    lines = (folder / "w" / "scanned.jsonl").read_text().splitlines()
    samples = [json.loads(line) | {"tags": [f"a={EVIL}"]} for line in lines]
    samples = [sample | {"label": EVIL if number % 3 else "plain"} for number, sample in enumerate(samples)]
    (folder / "w" / "scanned.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    program(folder, "clean", "w/scanned.jsonl", "--rejects", "w/broken.jsonl", "-o", "w/clean.jsonl")
    program(folder, "split", "w/clean.jsonl", "--ratio", "train=0.5,test=0.5", "-o", "w/set.jsonl")
    program(folder, "train", "w/set.jsonl", "--run", "w/before", "--model", "knn")
    program(folder, "augment", "worn.yaml", "w/set.jsonl", "--into", "w/new", "-o", "w/set2.jsonl")
    program(folder, "train", "w/set2.jsonl", "--run", "w/after", "--model", "knn")
    program(folder, "report", "w")
    return folder


def part(text: str, kind: str, subject: int = 1) -> str:
    found = re.search(rf'<section class="part" aria-labelledby="s{subject}-{kind}">.*?</section>', text, re.DOTALL)
    assert found is not None, kind
    return re.sub(r"<td[^>]*>", "<td>", found[0])


class Attributes(HTMLParser):
    """Collects what a page would load, and what it would run."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "poster", "data"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text()


def test_the_top_says_what_was_found_what_changed_and_the_verdict(speech: Path) -> None:
    text = read(speech, "work/report.html")
    assert "<title>Report: loop in work</title>" in text
    top = words(text[: text.index("<main")])
    assert "42 samples at first, 40 now. Something was found on " in top
    assert "2 were dropped for it (duplicate 1, empty 1)" in top
    assert "With 24 generated ones: the largest is 1.00 times the smallest, effective classes 2.0." in top
    assert "24 samples were generated for one target of the recipe louder." in top
    assert re.search(r"(Cannot tell|The run after is (better|worse)) over all \([+-]\d+\.\d points, 95 % interval", top)
    links = re.findall(r'href="#([\w-]+)"', text)
    kinds = ["health", "balance", "weak", "samples", "comparison", "runs", "provenance"]
    assert [link for link in links if link.startswith("s1-")][-7:] == [f"s1-{kind}" for kind in kinds]
    assert all(f'id="{link}"' in text for link in links)
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_health_has_counts_steps_and_players(speech: Path) -> None:
    health = part(read(speech, "work/report.html"), "health")
    assert re.search(r">duplicate<.*?<td>warning</td><td>1</td><td>none</td>", health)
    assert re.search(r">empty<.*?<td>error</td><td>1</td><td>none</td>", health)
    assert "clean 42 41 −1 dedup 41 40 −1 split 40 40 augment 40 64 +24" in words(health)
    assert "the file has no bytes speech/900_s0_98.wav" in words(health)
    assert health.count("<audio") == health.count('<svg class="waveform"') >= 1


def test_balance_before_and_after(speech: Path) -> None:
    balance = part(read(speech, "work/report.html"), "balance")
    assert re.findall(
        r'<th scope="row">(\d+)</th><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>', balance
    ) == [
        ("300", "21", "12", "12", "24"),
        ("900", "21", "12", "12", "24"),
    ]
    assert re.findall(r'<rect width="([\d.]+)"', balance) == ["100.00", "50.00"] * 2


def test_weak_tags_are_those_of_the_step(speech: Path) -> None:
    weak = part(read(speech, "work/report.html"), "weak")
    assert '<svg class="chart"' in weak
    assert "human" in words(weak)
    assert "99.0" in words(weak), "the human level that the step was given"


def test_pairs_stand_beside_their_sources_with_what_was_drawn(speech: Path) -> None:
    samples = part(read(speech, "work/report.html"), "samples")
    assert samples.count('class="card preview"') == 2
    assert samples.count("<audio") == samples.count('class="spectrogram"') == 4
    assert len(re.findall(r"1\. |<code>gain</code>", samples)) == 2
    assert re.search(r"peak, dBFS -\d+\.\d -?\d+\.\d", words(samples))
    program(speech, "report", "work", "--pairs", "1", "-o", "one.html")
    assert part(read(speech, "one.html"), "samples").count('class="card preview"') == 1


def test_comparison_and_runs(speech: Path) -> None:
    text = read(speech, "work/report.html")
    comparison = part(text, "comparison")
    assert comparison.count('<svg class="forest"') == comparison.count("<tr") - 3 >= 1 + 2 + 4
    runs = part(text, "runs")
    names = re.findall(r'<th scope="row">(before|after)</th><td>(\d+)</td>', runs)
    assert names == [("before", "16"), ("after", "16")]
    assert '<svg class="matrix"' in runs
    predictions = map(json.loads, read(speech, "work/after/predictions.jsonl").splitlines())
    wrong = sum(found["label"] != found["prediction"] for found in predictions)
    assert runs.count(" taken for <b>") == min(wrong, 12)


def test_provenance_names_commands_digests_and_versions(speech: Path) -> None:
    provenance = html.unescape(part(read(speech, "work/report.html"), "provenance"))
    state = json.loads(read(speech, "work/state.json"))
    for name in state["steps"]:
        if name != "report":
            assert f'<th scope="row">{name}</th>' in provenance
    scanned = state["steps"]["scan"]["files"]["work/01-scan.jsonl"]["digest"]
    assert f"<code>{scanned}</code>" in provenance
    assert state["steps"]["augment"]["inputs"]["file louder.yaml"] in provenance
    run = json.loads(read(speech, "work/before/run.json"))
    assert run["manifest"]["digest"] in provenance
    assert "burnish scan --output=work/01-scan.jsonl '--pattern={label}_{speaker}_{take}' -- speech" in provenance
    assert words(provenance).count(f"numpy {run['versions']['numpy']}") == 1


def test_a_step_of_a_pipeline_makes_a_page_of_its_runs(speech: Path) -> None:
    text = read(speech, "work/09-report.html")
    assert "<title>Report: work: before and after</title>" in text
    assert 'id="s1-health"' not in text
    again = json.loads(program(speech, "run", "loop.yaml", "--json").stdout)
    assert {(step["status"], step["reason"]) for step in again["steps"]} == {("cached", "")}


def test_the_same_folder_gives_the_same_page(speech: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    program(speech, "report", "work")
    before = read(speech, "work/report.html")
    assert program(speech, "report", "work", "-o", "work/again.html").stderr == "wrote work/again.html\n"
    assert read(speech, "work/again.html") == before


def test_files_that_are_gone_are_said_to_be(pictures: Path, tmp_path: Path) -> None:
    shutil.copytree(pictures / "w", tmp_path / "w")
    program(tmp_path, "report", "w", "-o", "gone.html")
    text = read(tmp_path, "gone.html")
    assert "<img" not in part(text, "health") + part(text, "runs")
    assert words(part(text, "health")).count("the file is gone") >= 1
    assert words(part(text, "runs")).count("the file is gone") >= 1
    assert "its source is gone" in words(part(text, "samples"))
    program(tmp_path, "report", "w", "-o", "found.html", "--root", str(pictures))
    assert "is gone" not in words(read(tmp_path, "found.html"))


def test_a_page_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch, speech: Path) -> None:
    monkeypatch.chdir(speech)
    shown = thumbnails.Album(pages.Links("", None), room=10_000).show(
        (f"speech/300_s{number % 4}_{number}.wav", "audio") for number in (1, 3)
    )
    assert [bool(one["audio"]) for one in shown.values()] == [True, False]
    assert [one["note"] for one in shown.values()] == ["", "left out, so that the page stays small"]


def test_every_value_is_escaped_and_nothing_is_loaded(pictures: Path) -> None:
    text = read(pictures, "w/report.html")
    assert text.count("<script") == 1
    assert "<img src=x" not in text
    assert "cut <b>" not in text
    assert html.escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text
    found = Attributes()
    found.feed(text)
    assert len(found.addresses) > 20
    assert all(address.startswith(("data:", "#s1-", "#main", "./")) for address in found.addresses), found.addresses
    assert not found.handlers
    assert "url(" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:" in text
    assert text.count("<svg") == text.count('role="img"')
    assert "1 was dropped for it (" in words(text)
    assert words(part(text, "samples")).count("before 400 x 300 px, reduced to 320 x 240") >= 2


def test_several_work_folders_have_parts_of_their_own(pictures: Path, speech: Path, tmp_path: Path) -> None:
    for name, folder in (("a", pictures / "w"), ("b", speech / "work")):
        shutil.copytree(folder, tmp_path / name)
    program(tmp_path, "report", "a", "b", "-o", "both.html")
    text = read(tmp_path, "both.html")
    assert re.findall(r'<h2 class="subject" id="s(\d)">(.*?)</h2>', text) == [("1", "a"), ("2", "loop in b")]
    assert re.findall(r'<h3 class="part" id="s(\d)-health">', text) == ["1", "2"]
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_one_run(pictures: Path) -> None:
    program(pictures, "report", "w/before", "-o", "one.html")
    text = read(pictures, "one.html")
    assert re.findall(r'<h2 class="part" id="s1-(\w+)"', text) == ["weak", "runs", "provenance"]
    assert re.search(r"[\d.]+ % of 12 samples are right; always guessing the largest class gives", words(text))


def test_runs_that_cannot_be_compared_say_why(burnish: Burnish, tmp_path: Path) -> None:
    manifest = {"a.jsonl": "a", "b.jsonl": "b"}
    for name, path in manifest.items():
        (tmp_path / name).write_text(json.dumps({"path": path, "label": "x", "kind": "image"}) + "\n")
        (tmp_path / f"{path}.csv").write_text(f"path,prediction\n{path},x\n")
        burnish("evaluate", name, "--predictions", f"{path}.csv", "--run", f"w/{path}")
    burnish("report", "w")
    text = words(read(tmp_path, "w/report.html"))
    assert "The first and the last run cannot be compared: " in text
    burnish("report", "w/a", "w/b", "-o", "apart.html")
    assert read(tmp_path, "apart.html").count('class="subject"') == 2


@pytest.mark.parametrize("samples", ["", '{"path": "a.jpg"}\n'], ids=["empty", "one"])
def test_a_manifest(burnish: Burnish, tmp_path: Path, samples: str) -> None:
    (tmp_path / "set.jsonl").write_text(samples)
    assert burnish("report", "set.jsonl", "-o", "page.html").stderr == "wrote page.html\n"
    text = read(tmp_path, "page.html")
    assert re.findall(r'<h2 class="part" id="s1-(\w+)"', text) == ["health", "provenance"]
    assert f"Nothing was found on {samples.count('path')} samples." in words(text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone"], "there is no gone; name a work folder, a run or a manifest"),
        (["set.jsonl"], "where to? name the page: -o report.html"),
        (["set.jsonl", "-o", "set.jsonl"], "-o set.jsonl: that is an input; name another file"),
        (["set.jsonl", "-o", "a.png"], "-o 'a.png': that is no name for a page; name one like report.html"),
        (["torn.jsonl", "-o", "a.html"], "torn.jsonl:2: not a sample: JSON is malformed: invalid character (byte 0)"),
    ],
    ids=["gone", "no-page", "manifest", "picture", "torn"],
)
def test_mistakes(burnish: Burnish, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "set.jsonl").write_text('{"path": "a.jpg"}\n')
    (tmp_path / "torn.jsonl").write_text('{"path": "a.jpg"}\n?\n')
    assert burnish("report", *arguments, code=2).stderr == f"burnish report: {message}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set.jsonl", "torn.jsonl"]


def test_nothing_is_named(burnish: Burnish) -> None:
    assert "Missing argument" in burnish("report", code=2).stderr


def test_names_that_are_not_utf8(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"path": "\\udcff.jpg", "label": "\\udcff", "findings": [')
    with (tmp_path / "set.jsonl").open("a") as file:
        file.write('{"check": "dark", "severity": "warning", "value": 0.1, "threshold": 0.2}]}\n')
    burnish("report", "set.jsonl", "-o", "page.html")
    assert "\\udcff.jpg" in read(tmp_path, "page.html")


@needs_browser
def test_a_browser_finds_nothing_to_complain_of_and_asks_for_nothing(pictures: Path) -> None:
    log = pictures / "net.json"
    result = in_browser(pictures / "w" / "report.html", f"--log-net-log={log}")
    assert "<title>Report: w</title>" in result.stdout, "no name on the page ran"
    assert "CONSOLE" not in result.stderr
    asked = set(re.findall(r'"url":"(?:https?|wss?|ftp)://[^"]*', log.read_text()))
    assert not {url for url in asked if "google" not in url and "gstatic" not in url}, asked


PROBE = """(() => { const all = (name) => [...document.querySelectorAll(name)];
    const reached = (element) => { element.focus(); return document.activeElement === element; };
    all('details').forEach((details) => details.open = true);
    return {
        title: document.title,
        widths: all('img').map((image) => image.naturalWidth),
        players: all('audio').map((player) => player.duration),
        fits: document.documentElement.scrollWidth <= innerWidth,
        reached: all('a, summary, .scroll, audio').map(reached),
        skip: reached(all('.skip')[0]) && all('.skip')[0].getBoundingClientRect().left >= 0,
        unnamed: all('a, summary, [role=region], audio, img, svg').filter((element) => !(element.textContent.trim()
            || element.getAttribute('aria-label') || element.getAttribute('alt'))).length,
        headings: all('h1, h2, h3, h4').map((heading) => +heading.tagName[1]),
    }; })()"""


@needs_browser
@pytest.mark.parametrize("width", some([400, 1200], 1))
def test_a_browser_shows_pictures_and_everything_can_be_reached(pictures: Path, width: int) -> None:
    seen = seen_in(pictures / "w" / "report.html", width, PROBE)
    assert seen["title"] == "Report: w", "even without the policy, no name on the page runs"
    assert len(seen["widths"]) > 6
    assert min(seen["widths"]) > 10
    assert seen["fits"], "nothing but tables scrolls sideways"
    assert len(seen["reached"]) > 10
    assert all(seen["reached"])
    assert seen["skip"]
    assert seen["unnamed"] == 0
    levels = seen["headings"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@needs_browser
def test_a_browser_plays_every_recording(speech: Path) -> None:
    seen = seen_in(speech / "work" / "report.html", 1200, PROBE)
    assert len(seen["players"]) >= 5
    assert all(duration == pytest.approx(0.5, abs=0.01) for duration in seen["players"])


def test_text_is_readable_on_its_ground() -> None:
    """WCAG AA: the colours of the style of the report are those that are tested for all pages, and no others."""
    style = pages.source("report/style.j2")
    assert not re.findall(r"#[0-9a-fA-F]{3,6}\b", style)
    assert set(re.findall(r"(?<![-\w])color: var\(--(\w+)\)", style)) <= {"ink", "soft", "mark", "wrong"}
    for faint in re.findall(r"([^{}]*)\{[^}]*opacity", style):
        assert "swatch" in faint or "svg" in faint, "no text is faint"
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
