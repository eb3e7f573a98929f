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
