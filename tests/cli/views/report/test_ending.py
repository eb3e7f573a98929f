"""The end of a loop: what came of it, also where nothing was made."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import Burnish

LOOP = """\
kind: pipeline
steps:
  - scan: {paths: [speech], pattern: "{label}_{noise}_{take}"}
  - split: {ratio: "train=0.5,test=0.5"}
  - {id: before, train: {run: work/before, model: knn}}
  - weak: {run: before}
  - augment: {recipe: mine.yaml, weak: before, into: work/new}
  - {id: after, train: {run: work/after, like: before}}
"""
RECIPE = "kind: augment\ntargets:\n  TAG:\n    audio: [{gain: {gain_db: [3, 6]}}]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two tones that are plain to tell apart, but not under the noise of a car."""
    (tmp_path / "speech").mkdir()
    generator = np.random.default_rng(0)
    for number in range(80):
        pitch, noise = (300 if number % 2 else 900), ("car" if number % 4 < 2 else "none")
        sound = 0.05 * np.sin(np.arange(4000) * 2 * np.pi * pitch / 8000)
        sound += (0.2 if noise == "car" else 0.001) * generator.standard_normal(4000)
        soundfile.write(tmp_path / "speech" / f"{pitch}_{noise}_{number}.wav", sound, 8000)
    (tmp_path / "loop.yaml").write_text(LOOP)
    return tmp_path


def test_weak_tags_that_no_recipe_can_make_do_not_end_the_loop(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("TAG", "loud"))
    done = json.loads(burnish("run", "loop.yaml", "--json").stdout)
    assert [step["status"] for step in done["steps"]] == ["run"] * 6
    end, loop = done["end"], done["loop"]
    assert loop["before"]["accuracy"] == loop["after"]["accuracy"], "nothing was made, so nothing changed"
    assert (loop["verdict"], loop["made"], loop["control"]) == ("cannot tell", {}, None)
    assert loop["weak"][0]["tag"] == "noise=car"
    assert [(one["tag"], one["why"], one["is_made"]) for one in loop["remarks"]] == [("noise=car", "no-target", False)]
    assert end[0].startswith("accuracy of before: ")
    assert end[0].split()[3:] == end[1].split()[3:]
    assert end[2].startswith("verdict: cannot tell over all")
    assert any(line.startswith("weak: noise=car ") for line in end)
    assert "generated: nothing" in end
    assert any("not made, noise=car: noise=car is weak, but mine has no target for it; " in line for line in end)
    assert end[-1] == "page: burnish report work"


def test_what_was_made_is_said_and_where_the_page_is(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("TAG", "noise=car"))
    burnish("run", "loop.yaml")
    burnish("report", "work")
    shown = burnish("run", "loop.yaml").stdout
    made = [json.loads(line) for line in (project / "work" / "05-augment.jsonl").read_text().splitlines()]
    number = sum("origin" in sample for sample in made)
    assert number > 0
    assert f"  noise=car: {number} new samples" in shown.splitlines()
    assert shown.splitlines()[-1] == "page: work/report.html"
    assert "not made" not in shown


def test_a_control_is_trained_compared_and_reported(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(
        RECIPE.replace("TAG", "noise=car") + "  loud:\n    audio: [{gain: {gain_db: 9}}]\n"
    )
    (project / "loop.yaml").write_text(LOOP.replace("weak: before, into", "weak: before, budget: 13, into"))
    burnish("run", "loop.yaml")
    before = {path: path.stat().st_mtime_ns for path in (project / "work").glob("0*")}
    planned = json.loads(burnish("run", "loop.yaml", "--control", "--dry-run", "--json").stdout)
    status = {step["step"]: step["status"] for step in planned["steps"]}
    assert list(status) == [
        "scan", "split", "before", "weak", "augment", "augment-control", "after", "after-control",
        "compare-after-control",
    ]  # fmt: skip
    new = {"augment-control", "after-control", "compare-after-control"}
    assert {name for name, one in status.items() if one != "cached"} == new
    done = json.loads(burnish("run", "loop.yaml", "--control", "--json").stdout)
    assert {step["step"] for step in done["steps"] if step["status"] == "run"} == new
    assert all(path.stat().st_mtime_ns == when for path, when in before.items()), "the loop's own files stay"
    loop = done["loop"]
    made = [json.loads(line) for line in (project / "work" / "05-augment-control.jsonl").read_text().splitlines()]
    targets = [one["origin"]["plan"]["target"] for one in made if "origin" in one]
    assert loop["control_made"] == sum(loop["made"].values()) == len(targets) == 13
    assert set(targets) == {"noise=car", "loud"}
    assert loop["control"]["folder"] == "work/after-control"
    assert any("beyond the control over all" in line for line in loop["said"])
    again = json.loads(burnish("run", "loop.yaml", "--control", "--json").stdout)
    assert {step["status"] for step in again["steps"]} == {"cached"}
    assert again["loop"] == loop, "what a cached step has made is remembered"
    burnish("report", "work")
    page = (project / "work" / "report.html").read_text()
    assert "Beside the control after-control" in page
    assert "accuracy of after-control" in page
    assert "Comparison: after against before" in page, "the control is not the last run"
    # Without it the loop is what it was, and its control is not shown any more once a comparison has none.
    assert json.loads(burnish("run", "loop.yaml", "--json").stdout)["loop"]["control"] is None


def test_only_tested_and_uncertain_tags_are_told_with_what_to_do(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("TAG", "noise=car"))
    text = LOOP.replace("  - {id: before", "  - tag: {set: [\"test=far=split == 'test'\"]}\n  - {id: before")
    text = text.replace("weak: before, into", "weak: before, match: auto, into")
    # Cars are heard in the test part only.
    text = text.replace('  - split: {ratio: "train=0.5,test=0.5"}\n', "")
    (project / "loop.yaml").write_text(text)
    for place in ("train", "test"):
        (project / "speech" / place).mkdir()
    for path in (project / "speech").glob("*.wav"):
        number = int(path.stem.rpartition("_")[2])
        place = "test" if "car" in path.name or number % 3 == 0 else "train"
        path.rename(project / "speech" / place / path.name)
    done = json.loads(burnish("run", "loop.yaml", "--json").stdout)
    remarks = {one["tag"]: one for one in done["loop"]["remarks"]}
    car = remarks["noise=car"]
    assert (car["why"], car["is_made"], car["cure"]) == ("only-tested", True, "burnish split --ensure noise=car")
    assert done["loop"]["made"]["noise=car"] > 0
    line = next(line for line in done["end"] if "only test samples have noise=car" in line)
    assert line.startswith("  made as the recipe draws, noise=car: ")
    assert line.count("split --ensure") == 1


@pytest.mark.soak
def test_a_failed_gate_of_the_comparison_still_ends_with_what_came_of_it(burnish: Burnish, project: Path) -> None:
    (project / "mine.yaml").write_text(RECIPE.replace("TAG", "loud"))
    (project / "loop.yaml").write_text(LOOP + "  - compare: {runs: [before, after], fail_if: not-better}\n")
    result = burnish("run", "loop.yaml", "--json", code=1)
    loop = json.loads(result.stdout)["loop"]
    assert (loop["verdict"], loop["made"]) == ("cannot tell", {})
    assert "after is not better" in result.stderr
    # An earlier step that ends the run leaves nothing to tell.
    (project / "mine.yaml").write_text("kind: augment\n")
    assert json.loads(burnish("run", "loop.yaml", "--json", "--work", "other", code=2).stdout or "{}") == {}
