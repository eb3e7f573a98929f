"""What every report promises, tested over all of them: as Markdown, as CSV, and as a page that a browser works with."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console

from baselines.data.predictions import Prediction
from baselines.runs.run_folder import write_predictions
from cli.app import load
from cli.catalog import COMMANDS
from curate.embeddings.store import About, make_embeddings, write_embeddings
from curate.records.sample import Sample
from curate.records.writer import encode
from tests import in_process
from tests.cli.browser import AXE, Browser, needs_axe, needs_browser
from tests.soak import SOAK, some

EVIL = "<script>document.title='owned'</script>|\n=1+1,\"\x1b[31m\u202eowned`*_"
"""Attacks pages, Markdown tables, spreadsheets, terminals, and the order of letters."""
_LEAST_TEXT = 12
"""Characters that a column of text has at least on a narrow terminal."""
RAW = "na\udcffme"
"""As a path that is not UTF-8 is read."""

REPORTS = {
    "agreement": ["labels.csv"],
    "audit": ["before"],
    "augment": ["images-standardize", "set.jsonl", "--dry-run"],
    "automate": ["before", "--max-risk", "0.5"],
    "balance": ["set.jsonl"],
    "clean": ["--list"],
    "compare": ["before", "after"],
    "coverage": ["seen.jsonl", "new.jsonl", "--embeddings", "many.npz"],
    "dedup": ["set.jsonl", "--report"],
    "drift": ["many", "set.jsonl", "--on", "facts,label,tags,features"],
    "evaluate": ["set.jsonl", "--predictions", "said.csv", "--run", "new"],
    "gate": ["shadow", "before", "after", "--margin", "0.99"],
    "issues": ["set.jsonl", "--model", "knn", "--folds", "2", "--plantings", "0", "--feature", "base", "--top", "3"],
    "overfit": ["set.jsonl", "--samples", "4"],
    "recipes": [],
    "release": ["second.jsonl", "--as", "v2"],
    "release check": [],
    "release diff": ["v1", "v2"],
    "release list": [],
    "runs": ["."],
    "slices": ["many", "--embeddings", "many.npz"],
    "stats": ["set.jsonl", "--by", "label"],
    "train": ["set.jsonl", "--model", "majority", "--run", "trained"],
    "transforms": ["mix_noise"],
    "validate": ["set.jsonl", "--schema", "schema.yaml"],
    "weak": ["before"],
}
PAGES = {
    name: words
    for name, words in REPORTS.items()
    if name in {"agreement", "audit", "automate", "balance", "compare", "coverage", "drift", "issues", "runs", "slices"}
}
PAGES |= {name: REPORTS[name] for name in ("gate", "stats", "validate", "weak")}
OTHER_PAGES = {"report": ["set.jsonl", "before", "after"], "preview": ["photos-wear", "set.jsonl", "-n", "2"]}
SPECIAL_PAGES = {
    "dashboard": ["drift", "many", "log.jsonl", "--every", "day", "--time", "time", "-o", "history.jsonl", "--html"],
    "findings": ["clean", "set.jsonl", "-o", "cleaned.jsonl", "--html"],
    "judged": ["preview", "photos-wear", "set.jsonl", "-n", "2", "--run", "learned", "-o"],
    "review": ["review", "set.jsonl", "--ask", "blind", "--top", "3", "--annotator", "ann", "--page"],
}
"""Pages that need more than a name; the file comes last."""
SEARCHES = {"tune"}
"""Trains dozens of models before it has a table; its formats are those of every report, its options are tested."""
NO_TABLES = {"predict", "run", "scrub", "select"}
"""Commands with --json and without --md: run writes its own table for pull requests, select says why it chose,
predict what it wrote."""


def program(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    ended, output, errors = in_process.call(words, b"", folder)
    assert ended == code, errors.decode()
    return subprocess.CompletedProcess(words, ended, output, errors)


def many_samples(made: Path) -> None:
    """Make a run of which one tag is nearly always wrong, two manifests of it, and vectors of files that are gone."""
    digests = [f"sha256:{number:064x}" for number in range(200)]
    hidden = [number % 8 == 0 for number in range(200)]
    predictions = [
        Prediction(
            f"{number % 12}.png" if number < 12 else f"gone{number}.png",
            EVIL,
            "plain" if (number % 16 < 15 if hidden[number] else number % 20 == 1) else EVIL,
            tags=(f"a={EVIL}",) if hidden[number] else (),
            digest=digests[number],
            kind="image",
        )
        for number in range(200)
    ]
    (made / "many").mkdir()
    write_predictions(str(made / "many" / "predictions.jsonl"), predictions)
    samples = [Sample(one.path, EVIL, one.tags, kind="image", digest=one.digest) for one in predictions]
    for name, part in (("seen", samples[:100]), ("new", samples[100:])):
        (made / f"{name}.jsonl").write_bytes(b"".join(encode(sample) + b"\n" for sample in part))
    vectors = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32)
    write_embeddings(str(made / "many.npz"), make_embeddings(digests, vectors, About("noise")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a set of pictures with two runs on it and labels of two annotators, with names that attack."""
    made = tmp_path_factory.mktemp("reports")
    for number in range(12):
        noise = np.random.default_rng(number).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((96, 64)).save(made / f"{number}.png")
    shutil.copy(made / "9.png", made / "copy.png")
    program(made, "scan", ".", "--label", "none", "-o", "set.jsonl", "-q")
    samples = [json.loads(line) for line in (made / "set.jsonl").read_text().splitlines()]
    for number, sample in enumerate(samples):
        label = EVIL if number % 2 else "plain"
        sample |= {"label": label, "split": "test" if number > 7 else "train", "tags": [f"a={EVIL}"]}
    (made / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    for run, right in (("before", 3), ("after", 9)):
        (made / run).mkdir()
        predictions = [
            Prediction(
                f"{number}.png",
                "plain" if number % 2 else EVIL,
                ("plain" if number % 2 else EVIL) if number < right else RAW,
                number / 20,
                (f"a={EVIL}", f"b={number % 3}"),
                kind="image",
            )
            for number in range(12)
        ]
        predictions.append(Prediction(RAW, "plain", "plain", 0.99, ("b=1",)))
        write_predictions(str(made / run / "predictions.jsonl"), predictions)
    with open(made / "labels.csv", "w", newline="") as file:
        rows = [(f"{number}.png", who, EVIL if number % 2 and who == "ann" else "plain")
                for number in range(12) for who in ("ann", EVIL)]  # fmt: skip
        csv.writer(file).writerows([("path", "annotator", "label"), *rows])
    many_samples(made)
    # Three days of forty each, the last of them other than the rest, and one more that ends it.
    log = [
        {
            "path": f"log{at}.png",
            "prediction": EVIL if at < 80 else "plain",
            "time": f"2026-01-0{1 + at // 40}T10:00:00Z",
        }
        for at in range(121)
    ]
    (made / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in log))
    (made / "schema.yaml").write_text(
        "kind: schema\nversion: 1\nlabel: {values: [plain], closed: true}\n"
        "tags: {closed: true, keys: {a: {values: [x]}}}\n"
        "image: {width: {range: [1, 2]}, noise_sd: {range: [0, 1], missing: 0.5}}\nsamples: 20\n"
    )
    with open(made / "said.csv", "w", newline="") as file:
        csv.writer(file).writerows([("path", "prediction"), *((f"./{number}.png", EVIL) for number in range(12))])
    program(made, "evaluate", *REPORTS["evaluate"], "-q")
    lines = (made / "set.jsonl").read_text().splitlines(keepends=True)
    (made / "first.jsonl").write_text("".join(lines[:9]))
    (made / "second.jsonl").write_text("".join(lines[1:]).replace('"train"', '"val"', 1))
    for name, release in (("first", "v1"), ("second", "v2")):
        program(made, "release", f"{name}.jsonl", "--as", release, "-q")
    return made


