"""`burnish preview`: the page as a file, and as a browser sees it."""

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests import in_process
from tests.cli.views.kit.test_page import EVIL, in_browser, needs_browser, seen_in, without_policy
from tests.conftest import Burnish
from tests.soak import some

RECIPE = """
kind: augment
description: "<script>document.title='owned'</script>"
targets:
  "noise=<img src=x onerror=document.title='owned'>":
    audio:
      - mix_noise: {folder: noise, snr_db: [0, 10]}
    image:
      - jpeg: {quality: [10, 20]}
  smaller:
    image:
      - resize: {longest_side: 40}
  loud:
    audio:
      - gain: {gain_db: [20, 30]}
accept:
  audio: {max_loudness_lufs: -8}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the page of pictures and recordings of several formats, with names that attack it."""
    folder = tmp_path_factory.mktemp("preview")
    (folder / "noise").mkdir()
    (folder / "set").mkdir()
    generator = np.random.default_rng(0)
    blocks = Image.fromarray(generator.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    blocks.resize((64, 48)).save(folder / "set" / "onerror=1 '\">&lt;.png")
    blocks.resize((900, 700)).save(folder / "set" / "large.jpg")
    soundfile.write(folder / "noise" / "<b>hum.wav", generator.normal(0, 0.1, 48000), 16000)
    tone = 0.2 * np.sin(np.arange(8000) * 0.2)
    soundfile.write(folder / "set" / "a.wav", tone, 16000)
    soundfile.write(folder / "set" / "b.wav", tone, 8000, subtype="ULAW")
    soundfile.write(folder / "set" / "c.aiff", np.stack([tone, tone], 1), 44100, subtype="PCM_24")
    program(folder, "scan", "set", "--label", "none", "-o", "set.jsonl", "--quiet")
    samples = [json.loads(line) | {"label": EVIL} for line in (folder / "set.jsonl").read_text().splitlines()]
    (folder / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    (folder / "recipe.yaml").write_text(RECIPE)
    said = program(folder, "preview", "recipe.yaml", "set.jsonl", "-o", "page.html", "--count", "20")
    assert said == "wrote page.html with 10 pairs; 3 rejected\n"
    return folder


def program(folder: Path, *arguments: str) -> str:
    code, _, errors = in_process.call(arguments, b"", folder)
    assert code == 0, errors
    return errors.decode()


@pytest.fixture
def page(made: Path, tmp_path: Path) -> Path:
    """Give a test that page, and what it was made of, in a folder of its own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "page.html"


def cards(text: str) -> list[str]:
    return text.split("<article")[1:]


def test_every_value_is_escaped_and_one_script_is_let_run(page: Path) -> None:
    text = page.read_text()
    assert text.count("<script") == 1
    assert "<img src=x" not in text
    assert "<b>hum" not in text
    assert html.escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text
    assert re.search(r"script-src 'sha256-[\w+/]{43}='\"", text)
    markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    addresses = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']([^\"'\s>)]*)", markup)
    assert len(addresses) > 20
    assert all(address.startswith(("data:", "#main")) for address in addresses)


def test_each_pair_has_what_was_drawn_what_changed_and_the_questions(page: Path) -> None:
    text = page.read_text()
    assert (
        "10 of 10 samples that augment makes with seed 0. 3 of them came to nothing, and the reason is there." in text
    )
    good = [card for card in cards(text) if "Rejected" not in card]
    assert len(good) == 7
    for card in good:
        assert card.count('type="checkbox"') == 3
        assert "Is the label still clear to a person?" in card
        assert ("Does it sound real?" if "<audio" in card else "Does it look real?") in card
        assert "<b>before</b>" in card
        assert "<b>after</b>" in card
        assert card.count('<th scope="row">') > 1
    drawn = [re.sub(r"<[^>]*>", "", card) for card in good if "<code>mix_noise</code>" in card]
    assert len(drawn) == 3
    assert all(re.search(r"noise noise/&lt;b&gt;hum.wav, snr \d(\.\d+)? dB, offset \d", text) for text in drawn)


def test_rejected_draws_are_shown_with_the_reason(page: Path) -> None:
    rejected = [card for card in cards(page.read_text()) if "Rejected" in card]
    assert len(rejected) == 3
    for card in rejected:
        assert re.search(r"</b> loudness_lufs is above -8</p>", card)
        assert "drawn 4 times" in card
        assert card.count("<audio") == 1
        assert "checkbox" not in card


def test_pictures_of_one_shape_lie_under_a_slider(page: Path) -> None:
    for card in cards(page.read_text()):
        if "<code>jpeg</code>" in card or "<code>resize</code>" in card:
            assert card.count('type="range"') == (2 if "pixel for pixel" in card else 1)
            assert re.search(r'aria-label="how much of the picture is before, in percent: [^"]+"', card)
        else:
            assert "range" not in card
    text = page.read_text()
    assert "900 x 700 px, reduced to 640 x 498 for this page" in text
    assert "40 x 30 px" in text
    assert text.count("The middle, pixel for pixel") == 1, "the other is small before or after"


def test_the_same_input_gives_the_same_page(page: Path, burnish: Burnish, tmp_path: Path) -> None:
    lines = (tmp_path / "set.jsonl").read_text().splitlines(keepends=True)
    burnish("preview", "recipe.yaml", "-o", "b.html", "--count", 20, "--jobs", 1, stdin="".join(lines[::-1]))

    def but_for_the_time(path: Path) -> str:
        return re.sub('<p class="made">.*?</p>', "", path.read_text())

    assert but_for_the_time(tmp_path / "b.html") == but_for_the_time(page)
    burnish("preview", "recipe.yaml", "set.jsonl", "-o", "c.html", "--count", 20, "--seed", 1)
    assert but_for_the_time(tmp_path / "c.html") != but_for_the_time(page)


def test_augment_makes_what_was_shown(page: Path, burnish: Burnish, tmp_path: Path) -> None:
    """A small picture is on the page as its pixels are."""
    made = burnish("augment", "recipe.yaml", "set.jsonl", "--into", "out", "--target", "smaller").stdout.splitlines()
    paths = [sample["path"] for sample in map(json.loads, made) if "smaller" in sample.get("tags", [])]
    assert len(paths) == 2
    smaller = [card for card in cards(page.read_text()) if "<code>resize</code>" in card]
    shown = {decoded(card).tobytes() for card in smaller}
    assert {Image.open(tmp_path / path).convert("RGB").tobytes() for path in paths} == shown


def decoded(card: str) -> Image.Image:
    import base64
    import io

    after = card[card.index("<b>before</b>") :]
    found = re.search(r'src="data:image/\w+;base64,([^"]+)"', after)
    assert found is not None
    return Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB")


def test_only_weak_tags_and_wanted_targets(page: Path, burnish: Burnish, tmp_path: Path) -> None:
    weak = {"tags": [{"tag": "smaller", "gain": 0.0125}, {"tag": "nowhere", "gain": 0.1}]}
    (tmp_path / "weak.json").write_text(json.dumps(weak))
    result = burnish("preview", "recipe.yaml", "set.jsonl", "--weak", "weak.json", "-o", "b.html")
    assert "nowhere is weak, but recipe has no target for it" in result.stderr
    text = (tmp_path / "b.html").read_text()
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["smaller"]
    assert "the tag has 1.25 points to gain" in text
    burnish("preview", "recipe.yaml", "set.jsonl", "--target", "loud", "--copies", 2, "-o", "b.html")
    text = (tmp_path / "b.html").read_text()
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["loud"]
    assert text.count("copy 2") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "where to? name the page: -o preview.html"),
        (["-o", "set.jsonl"], "-o set.jsonl: that is the manifest itself; name a page like report.html"),
        (["-o", "a.png"], "-o 'a.png': that is no name for a page; name one like report.html"),
        (["-o", "a.html", "--split", "val"], "recipe photos-wear makes nothing here: no sample can be a source"),
    ],
    ids=["no-page", "manifest", "picture", "no-source"],
)
def test_mistakes(
    burnish: Burnish, tmp_path: Path, picture: Callable[..., Path], arguments: list[str], message: str
) -> None:
    picture(tmp_path / "train" / "x" / "a.png")
    burnish("scan", "train", "-o", "set.jsonl", "--quiet")
    errors = burnish("preview", "photos-wear", "set.jsonl", *arguments, code=2).stderr
    assert errors.splitlines()[-1] == f"burnish preview: {message}"
    assert not (tmp_path / "a.html").exists()


def test_no_samples_make_an_empty_page(burnish: Burnish, tmp_path: Path) -> None:
    assert burnish("preview", "photos-wear", "-o", "a.html").stderr.endswith("wrote a.html with 0 pairs; 0 rejected\n")
    text = (tmp_path / "a.html").read_text()
    assert "The manifest has no samples." in text
    assert text.count("<script") == 1


@needs_browser
def test_a_browser_finds_nothing_to_complain_of_and_asks_for_nothing(page: Path) -> None:
    log = page.parent / "net.json"
    result = in_browser(page, f"--log-net-log={log}")
    assert "<title>Preview: recipe</title>" in result.stdout, "no name on the page ran"
    assert "CONSOLE" not in result.stderr
    assert '<html lang="en" class="live">' in result.stdout, "the script of the page ran"
    assert re.search(r"<output[^>]*>0 of 7</output>", result.stdout)
    asked = set(re.findall(r'"url":"(?:https?|wss?|ftp)://[^"]*', log.read_text()))
    assert not {url for url in asked if "google" not in url and "gstatic" not in url}, asked


PROBE = """(() => { const all = (name) => [...document.querySelectorAll(name)];
    const slider = all('.overlaid input')[0]; slider.value = 25; slider.dispatchEvent(new Event('input'));
    all('fieldset')[0].querySelectorAll('input').forEach((box) => box.click()); slider.focus();
    const place = (element) => element.getBoundingClientRect();
    return {
        title: document.title,
        widths: all('img').map((image) => image.naturalWidth),
        players: all('audio').map((player) => [player.duration, player.readyState]),
        fits: document.documentElement.scrollWidth <= innerWidth,
        at: slider.parentElement.style.getPropertyValue('--at'),
        clip: getComputedStyle(all('.overlaid figure + figure img')[0]).clipPath,
        above: all('.overlaid').map((pair) => [...pair.querySelectorAll('img')].map((image) => place(image).left)),
        covered: place(slider).width === place(slider.parentElement.querySelector('img')).width,
        focused: document.activeElement === slider,
        yes: document.querySelector('output').value,
    }; })()"""


@needs_browser
@pytest.mark.parametrize("width", some([500, 1200], 1))
def test_a_browser_shows_pictures_plays_sounds_and_moves_sliders(page: Path, width: int) -> None:
    seen = seen_in(page, width, PROBE)
    assert seen["title"] == "Preview: recipe", "even without the policy, no name on the page runs"
    assert len(seen["widths"]) == 2 * 4 + 2 + 3 * 2 + 3
    assert min(seen["widths"]) >= 40
    assert sorted(round(duration, 2) for duration, _ in seen["players"]) == [0.18] * 3 + [0.5] * 3 + [1.0] * 3
    assert min(ready for _, ready in seen["players"]) >= 1
    assert seen["fits"], "nothing scrolls sideways"
    assert seen["at"] == "25%"
    assert seen["clip"] == "inset(0px 0px 0px 25%)"
    assert all(len(set(lefts)) == 1 for lefts in seen["above"]), "both pictures are at one place"
    assert seen["covered"]
    assert seen["focused"], "the slider can be reached with the keyboard"
    assert seen["yes"] == "1 of 7"


@needs_browser
def test_without_its_script_pictures_stand_side_by_side(page: Path) -> None:
    text = re.sub(r"<script>.*?</script>", "", page.read_text(), flags=re.DOTALL)
    text = without_policy(text)
    probe = """<script>document.body.dataset.seen = JSON.stringify([...document.querySelectorAll('.overlaid')].map(
        (pair) => [...pair.querySelectorAll('img')].map((image) => Math.round(image.getBoundingClientRect().left))
        .concat(getComputedStyle(pair.querySelector('input')).display)))</script>"""
    copy = page.with_name("copy.html")
    copy.write_text(text.replace("</body>", f"{probe}</body>"))
    found = re.search(r'data-seen="([^"]*)"', in_browser(copy, "--window-size=1200,900").stdout)
    assert found is not None
    placed = json.loads(html.unescape(found[1]))
    assert len(placed) == 5
    assert all(left < right for left, right, _ in placed)
    assert {display for *_, display in placed} == {"none"}
