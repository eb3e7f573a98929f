"""`augment --hardness` and `preview --run`: what a run's model says of what is made, as users see it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from cli.augment_judge import run_with_model
from tests.baselines.samples import tone
from tests.cli.browser import Browser, needs_browser
from tests.conftest import Burnish, burnish_in

RECIPE = """\
kind: augment
targets:
  hum=on:
    audio:
      - mix_noise: {folder: noise, snr_db: [-25, 30]}
  level=low:
    audio:
      - gain: {gain_db: [-30, -20]}
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 training tones, 24 validation tones under hum, a recipe that puts hum behind tones, and a run."""
    folder = tmp_path_factory.mktemp("trained")
    draw, rows = np.random.default_rng(0), ["file_name,label,split,hum"]
    (folder / "noise").mkdir()
    soundfile.write(folder / "noise" / "hum.wav", 0.1 * draw.standard_normal(16000), 8000)
    for split, count in (("train", 20), ("val", 12)):
        for label in ("low", "high"):
            for at in range(count):
                name = f"{split}/{label}{at}.wav"
                one = tone(folder / "set" / name, label, 1000 * (split == "val") + at + 100 * (label == "low"))
                if split == "val":
                    sounds, rate = soundfile.read(one.path)
                    soundfile.write(one.path, sounds + 0.4 * draw.standard_normal(len(sounds)), rate)
                rows.append(f"{name},{label},{split},{'on' if split == 'val' else ''}")
    (folder / "set" / "metadata.csv").write_text("\n".join(rows) + "\n")
    (folder / "hum.yaml").write_text(RECIPE)
    burnish = burnish_in(folder)
    burnish("scan", "set", "-o", "set.jsonl")
    burnish("train", "set.jsonl", "--run", "before", "--test-split", "val", "--model", "logistic", "--no-cache")
    return folder


@pytest.fixture
def dataset(trained: Path, tmp_path: Path) -> Path:
    """The same, in the folder of the test."""
    return shutil.copytree(trained, tmp_path, dirs_exist_ok=True)


def plan(burnish: Burnish, *options: str) -> dict[str, Any]:
    found = burnish("augment", "hum.yaml", "set.jsonl", "--run", "before", "--dry-run", "--json", *options)
    report: dict[str, Any] = json.loads(found.stdout)
    return report


def test_the_plan_says_how_hard_what_is_made_is(burnish: Burnish, dataset: Path) -> None:
    report = plan(burnish, "--hardness", "measure")
    hum, low = report["hardness"]
    assert (hum["tag"], hum["model"], hum["run"]) == ("hum=on", "logistic", "before")
    assert hum["first"] == hum["kept"]
    assert (hum["first"]["made"]["samples"], hum["first"]["real"]["samples"]) == (40, 24)
    assert hum["real_from"] == "training and validation"
    assert (hum["too_easy"], hum["too_hard"], hum["left_out_most"]) == (0, 0, 0)
    assert hum["realism"]["samples"] == [40, 24]
    assert low["first"]["real"] is None
    assert low["realism"] is None
    assert "0 real samples with level=low" in low["note"]
    assert "hardness" not in json.dumps(plan(burnish)["targets"])
    assert plan(burnish)["hardness"] == []


def test_limits_keep_the_budget_and_stand_in_the_origin(burnish: Burnish, dataset: Path) -> None:
    limits = ("--hardness", "limit", "--target", "hum=on", "--budget", "40")
    report = plan(burnish, *limits)
    (hum,) = report["hardness"]
    assert hum["left_out_most"] == 13
    assert hum["too_easy"] + hum["too_hard"] <= 13
    options = ("--run", "before", *limits, "--into", "new", "-o", "set2.jsonl")
    said = burnish("augment", "hum.yaml", "set.jsonl", *options).stderr
    assert "draws left out as too easy" in said
    assert "AUC" in said
    made = [
        one
        for one in map(json.loads, (dataset / "set2.jsonl").read_text().splitlines())
        if "recipe" in one.get("origin", {})
    ]
    assert len(made) == 40
    judged = [one["origin"]["judged"] for one in made]
    right = sum(said["prediction"] == one["label"] for one, said in zip(made, judged, strict=True))
    assert right == hum["kept"]["made"]["right"], "the plan and what is made are one"
    assert {one["run"] for one in judged} == {"before"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "--hardness asks a model: name its run with --run RUN"),
        (("--weak", "weak.json"), "--hardness asks a model: name its run with --run RUN"),
        (("--run", "gone"), "no run in gone"),
        (("--run", "noise"), "no run in noise"),
    ],
)
def test_without_a_run_nothing_is_asked(burnish: Burnish, dataset: Path, options: tuple[str, ...], why: str) -> None:
    (dataset / "weak.json").write_text('{"tags": [{"tag": "hum=on", "gain": 0.1}]}')
    failed = burnish("augment", "hum.yaml", "set.jsonl", "--hardness", "measure", "--dry-run", *options, code=2)
    assert why in failed.stderr


def test_preview_says_whether_the_model_is_poor(burnish: Burnish, dataset: Path) -> None:
    found = burnish("preview", "hum.yaml", "set.jsonl", "--run", "before", "-o", "page.html", "--target", "hum=on")
    said = found.stderr
    assert "the model of before (logistic), refitted without the sources:" in said
    assert "hum=on: Is the model poor on it today? " in said
    assert "of 40 right on the originals" in said
    assert "real samples of the tag (training and validation): " in said
    assert said.count("original ") == 12
    text = (dataset / "page.html").read_text()
    assert text.count("<caption>The model says</caption>") == 12
    assert "Is the model poor on it today? " in text
    assert "The model of before (logistic)" in text


def test_preview_asks_the_run_of_the_weak_tags_where_it_has_a_model(burnish: Burnish, dataset: Path) -> None:
    before = str(dataset / "before")
    assert run_with_model(None, before) == before
    assert run_with_model("other", before) == "other"
    assert run_with_model(None, str(dataset / "weak.json")) is None
    (dataset / "before" / "model.skops").unlink()
    assert run_with_model(None, before) is None
    burnish("preview", "hum.yaml", "set.jsonl", "-o", "page.html", "--target", "hum=on")
    assert "The model says" not in (dataset / "page.html").read_text()


@needs_browser
def test_the_page_fits_a_telephone(burnish: Burnish, dataset: Path) -> None:
    burnish("preview", "hum.yaml", "set.jsonl", "--run", "before", "-o", "page.html", "-n", "2")
    with Browser(dataset / "page.html", 400, dark=True) as page:
        assert page.ask("document.documentElement.scrollWidth") == 400
        assert page.ask("document.querySelectorAll('table.model tbody tr').length") == 4
        assert page.console == []