@pytest.fixture(scope="module")
def pages(folder: Path) -> Path:
    """Make all pages."""
    for name, words in PAGES.items():
        program(folder, *name.split(), *words, "--html", f"{name}.html")
    for name, words in OTHER_PAGES.items():
        program(folder, name, *words, "-o", f"{name}.html")
    program(folder, "train", "set.jsonl", "--model", "knn", "--feature", "base", "--run", "learned", "-q")
    for name, words in SPECIAL_PAGES.items():
        program(folder, *words, f"{name}.html")
    return folder


def test_every_report_has_all_formats() -> None:
    for name in COMMANDS:
        options = {parameter.name for parameter in load(name).params}
        if "json" in options and name not in NO_TABLES:
            assert {"md", "csv"} <= options, name
            assert name in REPORTS or name in SEARCHES, "it belongs into the table above"


@pytest.mark.parametrize("command", REPORTS)
def test_markdown_is_tables_that_nothing_breaks(folder: Path, command: str) -> None:
    text = program(folder, *command.split(), *REPORTS[command], "--md").stdout.decode()
    assert text.startswith("### ")
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]|(?<!\\\\)<script", text)
    lines = text.split("\n")
    heads = [at for at, line in enumerate(lines) if re.fullmatch(r"\|(-+:?\|)+|\|(?:-{2,3}:?\|)+", line)]
    assert heads or command == "overfit", "a handful that fits needs no table"
    for at in heads:
        columns = len(re.findall(r"(?<!\\)\|", lines[at]))
        for line in (lines[at - 1], *lines[at + 1 : at + 3]):
            assert not line or len(re.findall(r"(?<!\\)\|", line)) == columns, line


