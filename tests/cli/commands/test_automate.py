"""`burnish automate`: table, JSON, page."""

import json
from pathlib import Path

import pytest

from tests.baselines.gates.test_automate import log_of, sure_above_half
from tests.conftest import Burnish

EVIL = "noise=<script>x</script>"


@pytest.fixture(autouse=True)
def log(tmp_path: Path) -> None:
    """Write `log.jsonl`."""
    lines = [
        one._asdict() | {"path": f"{place}", "tags": [EVIL]} for place, one in enumerate(log_of(4000, sure_above_half))
    ]
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_the_table_names_degree_and_threshold(burnish: Burnish) -> None:
    shown = burnish("automate", "log.jsonl", "--max-risk", "0.03", "--human", "0.98").stdout
    assert "partial: it decides where it is sure, people do the rest" in shown
    assert "answers with a confidence of 0.4" in shown
    assert "model and people together: accuracy 0.97" in shown
    assert "from confidence (12 of" in shown


def test_json_and_csv_have_all(burnish: Burnish) -> None:
    found = json.loads(burnish("automate", "log.jsonl", "--max-risk", "0.03", "--json").stdout)
    assert (found["degree"], found["wish"]["max_risk"], list(found["per_tag"])) == ("partial", 0.03, [EVIL])
    assert len(found["curve"]) == 200
    assert burnish("automate", "log.jsonl", "--csv").stdout.startswith("table,")


def test_labels_that_came_later(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("path,label\n" + "".join(f"{n},z\n" for n in range(4000)))
    found = json.loads(burnish("automate", "log.jsonl", "--truth", "truth.csv", "--json").stdout)
    assert (found["accuracy"], found["degree"]) == (0.0, "human")


def test_the_page_has_the_curve_and_escapes(burnish: Burnish, tmp_path: Path) -> None:
    burnish("automate", "log.jsonl", "--max-risk", "0.03", "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "polyline" in page
    assert "<script>x" not in page
    assert "automated: 4" in page or "automated: 5" in page


def test_a_wrong_call_is_one_line(burnish: Burnish) -> None:
    assert "--max-risk 3: has to be above 0" in burnish("automate", "log.jsonl", "--max-risk", "3", code=2).stderr
    assert "has to end in .csv or .jsonl" in burnish("automate", "none", code=2).stderr
