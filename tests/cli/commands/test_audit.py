"""`burnish audit`: table, JSON and page."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from baselines.data.predictions import Prediction
from baselines.metrics.metrics import Confusion
from baselines.runs.run_folder import write_predictions
from cli.views.audit.confusion_matrix import draw
from tests.cli.views.kit.test_page import in_browser, needs_browser, without_policy
from tests.conftest import Burnish

EVIL = "<script>x</script>\x1b[31m"


@pytest.fixture
def run(tmp_path: Path, picture: Callable[..., Path], recording: Callable[..., Path]) -> Path:
    """Make a run with a picture and a recording that were wrong, a file that is gone, and names that attack."""
    picture(tmp_path / "d" / "a.png")
    recording(tmp_path / "d" / "b.wav")
    folder = tmp_path / "before"
    folder.mkdir()
    found = [
        Prediction("d/a.png", "cat", "dog", 0.9, ("dark",), kind="image"),
        Prediction("d/b.wav", "dog", EVIL, 0.8, (EVIL,)),
        Prediction("d/gone.png", "cat", "dog", kind="image"),
        *(Prediction(f"{number}.png", "cat", "cat", 1.0, ("dark",)) for number in range(6)),
        Prediction("x.png", "owl", "cat", 0.5),
    ]
    write_predictions(str(folder / "predictions.jsonl"), found)
    return folder


def test_json_has_all_of_metrics_json_and_the_mistakes(burnish: Burnish, run: Path) -> None:
    report = json.loads(burnish("audit", "before", "--json", "--mistakes", 2).stdout)
    assert (report["accuracy"], report["samples"], report["wrong"]) == (0.6, 10, 4)
    assert report["per_class"]["cat"] == {"precision": 6 / 7, "recall": 0.75, "f1": 0.8, "samples": 8}
    assert report["per_tag"]["dark"]["samples"] == 7
    assert report["confused"][0] == {"label": "cat", "prediction": "dog", "samples": 2, "share": 0.25}
    assert [mistake["path"] for mistake in report["mistakes"]] == ["d/a.png", "d/b.wav"]


def test_a_class_without_test_samples_has_no_figures(burnish: Burnish, run: Path) -> None:
    report = json.loads(burnish("audit", "before", "--json").stdout)
    untested = [label for label, found in report["per_class"].items() if not found["samples"]]
    assert untested
    assert report["per_class"][untested[0]] == {"precision": None, "recall": None, "f1": None, "samples": 0}
    lines = burnish("audit", "before").stdout.splitlines()
    assert any("no test sample" in line for line in lines)
    assert any(line.split()[1:5] == ["0", "–", "–", "–"] for line in lines if line.startswith(untested[0][:1]))


def test_the_table(burnish: Burnish, run: Path) -> None:
    shown = burnish("audit", "before").stdout
    lines = [line.rstrip() for line in shown.splitlines()]
    cat = next(line for line in lines if line.startswith("cat "))
    assert cat.split()[:5] == ["cat", "8", "85.7", "75.0", "80.0"]
    assert "rows: the true class; columns: what it was taken for" in lines
    matrix = lines[lines.index("rows: the true class; columns: what it was taken for") + 1 :]
    assert matrix[3].split() == ["cat", ".", "6", "2", "."]
    assert [line.split() for line in lines if line.startswith("d/")] == [
        ["d/a.png", "cat", "dog", "90.0", "dark"],
        ["d/b.wav", "dog", *["<script>x</script>\\x1b[31m", "80.0", "<script>x</script>\\x1b[31m"]],
        ["d/gone.png", "cat", "dog"],
    ]
    assert "10 samples, 4 of them wrong: accuracy 60.0 % (95 % interval 31.3 to 83.2)" in lines
    assert "never recognized: dog, owl" in lines
    assert "the interval reaches the accuracy of that guess: nothing shows that the model learned more" in lines
    assert "\x1b" not in shown
    assert "\\x1b[31m" in shown


def test_many_classes_stay_readable(tmp_path: Path, fits: Callable[..., str]) -> None:
    found = [
        Prediction(f"{number}.wav", f"class {number % 30}", f"class {(number * 7) % 30}", 0.5, (f"take={number % 60}",))
        for number in range(300)
    ]
    write_predictions(str(tmp_path / "predictions.jsonl"), found)
    for columns in (80, 120):
        shown = fits("audit", "baselines.slices.audit", "audit_run('.')", columns, tmp_path)
        assert "columns: what it was taken for" not in shown
        assert "confused (10 of " in shown
        assert "tag, % (40 of 60)" in shown


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(run: Path, columns: int, fits: Callable[..., str]) -> None:
    assert "cat taken for dog" in fits("audit", "baselines.slices.audit", "audit_run('before')", columns, run.parent)


def test_the_page_shows_plays_and_escapes(burnish: Burnish, run: Path, tmp_path: Path) -> None:
    assert burnish("audit", "before", "--html", "a.html").stderr == "wrote a.html\n"
    text = (tmp_path / "a.html").read_text()
    assert text.count("<script") == 1
    assert "&lt;script&gt;" in text
    assert text.count('<img src="data:image/jpeg;base64,') == 1
    assert text.count('src="data:audio/wav;base64,') == 1
    gone = text[text.index('title="d/gone.png"') :]
    assert "No such file or directory" in gone[: gone.index("</figure>")]
    assert "90.0 % sure" in text
    assert '<svg class="matrix"' in text
    assert '<svg class="chart"' in text
    assert "The most confident mistakes: 4 of 4" in text
    assert text.count("<svg") == text.count('role="img"')


@needs_browser
def test_a_browser_shows_the_page(burnish: Burnish, run: Path, tmp_path: Path) -> None:
    burnish("audit", "before", "--html", "a.html")
    result = in_browser(tmp_path / "a.html", "--window-size=500,900")
    assert "<title>Audit: before</title>" in result.stdout
    assert "CONSOLE" not in result.stderr
    probe = "<script>document.body.dataset.fits = document.documentElement.scrollWidth <= innerWidth</script>"
    text = without_policy((tmp_path / "a.html").read_text())
    (tmp_path / "copy.html").write_text(text.replace("</body>", f"{probe}</body>"))
    assert 'data-fits="true"' in in_browser(tmp_path / "copy.html", "--window-size=500,900").stdout


def test_files_are_looked_for_under_root(burnish: Burnish, run: Path, tmp_path: Path) -> None:
    (tmp_path / "d").rename(tmp_path / "elsewhere")
    (tmp_path / "top").mkdir()
    (tmp_path / "elsewhere").rename(tmp_path / "top" / "d")
    burnish("audit", "before", "--html", "a.html", "--root", "top")
    assert (tmp_path / "a.html").read_text().count('src="data:') == 2


def test_without_mistakes_and_tags(burnish: Burnish, run: Path, tmp_path: Path) -> None:
    write_predictions(str(run / "predictions.jsonl"), [Prediction("a", "x", "x")])
    assert "1 sample, 0 of them wrong" in burnish("audit", "before").stdout
    burnish("audit", "before", "--html", "a.html")
    text = (tmp_path / "a.html").read_text()
    assert "most confident mistakes" not in text
    assert "own label is the least likely" not in text


def test_no_run_is_one_line(burnish: Burnish) -> None:
    errors = burnish("audit", "gone", code=2).stderr
    assert errors == "burnish audit: no run in gone: no such folder; make one with burnish train SET --run gone\n"


@pytest.mark.parametrize(
    ("classes", "side", "names", "numbers"),
    [(2, 30, 4, 3), (17, 16, 34, 0), (61, 6, 0, 0)],
    ids=["few", "some", "many"],
)
def test_the_matrix_has_names_and_numbers_where_there_is_room(
    classes: int, side: int, names: int, numbers: int
) -> None:
    labels = tuple(f"{number:02}" for number in range(classes))
    rows = [[0] * classes for _ in labels]
    rows[0][:2], rows[1][1] = [3, 1], 5
    drawn = str(draw(Confusion(labels, tuple(map(tuple, rows)))))
    cells = re.findall(r'<rect class="(on|off)"[^>]*width="(\d+)"[^>]*opacity="([\d.]+)"><title>([^<]*)', drawn)
    assert cells == [
        ("on", str(side - 1), "0.78", "00 taken for 00: 3 of 4"),
        ("off", str(side - 1), "0.34", "00 taken for 01: 1 of 4"),
        ("on", str(side - 1), "1.00", "01 taken for 01: 5 of 5"),
    ]
    assert drawn.count('<text class="number"') == numbers
    assert drawn.count("<text x=") == names