class Recorder:
    """Stands for the terminal: keeps what is printed on it, to draw it at any width."""

    def __init__(self) -> None:
        self.printed: list[object] = []

    def print(self, what: object, **_: object) -> None:
        self.printed.append(what)

    def drawn(self, columns: int) -> str:
        shown = io.StringIO()
        console = Console(width=columns, highlight=False, markup=False, emoji=False, file=shown)
        for what in self.printed:
            console.print(what)
        return shown.getvalue()


@pytest.mark.parametrize("command", sorted({*REPORTS} - {"dedup"}))
def test_every_report_fits_80_columns_and_breaks_no_word(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    monkeypatch.setattr("cli.io.reports.console", lambda: recorder)
    code, _, errors = in_process.call([*command.split(), *REPORTS[command]], b"", folder)
    assert code == 0, errors.decode()
    narrow, wide = recorder.drawn(80), recorder.drawn(2000)
    assert narrow.strip()
    assert max(map(cell_len, narrow.splitlines())) <= 80
    assert "…" not in narrow.replace("=…", ""), "nothing is cut off"
    kept = "\n".join(line for line in narrow.splitlines() if not line.startswith("left out on"))
    whole, long = set(re.findall("[A-Za-z]+", wide)), [word for word in wide.split() if len(word) > _LEAST_TEXT]
    broken = {
        word
        for word in set(re.findall("[A-Za-z]+", kept)) - whole
        # A name that is longer than its column has to be broken somewhere: a path, a digest.
        if not any(word in name for name in long)
    }
    # Sentences that are folded by the width may say it.
    assert broken <= {"columns", "csv", "has", "all"}


@pytest.mark.parametrize("command", REPORTS)
def test_csv_is_one_rectangle_of_raw_values(folder: Path, command: str) -> None:
    raw = program(folder, *command.split(), *REPORTS[command], "--csv").stdout
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8", "surrogateescape"), newline=""), strict=True))
    assert len(rows) > 1 or command == "overfit"
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0])
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in rows[0])
    assert raw.endswith(b"\r\n")
    assert b"%" not in raw or command in {"transforms", "clean", "recipes", "evaluate", "train"}, "shares are fractions"


@pytest.mark.parametrize("command", ["audit", "balance", "compare", "weak"])
def test_names_survive_in_csv(folder: Path, command: str) -> None:
    raw = program(folder, *command.split(), *REPORTS[command], "--csv").stdout
    cells = {
        cell for row in csv.reader(io.StringIO(raw.decode("utf-8", "surrogateescape"), newline="")) for cell in row
    }
    assert {EVIL, f"a={EVIL}"} & cells
    if command == "audit":
        assert os.fsencode(RAW) in raw, "byte for byte"


