"""`burnish stats`: table, JSON, errors, and that it stays light."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.views.stats.table import draw_histogram
from tests.cli.test_contract import in_terminal
from tests.conftest import ROOT, Burnish

SET = "".join(
    json.dumps({"path": f"{label}/{i}.jpg", "label": label, "kind": "image", "bytes": 1000 * (i + 1),
                "image": {"format": "JPEG", "width": 100 * (i + 1), "brightness": i / 4}}) + "\n"
    for label, count in (("cat", 5), ("dog", 1))
    for i in range(count)
)  # fmt: skip


def test_json_has_the_shape_that_scripts_rely_on(burnish: Burnish) -> None:
    report = json.loads(burnish("stats", "--by", "label", "--json", stdin=SET).stdout)
    assert list(report) == ["samples", "by", "whole", "groups", "without", "others", "examples"]
    assert (report["samples"], report["by"], list(report["groups"])) == (6, "label", ["cat", "dog"])
    assert list(report["groups"]["cat"]) == list(report["whole"]) == ["samples", "numbers", "categories"]
    width = report["groups"]["cat"]["numbers"]["image.width"]
    histogram = width.pop("histogram")
    assert width == {
        "number": 5, "missing": 0, "min": 100.0, "q1": 200.0, "median": 300.0, "q3": 400.0, "max": 500.0,
        "mean": 300.0, "error": 0.0,
    }  # fmt: skip
    assert list(histogram) == ["edges", "counts", "logarithmic"]
    assert (len(histogram["edges"]), sum(histogram["counts"]), histogram["logarithmic"]) == (25, 5, True)
    assert report["whole"]["categories"]["image.format"] == {"values": {"JPEG": 6}, "missing": 0, "others": 0}
    assert report["examples"][0] == {
        "fact": "bytes", "end": "lowest", "value": 1000.0, "path": "cat/0.jpg", "kind": "image",
    }  # fmt: skip


def test_without_groups_there_are_none(burnish: Burnish) -> None:
    report = json.loads(burnish("stats", "--json", stdin=SET).stdout)
    assert (report["by"], report["groups"], report["without"], report["others"]) == (None, {}, 0, 0)


def test_the_table_has_a_row_for_each_fact(burnish: Burnish) -> None:
    lines = burnish("stats", stdin=SET).stdout.splitlines()
    width = next(line for line in lines if line.startswith("width, px"))
    assert width.split()[2:9] == ["6", "100", "125", "250", "375", "500", "267"]
    assert "image format: JPEG 6" in lines
    assert "6 samples" in lines
    missing = next(line for line in lines if line.startswith("acutance"))
    assert missing.split() == ["acutance", "0", "6", *"------"]


def test_groups_stand_side_by_side(burnish: Burnish) -> None:
    lines = burnish("stats", "--by", "label", stdin=SET + '{"path": "x"}\n').stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.rstrip() == "brightness")
    assert lines[start + 1].split() == ["label", "number", "min", "q1", "median", "q3", "max", "mean"]
    assert lines[start + 3].split()[:7] == ["cat", "5", "0", "0.250", "0.500", "0.750", "1"]
    assert lines[start + 4].split()[:7] == ["dog", "1", "0", "0", "0", "0", "0"]
    assert "7 samples, 2 groups by label" in lines
    assert "1 sample has no label and are in no group" in lines


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(tmp_path: Path, columns: int) -> None:
    (tmp_path / "set.jsonl").write_text(SET)
    result = subprocess.run(
        [sys.executable, "-c", _SHOWN_AT.format(root=str(ROOT), columns=columns)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert "…" not in result.stdout


_SHOWN_AT = """
import sys; sys.path.insert(0, {root!r})
from rich.console import Console
from cli.io.terminal_table import Drawn
from cli.views.stats.table import report
from curate.describe.column_blocks import Measured
from curate.records.reader import read_as
from curate.describe.statistics import describe
with open("set.jsonl", "rb") as file:
    drawn = Drawn(report(describe(read_as(file, Measured), "label")))
Console(width={columns}, highlight=False, markup=False).print(drawn)
"""


def test_histograms_show_what_is_not_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    assert draw_histogram([0, 1, 1000, 500], 4) == " ▁█▄"
    assert draw_histogram([1, 0, 2, 2], 2) == "▂█"
    assert draw_histogram([7], 8) == "█"
    assert draw_histogram([], 8) == ""
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert draw_histogram([0, 1, 1000, 500], 4) == " .@+"


def test_names_cannot_steer_the_terminal(burnish: Burnish) -> None:
    line = json.dumps({"path": "a", "label": "\x1b[31mred", "split": "\x1b[2J[bold]\udcff", "bytes": 3})
    shown = burnish("stats", "--by", "label", stdin=line + "\n" + SET).stdout
    assert "\\x1b[31mred" in shown
    assert "split: \\x1b[2J[bold]\\udcff 1" in shown
    report = json.loads(burnish("stats", "--by", "split", "--json", stdin=line).stdout)
    assert list(report["groups"]) == ["\x1b[2J[bold]\udcff"]


@pytest.mark.parametrize("command", ["stats", "balance"])
def test_bad_options_are_one_line_before_anything_is_read(burnish: Burnish, tmp_path: Path, command: str) -> None:
    def errors(*arguments: str) -> str:
        return burnish(command, *arguments, stdin="nonsense", code=2).stderr

    (tmp_path / "set.jsonl").write_text(SET)
    assert errors("--by", "lable") == f"burnish {command}: --by 'lable' is unknown (did you mean 'label'?)\n"
    assert errors("--html", "no/page.html") == (
        f"burnish {command}: cannot write no/page.html: there is no folder {tmp_path}/no; make it first (mkdir -p)\n"
    )
    assert errors("--html", ".") == f"burnish {command}: cannot write .: it is a folder; name a file in it\n"
    assert "that is the manifest itself" in errors("set.jsonl", "--html", "set.jsonl")
    assert "that is no name for a page" in errors("--html", "cat.jpg")
    assert (tmp_path / "set.jsonl").read_text() == SET


def test_an_empty_manifest_is_legal(burnish: Burnish, tmp_path: Path) -> None:
    assert burnish("stats", stdin="").stdout.split() == ["0", "samples"]
    burnish("stats", "--html", "page.html", stdin="")
    assert "The manifest has no samples." in (tmp_path / "page.html").read_text()


def test_colours_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(SET)
    seen, code = in_terminal(["stats", "set.jsonl"], tmp_path)
    assert code == 0
    assert "\x1b[36m" in seen


@pytest.mark.parametrize("command", ["stats", "balance"])
def test_without_a_page_nothing_is_loaded_that_pages_need(tmp_path: Path, command: str) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:] = [{command!r}]\n"
        "import burnish\n"
        "try: burnish.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'jinja2', 'PIL', 'soundfile', 'scipy'} & sys.modules.keys(); assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", program], input=SET, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
