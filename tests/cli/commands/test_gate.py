"""`burnish gate`: exit codes, shapes, files, and errors of one line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Burnish


def write(folder: Path, said: list[tuple[str, str]], *, label: str | None = "yes", begin: int = 0) -> None:
    """Write the logs `old.jsonl` and `new.jsonl`: what each said of each case."""
    for side, name in enumerate(("old", "new")):
        records = [
            {
                "path": f"{place}.png",
                "prediction": pair[side],
                "time": begin + 2 * place + side,
                "tags": ["camera=north"],
            }
            | ({"label": label} if label else {})
            for place, pair in enumerate(said)
        ]
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))


EQUAL = [("no", "yes")] * 20 + [("yes", "no")] * 20 + [("yes", "yes")] * 1960
WORSE = [("yes", "no")] * 30 + [("yes", "yes")] * 470
FEW = [("no", "yes")] * 2 + [("yes", "no")] * 3 + [("yes", "yes")] * 95


@pytest.mark.parametrize(
    ("said", "code", "verdict"), [(EQUAL, 0, "promote"), (WORSE, 1, "stop"), (FEW, 3, "keep collecting")]
)
def test_the_exit_code_is_the_verdict(
    burnish: Burnish, tmp_path: Path, said: list[tuple[str, str]], code: int, verdict: str
) -> None:
    write(tmp_path, said)
    done = burnish("gate", "shadow", "old.jsonl", "new.jsonl", "--json", code=code)
    found = json.loads(done.stdout)
    assert found["verdict"] == verdict
    assert {"difference", "interval", "pairs", "new_only", "old_only", "e_value", "per_tag"} <= found.keys()
    assert found["rules"]["margin"] == 0.01
    assert list(found["per_tag"]) == ["camera=north"]
    if code:
        assert done.stderr.startswith(f"burnish gate: {verdict}: ")
        assert done.stderr.count("\n") == 1


def test_the_table_says_the_verdict_and_what_it_rests_on(burnish: Burnish, tmp_path: Path) -> None:
    write(tmp_path, FEW)
    shown = burnish("gate", "shadow", "old.jsonl", "new.jsonl", code=3).stdout
    assert "keep collecting: new - old -1.00 points (" in shown
    assert "pairs would show that equal systems are within the margin" in shown
    assert "add --sequential" in shown
    assert "both said the same of 95.0 % of the cases" in shown
    assert "cannot tell on camera=north" in shown
    assert "| verdict" in burnish("gate", "shadow", "old.jsonl", "new.jsonl", "--md", code=3).stdout
    assert burnish("gate", "shadow", "old.jsonl", "new.jsonl", "--csv", code=3).stdout.startswith("table,")


def test_without_labels_the_cases_that_differ_are_listed(burnish: Burnish, tmp_path: Path) -> None:
    write(tmp_path, FEW, label=None)
    shown = burnish("gate", "shadow", "old.jsonl", "new.jsonl", "-o", "differ.jsonl", code=3)
    assert "wrote 5 cases on which the systems differ" in shown.stderr
    lines = [json.loads(line) for line in (tmp_path / "differ.jsonl").read_text().splitlines()]
    assert lines[0] == {
        "path": "0.png", "tags": ["camera=north"], "prediction": "yes", "old_prediction": "no"
    }  # fmt: skip
    assert len(lines) == 5
    # It is a manifest, so that review can show it.
    assert json.loads(burnish("balance", "differ.jsonl", "--json").stdout)["samples"] == 0
    (tmp_path / "truth.csv").write_text("path,label\n" + "".join(f"{place}.png,yes\n" for place in range(5)))
    found = burnish("gate", "shadow", "old.jsonl", "new.jsonl", "--truth", "truth.csv", "--json", code=3).stdout
    assert json.loads(found)["pairs"] == 100


def test_the_plan_needs_no_logs(burnish: Burnish, tmp_path: Path) -> None:
    found = json.loads(burnish("gate", "shadow", "--plan", "--margin", "0.02", "--json").stdout)
    assert [one["once"] for one in found["needed"]] == [1546, 246]
    found = json.loads(burnish("gate", "canary", "--plan", "--margin", "0.02", "--json").stdout)
    assert found["needed"][0]["once"] == 1469
    write(tmp_path, EQUAL)
    found = json.loads(burnish("gate", "shadow", "old.jsonl", "new.jsonl", "--plan", "--drop", "0.01", "--json").stdout)
    assert found["discordant"] == 0.02
    assert "as in the logs" in found["notes"][0]


def test_a_ramp_goes_up_and_is_rolled_back(burnish: Burnish, tmp_path: Path) -> None:
    line = ("gate", "canary", "old.jsonl", "new.jsonl", "--margin", "0.03", "--steps", "5%,100%", "--state", "r.json")
    write(tmp_path, EQUAL)
    assert "step 1 of 2, 0.05 of the traffic: promote; next: 1 of the traffic" in burnish(*line).stderr
    # The same cases say nothing new.
    assert "step 2 of 2, 1 of the traffic: keep collecting; stay" in burnish(*line, code=3).stderr
    write(tmp_path, WORSE, begin=100_000)
    assert "back to the old system" in burnish(*line, code=1).stderr
    assert "rolled back at 1 of the traffic" in burnish(*line, code=1).stderr
    state = json.loads((tmp_path / "r.json").read_text())
    assert [one["verdict"] for one in state["looks"]] == ["promote", "keep collecting", "stop"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["shadow"], "name both logs"),
        (["shadw", "old.jsonl", "new.jsonl"], "the design 'shadw' is unknown (did you mean 'shadow'?)"),
        (["shadow", "old.jsonl", "none.jsonl"], "cannot read none.jsonl: No such file"),
        (["shadow", "old.jsonl", "new.txt"], "has to end in .csv or .jsonl"),
        (["shadow", "old.jsonl", "new.jsonl", "--key", "order"], "old.jsonl:1: order is missing"),
        (["shadow", "old.jsonl", "new.jsonl", "--margin", "5"], "--margin 5: has to be above 0 and below 1"),
        (["canary", "old.jsonl", "new.jsonl", "-o", "x.jsonl"], "-o lists cases that both systems saw"),
        (["shadow", "old.jsonl", "new.jsonl", "--steps", "1%,5%"], "--steps and --state belong together"),
        (["shadow", "old.jsonl", "new.jsonl", "--steps", "1%", "--state", "s"], "--steps is for a canary"),
        (["shadow", "--plan", "--drop", "2"], "--drop 2: has to be above 0"),
        (["shadow", "old.jsonl", "new.jsonl", "--discordant", "0.1"], "are for --plan"),
        (["switch", "old.jsonl", "new.jsonl"], "use gate canary for cases"),
    ],
)
def test_a_wrong_call_is_one_line(burnish: Burnish, tmp_path: Path, arguments: list[str], problem: str) -> None:
    write(tmp_path, FEW)
    said = burnish("gate", *arguments, code=2).stderr
    assert problem in said
    assert said.startswith("burnish gate: ")
    assert said.count("\n") == 1


def test_the_page_shows_the_cases_to_decide_on(burnish: Burnish, tmp_path: Path, picture: Callable[..., Path]) -> None:
    write(tmp_path, FEW, label=None)
    picture(tmp_path / "1.png")
    line = ("gate", "shadow", "old.jsonl", "new.jsonl", "--html", "gate.html")
    burnish(*line, code=3)
    page = (tmp_path / "gate.html").read_text()
    assert "Keep collecting: no case that counts has a label yet" in page
    assert "Where they differ: 1 to look at" in page
    assert 'src="data:image' in page
    assert 'href="./1.png"' in page
    assert "All 5 cases on which they differ" in page
    assert "5 wait for a label: write them with -o differ.jsonl, then burnish review differ.jsonl" in page
    # The way that the page names, with answers that a page of review would give.
    burnish(*line, "-o", "differ.jsonl", code=3)
    assert "5 wait for a label: burnish review differ.jsonl" in (tmp_path / "gate.html").read_text()
    (tmp_path / "fix.csv").write_text("path,label\n0.png,yes\n1.png,yes\n2.png,yes\n3.png,yes\n")
    burnish("relabel", "differ.jsonl", "--table", "fix.csv", "-o", "truth.jsonl")
    found = json.loads(burnish(*line, "--truth", "truth.jsonl", "--json", code=3).stdout)
    assert (found["pairs"], found["unlabelled"]) == (4, 96)
    page = (tmp_path / "gate.html").read_text()
    assert "1 wait for a label" in page
    assert "<circle" in page


def test_the_page_of_a_canary_has_its_differences(burnish: Burnish, tmp_path: Path) -> None:
    write(tmp_path, WORSE)
    burnish("gate", "canary", "old.jsonl", "new.jsonl", "--html", "gate.html", code=1)
    page = (tmp_path / "gate.html").read_text()
    assert "Canary gate" in page
    assert "where they differ" not in page.lower()
    assert page.count("<circle") == 2, "over all, and one tag"
    said = burnish("gate", "shadow", "--plan", "--html", "gate.html", code=2).stderr
    assert "leave out --truth, --steps, --html and -o" in said