@pytest.mark.parametrize("command", sorted({*REPORTS} - {"clean"}))
def test_standard_output_takes_one_format(folder: Path, command: str) -> None:
    errors = program(folder, *command.split(), *REPORTS[command], "--md", "--csv", code=2).stderr.decode()
    assert errors == f"burnish {command}: --md, --csv: standard output takes one of them\n"


def test_a_page_and_a_table_together(folder: Path) -> None:
    result = program(folder, "balance", "set.jsonl", "--csv", "--html", "both.html")
    assert result.stdout.startswith(b"class,count,share,missing\r\n")
    assert result.stderr == b"wrote both.html\n"


@pytest.mark.parametrize("name", [*PAGES, *OTHER_PAGES])
def test_a_page_says_what_where_when_and_shows_what_hides(pages: Path, name: str) -> None:
    text = (pages / f"{name}.html").read_text()
    head = text[text.index("<header>") : text.index("<main")]
    assert re.search(r"<h1>[A-Z][\w ]+ <span class=\"of\">.+</span></h1>", head, re.DOTALL)
    assert re.search(rf"in {pages.name} · \d\d \w+ \d{{4}}, \d\d:\d\d UTC · .*burnish \d", head)
    assert text.count("<script") == 1
    assert "script-src 'sha256-" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
    if name not in {"runs", "preview"}:
        assert "␛[31m⟨U+202E⟩owned" in text


def test_the_commit_of_the_folder_is_named(folder: Path, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    program(tmp_path, "balance", str(folder / "set.jsonl"), "--html", "a.html")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"commit {commit.stdout[:12]} ·" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize("path", ["javascript:alert(1)", "a b#c?d.png", "na\udcffme", "../up.png"])
def test_links_lead_to_files_only(tmp_path: Path, path: str) -> None:
    from cli.views.kit.page import Links

    address = Links(str(tmp_path), str(tmp_path / "pages" / "a.html")).href(path)
    assert address.startswith("./../")
    assert not re.search(r"[#? ]", address)
    assert Links("", None).href("s3://bucket/a.png") == ""


@needs_browser
@pytest.mark.parametrize("name", [*PAGES, *OTHER_PAGES, *SPECIAL_PAGES])
def test_a_browser_and_axe_have_nothing_to_complain_of_and_nothing_to_ask_for(pages: Path, name: str) -> None:
    # Every page in the dark on a telephone, or in the light on a screen; a soak sees each in both.
    in_the_dark = [*PAGES, *OTHER_PAGES, *SPECIAL_PAGES].index(name) % 2 == 0
    for width, dark in ((400, True), (1200, False)):
        if not SOAK and dark != in_the_dark:
            continue
        with Browser(pages / f"{name}.html", width, dark=dark) as page:
            assert page.ask("document.documentElement.scrollWidth <= innerWidth"), f"{width} px scroll sideways"
            assert page.ask("document.documentElement.classList.contains('live')"), "its script runs"
            assert page.ask("document.title") != "owned"
            if AXE.is_file():
                page.ask("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
                page.wait("!document.querySelector('h2:empty')")
                assert page.violations() == [], f"{width} px"
            assert (page.console, page.requests) == ([], [])


@needs_axe
def test_axe_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>x</title><img src='data:,'><button></button>")
    with Browser(tmp_path / "page.html") as page:
        found = " ".join(page.violations())
    assert all(rule in found for rule in ("image-alt", "button-name", "html-has-lang"))


_REACHED = "document.activeElement.dataset.reached"
_MISSED = """[...document.querySelectorAll("a[href], button, input, select, summary, audio, [tabindex='0']")]
    .filter((part) => part.checkVisibility({visibilityProperty: true}) && !part.disabled && !part.dataset.reached)
    .map((part) => part.outerHTML.slice(0, 120))"""


@needs_browser
@pytest.mark.parametrize("name", some(["audit", "compare", "judged", "dashboard", "report"], 2))
def test_the_keyboard_reaches_everything(pages: Path, name: str) -> None:
    with Browser(pages / f"{name}.html") as page:
        for _ in range(400):
            page.press("Tab")
            if page.ask(f"document.activeElement === document.body || {_REACHED} === '1'"):
                break
            page.ask(f"{_REACHED} = '1'")
        assert page.ask("document.querySelectorAll('[data-reached]').length") > 3
        assert page.ask(_MISSED) == []


@needs_browser
def test_a_large_picture_has_its_facts(pages: Path) -> None:
    with Browser(pages / "audit.html") as page:
        page.ask("document.querySelector('figure img').click()")
        facts = page.ask("document.querySelector('dialog .facts').textContent")
        assert "taken for" in facts
        assert page.ask("document.querySelector('dialog .facts a').href").endswith(".png")


@needs_browser
def test_the_name_of_a_row_stays_in_sight(pages: Path) -> None:
    with Browser(pages / "drift.html", 400) as page:
        page.ask("window.region = document.querySelector('.scroll:has(table)'); region.scrollLeft = 900; true")
        assert page.ask("region.scrollLeft") > 100
        left = "region.querySelector('tbody th').getBoundingClientRect().left - region.getBoundingClientRect().left"
        assert 0 <= page.ask(left) < 3


@pytest.mark.parametrize(
    "name",
    [
        *(
            "agreement",
            "audit",
            "automate",
            "balance",
            "compare",
            "coverage",
            "gate",
            "issues",
            "runs",
            "slices",
            "stats",
        ),
        *("validate", "weak"),
    ],
)
def test_rows_of_every_report_lead_to_files(pages: Path, name: str) -> None:
    text = (pages / f"{name}.html").read_text()
    samples = re.findall(r'<details class="samples">.*?</details>', text, re.DOTALL)
    assert samples
    assert any('<a href="./' in one for one in samples)


def test_a_comparison_names_what_was_compared(folder: Path) -> None:
    for model in ("knn", "majority"):
        words = ["train", "set.jsonl", "--model", model, "--feature", "base", "--run", f"by-{model}", "-q"]
        program(folder, *words)
    program(folder, "compare", "by-knn", "by-majority", "--html", "named.html")
    text = (folder / "named.html").read_text()
    part = text[text.index("What was compared") : text.index("Over all")]
    rows = {
        cells[0]: cells[1:] for cells in re.findall(r'scope="row">([^<]+)</th>' + 3 * r"<td[^>]*>([^<]*)</td>", part)
    }
    assert rows["model"] == ("knn", "majority", "no")
    assert rows["training draw"][2] == rows["data"][2] == "yes"
    assert rows["training draw"][0].endswith("real samples")


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        ("cannot tell over all", "Cannot tell over all."),
        ("after is better", "after is better."),
        ("n = 68 samples", "n = 68 samples."),
        ("sure = the gap", "sure = the gap."),
        ("split=test 3", "split=test 3."),
        ("hold it still with train --like", "Hold it still with train --like"),
        ("not held still: the model", "Not held still: the model."),
        ("What is it?", "What is it?"),
    ],
)
def test_remarks_become_sentences_and_names_stay(remark: str, sentence: str) -> None:
    from cli.views.kit import words

    assert words.sentence(remark, ["after"]) == sentence


def test_columns_say_what_they_mean() -> None:
    from cli.io.table import Column
    from cli.views.kit.words import meanings

    assert meanings([Column("samples", "n", "count")]) == [], "alone it needs no word"
    found = dict(meanings([Column("samples", "n", "count"), Column("f1", "F1, %"), Column("label", "label")]))
    assert list(found) == ["n", "F1, %"]


@pytest.fixture
def audit(pages: Path) -> Iterator[Browser]:
    with Browser(pages / "audit.html") as page:
        page.ask(
            "window.table = [...document.querySelectorAll('.scroll')]"
            ".find((part) => part.ariaLabel === 'Tags, in percent').querySelector('table'); true"
        )
        yield page


NAMES = "[...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[{}].textContent.trim())"


@needs_browser
def test_a_table_sorts_by_mouse_and_by_key(audit: Browser) -> None:
    counts = audit.ask(NAMES.format(1))
    assert len(counts) == 4
    audit.ask("table.tHead.rows[0].cells[1].querySelector('button').click()")
    assert audit.ask("table.tHead.rows[0].cells[1].ariaSort") == "descending"
    assert audit.ask(NAMES.format(1)) == sorted(counts, key=int, reverse=True)
    audit.ask("table.tHead.rows[0].cells[1].querySelector('button').focus()")
    audit.press("Enter")
    assert audit.ask(NAMES.format(1)) == sorted(counts, key=int)
    audit.press(" ")
    assert audit.ask(NAMES.format(1)) == counts, "the page's own order"
    assert audit.ask("document.querySelector('[aria-sort]')") is None
    audit.press("Tab")
    assert audit.ask("document.activeElement.textContent") == "accuracy", "the next head is a key away"


@needs_browser
def test_a_table_filters_and_all_is_one_click(pages: Path) -> None:
    with Browser(pages / "stats.html") as page:
        page.ask("window.table = [...document.querySelectorAll('table.figures')].at(-1); true")
        rows = page.ask("table.tBodies[0].rows.length")
        assert len(page.ask(NAMES.format(0))) == 12 < rows
        page.ask("window.tools = table.closest('.scroll').previousElementSibling; true")
        page.ask("tools.querySelectorAll('button')[0].click()")
        assert len(page.ask(NAMES.format(0))) == rows
        page.ask("tools.querySelector('input').focus()")
        page.type("BRIGHT p5")
        assert page.ask(NAMES.format(0)) == ["brightness p5", "brightness p50"]
        assert page.ask("tools.querySelector('[role=status]').textContent") == "2 of 2 found"


@needs_browser
def test_a_table_is_copied_as_csv(audit: Browser) -> None:
    audit.ask("navigator.clipboard.writeText = async (text) => { window.copied = text; }; true")
    audit.ask("table.closest('.scroll').previousElementSibling.querySelectorAll('button')[1].click()")
    audit.wait("window.copied")
    rows = list(csv.reader(io.StringIO(audit.ask("copied"), newline=""), strict=True))
    assert rows[0] == ["name", "samples", "accuracy", "interval_low", "interval_high"]
    assert len(rows) == 5
    assert 0 < float(rows[2][2]) < 1, "a fraction, as on the command line"


@needs_browser
def test_pictures_open_large_and_the_keyboard_leads_through_them(audit: Browser) -> None:
    shown = "document.querySelector('dialog').open && document.querySelector('dialog img').alt"
    audit.ask("document.querySelector('figure img').focus()")
    audit.press("Enter")
    first = audit.ask(shown)
    assert first
    audit.press("ArrowRight")
    second = audit.ask(shown)
    assert second not in {first, False}
    audit.press("ArrowLeft")
    assert audit.ask(shown) == first
    audit.press("Escape")
    audit.wait("!document.querySelector('dialog').open")
    assert audit.ask("document.activeElement.alt") == first, "back where it was opened"
    assert audit.console == []


@needs_browser
def test_rows_lead_to_their_samples(audit: Browser) -> None:
    assert audit.ask("table.querySelectorAll('details.samples').length") >= 2
    addresses = audit.ask("[...table.querySelectorAll('.samples a')].map((link) => link.href)")
    assert addresses
    assert all(address.startswith("file:///") and address.endswith(".png") for address in addresses)


@needs_browser
def test_a_page_is_whole_without_its_script(pages: Path) -> None:
    text = (pages / "stats.html").read_text()
    (pages / "still.html").write_text(re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL))
    with Browser(pages / "still.html") as page:
        assert page.ask("[...document.querySelectorAll('tr')].every((row) => row.getClientRects().length)")
        assert page.ask("document.querySelectorAll('button, input').length") == 0
